"""Tracks and cars for the tests of the simulator."""

import json
from pathlib import Path

import pytest

from donkeycar.sim.track import load_track
from donkeycar.sim.world import World

PRESETS = Path(__file__).parents[2] / "donkeycar" / "sim" / "presets"


@pytest.fixture
def oval():
    return load_track("oval")


@pytest.fixture
def world(oval):
    return World(oval, seed=1)


@pytest.fixture
def track_file(tmp_path):
    """Write a track like the oval, with some fields replaced; ``None`` takes one out."""

    def write(**changes):
        values = json.loads((PRESETS / "tracks" / "oval.json").read_text())
        values.update(changes)
        values = {name: value for name, value in values.items() if value is not None}
        path = tmp_path / "track.json"
        path.write_text(json.dumps(values))
        return str(path)

    return write


@pytest.fixture
def car_file(tmp_path):
    """Write a car like the rc16, with some fields replaced."""

    def write(**changes):
        values = json.loads((PRESETS / "cars" / "rc16.json").read_text())
        for name, value in changes.items():
            if isinstance(value, dict):
                values[name].update(value)
            else:
                values[name] = value
        path = tmp_path / "car.json"
        path.write_text(json.dumps(values))
        return str(path)

    return write
