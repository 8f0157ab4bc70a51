"""A training that is killed, then finds the disk full, and goes on."""

import errno
import os
import shutil

import pytest

from donkeycar.errors import TrainingError
from donkeycar.training import train
from donkeycar.training.epochs.checkpoint import checkpoint_path, read_checkpoint


class Killed(BaseException):
    """What nobody catches, as nobody catches SIGKILL."""


def kill():
    raise Killed


@pytest.fixture(scope="module")
def killed(trained, lane_tub, striking):
    """A training that was killed in its third epoch: what it left, and its settings."""
    settings = trained[1]
    model = lane_tub.parent / "killed" / "pilot.keras"
    with pytest.raises(Killed):
        train([lane_tub], model, progress=striking(25, kill), **settings)
    return model, settings


@pytest.fixture
def left(killed, tmp_path):
    """The same, for a test to do with as it likes."""
    model, settings = killed
    shutil.copytree(model.parent, tmp_path / "left")
    return tmp_path / "left" / "pilot.keras", settings


def full(*args, **settings):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_it_goes_on_to_the_same_weights_to_the_last_bit(
    left, trained, lane_tub, striking, monkeypatch
):
    model, settings = left
    whole, _ = trained
    assert [path.name for path in model.parent.iterdir()] == ["pilot.checkpoint"]
    # Again in vain: after the last step there is no room for the pilot.
    progress = striking()
    with monkeypatch.context() as patched:
        patched.setattr("pathlib.Path.write_bytes", full)
        with pytest.raises(TrainingError, match="No space left on device. Make room .* --resume"):
            train([lane_tub], model, resume=True, progress=progress, **{**settings, "seed": None})
    assert progress.steps["training"] == 60
    assert [path.name for path in model.parent.iterdir()] == ["pilot.checkpoint"]

    result = train([lane_tub], model, resume=True, **settings)
    assert result.files.litert.read_bytes() == whole.files.litert.read_bytes()
    for name in ("loss", "val_loss", "learning_rate"):
        assert result.history[name] == whole.history[name]
    assert result.info.training["seed"] == settings["seed"]
    assert not checkpoint_path(model).exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seed": 8}, "Received: .*seed was 7, is 8"),
        ({"batch_size": 8}, "Received: batch_size was 16, is 8. Say the same again"),
        ({"record_filter": lambda record: record["user/angle"] < 0.9}, "records was .*200 records"),
        ({"pilot_options": {"network": {"l2": 0.1}}}, "pilot_options was .*is"),
    ],
)
def test_it_goes_on_with_the_same_settings_and_records_only(left, lane_tub, change, message):
    model, settings = left
    with pytest.raises(TrainingError, match=message):
        train([lane_tub], model, resume=True, **{**settings, **change})
    assert read_checkpoint(checkpoint_path(model)).state["teacher"]["epochs_done"] == 2


def test_beginning_anew_is_said(left, lane_tub, striking):
    model, settings = left
    progress = striking(1, kill, task="reading frames")
    with pytest.raises(Killed):
        train([lane_tub], model, progress=progress, **settings)
    assert "is of a training that was interrupted; --resume would go on" in progress.said[0]


def test_without_an_interruption_there_is_nothing_to_resume(lane_tub, tmp_path):
    with pytest.raises(TrainingError, match="needs an interrupted training. Received: no "):
        train([lane_tub], tmp_path / "pilot.keras", resume=True)


@pytest.mark.parametrize("ending", [".keras", ".tflite", ".json"])
def test_that_a_pilot_is_there_already_is_said_before_it_is_replaced(
    lane_tub, trained, striking, tmp_path, ending
):
    """A good pilot gave way to one of a single epoch, and nothing was said."""
    there = tmp_path / f"pilot{ending}"
    there.write_bytes(b"of last summer")
    progress = striking(1, kill, task="reading frames")
    with pytest.raises(Killed):
        train([lane_tub], tmp_path / "pilot.keras", progress=progress, **trained[1])
    assert f"{there} is there already" in progress.said[0]
    assert there.read_bytes() == b"of last summer"
