"""What every test may use."""

import os
from pathlib import Path

import pytest

from donkeycar.timing import SimulatedClock

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture
def clock():
    return SimulatedClock()


@pytest.fixture(scope="session")
def shared_data():
    """Real tubs and models of other people's cars, kept beside the checkout."""
    if not SHARED_DATA.is_dir():
        message = f"real driving data is not at {SHARED_DATA}"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return SHARED_DATA


@pytest.fixture(scope="session")
def road_tub(tmp_path_factory):
    """Two sessions of a bright line that lies where the driver steers, 20 frames a second."""
    import numpy as np

    from donkeycar.tub import TubWriter

    path = tmp_path_factory.mktemp("road") / "tub"
    inputs = ["cam/image_array", "user/angle", "user/throttle", "user/mode"]
    types = ["image_array", "float", "float", "str"]
    for session in range(2):
        with TubWriter(path, inputs, types) as tub:
            for step in range(100):
                angle = float(np.sin(step / 7 + session) * np.cos(step / 23))
                frame = np.full((64, 80, 3), 40, np.uint8)
                centre = round((angle + 1) / 2 * 68) + 6
                frame[:, centre - 5 : centre + 5] = 220
                values = (frame, angle, 0.6 - 0.4 * abs(angle), "user")
                tub.append(
                    dict(zip(inputs, values, strict=True)),
                    timestamp_ms=1_700_000_000_000 + 50 * (200 * session + step),
                )
    return path


@pytest.fixture(scope="session")
def road_pilot(road_tub, tmp_path_factory):
    """The files of a pilot that learnt from `road_tub`."""
    from donkeycar.training import train

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    path = tmp_path_factory.mktemp("road_pilot") / "pilot.keras"
    return train([road_tub], path, epochs=4, batch_size=16, patience=None, seed=1).files
