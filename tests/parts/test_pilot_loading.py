"""A pilot that is still to be opened when the car starts."""

import logging
import threading
import time

import numpy as np
import pytest

from donkeycar import Vehicle
from donkeycar.errors import PartFailed, PilotError
from donkeycar.parts.launch import Launch
from donkeycar.parts.pilot import PilotPart
from donkeycar.parts.pilot_loading import LOADING
from donkeycar.parts.pilot_report import PilotReport

FRAME = np.zeros((8, 8, 3), np.uint8)
PATIENCE_S = 20


class GoStraight:
    """A network that is there."""

    def infer(self, image):
        return 0.1, 0.3


class Network:
    """One that is opened when the test says so."""

    def __init__(self, outcome=None):
        self.begun, self.may_end = threading.Event(), threading.Event()
        self.outcome = GoStraight() if outcome is None else outcome
        self.abandoned = False

    def load(self):
        self.begun.set()
        assert self.may_end.wait(PATIENCE_S)
        if self.abandoned:
            raise PilotError("pilot.tflite cannot be opened: its child was killed")
        if isinstance(self.outcome, BaseException):
            raise self.outcome
        return self.outcome

    def abandon(self):
        self.abandoned = True
        self.may_end.set()


class Camera:
    """A frame a tick."""

    def __init__(self, clock):
        self.clock = clock

    def run(self):
        time.sleep(0.001)  # as a loop on real time, it leaves the threads their turn
        return FRAME, self.clock.monotonic()


@pytest.fixture
def threads():
    started = []

    def start(part):
        thread = threading.Thread(target=part.update, daemon=True)
        thread.start()
        started.append((part, thread))
        return thread

    yield start
    for part, thread in started:
        part.shutdown()
        thread.join(PATIENCE_S)
        assert not thread.is_alive()


def until(condition):
    end_s = time.monotonic() + PATIENCE_S
    while not (found := condition()):
        assert time.monotonic() < end_s
        time.sleep(0.002)
    return found


def test_until_it_is_there_it_answers_nothing_and_says_why(clock, threads):
    network = Network()
    part = PilotPart(network, clock=clock)
    threads(part)
    assert part.run_threaded(FRAME, clock.monotonic()) is None
    assert network.begun.wait(PATIENCE_S)
    assert part.run_threaded(FRAME, clock.monotonic()) is None
    assert part.run_prompt(FRAME, clock.monotonic()) is None
    assert part.reason == part.loading == LOADING
    report = PilotReport(part, clock=clock)
    assert report.run("user") == (LOADING, LOADING)
    network.may_end.set()
    until(lambda: part.loading == "")
    assert part.pilot is network.outcome
    clock.sleep(0.05)
    answer = until(lambda: part.run_threaded(FRAME, clock.monotonic()))
    assert answer[:2] == (0.1, 0.3)
    clock.sleep(1.1)  # a reason is told a second longer; that it can be chosen, at once
    assert report.run("user")[1] == ""


def test_that_it_can_be_chosen_is_told_without_delay(clock):
    network = Network()
    network.may_end.set()
    part = PilotPart(network, clock=clock)
    report = PilotReport(part, clock=clock)
    assert report.run("user")[1] == LOADING
    part.load()
    assert report.run("user")[1] == ""


def test_a_frame_from_before_it_was_there_is_never_answered(clock, threads):
    network = Network()
    part = PilotPart(network, clock=clock)
    threads(part)
    part.run_threaded(FRAME, clock.monotonic())
    network.may_end.set()
    until(lambda: part.loading == "")
    assert part.num_answers == 0
    assert part.run_threaded(None, None) is None


