import math
import threading
from types import SimpleNamespace

import numpy as np
import pytest

from donkeycar.errors import ConfigError, PartFailed
from donkeycar.parts.pilot import PilotPart
from donkeycar.testing import FakeClock

FRAME = np.zeros((4, 4, 3), np.uint8)


class ScriptedPilot:
    """Answers what it is told to; the bottom of the stack, where a network would be."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.frames = []
        self.go_on = threading.Event()
        self.go_on.set()
        self.looking = threading.Event()

    def infer(self, image):
        self.looking.set()
        assert self.go_on.wait(5)
        self.frames.append(image)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def working(request):
    """Run a part's thread for the length of a test."""
    parts = []

    def start(part):
        thread = threading.Thread(target=part.update)
        thread.start()
        parts.append((part, thread))
        return part

    yield start
    for part, thread in parts:
        part.pilot.go_on.set()
        part.shutdown()
        thread.join(5)
        assert not thread.is_alive()


def wait_until(condition):
    for _ in range(500):
        if condition():
            return
        threading.Event().wait(0.01)
    pytest.fail("it did not happen within five seconds")


def test_a_worker_without_a_thread_takes_single_turns(clock):
    """For simulated time, in which no thread may run by itself."""
    part, woken = PilotPart(ScriptedPilot((0.5, 0.2), (0.6, 0.2)), clock=clock), []
    part.wake = lambda: woken.append(clock.monotonic())
    assert part.run_prompt(FRAME, 0.0) is None
    assert part.has_work
    part.work()
    assert (part.has_work, woken) == (False, [0.0])
    assert part.run_prompt(FRAME, 0.0)[:2] == (0.5, 0.2)
    part.work()  # no frame waits
    assert (part.num_answers, woken) == (1, [0.0])


def test_in_lockstep_it_answers_at_once(clock):
    part = PilotPart(ScriptedPilot((0.5, 0.2)), max_age_s=0.15, clock=clock)
    assert part.run(FRAME, 0.0) == (0.5, 0.2, 0.15)


def test_an_answer_says_if_asked_when_its_frame_was_exposed(clock):
    pilot = ScriptedPilot((0.5, 0.2))
    part = PilotPart(pilot, max_age_s=0.15, stamped=True, clock=clock)
    assert part.run(FRAME, 0.0) == (0.5, 0.2, 0.15, 0.0)
    pilot.kind, pilot.location = SimpleNamespace(locate=4), 3
    part = PilotPart(pilot, max_age_s=0.15, stamped=True, clock=clock)
    assert part.run(FRAME, 0.0) == (0.5, 0.2, 0.15, 0.0, 3), "the place stays the last"


def test_without_a_frame_there_is_no_answer(clock):
    part = PilotPart(ScriptedPilot((0.5, 0.2)), clock=clock)
    assert part.run(None, None) is None
    assert part.run_threaded(None, None) is None


def test_one_frame_is_looked_at_once(clock):
    pilot = ScriptedPilot((0.5, 0.2))
    part = PilotPart(pilot, clock=clock)
    assert part.run(FRAME, 0.0) == part.run(FRAME, 0.0)
    assert len(pilot.frames) == 1


def test_the_life_of_an_answer_begins_with_the_exposure(clock):
    part = PilotPart(ScriptedPilot((0.5, 0.2)), max_age_s=0.15, clock=clock)
    clock.sleep(0.1)
    assert part.run(FRAME, 0.0)[2] == 0.15
    clock.sleep(0.06)
    assert part.run(FRAME, 0.0) is None


def test_an_answer_to_an_old_frame_counts_as_none(clock):
    clock.sleep(1.0)
    assert PilotPart(ScriptedPilot((0.5, 0.2)), clock=clock).run(FRAME, 0.5) is None


@pytest.mark.parametrize(
    "answer", [(math.nan, 0.2), (0.1, math.nan), (math.inf, 0.2), (0.1, -math.inf), (2.1, 0.2)]
)
def test_an_impossible_answer_is_void(clock, answer, caplog):
    part = PilotPart(ScriptedPilot(answer), clock=clock)
    assert part.run(FRAME, 0.0) is None
    assert part.run(FRAME, 0.01) is None
    assert part.num_void == 2
    assert caplog.text.count("the car ignores that") == 1


def test_a_void_answer_ends_the_one_before(clock):
    part = PilotPart(ScriptedPilot((0.5, 0.2), (math.nan, 0.0)), clock=clock)
    part.run(FRAME, 0.0)
    assert part.run(FRAME, 0.01) is None


