"""From a frame to the wheels without waiting for ticks."""

import threading
import time

import pytest

from donkeycar import Vehicle
from donkeycar.errors import PartFailed
from donkeycar.loop.doorbell import Doorbell
from donkeycar.timing import RealClock


class Bell:
    """A threaded part that has news when a test says so."""

    def __init__(self, value=None):
        self.wake = lambda: None
        self.value = value
        self.stopping = threading.Event()

    def update(self):
        self.stopping.wait()

    def run_threaded(self, *inputs):
        return self.value

    def shutdown(self):
        self.stopping.set()


class Spy:
    """Returns what it is given, and remembers it; may do something in its first run."""

    def __init__(self, first=lambda: None):
        self.seen = []
        self._first = first

    def run(self, *inputs):
        self.seen.append(inputs[0] if len(inputs) == 1 else inputs)
        if len(self.seen) == 1:
            self._first()
        return self.seen[-1]


def test_news_reach_the_motor_before_the_next_tick(clock):
    car, camera = Vehicle(clock=clock), Bell("old")
    motor, recorder = Spy(), Spy()

    def arrives():
        camera.value = "new"
        camera.wake()

    car.add(camera, outputs=["frame"], threaded=True, prompt=True)
    car.add(motor, inputs=["frame"], outputs=["command"], prompt=True)
    car.add(recorder, inputs=["frame"], outputs=["records"])
    car.add(Spy(arrives), inputs=["command"], outputs=["x"])
    car.start(rate_hz=20, max_loop_count=1)
    assert motor.seen == ["old", "new"]
    assert recorder.seen == ["old"], "what is not prompt runs once a tick"


def test_a_part_that_reads_nothing_new_is_not_run(clock):
    car, one, other = Vehicle(clock=clock), Bell(1), Bell(2)
    reader = Spy()
    car.add(one, outputs=["one"], threaded=True, prompt=True)
    car.add(other, outputs=["other"], threaded=True, prompt=True)
    car.add(reader, inputs=["other"], outputs=["x"], prompt=True)
    car.add(Spy(lambda: one.wake()), inputs=["x"], outputs=["y"])
    car.start(rate_hz=20, max_loop_count=1)
    assert reader.seen == [2]


def test_a_part_may_say_something_else_between_ticks(clock):
    car, pilot, motor = Vehicle(clock=clock), Bell("answer"), Spy()
    pilot.run_prompt = lambda: None
    car.add(pilot, outputs=["answer"], threaded=True, prompt=True)
    car.add(motor, inputs=["answer"], outputs=["x"], prompt=True)
    car.add(Spy(lambda: pilot.wake()), inputs=["x"], outputs=["y"])
    car.start(rate_hz=20, max_loop_count=1)
    assert motor.seen == ["answer"]


def test_an_owners_limit_sees_every_order(clock):
    """A part of the owner's that takes throttle away must not be passed by an order."""
    car, pilot, motor = Vehicle(clock=clock), Bell(0.9), Spy()

    class Limit:
        def run(self, throttle):
            return min(throttle, 0.2)

    car.add(pilot, outputs=["throttle"], threaded=True, prompt=True)
    car.add(Limit(), inputs=["throttle"], outputs=["throttle"])
    car.add(motor, inputs=["throttle"], outputs=["x"], prompt=True)
    car.add(Spy(lambda: pilot.wake()), inputs=["x"], outputs=["y"])
    car.start(rate_hz=20, max_loop_count=2)
    assert motor.seen == [0.2, 0.2]


def test_a_part_is_skipped_between_ticks_as_well_while_its_condition_is_false(clock):
    car, pilot = Vehicle(clock=clock), Bell(0.9)
    car.add(pilot, outputs=["answer"], threaded=True, run_condition="wanted", prompt=True)
    car.add(Spy(lambda: pilot.wake()), inputs=["z"], outputs=["y"])
    car.start(rate_hz=20, max_loop_count=1)
    assert "answer" not in car.mem


def test_a_part_that_fails_between_ticks_stops_the_car_by_name(clock):
    car, pilot = Vehicle(clock=clock), Bell(0.9)

    def fails():
        raise OSError("no memory")

    pilot.run_prompt = fails
    car.add(pilot, outputs=["answer"], threaded=True, prompt=True)
    car.add(Spy(lambda: pilot.wake()), inputs=["z"], outputs=["y"])
    with pytest.raises(PartFailed, match="Bell failed: no memory"):
        car.start(rate_hz=20, max_loop_count=1)


def test_the_loop_keeps_its_rate_however_often_it_rings(clock):
    car, camera = Vehicle(clock=clock), Bell(1)
    car.add(camera, outputs=["frame"], threaded=True, prompt=True)

    class Rings:
        def run(self):
            camera.wake()

    car.add(Rings())
    car.start(rate_hz=60, max_loop_count=600)
    assert clock.monotonic() == pytest.approx(10)


def test_a_sleep_is_interrupted_in_real_time_and_ends_on_time():
    bell, answered_s = Doorbell(RealClock()), []
    bell.answer = lambda: answered_s.append(time.monotonic())
    began_s = time.monotonic()
    ringer = threading.Timer(0.02, bell.ring)
    ringer.start()
    bell.sleep(0.3)
    assert len(answered_s) == 1
    assert answered_s[0] - began_s < 0.25
    assert time.monotonic() - began_s >= 0.3


def test_what_rang_before_the_sleep_is_answered_first(clock):
    bell = Doorbell(clock)
    answered_s = []
    bell.answer = lambda: answered_s.append(clock.monotonic())
    bell.ring()
    bell.sleep(0.05)
    bell.sleep(0.05)
    assert answered_s == [0.0]
    assert clock.monotonic() == pytest.approx(0.1)
