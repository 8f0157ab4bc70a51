"""The guardian: when the outputs carry the driver's order, and when they do not."""

import math

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from donkeycar.errors import DeviceReset
from donkeycar.guardian.guardian import (
    CENTRE_AFTER_S,
    DEADLINE_S,
    MAX_FAULT_S,
    SLEW_S,
    STEADY_S,
    Guardian,
    Reason,
    State,
)
from donkeycar.guardian.motor_frame import ARM, FULL, STOP, MotorFrame

# Exact in binary, as are all moments before 0.0 in these tests: no rounding hides a limit.
STEP_S = 1 / 128
PERIOD_S = 1 / 16
HALF = round(FULL / 2) / FULL


class Moment:
    """A clock that is set, to the bit: adding up would round."""

    def __init__(self, now_s):
        self.now_s = now_s

    def monotonic(self):
        return self.now_s

    def advance(self, seconds):
        self.now_s += seconds


class Wheels:
    """An output that remembers, and fails when told to."""

    def __init__(self, clock):
        self.clock = clock
        self.carries = "?"
        self.log = []
        self.broken = False

    def write(self, steering, throttle):
        self._put((steering, throttle))

    def off(self):
        self._put(None)

    def _put(self, value):
        if isinstance(self.broken, OSError):
            raise self.broken
        if self.broken:
            raise OSError(121, "Remote I/O error")
        self.carries = value
        self.log.append((self.clock.monotonic(), value))


class Bench:
    """A guardian, its output, and a vehicle that sends what a test wants."""

    def __init__(self):
        self.clock = Moment(-0.8125)
        self.wheels = Wheels(self.clock)
        self.guardian = Guardian(self.wheels, clock=self.clock)
        self.seq = 0

    def send(self, steering=0.0, throttle=0.0, life_s=0.25, flags=ARM):
        self.seq = (self.seq + 1) % 65536
        self.guardian.receive(MotorFrame(self.seq, steering, throttle, life_s, flags).encode())

    def wait(self, seconds):
        """Nothing comes; the guardian steps every 8 ms, and at the end."""
        whole, rest = divmod(seconds, STEP_S)
        for _ in range(int(whole)):
            self.clock.advance(STEP_S)
            self.guardian.step()
        self.clock.advance(rest)
        self.guardian.step()

    def until(self, moment_s):
        """Nothing comes until `moment_s`; the guardian wakes up then."""
        self.clock.now_s = moment_s
        self.guardian.step()

    def drive(self, seconds, **frame):
        """A frame every 63 ms."""
        for _ in range(round(seconds / PERIOD_S)):
            self.send(**frame)
            self.guardian.step()
            self.wait(PERIOD_S)

    @property
    def state(self):
        return self.guardian.state, self.guardian.reason


@pytest.fixture
def bench():
    return Bench()


@pytest.fixture
def running(bench):
    """It drives, and its last frame is of the moment 0.0."""
    bench.drive(0.625)
    bench.drive(0.1875, throttle=HALF, steering=-HALF)
    bench.send(throttle=HALF, steering=-HALF, life_s=1)
    bench.guardian.step()
    assert bench.clock.now_s == 0.0
    assert bench.state == (State.RUN, Reason.NONE)
    assert bench.wheels.carries == (-HALF, HALF)
    return bench


def test_starts_with_nothing_put_out(bench):
    assert bench.state == (State.BOOT, Reason.START)
    assert bench.wheels.carries is None
    assert bench.guardian.done is False
    assert bench.guardian.status == MotorFrame(0, 0.0, 0.0, 0.0, State.BOOT | Reason.START << 2)
    bench.wait(5)
    assert bench.state == (State.BOOT, Reason.START)
    assert {value for _, value in bench.wheels.log} == {None}


def test_the_first_good_frame_brings_neutral(bench):
    bench.send(throttle=1.0, steering=1.0)
    bench.guardian.step()
    assert bench.state == (State.SAFE, Reason.START)
    assert bench.wheels.carries == (0.0, 0.0)


def test_a_bad_frame_brings_nothing(bench):
    bench.guardian.receive(b"nonsense")
    bench.guardian.step()
    assert bench.guardian.state is State.BOOT


def test_arms_after_half_a_second_of_good_frames(bench):
    bench.drive(0.4375)
    bench.send()
    bench.until(bench.clock.now_s + PERIOD_S - 1e-9)
    bench.send()
    assert bench.guardian.state is State.SAFE
    bench.until(-0.3125)
    bench.send()
    assert bench.state == (State.RUN, Reason.NONE)


