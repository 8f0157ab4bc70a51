"""Small tubs, and one pilot trained on them."""

import os

import numpy as np
import pytest

from donkeycar.tub import TubWriter

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

INPUTS = ["cam/image_array", "user/angle", "user/throttle", "user/mode"]
TYPES = ["image_array", "float", "float", "str"]
SHAPE = (64, 80, 3)


def lane(angle, *, shape=SHAPE):
    """A dark floor with a bright line where the angle says."""
    frame = np.full(shape, 40, np.uint8)
    centre = round((angle + 1) / 2 * (shape[1] - 12)) + 6
    frame[:, centre - 5 : centre + 5] = 220
    return frame


@pytest.fixture
def record_tub(tmp_path):
    """Record a tub: one record for each (angle, throttle), or each whole record."""

    def record(name, labels, *, shape=SHAPE):
        with TubWriter(tmp_path / name, INPUTS, TYPES) as tub:
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
        return tmp_path / name

    return record


@pytest.fixture
def bends():
    """Angles of a winding road, and a throttle that slows down in bends."""

    def bends(count, seed=0):
        angles = np.random.default_rng(seed).uniform(-1, 1, count)
        return [(float(angle), float(0.6 - 0.4 * abs(angle))) for angle in angles]

    return bends
