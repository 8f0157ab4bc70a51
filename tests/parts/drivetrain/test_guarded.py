"""The drive loop's side: what it sends, when it arms, and what it does without a guardian."""

import pytest

from donkeycar.driving.command import NEUTRAL, Command
from donkeycar.errors import DeviceError
from donkeycar.guardian.guardian import Guardian, Reason, State
from donkeycar.guardian.motor_frame import ARM, STOP, MotorFrame
from donkeycar.parts.drivetrain.guarded import REASONS, GuardedDrivetrain, LocalGuardian
from donkeycar.testing import FakeClock, check_part

TICK_S = 0.05


class Recorder:
    """An output that remembers what it carries."""

    carries = "?"

    def write(self, steering, throttle):
        self.carries = (steering, throttle)

    def off(self):
        self.carries = None


class Wire:
    """A link that keeps what was sent, answers what it is told to, and can break."""

    def __init__(self):
        self.sent = []
        self.answer = None
        self.broken = False

    def send(self, frame):
        if self.broken:
            raise DeviceError("The guardian of the motor is gone")
        self.sent.append(frame)

    def status(self):
        return self.answer

    def halt(self):
        self.send("halt")


@pytest.fixture
def clock():
    return FakeClock(100.0)


@pytest.fixture
def wire():
    return Wire()


@pytest.fixture
def emergency_off():
    turned = []
    return turned


@pytest.fixture
def part(wire, emergency_off, clock):
    return GuardedDrivetrain(
        wire, emergency_off=lambda: emergency_off.append("neutral"), clock=clock
    )


def status(state, reason):
    return MotorFrame(1, 0.0, 0.0, 0.0, state | reason << 2)


RUNS = status(State.RUN, Reason.NONE)


def order(clock, throttle=0.5, life_s=0.25):
    return Command(0.25, throttle, "user", clock.monotonic() + life_s)


def test_sends_the_command_with_what_is_left_of_its_life(part, wire, clock):
    wire.answer = RUNS
    command = order(clock)
    part.run(command)
    clock.advance(0.1)
    part.run(command)
    assert wire.sent[0] == (1, 0.25, 0.5, pytest.approx(0.25), ARM)
    assert wire.sent[1] == (2, 0.25, 0.5, pytest.approx(0.15), ARM)


def test_numbers_of_frames_wrap(part, wire):
    for _ in range(65536):
        part.run(None)
    assert [wire.sent[-2].seq, wire.sent[-1].seq] == [65535, 0]


@pytest.mark.parametrize("life_s", [0.0, -1.0, float("nan"), float("inf"), float("-inf")])
def test_a_command_without_life_does_not_arm(part, wire, clock, life_s):
    wire.answer = RUNS
    part.run(order(clock, life_s=life_s))
    assert wire.sent[0][3:] == (0.0, 0)


@pytest.mark.parametrize(
    "command",
    [
        None,
        NEUTRAL,
        Command(float("nan"), 0.5, "user", 100.2),
        Command(0.0, float("nan"), "user", 100.2),
        Command(1.01, 0.5, "user", 100.2),
        Command(0.0, -1.01, "user", 100.2),
        Command(0.0, float("inf"), "pilot", 100.2),
    ],
)
def test_nonsense_is_no_order(part, wire, command):
    wire.answer = RUNS
    part.run(command)
    assert wire.sent[0] == (1, 0.0, 0.0, 0.0, 0)


@pytest.mark.parametrize("value", [1.0, -1.0])
def test_the_ends_of_the_range_are_orders(part, wire, value):
    wire.answer = RUNS
    part.run(Command(value, value, "user", 100.2))
    assert wire.sent[0][1:3] == (value, value)


def test_knocks_with_zero_throttle_until_the_guardian_runs(part, wire, clock):
    for answer in (None, status(State.SAFE, Reason.START), status(State.SAFE, Reason.START), RUNS):
        wire.answer = answer
        part.run(order(clock))
    assert [frame.throttle for frame in wire.sent] == [0.0, 0.0, 0.0, 0.5]
    assert {frame.flags for frame in wire.sent} == {ARM}


