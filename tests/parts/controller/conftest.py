"""Time that a test owns, and a gamepad that is read while the test looks."""

import threading
import time

import pytest

from donkeycar.parts.controller.gamepad import GamepadController
from donkeycar.testing import FakeClock


@pytest.fixture
def clock():
    return FakeClock(100.0)


class Reading:
    """A controller whose thread runs."""

    def __init__(self, part):
        self.part = part
        self.thread = threading.Thread(target=part.update, daemon=True)
        self.thread.start()

    def until(self, condition, timeout_s=3.0):
        """The first offer for which `condition` holds."""
        end_s = time.monotonic() + timeout_s
        while not condition(offer := self.part.run_threaded(1.0, "")):
            assert time.monotonic() < end_s, offer
            time.sleep(0.002)
        return offer

    def close(self):
        self.part.shutdown()
        self.thread.join(3)
        assert not self.thread.is_alive()


@pytest.fixture
def reading():
    """Starts a gamepad's reader: `reading(plug, kind="ps4", ...)`."""
    started = []

    def start(finder, **arguments):
        started.append(Reading(GamepadController(finder=finder, **arguments)))
        return started[-1]

    yield start
    for one in started:
        one.close()