def test_a_small_overshoot_is_clipped(clock):
    part = PilotPart(ScriptedPilot((-1.3, 1.01)), clock=clock)
    assert part.run(FRAME, 0.0)[:2] == (-1.0, 1.0)


def test_the_loop_never_waits_and_the_worker_sees_the_newest_frame(clock, working):
    pilot = ScriptedPilot((0.5, 0.2))
    pilot.go_on.clear()
    part = working(PilotPart(pilot, clock=clock))
    frames = [np.full((4, 4, 3), value, np.uint8) for value in range(4)]
    assert part.run_threaded(frames[0], 0.00) is None
    assert pilot.looking.wait(5)
    clock.sleep(0.03)
    for number in (1, 2, 3):
        assert part.run_threaded(frames[number], number / 100) is None
    pilot.go_on.set()
    wait_until(lambda: len(pilot.frames) == 2)
    assert [frame[0, 0, 0] for frame in pilot.frames] == [0, 3]
    wait_until(lambda: part.run_threaded(frames[3], 0.03) == (0.5, 0.2, 0.18))


def test_a_pilot_that_hangs_is_no_pilot(clock, working):
    pilot = ScriptedPilot((0.5, 0.2))
    part = working(PilotPart(pilot, max_age_s=0.15, clock=clock))
    part.run_threaded(FRAME, 0.0)
    wait_until(lambda: part.num_answers == 1)
    wait_until(lambda: part.run_threaded(FRAME, 0.0) is not None)
    pilot.go_on.clear()
    clock.sleep(0.2)
    assert part.run_threaded(FRAME, 0.2) is None


@pytest.mark.parametrize("exposed_s", [math.nan, math.inf, 1.7e9, 10.02])
def test_a_camera_whose_times_are_of_another_clock_does_not_drive(clock, exposed_s):
    # What used to happen: the answer to a frame that was stamped with time.time() held for fifty
    # years, and the car drove on when the camera had frozen.
    clock.sleep(10.0)
    part = PilotPart(ScriptedPilot((0.5, 0.2)), clock=clock)
    assert part.run(FRAME, exposed_s) is None
    assert "on the clock of the car, car.clock.monotonic(). Received: " in part.reason
    assert part.run(FRAME, 10.0) is not None
    assert part.reason == ""
    clock.sleep(0.01)
    assert part.run(FRAME, clock.monotonic() + 5) is not None  # the answer before
    clock.sleep(0.2)
    assert part.run(FRAME, clock.monotonic() + 5) is None  # it is too old


def test_a_pilot_that_fails_stops_the_car_by_name(clock, working):
    part = working(PilotPart(ScriptedPilot(RuntimeError("no memory")), clock=clock))
    part.run_threaded(FRAME, 0.0)
    with pytest.raises(PartFailed, match="the pilot stopped: no memory") as error:
        wait_until(lambda: part.run_threaded(FRAME, 0.0))
    assert isinstance(error.value.__cause__, RuntimeError)


def test_after_shutdown_there_is_no_answer_and_no_thread(clock):
    part = PilotPart(ScriptedPilot((0.5, 0.2)), clock=clock)
    thread = threading.Thread(target=part.update)
    thread.start()
    part.shutdown()
    part.shutdown()
    thread.join(2)
    assert not thread.is_alive()
    assert part.run_threaded(FRAME, 0.0) is None


def test_a_life_must_be_longer_than_nothing():
    with pytest.raises(ConfigError, match="`max_age_s` must be greater than 0"):
        PilotPart(ScriptedPilot((0.0, 0.0)), max_age_s=0)


def test_an_answer_rings_as_soon_as_it_is_there(clock, working):
    """It was taken in the tick after the next: up to 100 ms of the 150 that it lived."""
    part = PilotPart(ScriptedPilot((0.5, 0.2)), clock=clock)
    answered = threading.Event()
    part.wake = answered.set
    working(part)
    assert part.run_prompt(FRAME, 0.0) is None
    assert answered.wait(5)
    assert part.run_prompt(FRAME, 0.0) == (0.5, 0.2, 0.15)
    assert part.run_prompt(FRAME, 0.0) is None, "it is told once between ticks"
    assert part.run_threaded(FRAME, 0.0) == (0.5, 0.2, 0.15), "and in every tick"


