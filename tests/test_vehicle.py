"""The loop: wiring, pacing, failing, ending."""

import logging
import os
import signal
import subprocess
import sys
import textwrap
import threading

import pytest

from donkeycar import Memory, Vehicle
from donkeycar.errors import PartError, PartFailed


class Constant:
    """A part that returns one value and remembers what happened to it."""

    def __init__(self, value=None, log=None, name=""):
        self.value = value
        self.log = [] if log is None else log
        self.name = name
        self.shutdowns = 0

    def run(self, *inputs):
        self.log.append(inputs)
        return self.value

    def shutdown(self):
        self.shutdowns += 1
        if self.name:
            self.log.append(f"{self.name} shutdown")


class Motor(Constant):
    def neutral(self):
        self.log.append(f"{self.name} neutral")


class Broken(Constant):
    def run(self, *inputs):
        raise OSError("no such camera")


class Threaded:
    """A threaded part whose thread does what it is told."""

    def __init__(self, body):
        self.body = body
        self.stopping = threading.Event()

    def update(self):
        self.body(self)

    def run_threaded(self):
        return 1

    def shutdown(self):
        self.stopping.set()


@pytest.fixture
def vehicle(clock):
    return Vehicle(clock=clock)


def test_outputs_reach_the_next_part_in_the_same_tick(vehicle):
    spy = Constant()
    vehicle.add(Constant((0.5, 0.1)), outputs=["user/angle", "user/throttle"])
    vehicle.add(spy, inputs=["user/angle", "user/throttle"])
    assert vehicle.start(rate_hz=20, max_loop_count=2) == 2
    assert spy.log == [(0.5, 0.1), (0.5, 0.1)]


def test_a_part_sees_what_a_later_part_wrote_in_the_tick_before(vehicle):
    spy = Constant()
    vehicle.add(spy, inputs=["mode"])
    vehicle.add(Constant("user"), outputs=["mode"])
    vehicle.start(max_loop_count=2)
    assert spy.log == [(None,), ("user",)]


def test_none_writes_nothing_and_the_channel_ages(vehicle, clock):
    pilot = Constant((0.5, 0.1))
    vehicle.add(pilot, outputs=["pilot/angle", "pilot/throttle"])
    vehicle.step()
    pilot.value = None
    clock.sleep(2)
    vehicle.step()
    assert vehicle.mem.get(["pilot/angle", "pilot/throttle"]) == [0.5, 0.1]
    assert vehicle.mem.age_s("pilot/angle") == 2


def test_a_single_output_is_stored_whole(vehicle):
    vehicle.add(Constant((1, 2, 3)), outputs=["lidar/dist_array"])
    vehicle.step()
    assert vehicle.mem["lidar/dist_array"] == (1, 2, 3)


def test_none_as_an_input_name_passes_none(vehicle):
    spy = Constant()
    vehicle.add(spy, inputs=[None, "x"])
    vehicle.mem["x"] = 7
    vehicle.step()
    assert spy.log == [(None, 7)]


def test_part_is_skipped_while_its_condition_is_false(vehicle):
    vehicle.add(Constant(9), outputs=["pilot/angle"], run_condition="run_pilot")
    vehicle.step()
    assert "pilot/angle" not in vehicle.mem
    vehicle.mem["run_pilot"] = True
    vehicle.step()
    assert vehicle.mem["pilot/angle"] == 9


def test_the_loop_holds_its_rate_without_drift(vehicle, clock):
    vehicle.add(Constant(1), outputs=["x"])
    vehicle.start(rate_hz=60, max_loop_count=600)
    assert clock.monotonic() == pytest.approx(10)
    assert vehicle.mem["loop/rate_hz"] == pytest.approx(60)
    assert vehicle.mem["loop/late_ticks"] == 0


def test_late_ticks_are_counted(vehicle, clock):
    slow = Constant()
    slow.run = lambda: clock.sleep(0.07)
    vehicle.add(slow)
    vehicle.start(rate_hz=20, max_loop_count=30)
    assert vehicle.mem["loop/late_ticks"] > 10


