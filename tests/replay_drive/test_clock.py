"""Simulated time in which threads take turns."""

import math
import threading

import numpy as np
import pytest

from donkeycar.errors import PartFailed
from donkeycar.loop.doorbell import Doorbell
from donkeycar.parts.pilot import PilotPart
from donkeycar.replay_drive.car import PilotWorker
from donkeycar.replay_drive.clock import TurnsClock


class Worker:
    """Works every `interval_s`, and notes when."""

    def __init__(self, clock, interval_s, name="", done=None):
        self.clock, self.interval_s, self.name = clock, interval_s, name
        self.done = [] if done is None else done
        self.turns = 0

    def due_s(self):
        return (self.turns + 1) * self.interval_s

    def work(self):
        self.turns += 1
        self.done.append((self.name, round(self.clock.monotonic(), 6)))


def test_workers_take_their_turns_while_somebody_sleeps():
    clock = TurnsClock()
    done = []
    clock.workers += [Worker(clock, 0.02, "a", done), Worker(clock, 0.03, "b", done)]
    clock.sleep(0.065)
    assert clock.monotonic() == pytest.approx(0.065)
    assert done == [("a", 0.02), ("b", 0.03), ("a", 0.04), ("a", 0.06), ("b", 0.06)]


def test_of_two_that_are_due_together_the_first_goes_first():
    clock = TurnsClock()
    done = []
    clock.workers += [Worker(clock, 0.5, "b", done), Worker(clock, 0.5, "a", done)]
    clock.sleep(0.5)
    assert [name for name, _ in done] == ["b", "a"]


def test_a_wait_ends_when_the_event_is_set_and_no_time_passes_after_it():
    clock, event = TurnsClock(), threading.Event()
    worker = Worker(clock, 0.02)
    worker.work = lambda: (Worker.work(worker), event.set())
    clock.workers.append(worker)
    assert clock.wait(event, 1.0)
    assert clock.monotonic() == 0.02
    event.clear()
    clock.workers.clear()
    assert not clock.wait(event, 1.0)
    assert clock.monotonic() == 1.02


def test_time_does_not_go_back():
    clock = TurnsClock()
    worker = Worker(clock, 0.02)
    clock.sleep(1.0)
    clock.workers.append(worker)  # it is overdue
    clock.sleep(0.0)
    assert worker.done[0] == ("", 1.0)
    clock.sleep(-5.0)
    assert clock.monotonic() == 1.0


def test_a_bell_on_it_is_answered_in_the_middle_of_a_sleep():
    """Other simulated clocks answer before they sleep, or after: a frame would wait for a tick."""
    clock = TurnsClock()
    bell, answered = Doorbell(clock), []
    bell.answer = lambda: answered.append(clock.monotonic())
    worker = Worker(clock, 0.02)
    worker.work = lambda: (Worker.work(worker), bell.ring())
    clock.workers.append(worker)
    bell.sleep(0.05)
    assert answered == [0.02, 0.04]
    assert clock.monotonic() == pytest.approx(0.05)


def test_without_workers_only_the_sleep_passes():
    clock = TurnsClock()
    clock.sleep(0.25)
    assert clock.monotonic() == 0.25
    assert math.isfinite(clock.monotonic())


def test_a_pilot_that_fails_is_named():
    class Lost:
        def infer(self, image):
            raise ZeroDivisionError("no way")

    clock = TurnsClock()
    part = PilotPart(Lost(), clock=clock)
    clock.workers.append(PilotWorker(part, clock))
    clock.sleep(1.0)  # it has nothing to do
    part.run_threaded(np.zeros((4, 4, 3), np.uint8), 1.0)
    with pytest.raises(PartFailed, match="The pilot stopped: no way"):
        clock.sleep(0.1)
