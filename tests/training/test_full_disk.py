"""A disk that is full when the pilot is written."""

import errno
import os

import pytest

from donkeycar.errors import TrainingError
from donkeycar.training import train
from donkeycar.training.checkpoint import checkpoint_path


def full(*args, **settings):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_the_pilot_is_written_when_there_is_room_again(record_tub, bends, tmp_path, monkeypatch):
    tub, model = record_tub("tub", bends(40)), tmp_path / "pilot.keras"
    settings = {"epochs": 1, "batch_size": 40, "seed": 1}
    with monkeypatch.context() as patched:
        patched.setattr("pathlib.Path.write_bytes", full)
        with pytest.raises(TrainingError, match="No space left on device. Make room .* --resume"):
            train([tub], model, **settings)
    assert [path.name for path in tmp_path.glob("pilot*")] == ["pilot.checkpoint"]
    result = train([tub], model, resume=True, **settings)
    assert result.files.keras.exists()
    assert not checkpoint_path(model).exists()