def test_half_a_second_is_counted_from_the_first_good_frame(bench):
    bench.wait(10)
    bench.drive(0.5)
    assert bench.guardian.state is State.SAFE
    bench.drive(PERIOD_S)
    assert bench.guardian.state is State.RUN


@pytest.mark.parametrize(
    "frame",
    [{"throttle": 1 / FULL}, {"throttle": -1 / FULL}, {"flags": 0}, {"flags": 2 * STOP},
     {"life_s": 0}],
)  # fmt: skip
def test_never_arms_without_zero_throttle_arm_bit_and_a_living_order(bench, frame):
    bench.drive(3, **frame)
    assert bench.guardian.state is State.SAFE
    assert bench.wheels.carries == (0.0, 0.0)


def test_a_stop_wakes_nothing(bench):
    bench.drive(3, flags=ARM | STOP)
    assert bench.state == (State.BOOT, Reason.STOPPED)
    assert bench.wheels.carries is None


def test_a_millisecond_of_life_is_enough_to_arm(bench):
    bench.drive(0.5)
    bench.send(life_s=0.0011)
    assert bench.guardian.state is State.RUN


def test_arms_while_steering(bench):
    bench.drive(0.6, steering=0.5)
    assert bench.guardian.state is State.RUN


def test_a_pause_of_150_ms_starts_the_half_second_again(bench):
    bench.until(-0.25)
    bench.drive(0.25)
    bench.send()
    bench.until(DEADLINE_S)
    bench.drive(0.5)
    assert bench.guardian.state is State.SAFE
    bench.drive(PERIOD_S)
    assert bench.guardian.state is State.RUN


def test_a_shorter_pause_does_not(bench):
    bench.until(-0.375)
    bench.drive(0.375)
    bench.send()
    bench.until(DEADLINE_S - 1e-9)
    bench.send()
    assert bench.guardian.state is State.RUN


@pytest.mark.parametrize("period_s", [0.01, 0.05, 0.14])
def test_drives_as_ordered_at_any_rate_above_the_deadline(bench, period_s):
    for n in range(200):
        bench.send(throttle=0.3 if n > 100 else 0.0)
        bench.guardian.step()
        bench.wait(period_s)
    assert bench.wheels.carries[1] == pytest.approx(0.3, abs=1e-4)


# Ways out of RUN.


def test_silence_of_150_ms(running):
    running.until(DEADLINE_S - 1e-9)
    assert running.wheels.carries == (-HALF, HALF)
    running.until(DEADLINE_S)
    assert running.state == (State.SAFE, Reason.SILENT)
    assert running.wheels.carries == (-HALF, 0.0)


def test_silence_is_noticed_by_a_guardian_that_was_asleep_itself(running):
    running.clock.advance(DEADLINE_S)
    running.send(throttle=HALF)
    assert running.state == (State.SAFE, Reason.SILENT)


def test_an_order_that_outlived_its_life(running):
    running.send(throttle=HALF, steering=-HALF, life_s=0.1005)
    running.until(0.1 - 1e-9)
    assert running.guardian.state is State.RUN
    running.until(0.1)
    assert running.state == (State.SAFE, Reason.EXPIRED)
    assert running.wheels.carries == (-HALF, 0.0)


def test_an_order_that_is_dead_when_it_comes(running):
    running.send(throttle=HALF, life_s=0)
    running.guardian.step()
    assert running.state == (State.SAFE, Reason.EXPIRED)


def test_no_order_lives_longer_than_a_second(running, monkeypatch):
    monkeypatch.setattr("donkeycar.guardian.guardian.DEADLINE_S", 60.0)
    running.send(throttle=HALF, life_s=60)
    running.until(1.0 - 1e-9)
    assert running.guardian.state is State.RUN
    running.until(1.0)
    assert running.state == (State.SAFE, Reason.EXPIRED)


def test_five_bad_frames_in_a_row(running):
    for _ in range(4):
        running.guardian.receive(b"bad")
    assert running.guardian.state is State.RUN
    running.guardian.receive(b"bad")
    assert running.state == (State.SAFE, Reason.GARBLED)


def test_five_bad_frames_at_the_start(bench):
    for _ in range(4):
        bench.guardian.receive(b"bad")
    assert bench.state == (State.BOOT, Reason.START)
    bench.guardian.receive(b"bad")
    assert bench.state == (State.BOOT, Reason.GARBLED)


