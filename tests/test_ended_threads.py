"""A thread that ends stops the car by name, whatever ended it.

What used to happen: only what derives from Exception was noticed. After `return`, SystemExit or
KeyboardInterrupt the last value of the part drove on for ever, and nobody was told.
"""

import ctypes
import threading
import time

import numpy as np
import pytest

from benchmarks.safety.ended_threads import WAYS, Ending, cannot_start
from benchmarks.web.console_client import BINARY, Served
from donkeycar.errors import DeviceError, PartFailed
from donkeycar.parts.controller.gamepad import GamepadController
from donkeycar.parts.pilot import PilotPart
from donkeycar.parts.recorder import TubRecorder
from donkeycar.parts.source import Source
from donkeycar.vehicle import Vehicle

MANY = 10_000
STARTED = [way for way in WAYS if way != "never started"]


class Motor:
    """Remembers what it was told last."""

    def __init__(self):
        self.throttle = None
        self.is_shut_down = False

    def run(self, throttle):
        self.throttle = throttle

    def neutral(self):
        self.throttle = 0.0

    def shutdown(self):
        self.is_shut_down = True


def car_with(part, *, clock=None, **wiring):
    car, motor = Vehicle(clock=clock), Motor()
    car.add(part, outputs=["throttle"], threaded=True, **wiring)
    car.add(motor, inputs=["throttle"])
    return car, motor


@pytest.mark.parametrize("way", STARTED)
def test_a_thread_that_ends_stops_the_car_with_its_name(way):
    part = Ending(way)
    car, motor = car_with(part)
    part.end()
    with pytest.raises(PartFailed, match=f"^Ending failed: .*{WAYS[way]}"):
        car.start(rate_hz=100, max_loop_count=MANY)
    assert motor.throttle == 0.0
    assert motor.is_shut_down


@pytest.mark.parametrize("way", STARTED)
def test_an_optional_part_whose_thread_ends_is_taken_out(way):
    part = Ending(way)
    car, motor = car_with(part, optional=True)
    part.end()
    ticks = 0

    class Wait:
        def run(self):
            nonlocal ticks
            ticks += 1
            car.on = not car.mem["car/faults"] or ticks < 20

    car.add(Wait())
    car.start(rate_hz=200, max_loop_count=MANY)
    (fault,) = car.mem["car/faults"]
    assert fault.startswith("Ending failed: ")
    assert [entry.name for entry in car.entries] == ["Motor", "Wait"]


def test_a_thread_is_noticed_while_its_part_does_not_run():
    part = Ending("return")
    car, _ = car_with(part, run_condition="never")
    part.end()
    with pytest.raises(PartFailed, match="Ending failed"):
        car.start(rate_hz=100, max_loop_count=MANY)


def test_a_thread_that_vanished_is_noticed_too():
    """Python can throw into a thread from outside."""

    class Waiting(Ending):
        def update(self):
            while not self._told.wait(0.005):
                pass

    car, _ = car_with(Waiting("return"))

    class Thrower:
        def run(self):
            thread = car.entries[0].thread
            raised = ctypes.py_object(SystemExit)
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), raised)

    car.add(Thrower())
    with pytest.raises(PartFailed, match="Waiting failed: it was ended by SystemExit"):
        car.start(rate_hz=20, max_loop_count=200)


def test_a_thread_that_does_not_start_is_named():
    class Part(Ending):
        pass

    car, motor = car_with(Part("return"))
    with cannot_start("Part"), pytest.raises(PartFailed, match="Part failed: its thread did not"):
        car.start(max_loop_count=MANY)
    assert motor.throttle == 0.0


def test_a_thread_may_end_once_the_car_ends(caplog):
    class Polite(Ending):
        def shutdown(self):
            self.end()
            time.sleep(0.05)

    car, _ = car_with(Polite("return"))
    assert car.start(rate_hz=100, max_loop_count=3) == 3
    assert not caplog.records


def test_a_part_that_stops_the_car_from_its_thread_is_no_failure():
    """What an owner's emergency button does: it stops the vehicle, then its thread is done."""

    class Button:
        def update(self):
            car.stop()

        def run_threaded(self):
            return None

    car = Vehicle()
    car.add(Button(), threaded=True)
    car.start(rate_hz=100, max_loop_count=MANY)


@pytest.mark.parametrize("method", ["neutral", "shutdown", "halt"])
@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt, GeneratorExit, BaseException])
def test_whatever_one_part_throws_at_the_end_does_not_spare_the_others(method, error, caplog):
    told = []

    class Part:
        def __init__(self, throws):
            self.throws = throws

        def run(self):
            pass

        def _told(self):
            told.append(self.throws)
            if self.throws:
                raise error

    setattr(Part, method, Part._told)
    car = Vehicle()
    for throws in (False, True, False):
        car.add(Part(throws))
    car.halt()
    car.stop()
    assert told == [False, True, False]
    assert f"Part: {method} failed" in caplog.text