def test_a_mistyped_channel_is_pointed_out(vehicle, caplog):
    vehicle.add(Constant(1), outputs=["pilot/angle"])
    vehicle.add(Constant(None), inputs=["pilot/angel", None], run_condition="run_pilot")
    vehicle.start(max_loop_count=1)
    assert vehicle.unwired() == ["pilot/angel", "run_pilot"]
    assert "'pilot/angel' is read, but nothing writes it" in caplog.text


def test_a_failing_part_stops_the_car_and_is_named(vehicle):
    motor = Constant()
    vehicle.add(Broken(), outputs=["cam/image_array"])
    vehicle.add(motor)
    with pytest.raises(PartFailed, match="Broken failed: no such camera") as error:
        vehicle.start(max_loop_count=1)
    assert isinstance(error.value.__cause__, OSError)
    assert motor.shutdowns == 1


@pytest.mark.parametrize("base", [ValueError, SystemExit])
@pytest.mark.parametrize("optional", [False, True])
def test_a_part_whose_error_cannot_be_printed_is_named(vehicle, base, optional):
    """What used to happen: the error's own error, as a traceback, and no word of the part."""

    class Mute(base):
        def __str__(self):
            raise RuntimeError("ask me not")

        __repr__ = __str__

    class Broken(Constant):
        def run(self):
            raise Mute

    part, motor = Broken(), Motor(name="motor")
    vehicle.add(part, optional=optional)
    vehicle.add(motor, inputs=["throttle"])
    if optional:
        vehicle.start(max_loop_count=2)
        assert "Broken failed: " in vehicle.mem["car/faults"][0]
        assert "Mute" in vehicle.mem["car/faults"][0]
    else:
        with pytest.raises(PartFailed, match="Broken failed: .*Mute"):
            vehicle.start(max_loop_count=2)
        assert "motor neutral" in motor.log


def test_an_optional_part_that_fails_is_taken_out_and_reported(vehicle, caplog):
    display, spy = Broken(), Constant()
    vehicle.add(display, optional=True)
    vehicle.add(spy)
    assert vehicle.start(max_loop_count=3) == 3
    assert len(spy.log) == 3
    assert display.shutdowns == 1
    assert vehicle.mem["car/faults"] == ("Broken failed: no such camera",)
    assert caplog.text.count("taken out") == 1


def test_the_motor_goes_neutral_before_any_part_is_shut_down(vehicle):
    log = []
    vehicle.add(Motor(log=log, name="motor"), inputs=["command"])
    vehicle.add(Constant(log=log, name="slow recorder"))
    vehicle.start(max_loop_count=1)
    assert log[-3:] == ["motor neutral", "motor shutdown", "slow recorder shutdown"]


def test_a_halt_reaches_every_part_that_can_whatever_the_others_do(vehicle, caplog):
    halted = []

    class Motor:
        def run(self):
            pass

        def halt(self):
            halted.append(self)

    class Stuck(Motor):
        def halt(self):
            raise OSError("the bus is gone")

    one, other = Motor(), Motor()
    for part in (one, Stuck(), other):
        vehicle.add(part)
    vehicle.halt()
    assert halted == [one, other]
    assert "halt failed" in caplog.text


def test_an_actuator_of_an_older_car_is_shut_down_first(vehicle):
    log = []
    vehicle.add(Constant(log=log, name="throttle"), inputs=["throttle"])
    vehicle.add(Constant(log=log, name="recorder"), inputs=["user/throttle"], outputs=["n"])
    vehicle.start(max_loop_count=1)
    assert log[-2:] == ["throttle shutdown", "recorder shutdown"]


def test_one_bad_shutdown_does_not_spare_the_others(vehicle, caplog):
    motor, bad = Constant(), Constant()
    bad.shutdown = lambda: 1 / 0
    vehicle.add(motor)
    vehicle.add(bad)
    vehicle.start(max_loop_count=1)
    assert motor.shutdowns == 1
    assert "Constant: shutdown failed" in caplog.text


def test_an_error_inside_shutdown_is_not_taken_for_a_missing_shutdown(vehicle, caplog):
    # What used to happen elsewhere: an AttributeError raised inside shutdown() was ignored.
    bad = Constant()
    bad.shutdown = lambda: None.close()
    vehicle.add(bad)
    vehicle.start(max_loop_count=1)
    assert "Constant: shutdown failed" in caplog.text