def test_bad_frames_between_good_ones_are_forgiven(running):
    for _ in range(10):
        for _ in range(4):
            running.guardian.receive(b"bad")
        running.send(throttle=HALF)
    assert running.guardian.state is State.RUN


def test_bad_frames_do_not_keep_it_running(running):
    for _ in range(4):
        running.wait(0.05)
        running.guardian.receive(b"bad")
    assert running.state == (State.SAFE, Reason.SILENT)


def test_replayed_frames_are_bad_frames(running):
    packet = MotorFrame(running.seq, 0.0, HALF, 0.25, ARM).encode()
    for _ in range(5):
        running.guardian.receive(packet)
    assert running.state == (State.SAFE, Reason.GARBLED)


def test_frames_of_the_past_are_bad_frames(running):
    running.guardian.receive(MotorFrame(running.seq - 1, 0.0, 1.0, 0.25, ARM).encode())
    running.wait(0.04)
    assert running.wheels.carries[1] == HALF


def test_the_first_frame_may_have_any_number(bench):
    bench.seq = 40000
    bench.send()
    assert bench.guardian.state is State.SAFE


def test_numbers_may_wrap_while_driving(bench):
    bench.seq = 65530
    bench.drive(2, throttle=0.0)
    assert bench.guardian.state is State.RUN


def test_a_stop_flag(running):
    running.send(throttle=HALF, flags=STOP | ARM)
    assert running.state == (State.SAFE, Reason.STOPPED)
    running.guardian.step()
    assert running.wheels.carries == (-HALF, 0.0)


@pytest.mark.parametrize("ahead", [-1, 0, 1, 40000])
def test_a_stop_is_obeyed_whatever_its_number(running, ahead):
    # It comes from the thread that hears it, and numbers are the tick's.
    stop = MotorFrame((running.seq + ahead) % 65536, 1.0, 1.0, 1.0, STOP | ARM)
    running.guardian.receive(stop.encode())
    assert running.state == (State.SAFE, Reason.STOPPED)
    running.guardian.step()
    assert running.wheels.carries == (-HALF, 0.0)


def test_a_stop_uses_up_no_number(running):
    running.guardian.receive(MotorFrame(running.seq + 9, 0.0, 0.0, 0.0, STOP).encode())
    assert running.guardian.status.seq == running.seq
    running.drive(0.625)
    assert running.guardian.state is State.RUN


def test_a_tick_that_was_under_way_when_the_stop_came_moves_nothing(running):
    running.guardian.receive(MotorFrame(0, 0.0, 0.0, 0.0, STOP).encode())
    running.drive(3, throttle=HALF)
    assert running.state == (State.SAFE, Reason.STOPPED)
    assert running.wheels.carries[1] == 0.0


def test_stops_are_no_sign_of_life(running):
    """A thread that can still say stop says nothing of the loop."""
    for _ in range(31):
        running.guardian.receive(MotorFrame(0, 0.0, 0.0, 1.0, STOP).encode())
        running.wait(PERIOD_S)
    assert running.guardian.state is State.SAFE
    running.until(2.0)
    assert running.state == (State.OFF, Reason.STOPPED)
    running.guardian.receive(MotorFrame(0, 0.0, 0.0, 1.0, STOP).encode())
    running.guardian.step()
    assert running.state == (State.OFF, Reason.STOPPED)
    assert running.wheels.carries is None


def test_a_stop_between_bad_frames_forgives_none(running):
    for _ in range(2):
        running.guardian.receive(b"bad")
        running.guardian.receive(b"bad")
        running.guardian.receive(MotorFrame(0, 0.0, 0.0, 0.0, STOP).encode())
    running.guardian.receive(b"bad")
    assert running.state == (State.SAFE, Reason.GARBLED)


def test_a_spoilt_stop_is_a_bad_frame(running):
    packet = bytearray(MotorFrame(0, 0.0, 0.0, 0.0, STOP).encode())
    packet[1] ^= 1
    running.guardian.receive(bytes(packet))
    assert running.state == (State.RUN, Reason.NONE)


def test_a_stop_after_the_end_changes_nothing(running):
    running.guardian.end()
    running.guardian.receive(MotorFrame(0, 0.0, 0.0, 0.0, STOP).encode())
    assert running.state == (State.SAFE, Reason.ENDED)


