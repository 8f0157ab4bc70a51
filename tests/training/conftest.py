"""Small tubs, and one pilot trained on them."""

import os
from contextlib import contextmanager

import numpy as np
import pytest

from donkeycar.tub import TubWriter

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

INPUTS = ["cam/image_array", "user/angle", "user/throttle", "user/mode"]
TYPES = ["image_array", "float", "float", "str"]
SHAPE = (64, 80, 3)
# What `trained` was trained with.
SETTINGS = {"epochs": 6, "batch_size": 16, "patience": None, "seed": 7}


def lane(angle, *, shape=SHAPE):
    """A dark floor with a bright line where the angle says."""
    frame = np.full(shape, 40, np.uint8)
    centre = round((angle + 1) / 2 * (shape[1] - 12)) + 6
    frame[:, centre - 5 : centre + 5] = 220
    return frame


@pytest.fixture(scope="session")
def record_into():
    """Record a tub into a folder: one record for each (angle, throttle)."""

    def record(folder, labels, *, shape=SHAPE):
        with TubWriter(folder, INPUTS, TYPES) as tub:
            for angle, throttle in labels:
                shown = angle if isinstance(angle, float) and abs(angle) <= 1 else 0.0
                tub.append(
                    {
                        "cam/image_array": lane(shown, shape=shape),
                        "user/angle": angle,
                        "user/throttle": throttle,
                        "user/mode": "user",
                    }
                )
        return folder

    return record


@pytest.fixture
def record_tub(tmp_path, record_into):
    """Record a tub of this name into the folder of the test."""
    return lambda name, labels, **settings: record_into(tmp_path / name, labels, **settings)


@pytest.fixture(scope="session")
def bends():
    """Angles of a winding road, and a throttle that slows down in bends."""

    def bends(count, seed=0):
        angles = np.random.default_rng(seed).uniform(-1, 1, count)
        return [(float(angle), float(0.6 - 0.4 * abs(angle))) for angle in angles]

    return bends


@pytest.fixture(scope="session")
def lane_tub(tmp_path_factory, record_into, bends):
    """200 records of a winding road."""
    return record_into(tmp_path_factory.mktemp("lane") / "tub", bends(200))


@pytest.fixture(scope="session")
def trained(lane_tub):
    """What came out of a training on them, and the settings it was trained with."""
    from donkeycar.pilots.transform import Transforms
    from donkeycar.training import train

    settings = {**SETTINGS, "transforms": Transforms([("CROP", {"top_px": 3})])}
    model = lane_tub.parent / "models" / "mypilot.keras"
    watched = {"tensorboard": True, "replay": True, "comment": "dry floor"}
    return train([lane_tub], model, **watched, **settings), settings


class Striking:
    """Progress that does something at one step of one task, and remembers what is said."""

    def __init__(self, at_step=0, strike=None, *, task="training"):
        self.at_step, self.strike, self.struck = at_step, strike, task
        self.said, self.steps = [], {}

    def say(self, text):
        self.said.append(text)

    @contextmanager
    def task(self, name, total):
        def advance(count, note="", *, total=None):
            before = self.steps.get(name, 0)
            self.steps[name] = before + count
            if name == self.struck and before < self.at_step <= self.steps[name]:
                self.strike()

        yield advance


@pytest.fixture(scope="session")
def striking():
    """Make a `Striking`."""
    return Striking