def test_a_thread_that_dies_stops_the_car_with_its_cause(vehicle):
    died = threading.Event()

    def body(part):
        died.set()
        raise OSError("unplugged")

    vehicle.add(Threaded(body), outputs=["x"], threaded=True)
    waiter = Constant()
    waiter.run = lambda: died.wait(5) and None
    vehicle.add(waiter)
    with pytest.raises(PartFailed, match="Threaded failed: unplugged"):
        vehicle.start(max_loop_count=10_000)


def test_threads_are_joined(vehicle):
    part = Threaded(lambda self: self.stopping.wait(5))
    vehicle.add(part, outputs=["x"], threaded=True)
    vehicle.start(max_loop_count=1)
    assert not vehicle.entries[0].thread.is_alive()


def test_a_thread_that_does_not_end_is_reported_and_left(vehicle, caplog, monkeypatch):
    monkeypatch.setattr("donkeycar.loop.entry.JOIN_TIMEOUT_S", 0.05)
    release = threading.Event()
    vehicle.add(Threaded(lambda self: release.wait(5)), outputs=["x"], threaded=True)
    vehicle.start(max_loop_count=1)
    release.set()
    assert "Threaded is still running after its shutdown" in caplog.text


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"part": Constant}, "must be an instance. Received: the class Constant"),
        ({"part": object()}, "object lacks run"),
        ({"part": Constant(), "threaded": True}, "Constant lacks update, run_threaded"),
        ({"part": Constant(), "inputs": "x"}, "`inputs` must be a list of names. Received"),
        ({"part": Constant(), "outputs": "x"}, "`outputs` must be a list of names. Received"),
    ],
)
def test_bad_wiring_is_refused(vehicle, kwargs, message):
    with pytest.raises(PartError, match=message):
        vehicle.add(**kwargs)


def test_too_few_values_are_an_error_that_names_the_channels(vehicle):
    vehicle.add(Constant((1, 2)), outputs=["a", "b", "c"])
    with pytest.raises(PartFailed, match=r"Expected 3 values .*\['a', 'b', 'c'\].*Received: 2"):
        vehicle.step()


def test_a_memory_given_to_the_vehicle_is_used_even_when_empty():
    mem = Memory()
    assert Vehicle(mem).mem is mem


def test_the_profile_names_every_part(vehicle):
    vehicle.add(Constant())
    vehicle.start(max_loop_count=5)
    assert "Constant" in vehicle.profile()
    assert " 5 " in vehicle.profile()


SIGNALLED = """
    import sys, time
    from donkeycar import Vehicle
    class Motor:
        def run(self, throttle): print("running", flush=True)
        def neutral(self): print("neutral", flush=True)
        def shutdown(self): time.sleep(0.3); print("shut down", flush=True)
    class Stuck:
        def run(self): time.sleep(60)
    car = Vehicle()
    car.add(Motor(), inputs=["throttle"])
    if len(sys.argv) > 1: car.add(Stuck())
    car.start(rate_hz=20)
    print("ended", flush=True)
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"])
@pytest.mark.parametrize("stuck", [(), ("stuck",)], ids=["running", "stuck in a part"])
def test_a_signal_ends_the_loop_in_order_and_a_second_one_does_not_cut_it_short(name, stuck):
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(SIGNALLED), *stuck],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "running\n"
    number = getattr(signal, name)
    os.kill(process.pid, number)
    while process.stdout.readline() != "neutral\n":
        pass
    os.kill(process.pid, number)
    out, err = process.communicate(timeout=10)
    assert out.splitlines() == ["shut down", "ended"], err
    assert process.returncode == 0


def test_a_vehicle_runs_outside_the_main_thread(vehicle, caplog):
    vehicle.add(Constant(1), outputs=["x"])
    with caplog.at_level(logging.ERROR):
        thread = threading.Thread(target=vehicle.start, kwargs={"max_loop_count": 3})
        thread.start()
        thread.join(5)
    assert vehicle.mem["x"] == 1
    assert not caplog.records
