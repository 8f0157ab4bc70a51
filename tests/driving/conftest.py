"""A clock that stands still until a test moves it."""

import pytest

from donkeycar.testing import FakeClock


@pytest.fixture
def clock():
    return FakeClock(100.0)
