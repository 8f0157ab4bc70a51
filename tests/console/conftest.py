"""A console that serves on this computer."""

import pytest

from benchmarks.web.console_client import Served
from donkeycar.testing import FakeClock


@pytest.fixture
def clock():
    return FakeClock(100.0)


@pytest.fixture
def car():
    with Served(has_pilot=True, throttle_ceiling=0.8, car_name="test car") as served:
        yield served


@pytest.fixture
def paired(car):
    """Headers of a paired browser on the car's own page."""
    return {"Cookie": car.pair(), "Origin": f"http://{car.host}"}