def test_the_end_is_for_good(running):
    running.guardian.end()
    running.guardian.step()
    assert running.state == (State.SAFE, Reason.ENDED)
    assert running.wheels.carries == (-HALF, 0.0)
    for _ in range(100):
        running.send()
        running.wait(0.01)
    assert running.state == (State.SAFE, Reason.ENDED)
    assert not running.guardian.done
    running.wait(1.5)
    assert running.state == (State.OFF, Reason.ENDED)
    assert running.wheels.carries is None
    assert running.guardian.done


def test_the_end_of_a_car_that_has_long_stood_still_is_off_at_once(running):
    running.drive(2.0, life_s=0)
    running.guardian.end()
    running.guardian.step()
    assert running.state == (State.OFF, Reason.ENDED)
    assert running.guardian.done


def test_an_end_before_the_start_puts_out_nothing(bench):
    bench.guardian.end()
    bench.guardian.step()
    assert bench.guardian.done
    assert {value for _, value in bench.wheels.log} == {None}


def test_is_not_done_while_the_outputs_do_not_take_it(bench):
    bench.wheels.broken = True
    bench.guardian.end()
    bench.guardian.step()
    assert not bench.guardian.done
    bench.wheels.broken = False
    bench.guardian.step()
    assert bench.guardian.done


# Outputs that fail.


def test_a_short_fault_is_retried_and_forgiven(running):
    running.wheels.broken = True
    running.drive(0.2, throttle=0.25)
    assert running.guardian.state is State.RUN
    running.wheels.broken = False
    running.drive(0.05, throttle=0.25)
    assert running.state == (State.RUN, Reason.NONE)
    assert running.wheels.carries[1] == pytest.approx(0.25, abs=1e-4)


def test_a_long_fault_ends_the_run_and_the_first_write_after_it_is_neutral(running):
    running.wheels.broken = True
    running.drive(0.3, throttle=HALF)
    assert running.state == (State.SAFE, Reason.OUTPUT)
    running.wheels.broken = False
    running.wait(0.01)
    assert running.wheels.carries[1] == 0.0


def test_a_fault_is_counted_from_its_first_failure(running):
    running.wheels.broken = True
    running.drive(0.15, throttle=HALF)
    running.wheels.broken = False
    running.drive(0.05, throttle=HALF)
    running.wheels.broken = True
    running.drive(0.15, throttle=HALF)
    assert running.guardian.state is State.RUN


def test_a_fault_of_exactly_200_ms_is_forgiven(running):
    running.wheels.broken = True
    running.guardian.step()
    running.until(0.1)
    running.send(throttle=HALF)
    running.until(MAX_FAULT_S)
    assert running.guardian.state is State.RUN
    running.until(MAX_FAULT_S + 1e-9)
    assert running.state == (State.SAFE, Reason.OUTPUT)


def test_after_a_fault_it_takes_half_a_second_of_success_to_arm(running):
    running.wheels.broken = True
    running.drive(1.0)
    running.wheels.broken = False
    running.drive(0.45)
    assert running.state == (State.SAFE, Reason.OUTPUT)
    running.drive(0.15)
    assert running.guardian.state is State.RUN


def test_hardware_that_was_reset_gets_no_throttle_before_it_was_let_go_of(running):
    # What used to happen: a servo board lost its power for a moment, and 0.1 s later had full
    # throttle again. A speed controller on the same supply starts with that: it takes it for
    # neutral, or drives off.
    running.wheels.broken = DeviceReset("the board had lost its power")
    running.drive(PERIOD_S, throttle=HALF)
    assert running.state == (State.SAFE, Reason.RESET)
    running.wheels.broken = False
    running.drive(2.0, throttle=HALF)
    assert running.state == (State.SAFE, Reason.RESET)
    assert running.wheels.carries[1] == 0.0
    running.drive(PERIOD_S)
    running.drive(0.2, throttle=HALF)
    assert running.wheels.carries[1] == pytest.approx(0.5, abs=1e-4)


def test_hardware_that_is_reset_over_and_over_is_told_of_once_until_it_drives():
    told, clock = [], Moment(0.0)
    wheels = Wheels(clock)
    guardian = Guardian(wheels, clock=clock, tell=told.append)
    wheels.broken = DeviceReset("the board had lost its power")
    for _ in range(5):
        clock.advance(STEP_S)
        guardian.step()
    assert told == [
        "the board had lost its power. The motor is stopped until the throttle is let go of."
    ]


