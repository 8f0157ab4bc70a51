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