@pytest.mark.parametrize(
    ("reason", "throttle"),
    [
        (Reason.SILENT, 0.0), (Reason.EXPIRED, 0.0), (Reason.GARBLED, 0.5),
        (Reason.STOPPED, 0.5), (Reason.OUTPUT, 0.5),
    ],
)  # fmt: skip
def test_after_a_fault_the_driver_must_let_go_of_the_throttle(part, wire, clock, reason, throttle):
    wire.answer = RUNS
    part.run(order(clock))
    wire.answer = status(State.SAFE, reason)
    part.run(order(clock))
    assert wire.sent[-1].throttle == throttle


def test_an_order_that_has_just_come_to_life_knocks_after_any_fault(part, wire, clock):
    wire.answer = status(State.SAFE, Reason.OUTPUT)
    part.run(NEUTRAL)
    part.run(order(clock))
    assert wire.sent[-1].throttle == 0.0


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("reason", list(Reason))
def test_says_what_the_guardian_does_and_why(part, wire, state, reason):
    wire.answer = status(state, reason)
    assert part.run(None) == (state.name.lower(), REASONS[reason])


@pytest.mark.parametrize(
    ("mode", "reason", "told"),
    [
        ("local", Reason.EXPIRED, "The camera's frames are 270 ms old."),
        ("local", Reason.START, "The camera's frames are 270 ms old."),
        ("user", Reason.START, REASONS[Reason.START]),
        ("local_angle", Reason.EXPIRED, "The camera's frames are 270 ms old."),
        ("user", Reason.EXPIRED, REASONS[Reason.EXPIRED]),
        ("local", Reason.OUTPUT, REASONS[Reason.OUTPUT]),
    ],
)
def test_where_the_pilot_is_late_it_is_said_what_is_slow(part, wire, mode, reason, told):
    """It said "The order was too old.", whatever was the cause."""
    wire.answer = status(State.SAFE, reason)
    assert part.run(NEUTRAL, mode, "The camera's frames are 270 ms old.") == ("safe", told)
    assert part.run(NEUTRAL, mode, "") == ("safe", REASONS[reason])


def test_before_the_first_answer_it_is_not_armed(part):
    assert part.run(None) == ("boot", "The motor is not armed yet.")


def test_only_running_has_no_reason():
    assert [reason for reason in Reason if not REASONS[reason]] == [Reason.NONE]


def test_neutral_stops(part, wire):
    part.run(NEUTRAL)
    part.neutral()
    assert wire.sent[1:] == [(1, 0.0, 0.0, 0.0, STOP)], "a stop has no number of its own"


def test_a_stop_that_is_answered_needs_no_second_key(part, wire, clock, emergency_off):
    wire.answer = status(State.SAFE, Reason.STOPPED)
    part.neutral()
    assert emergency_off == []
    assert clock.sleeps == []


def test_a_stop_that_is_not_answered_turns_the_second_key(part, wire, clock, emergency_off):
    # What used to happen: the frame was taken by a guardian that was being killed, the vehicle
    # ended in good order, and the motor ran on.
    wire.answer = RUNS
    part.neutral()
    assert emergency_off == ["neutral"]
    assert sum(clock.sleeps) == pytest.approx(0.05)


def test_shutdown_stops_however_often(part, wire):
    part.shutdown()
    part.shutdown()
    assert [frame.flags for frame in wire.sent] == [STOP, STOP]


def test_a_halt_goes_out_at_once_and_takes_no_number(part, wire, clock):
    wire.answer = RUNS
    part.run(order(clock))
    part.halt()
    part.run(order(clock))
    assert wire.sent[1] == "halt"
    assert wire.sent[2].seq == 2


def test_a_halt_without_a_guardian_is_left_to_the_tick(part, wire, emergency_off):
    wire.broken = True
    part.halt()
    assert emergency_off == []
    with pytest.raises(DeviceError):
        part.run(NEUTRAL)
    assert emergency_off == ["neutral"]


def test_without_a_guardian_it_turns_the_second_key_and_fails(part, wire, clock, emergency_off):
    wire.broken = True
    with pytest.raises(DeviceError, match="gone"):
        part.run(order(clock))
    assert emergency_off == ["neutral"]


