"""K-fold cross-validation: several pilots, each validated by another part of the records."""

import json
import os
import signal

import numpy as np
import pytest

from donkeycar.errors import TrainingError
from donkeycar.training.folds import train_folds

SETTINGS = {"epochs": 1, "batch_size": 32, "patience": None}


@pytest.fixture
def tub(record_tub, bends):
    return record_tub("tub", bends(60))


def test_every_record_validates_once_and_an_interruption_costs_one_epoch(tub, tmp_path, striking):
    folder = tmp_path / "models" / "folds"
    # 30 records less the gaps are one step an epoch; the second fold is interrupted in its own.
    progress = striking(2, lambda: os.kill(os.getpid(), signal.SIGINT))
    with pytest.raises(KeyboardInterrupt, match="before the first epoch"):
        train_folds([tub], folder, k=2, seed=3, progress=progress, **SETTINGS)
    first = (folder / "fold_1.tflite").read_bytes()
    assert not (folder / "fold_2.keras").exists()

    result = train_folds([tub], folder, k=2, resume=True, **SETTINGS)
    assert (folder / "fold_1.tflite").read_bytes() == first
    assert sum(info.metrics["validation"]["records"] for info in result.pilots) == 60
    assert [info.training["seed"] for info in result.pilots] == [3, 4]
    summary = json.loads((folder / "folds.json").read_text())
    assert summary["pilots"] == ["fold_1.keras", "fold_2.keras"]
    errors = result.values("angle", "mae")
    assert summary["validation"]["angle"]["mae"]["mean"] == pytest.approx(np.mean(errors))
    assert summary["validation"]["angle"]["mae"]["values"] == errors
    assert summary["doubt"]["records"] == 60
    assert 0 <= summary["doubt"]["middle"] < summary["doubt"]["limit"] <= 1
    assert result.disagreement.disputed_error is None  # of two, there are no others to disagree

    with pytest.raises(TrainingError, match="batch_size was 32, is 16"):
        train_folds([tub], folder, k=2, resume=True, **{**SETTINGS, "batch_size": 16})
    with pytest.raises(TrainingError, match="Folds need an empty folder of their own"):
        train_folds([tub], folder, k=2, **SETTINGS)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"k": 1}, "`folds` must be 2 to 50. Received: 1"),
        ({"k": 51}, "`folds` must be 2 to 50. Received: 51"),
        ({"k": 3, "resume": True}, "needs folds that were interrupted. Received: none in"),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_is_written(
    tub, tmp_path, settings, message
):
    with pytest.raises(TrainingError, match=message):
        train_folds([tub], tmp_path / "folds", **settings)
    assert not (tmp_path / "folds").exists()


def test_there_must_be_enough_records(record_tub, bends, tmp_path):
    with pytest.raises(TrainingError, match="5 folds need at least 5 records"):
        train_folds([record_tub("short", bends(3))], tmp_path / "folds", k=5)