def test_a_fault_at_the_start_is_survived(clock):
    wheels = Wheels(clock)
    wheels.broken = True
    guardian = Guardian(wheels, clock=clock)
    wheels.broken = False
    guardian.step()
    assert guardian.state is State.BOOT
    assert wheels.carries is None


# After a stop.


@pytest.mark.parametrize("stopped_s", [0.0, 0.125])
def test_steering_is_held_for_a_second_and_then_centred(running, stopped_s):
    running.until(stopped_s)
    running.send(throttle=HALF, flags=STOP)
    running.guardian.step()
    running.until(stopped_s + CENTRE_AFTER_S - 1e-9)
    assert running.wheels.carries == (-HALF, 0.0)
    running.until(stopped_s + CENTRE_AFTER_S)
    assert running.wheels.carries == (0.0, 0.0)


def test_off_two_seconds_after_the_last_frame(running):
    running.send(throttle=HALF, flags=STOP)
    running.until(0.5)
    running.send(flags=0)
    running.until(2.5 - 1e-9)
    assert running.guardian.state is State.SAFE
    running.until(2.5)
    assert running.state == (State.OFF, Reason.STOPPED)
    assert running.wheels.carries is None


def test_two_seconds_are_counted_from_the_stop_if_that_was_later(running):
    running.until(0.25)
    assert running.state == (State.SAFE, Reason.SILENT)
    running.until(2.25 - 1e-9)
    assert running.guardian.state is State.SAFE
    running.until(2.25)
    assert running.guardian.state is State.OFF


def test_stays_neutral_as_long_as_the_vehicle_lives(running):
    running.drive(10, life_s=0)
    assert running.state == (State.SAFE, Reason.EXPIRED)
    assert running.wheels.carries == (0.0, 0.0)


def test_comes_back_from_off_with_neutral_first(running):
    running.wait(3)
    assert running.guardian.state is State.OFF
    running.drive(0.4)
    assert running.state == (State.SAFE, Reason.SILENT)
    assert running.wheels.carries == (0.0, 0.0)
    running.drive(0.2)
    assert running.guardian.state is State.RUN


def test_after_an_expired_order_the_next_living_zero_arms_at_once(running):
    running.drive(0.1, life_s=0, throttle=HALF)
    assert running.state == (State.SAFE, Reason.EXPIRED)
    running.send(throttle=HALF)
    assert running.guardian.state is State.SAFE
    running.send()
    assert running.guardian.state is State.RUN


@pytest.mark.parametrize("cause", ["stop", "silence", "garbage"])
def test_after_any_other_stop_it_takes_half_a_second(running, cause):
    if cause == "stop":
        running.send(flags=STOP)
    elif cause == "silence":
        running.wait(0.25)
    else:
        for _ in range(5):
            running.guardian.receive(b"bad")
    running.drive(0.5)
    assert running.guardian.state is State.SAFE
    running.drive(PERIOD_S)
    assert running.guardian.state is State.RUN


# How fast outputs may move.


def test_throttle_needs_50_ms_from_neutral_to_full(running):
    running.send(life_s=1)
    running.guardian.step()
    running.send(throttle=1.0, life_s=1)
    seen = []
    for moment_s in (0.01, 0.02, 0.03, 0.04, 0.05, 0.06):
        running.until(moment_s)
        seen.append(running.wheels.carries[1])
    assert seen == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0, 1.0])


def test_reverse_the_same(running):
    running.send(life_s=1)
    running.guardian.step()
    running.send(throttle=-1.0, life_s=1)
    running.until(0.02)
    assert running.wheels.carries[1] == pytest.approx(-0.4)


def test_less_throttle_is_never_delayed(running):
    running.send(throttle=0.1)
    running.guardian.step()
    assert running.wheels.carries[1] == pytest.approx(0.1, abs=1e-4)
    running.send(throttle=0.0)
    running.guardian.step()
    assert running.wheels.carries[1] == 0.0


def test_the_other_direction_starts_from_neutral(running):
    running.send(throttle=-1.0)
    running.guardian.step()
    assert running.wheels.carries[1] == 0.0
    running.until(0.01)
    assert running.wheels.carries[1] == pytest.approx(-0.2)


def test_less_reverse_is_never_delayed(running):
    running.drive(0.2, throttle=-1.0)
    running.send(throttle=-0.25)
    running.guardian.step()
    assert running.wheels.carries[1] == pytest.approx(-0.25, abs=1e-4)


