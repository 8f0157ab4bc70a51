"""The file that lets an interrupted training go on."""

import errno
import os

import numpy as np
import pytest

from donkeycar.errors import TrainingError
from donkeycar.training.epochs.checkpoint import (
    Checkpoint,
    Keeper,
    check_same,
    checkpoint_path,
    newest_checkpoint,
    read_checkpoint,
    write_checkpoint,
)

MOMENT = Checkpoint({"epoch": 3, "best": None}, {"model_0": np.eye(3, dtype=np.float32)})


@pytest.fixture
def path(tmp_path):
    return checkpoint_path(tmp_path / "mypilot.keras")


def test_what_was_written_is_read(path):
    write_checkpoint(path, MOMENT)
    state, arrays = read_checkpoint(path)
    assert path.name == "mypilot.checkpoint"
    assert state == MOMENT.state
    np.testing.assert_array_equal(arrays["model_0"], np.eye(3))
    assert os.listdir(path.parent) == [path.name]


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_half_a_checkpoint_is_refused(path, share):
    write_checkpoint(path, MOMENT)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(TrainingError, match="is damaged: .* Delete it, and train without --resume"):
        read_checkpoint(path)


def test_a_flipped_bit_is_refused(path):
    write_checkpoint(path, MOMENT)
    content = bytearray(path.read_bytes())
    content[content.index(np.eye(3, dtype=np.float32).tobytes())] ^= 1
    path.write_bytes(content)
    with pytest.raises(TrainingError, match="is damaged: model_0.npy is not what"):
        read_checkpoint(path)


def test_a_pickle_is_not_opened(path):
    with path.open("wb") as file:
        np.savez(file, state=np.array([{"format": "x"}], dtype=object))
    with pytest.raises(TrainingError, match="is damaged"):
        read_checkpoint(path)


def test_without_a_checkpoint_there_is_nothing_to_resume(path):
    with pytest.raises(TrainingError, match="needs an interrupted training. Received: no "):
        read_checkpoint(path)
    with pytest.raises(TrainingError, match="Received: none in"):
        newest_checkpoint(path.parent)


def test_the_newest_is_found(tmp_path):
    for age, name in enumerate("abc"):
        write_checkpoint(tmp_path / f"{name}.checkpoint", MOMENT)
        os.utime(tmp_path / f"{name}.checkpoint", (0, 100 - age))
    assert newest_checkpoint(tmp_path).name == "a.checkpoint"


def test_other_settings_are_named(path):
    before = {"epochs": 30, "seed": 1, "shape": [1, 2]}
    check_same(before, {"epochs": 30, "seed": 1, "shape": (1, 2)}, path)
    with pytest.raises(
        TrainingError, match="Received: epochs was 30, is 20; seed was 1, is 2. Say"
    ):
        check_same(before, {"epochs": 20, "seed": 2, "shape": [1, 2]}, path)


def test_a_full_disk_is_said_once_and_damages_nothing(path, monkeypatch):
    write_checkpoint(path, MOMENT)
    said = []
    keeper = Keeper(path, said.append)

    def full(handle):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    for epoch in (4, 5):
        keeper.keep(Checkpoint({"epoch": epoch}, {}))
    [text] = said
    assert "cannot be written: No space left on device. Training goes on" in text
    assert read_checkpoint(path).state["epoch"] == 3
    assert os.listdir(path.parent) == [path.name]


def test_a_finished_training_leaves_no_checkpoint(path):
    keeper = Keeper(path, print)
    keeper.keep(MOMENT)
    keeper.discard()
    keeper.discard()
    assert not path.exists()