def test_the_first_tick_comes_before_the_network(clock, threads, monkeypatch):
    network = Network()
    part = PilotPart(network, clock=clock)
    waiting = threading.Event()
    wait_for = part._changed.wait_for
    monkeypatch.setattr(
        part._changed, "wait_for", lambda *words: (waiting.set(), wait_for(*words))[1]
    )
    threads(part)
    assert waiting.wait(PATIENCE_S)
    assert not network.begun.is_set()
    part.run_threaded(None, None)
    assert network.begun.wait(PATIENCE_S)
    network.may_end.set()


def test_a_part_that_no_tick_asks_is_loaded_all_the_same(clock, threads, monkeypatch):
    monkeypatch.setattr("donkeycar.parts.pilot.FIRST_TICK_S", 0.01)
    network = Network()
    threads(PilotPart(network, clock=clock))
    assert network.begun.wait(PATIENCE_S)
    network.may_end.set()


def test_a_shutdown_ends_the_loading_and_blames_nobody(clock, threads):
    network = Network()
    part = PilotPart(network, clock=clock)
    thread = threads(part)
    part.run_threaded(FRAME, clock.monotonic())
    assert network.begun.wait(PATIENCE_S)
    part.shutdown()
    part.shutdown()
    thread.join(PATIENCE_S)
    assert not thread.is_alive()
    assert network.abandoned
    assert part.run_threaded(FRAME, clock.monotonic()) is None


def test_a_shutdown_before_the_first_tick_opens_nothing(clock, threads):
    network = Network()
    part = PilotPart(network, clock=clock)
    thread = threads(part)
    part.shutdown()
    thread.join(PATIENCE_S)
    assert not thread.is_alive()
    assert not network.begun.is_set()


def car_with(network):
    car = Vehicle()
    car.add(Camera(car.clock), outputs=["cam/image_array", "cam/exposed_s"])
    car.add(
        PilotPart(network, clock=car.clock),
        inputs=["cam/image_array", "cam/exposed_s"],
        outputs=["pilot/angle", "pilot/throttle", "pilot/expires_s"],
        threaded=True, prompt=True,
    )  # fmt: skip
    return car


@pytest.mark.parametrize(
    ("outcome", "sentence"),
    [
        (
            PilotError("p.tflite cannot be opened: it crashes what reads it (SIGSEGV)."),
            r"PilotPart failed: the pilot was not loaded: p.tflite cannot be opened: it crashes "
            r"what reads it \(SIGSEGV\).",
        ),
        (SystemExit(3), r"PilotPart failed: .*SystemExit\(3\)"),
    ],
)
def test_a_pilot_that_cannot_be_opened_stops_the_car_by_name(outcome, sentence):
    network = Network(outcome)
    network.may_end.set()
    with pytest.raises(PartFailed, match=sentence):
        car_with(network).start(rate_hz=200, max_loop_count=200 * PATIENCE_S)


def test_the_log_says_that_it_is_loaded_and_when_it_is_there(clock, caplog):
    network = Network()
    network.may_end.set()
    with caplog.at_level(logging.INFO):
        PilotPart(network, clock=clock).load()
    assert [record.getMessage() for record in caplog.records] == [
        LOADING, "The pilot is there, after 0.0 s.",
    ]  # fmt: skip


def test_in_lockstep_the_first_frame_waits_for_it(clock):
    network = Network()
    network.may_end.set()
    part = PilotPart(network, clock=clock)
    assert part.run(FRAME, clock.monotonic())[:2] == (0.1, 0.3)
    assert part.loading == ""


def test_a_burst_at_the_start_that_the_pilot_missed_does_not_come_later(clock):
    launch = Launch(throttle=0.9, duration_s=1.0, clock=clock)
    assert launch.run("local", None) is None  # it is being loaded
    clock.sleep(3.0)
    assert launch.run("local", 0.2) is None


def test_a_burst_begins_when_the_pilot_is_chosen_once_it_is_there(clock):
    launch = Launch(throttle=0.9, duration_s=1.0, clock=clock)
    launch.run("user", None)
    clock.sleep(3.0)
    assert launch.run("local", 0.2) == 0.9
