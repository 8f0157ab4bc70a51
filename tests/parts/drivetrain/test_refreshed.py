"""Writes on change, ten times a second, and again after a failure."""

import pytest

from donkeycar.parts.drivetrain.refreshed import REFRESH_S, Refreshed
from donkeycar.testing import FakeClock


class Register:
    """Hardware that fails as often as it is told to."""

    def __init__(self):
        self.written = []
        self.failures = 0

    def write(self, value):
        if self.failures:
            self.failures -= 1
            raise OSError("no answer")
        self.written.append(value)


@pytest.fixture
def register():
    return Register()


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def held(register, clock):
    return Refreshed(register.write, clock=clock)


def test_writes_a_value_once(held, register):
    for value in (1, 1, 2, 2, 1):
        held.put(value)
    assert register.written == [1, 2, 1]


def test_writes_it_again_after_a_tenth_of_a_second(held, register, clock):
    held.put(1)
    clock.advance(REFRESH_S - 0.001)
    held.put(1)
    assert register.written == [1]
    clock.advance(0.001)
    held.put(1)
    assert register.written == [1, 1]


def test_a_failure_is_raised_and_the_next_call_writes_whatever_its_value(held, register):
    held.put(1)
    register.failures = 1
    with pytest.raises(OSError, match="no answer"):
        held.put(2)
    held.put(1)
    assert register.written == [1, 1]