@pytest.mark.parametrize("error", [SystemExit(0), GeneratorExit(), BaseException("odd")])
def test_what_a_part_throws_in_the_loop_is_named_too(error):
    class Part:
        def run(self):
            raise error

    car = Vehicle()
    car.add(Part())
    with pytest.raises(PartFailed, match="Part failed: it was ended by "):
        car.start(max_loop_count=3)


class Threaded:
    """Has news all the time."""

    def __init__(self):
        self.ended = threading.Event()
        self.wake = lambda: None

    def update(self):
        while not self.ended.wait(0.01):
            self.wake()

    def run_threaded(self):
        return None

    def shutdown(self):
        self.ended.set()


def test_what_a_part_throws_between_ticks_is_named_too():
    class Prompt(Threaded):
        def run_prompt(self):
            raise SystemExit(0)

    part, car = Prompt(), Vehicle()
    car.add(part, outputs=["x"], threaded=True, prompt=True)
    with pytest.raises(PartFailed, match="Prompt failed: it was ended by SystemExit"):
        car.start(rate_hz=5, max_loop_count=50)


def test_ctrl_c_is_nobodys_failure():
    class Part:
        def run(self):
            raise KeyboardInterrupt

    car = Vehicle()
    car.add(Part(), optional=True)
    assert car.start(max_loop_count=3) == 0
    assert car.mem["car/faults"] == ()


# Threads of our own parts.


class Reads(Source):
    def read(self):
        raise SystemExit(3)


class Pilot:
    def infer(self, image):
        raise SystemExit(3)


def test_a_source_that_is_ended_is_named():
    car, _ = car_with(Reads())
    with pytest.raises(PartFailed, match=r"Reads (failed: it was ended by|stopped reading: )"):
        car.start(rate_hz=100, max_loop_count=MANY)


def test_a_pilot_that_is_ended_is_named():
    car = Vehicle()
    car.mem["cam/image_array"], car.mem["cam/exposed_s"] = np.zeros((2, 2, 3), np.uint8), 1.0
    car.add(
        PilotPart(Pilot()), inputs=["cam/image_array", "cam/exposed_s"],
        outputs=["pilot/angle", "pilot/throttle", "pilot/expires_s"], threaded=True,
    )  # fmt: skip
    with pytest.raises(PartFailed, match=r"PilotPart failed: .*SystemExit\(3\)"):
        car.start(rate_hz=100, max_loop_count=MANY)


def test_a_gamepad_reader_that_is_ended_is_named():
    def find():
        raise SystemExit(3)

    car = Vehicle()
    pad = GamepadController(finder=find)
    car.add(pad, inputs=[None, None], outputs=["gamepad/offer"], threaded=True)
    with pytest.raises(PartFailed, match="GamepadController failed: it was ended by"):
        car.start(rate_hz=100, max_loop_count=MANY)


@pytest.mark.parametrize("error", [SystemExit(0), KeyboardInterrupt(), BaseException("odd")])
def test_a_recorder_whose_thread_is_ended_says_so_and_does_not_hold_up_the_loop(
    tmp_path, monkeypatch, error
):
    def broken(self, item):
        raise error

    monkeypatch.setattr(TubRecorder, "_handle", broken)
    recorder = TubRecorder(
        tmp_path / "tub", inputs=["user/angle"], types=["float"], lossless=True, queue_size=2
    )
    recorder._thread.join(5)
    for _ in range(5):
        _, status = recorder.run(0.5)
    assert "Recording stopped by a fault of the recorder" in status
    recorder.shutdown()


def test_a_recorder_without_a_thread_refuses_to_record(tmp_path):
    with cannot_start("TubRecorder"), pytest.raises(DeviceError, match="needs a thread"):
        TubRecorder(tmp_path / "tub", inputs=["user/angle"], types=["float"])


def test_a_console_that_can_tell_pages_nothing_more_fails(monkeypatch):
    """What used to happen: the task that sends the state died, and the pages heard nothing."""
    errors = []
    monkeypatch.setattr(threading, "excepthook", lambda failed: errors.append(failed.exc_value))
    with Served() as car:
        monkeypatch.setattr(type(car.cockpit), "issue_tick", lambda self: 1 / 0)
        car.socket()
        car.thread.join(5)
        assert not car.thread.is_alive()
    assert isinstance(errors[0], ZeroDivisionError)


def test_a_picture_that_cannot_be_encoded_is_told_once_and_the_next_one_is_shown(caplog):
    with Served() as car:
        video = car.socket("/wsVideo")
        for number in range(1, 4):
            car.show(np.zeros((4, 4, 7), np.uint8), 1.0, number)
            time.sleep(0.05)
        assert caplog.text.count("pictures cannot be shown") == 1
        car.show(np.zeros((4, 4, 3), np.uint8), 1.0, 9)
        assert video.receive()[0] == BINARY
