"""Another pilot is loaded while the car drives, and takes over only while a person drives."""

import threading
import time

import numpy as np
import pytest

from donkeycar.errors import PilotError
from donkeycar.parts.pilot import PilotPart
from donkeycar.parts.pilot_picker import Choice, PilotPicker
from donkeycar.testing import FakeClock

FRAME = np.zeros((120, 160, 3), np.uint8)
CHOICES = [Choice("a", "linear", 2.0, 0.04), Choice("b", "linear", 1.0, None)]
# S14: no tick is longer while a pilot is loaded.
LONGEST_TICK_S = 0.075


class Says:
    def __init__(self, angle):
        self.angle = angle

    def infer(self, image):
        return self.angle, 0.3


class Slow:
    """A pilot that is loaded as long as the test wants."""

    def __init__(self, outcome):
        self.outcome = outcome
        self.may_end = threading.Event()
        self.abandoned = False

    def load(self):
        self.may_end.wait(10)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    def abandon(self):
        self.abandoned = True
        self.may_end.set()


@pytest.fixture
def part():
    return PilotPart(Says(-0.5), clock=FakeClock())


@pytest.fixture
def later():
    return Slow(Says(0.5))


@pytest.fixture
def picker(part, later):
    picker = PilotPicker(part, name="a", find=lambda: CHOICES, open_pilot=lambda name: later)
    yield picker
    picker.shutdown()
    later.may_end.set()


def until(condition):
    end_s = time.monotonic() + 10
    while not (found := condition()):
        assert time.monotonic() < end_s, "it did not happen"
        time.sleep(0.002)
    return found


def test_it_lists_the_pilots_of_the_car(picker):
    until(lambda: picker.run((), "user") == ("a", "", tuple(CHOICES)))


def test_another_one_takes_over_once_it_is_loaded_while_a_person_drives(part, picker, later):
    old = part.pilot
    name, note, _ = picker.run(("pilot:b",), "user")
    assert (name, note) == ("a", "b is being loaded; a stays until then.")
    assert part.pilot is old
    later.may_end.set()
    until(lambda: picker.run((), "user")[0] == "b")
    assert picker.run((), "user")[1] == ""
    assert part.run(FRAME, 0.0)[0] == 0.5


@pytest.mark.parametrize("mode", ["local_angle", "local"])
def test_it_never_takes_over_while_a_pilot_drives(part, picker, later, mode):
    """A car that steers otherwise from one moment to the next surprises whoever stands there."""
    old = part.pilot
    picker.run(("pilot:b",), mode)
    later.may_end.set()
    until(lambda: "Choose You" in picker.run((), mode)[1])
    for _ in range(100):
        assert picker.run((), mode)[0] == "a"
    assert part.pilot is old
    assert picker.run((), "user")[0] == "b"
    assert part.pilot is later.outcome


def test_one_that_cannot_drive_leaves_the_old_one_there_and_says_why(part, picker, later):
    old = part.pilot
    later.outcome = PilotError("Its file is damaged.")
    later.may_end.set()
    picker.run(("pilot:b",), "user")
    said = until(lambda: "cannot drive" in (note := picker.run((), "user")[1]) and note)
    assert said == "b cannot drive this car, a stays. Its file is damaged."
    assert part.pilot is old
    later.outcome = Says(0.1)
    picker.run(("pilot:b",), "user")
    until(lambda: picker.run((), "user")[0] == "b")


def test_no_tick_waits_for_the_loading(picker, later):
    picker.run(("pilot:b",), "user")
    ticks_s = []
    for _ in range(200):
        began_s = time.thread_time()
        picker.run((), "local")
        ticks_s.append(time.thread_time() - began_s)
    assert max(ticks_s) < LONGEST_TICK_S


def test_a_second_wish_waits_for_the_first(picker, later):
    picker.run(("pilot:b",), "user")
    assert (
        picker.run(("pilot:c",), "user")[1] == "b is being loaded. Choose another one after that."
    )


def test_shut_down_it_ends_what_it_loads(part, picker, later):
    picker.run(("pilot:b",), "user")
    until(lambda: picker._later is later)
    picker.shutdown()
    picker.shutdown()
    assert later.abandoned
    assert picker.run((), "user")[0] == "a"