def test_without_a_guardian_it_can_still_be_stopped(part, wire, emergency_off):
    wire.broken = True
    part.neutral()
    part.shutdown()
    assert emergency_off == ["neutral", "neutral"]


def test_keeps_the_part_contract(part):
    check_part(part, None, outputs=2)


# With a follower.


@pytest.fixture
def follower():
    return Recorder()


@pytest.fixture
def leader(wire, follower, clock):
    return GuardedDrivetrain(wire, emergency_off=lambda: None, follower=follower, clock=clock)


@pytest.mark.parametrize(
    ("state", "carries"),
    [(State.BOOT, None), (State.SAFE, (0.25, 0.5)), (State.RUN, (0.25, 0.5)), (State.OFF, None)],
)
def test_a_follower_does_what_the_guardian_lets_through(leader, wire, follower, state, carries):
    wire.answer = MotorFrame(1, 0.25, 0.5, 0.0, state)
    leader.run(None)
    assert follower.carries == carries


def test_a_follower_finds_its_answer_after_a_halt(leader, wire, follower, clock):
    leader.run(None)
    leader.halt()
    wire.answer = MotorFrame(2, 0.25, 0.0, 0.0, State.SAFE)
    clock.sleeps.clear()
    leader.run(None)
    assert clock.sleeps == []
    assert follower.carries == (0.25, 0.0)


def test_a_follower_is_off_before_the_first_answer(leader, follower):
    leader.run(None)
    assert follower.carries is None


def test_a_follower_waits_for_the_answer_to_this_tick_but_not_long(leader, wire, follower, clock):
    wire.answer = MotorFrame(1, 0.25, 0.5, 0.0, State.RUN)
    leader.run(None)
    assert clock.sleeps == []
    leader.run(None)
    assert sum(clock.sleeps) == pytest.approx(0.005)
    assert follower.carries == (0.25, 0.5)


def test_a_follower_stops_with_the_others(leader, wire, follower):
    wire.answer = MotorFrame(1, 0.25, 0.0, 0.0, State.SAFE)
    leader.neutral()
    assert follower.carries == (0.25, 0.0)


# With a guardian in the same process.


@pytest.fixture
def wheels():
    return Recorder()


@pytest.fixture
def local(wheels, clock):
    link = LocalGuardian(Guardian(wheels, clock=clock))
    return GuardedDrivetrain(link, emergency_off=lambda: None, clock=clock)


def drive(part, clock, seconds, throttle=0.5):
    seen = []
    for _ in range(round(seconds / TICK_S)):
        seen.append(part.run(order(clock, throttle)))
        clock.advance(TICK_S)
    return seen


def test_a_fresh_order_drives_after_half_a_second(local, wheels, clock):
    drive(local, clock, 1.0)
    assert wheels.carries == pytest.approx((0.25, 0.5), abs=1e-4)
    assert local.run(order(clock)) == ("run", "")


def test_a_gap_in_the_orders_is_over_two_ticks_after_they_are_back(local, wheels, clock):
    drive(local, clock, 1.0)
    for _ in range(8):
        local.run(NEUTRAL)
        clock.advance(TICK_S)
    assert wheels.carries[1] == 0.0
    drive(local, clock, 0.15)
    assert wheels.carries[1] == pytest.approx(0.5, abs=1e-4)


def test_a_stalled_loop_goes_on_by_itself_after_half_a_second(local, wheels, clock):
    drive(local, clock, 1.0)
    clock.advance(0.3)
    drive(local, clock, 0.3)
    assert wheels.carries[1] == 0.0
    drive(local, clock, 0.5)
    assert wheels.carries[1] == pytest.approx(0.5, abs=1e-4)


def test_a_stop_is_neutral_at_once(local, wheels, clock):
    drive(local, clock, 1.0)
    local.neutral()
    assert wheels.carries[1] == 0.0


def test_a_halt_leaves_simulated_wheels_to_the_tick(local, wheels, clock):
    """They are moved by the loop's thread alone; its next tick carries the stop."""
    drive(local, clock, 1.0)
    local.halt()
    assert wheels.carries == pytest.approx((0.25, 0.5), abs=1e-4)
    local.run(NEUTRAL)
    assert wheels.carries[1] == 0.0