@pytest.mark.parametrize("age_s", [0.0, 0.05, 0.08, 0.12])
def test_a_pilot_drives_without_a_gap_however_old_the_camera_is(clock, age_s):
    part = PilotPart(ScriptedPilot((0.5, 0.2)), clock=clock)
    clock.sleep(1.0)
    gaps = 0
    for tick in range(100):
        exposed_s = clock.monotonic() - age_s
        part.run(FRAME, exposed_s)
        clock.sleep(0.0499)
        if tick > 1:
            gaps += part.run(FRAME, exposed_s) is None
        clock.sleep(0.0001)
    assert gaps == 0


def test_too_old_is_too_old_and_says_so(clock):
    part = PilotPart(ScriptedPilot((0.5, 0.2)), clock=clock)
    clock.sleep(1.0)
    for _ in range(30):
        assert part.run(FRAME, clock.monotonic() - 0.27) is None
        clock.sleep(0.05)
    assert part.reason == (
        "The camera's frames are 270 ms old, more than the 180 ms that a pilot can drive with. "
        "More light or a higher CAMERA_FRAMERATE may help."
    )


def test_there_is_no_reason_while_it_answers(clock):
    part = PilotPart(ScriptedPilot((0.5, 0.2)), clock=clock)
    part.run(FRAME, 0.0)
    assert part.reason == ""
    assert part.delays == "The camera is 0 ms old, the pilot needs 0 ms for a frame"


def test_a_lapse_that_is_over_before_anybody_asks_is_told_once(clock):
    """The guardian had seen it, and the page said "The order was too old."."""
    part = PilotPart(ScriptedPilot((0.5, 0.2)), clock=clock)
    part.run(FRAME, 0.0)
    clock.sleep(0.2)
    assert part.run(FRAME, 0.19) is not None
    assert part.reason.startswith("An answer of the pilot came too late: the camera is 5 ms old")
    assert part.reason == ""


def test_a_void_answer_is_the_reason(clock):
    part = PilotPart(ScriptedPilot((math.nan, 0.2)), clock=clock)
    part.run(FRAME, 0.0)
    assert part.reason == "The pilot's answer to the last frame makes no sense."


class FeelingPilot(ScriptedPilot):
    """Wants a vector, remembers, and knows places."""

    vector_channels = ("imu/acl", "behavior/one_hot_state_array")
    kind = SimpleNamespace(locate=lambda outputs, options: 0)

    def __init__(self, *answers):
        super().__init__(*answers)
        self.vectors = []
        self.resets = 0
        self.location = None

    def infer(self, image, vector):
        self.vectors.append(vector.tolist())
        self.location = len(self.vectors)
        return super().infer(image)

    def reset(self):
        self.resets += 1


def test_what_a_pilot_wants_to_know_goes_with_the_frame(clock):
    pilot = FeelingPilot((0.5, 0.2))
    part = PilotPart(pilot, clock=clock)
    assert part.run(FRAME, 0.0, 1.5, [0, 1]) == (0.5, 0.2, 0.15, 1)
    assert pilot.vectors == [[1.5, 0.0, 1.0]]


def test_as_long_as_it_does_not_know_it_does_not_answer(clock):
    pilot = FeelingPilot((0.5, 0.2))
    part = PilotPart(pilot, clock=clock)
    assert part.run(FRAME, 0.0, None, [0, 1]) is None
    assert pilot.frames == []
    assert part.run(FRAME, 0.0, 1.5, np.array([0, 1])) is not None


def test_the_worker_gets_what_belongs_to_the_frame(clock, working):
    pilot = FeelingPilot((0.5, 0.2))
    part = working(PilotPart(pilot, clock=clock))
    part.run_threaded(FRAME, 0.0, 1.5, [1, 0])
    wait_until(lambda: part.run_threaded(FRAME, 0.0, 9.0, [0, 1]) == (0.5, 0.2, 0.15, 1))
    assert pilot.vectors == [[1.5, 1.0, 0.0]]


def test_after_a_gap_a_pilot_forgets_what_it_saw_before(clock):
    pilot = FeelingPilot((0.5, 0.2))
    part = PilotPart(pilot, clock=clock)
    for exposed_s, resets in ((0.0, 0), (0.4, 0), (1.0, 1), (1.05, 1)):
        clock.sleep(exposed_s - clock.monotonic())
        part.run(FRAME, exposed_s, 0.0, [1, 0])
        assert pilot.resets == resets