def test_steering_needs_100_ms_from_side_to_side(running):
    running.drive(0.25, steering=-1.0)
    running.send(steering=1.0, life_s=1)
    start_s, seen = running.clock.now_s, []
    for n in range(11):
        running.until(start_s + 0.01 * (n + 1))
        seen.append(running.wheels.carries[0])
    assert seen[:2] == pytest.approx([-0.8, -0.6])
    assert seen[8:] == pytest.approx([0.8, 1.0, 1.0])


def test_status_tells_what_is_put_out_and_why(running):
    assert running.guardian.status == MotorFrame(running.seq, -HALF, HALF, 0.0, State.RUN)
    running.guardian.receive(MotorFrame(0, 0.0, 0.0, 0.0, STOP).encode())
    running.guardian.step()
    assert running.guardian.status == MotorFrame(
        running.seq, -HALF, 0.0, 0.0, State.SAFE | Reason.STOPPED << 2
    )


def test_numbers_of_states_and_reasons_fit_their_bits():
    assert max(State) < 4
    assert max(Reason) < 64


class Anything(RuleBasedStateMachine):
    """Whatever the vehicle does: neutral unless armed, and never late, too fast or too far."""

    @initialize()
    def start(self):
        self.bench = Bench()
        self.good_s = -math.inf
        self.ever_armed = False

    @rule(
        steering=st.floats(-1, 1),
        throttle=st.sampled_from([0.0, 0.0, 0.0, 0.3, 1.0, -1.0]),
        life_s=st.sampled_from([0.0, 0.05, 0.25, 2.0]),
        flags=st.sampled_from([ARM, ARM, ARM, 0]),
    )
    def frame(self, steering, throttle, life_s, flags):
        self.bench.send(steering, throttle, life_s, flags)
        self.good_s = self.bench.clock.now_s
        self.ever_armed |= flags == ARM and throttle == 0.0 and life_s > 0
        self.check_step()

    @rule(number=st.integers(0, 65535), throttle=st.floats(-1, 1), flags=st.sampled_from([0, ARM]))
    def stop(self, number, throttle, flags):
        guardian = self.bench.guardian
        before = guardian.state
        guardian.receive(MotorFrame(number, 0.0, throttle, 2.0, flags | STOP).encode())
        assert guardian.state in (before, State.SAFE)
        assert guardian.state is not State.RUN
        self.check_step()

    @rule(seconds=st.sampled_from([0.05, 0.6, 2.0]), throttle=st.sampled_from([0.0, 0.4]))
    def good_frames(self, seconds, throttle):
        for _ in range(round(seconds / 0.05)):
            self.frame(0.0, throttle, 0.25, ARM)
            self.wait(0.05)

    @rule(packet=st.binary(max_size=24))
    def garbage(self, packet):
        self.bench.guardian.receive(packet)

    @rule(seconds=st.sampled_from([0.01, 0.05, 0.2, 2.5]))
    def wait(self, seconds):
        for _ in range(round(seconds / STEP_S)):
            self.bench.clock.advance(STEP_S)
            self.check_step()

    @rule(broken=st.booleans())
    def bus(self, broken):
        self.bench.wheels.broken = broken

    def check_step(self):
        guardian, wheels = self.bench.guardian, self.bench.wheels
        before_s, before = wheels.log[-1]
        guardian.step()
        now_s, after = wheels.log[-1]
        if guardian.state is State.RUN:
            assert self.ever_armed
            assert self.bench.clock.now_s - self.good_s < DEADLINE_S
        else:
            assert guardian.throttle == 0.0
        if after is not None and not wheels.broken:
            assert max(map(abs, after)) <= 1.0
            assert guardian.state is State.RUN or after[1] == 0.0
            grown = abs(after[1]) - abs(before[1] if before else 0.0)
            assert grown <= 2 * max(now_s - before_s, STEP_S) / SLEW_S + 1e-9

    @invariant()
    def off_means_off(self):
        wheels = self.bench.wheels
        if self.bench.guardian.state in (State.BOOT, State.OFF) and not wheels.broken:
            self.bench.guardian.step()
            assert wheels.carries is None


Anything.TestCase.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)
TestAnything = Anything.TestCase


def test_a_steady_vehicle_arms_however_long_it_was_quiet(bench):
    bench.drive(0.3)
    bench.wait(3)
    bench.drive(STEADY_S + 0.1)
    assert bench.guardian.state is State.RUN
