"""Small recordings and pilots of a replay, none of which needs TensorFlow."""

import json

import numpy as np
import pytest

from donkeycar.replay_drive.pilot import Pilot
from donkeycar.replay_drive.run import replay
from donkeycar.replay_drive.settings import settings_for
from donkeycar.tub import TubWriter

NUM = 30


@pytest.fixture(scope="session")
def defaults():
    """The settings of a new car."""
    from importlib import resources

    return resources.files("donkeycar.templates") / "config_defaults.py"


@pytest.fixture(scope="session")
def linear(shared_data):
    return Pilot(shared_data / "models" / "linear_pilot3.tflite", "linear")


@pytest.fixture(scope="session")
def categorical(shared_data):
    return Pilot(shared_data / "models" / "categorical_mysecondpilot.tflite", "categorical")


@pytest.fixture(scope="session")
def office(shared_data):
    return shared_data / "renault_office_v2"


@pytest.fixture(scope="session")
def drive(defaults):
    """Replay a few records with the settings of a new car."""

    def drive(tub, pilot=None, *changes, last=NUM, **options):
        cfg = settings_for(defaults, pilot, fits=True, changes=changes)
        options.setdefault("mode", "user" if pilot is None else "local")
        return replay([tub], cfg, pilot, last=last, **options)

    return drive


@pytest.fixture
def write_tub(tmp_path):
    """Record frames that get brighter, each with its time in ms."""

    def write_tub(times_ms, *, columns=(), name="tub", **values):
        path = tmp_path / name
        inputs = ["cam/image_array", "user/angle", "user/throttle", *dict(columns)]
        types = ["image_array", "float", "float", *dict(columns).values()]
        with TubWriter(path, inputs, types) as tub:
            for step, time_ms in enumerate(times_ms):
                record = {
                    "cam/image_array": np.full((120, 160, 3), 40 + step, np.uint8),
                    "user/angle": step / len(times_ms),
                    "user/throttle": 0.3,
                    **values,
                }
                tub.append(record, timestamp_ms=1_700_000_000_000 + time_ms)
        return path

    return write_tub


@pytest.fixture
def command(capsys):
    """Run the command; return its exit code, what it printed, and the errors."""
    from donkeycar.management.cli import main

    def command(*words):
        code = main(["replay-drive", *map(str, words)])
        out, err = capsys.readouterr()
        return code, out, err

    return command


@pytest.fixture
def told(command):
    """Run the command with ``--json``; return its exit code and the document."""

    def told(*words):
        code, out, err = command(*words, "--json")
        return code, json.loads(out) if out else err

    return told
