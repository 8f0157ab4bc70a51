"""Small steps, never far from what is stored, nothing without somebody who is there."""

from itertools import pairwise

import pytest

from donkeycar.assembly.drivetrain.calibration import read_sheet, widened_settings
from donkeycar.errors import ConfigError
from donkeycar.guardian.pulse import PulseRange
from donkeycar.parts.drivetrain.calibration import (
    DEAD_MAN_S,
    RAMP_S,
    STEERING_US_PER_S,
    Calibration,
)
from donkeycar.parts.drivetrain.dead_band import DeadBand

PULSED = ("PWM_STEERING_THROTTLE", "I2C_SERVO", "SERVO_ESC", "MOCK")


@pytest.fixture
def make(hardware):
    def make(kind="PWM_STEERING_THROTTLE", **settings):
        sheet = read_sheet(kind, {**hardware.settings, **settings})
        return Calibration(sheet, clock=hardware.clock)

    return make


@pytest.fixture
def ready(make):
    calibration = make()
    calibration.confirm(wheels_up=True)
    calibration.hear()
    calibration.choose("left")
    return calibration


def settle(hardware, calibration, seconds=3.0):
    """Let time pass, 30 times a second, while somebody is there; returns the last command."""
    command = calibration.command()
    for _ in range(round(seconds * 30)):
        hardware.clock.advance(1 / 30)
        calibration.hear()
        command = calibration.command()
    return command


def put_out(hardware, calibration, kind="PWM_STEERING_THROTTLE", settings=None, seconds=3.0):
    """Pulses of servo and motor, in ticks, when the guardian does what it is told."""
    wide = widened_settings(kind, settings or hardware.settings)
    output = hardware.make(kind, **{name: wide[name] for name in wide})
    command = settle(hardware, calibration, seconds)
    output.write(command.angle, command.throttle)
    return hardware.chip.ticks(1), hardware.chip.ticks(0)


@pytest.mark.parametrize(
    ("point", "ticks"), [("left", (460, 370)), ("middle", (375, 370)), ("right", (290, 370))]
)
def test_what_is_stored_comes_out_to_the_tick(hardware, ready, point, ticks):
    ready.choose(point)
    assert put_out(hardware, ready) == ticks


def test_nothing_is_ordered_before_the_wheels_are_up(make):
    calibration = make()
    calibration.hear()
    assert calibration.command().expires_s == 0.0
    calibration.confirm(wheels_up=True)
    assert calibration.command().expires_s > 0.0
    calibration.stop()
    assert calibration.command().expires_s == 0.0


def test_nothing_is_ordered_after_a_second_of_silence(hardware, ready):
    hardware.clock.advance(DEAD_MAN_S - 0.001)
    assert ready.command().expires_s > hardware.clock.monotonic()
    hardware.clock.advance(0.001)
    assert ready.command().expires_s == 0.0


def test_a_motor_that_was_left_alone_waits_for_a_new_order(hardware, ready):
    ready.choose("forward")
    ready.run_motor(True)
    hardware.clock.advance(DEAD_MAN_S)
    ready.hear()
    assert not ready.running
    assert ready.command().throttle == pytest.approx(0.0)


def test_the_motor_takes_a_second_to_its_pulse(hardware, ready):
    ready.choose("forward")
    ready.set_share(1)
    ready.run_motor(True)
    seen = [put_out(hardware, ready, seconds=0)[1]]
    seen += [put_out(hardware, ready, seconds=RAMP_S / 4)[1] for _ in range(5)]
    # A quarter of a second is 8 turns of the loop.
    assert seen == [370, 405, 439, 474, 500, 500]


@pytest.mark.parametrize(("point", "tenth"), [("forward", 383), ("reverse", 355)])
def test_the_motor_begins_with_a_tenth_of_the_way(hardware, ready, point, tenth):
    """What used to happen: the first press of the button ran the motor at full throttle."""
    ready.choose(point)
    ready.run_motor(True)
    assert put_out(hardware, ready)[1] == tenth
    ready.set_share(0.5)
    assert put_out(hardware, ready)[1] == {"forward": 435, "reverse": 295}[point]
    ready.choose("middle")
    ready.choose(point)
    ready.run_motor(True)
    assert put_out(hardware, ready)[1] == tenth


@pytest.mark.parametrize("share", [0.0, 0.09, 1.01, -1.0, float("nan")])
def test_a_share_that_is_none_is_refused(ready, share):
    ready.choose("forward")
    with pytest.raises(ConfigError, match="`share` must be 0.1 to 1"):
        ready.set_share(share)


@pytest.mark.parametrize("point", ["left", "stopped", "start"])
def test_only_full_throttle_is_shared(ready, point):
    ready.choose(point)
    with pytest.raises(ConfigError, match="`share` is for forward and reverse only"):
        ready.set_share(0.5)


@pytest.mark.parametrize("goes", ["choose", "swap", "undo", "throw away"])
def test_the_servo_glides_and_never_jumps(hardware, ready, goes):
    """What used to happen: the servo went to Left as soon as the wheels were confirmed."""
    width = ready.pulses_out(1.0, 0.0)[0] - ready.pulses_out(-1.0, 0.0)[0]
    settle(hardware, ready)
    if goes == "choose":
        ready.choose("right")
    elif goes == "swap":
        ready.invert("steering")
    else:
        for _ in range(15):
            ready.step(-20)
        settle(hardware, ready)
        if goes == "throw away":
            ready.discard()
        for _ in range(15 if goes == "undo" else 0):
            ready.undo()
    seen = [ready.command().angle]
    for _ in range(60):
        seen.append(settle(hardware, ready, 1 / 30).angle)
    steps = [abs(after - before) * abs(width) / 2 for before, after in pairwise(seen)]
    assert sum(steps) > 200
    assert max(steps) <= 1.01 * STEERING_US_PER_S / 30


def test_a_servo_that_the_guardian_holds_goes_on_from_there(hardware, ready):
    settle(hardware, ready)
    for _ in range(60):
        hardware.clock.advance(1 / 30)
        ready.hear()
        assert ready.command(held_at=0.5).angle == pytest.approx(0.5)
    hardware.clock.advance(1 / 30)
    assert 0.4 < ready.command().angle < 0.5


def test_a_loop_that_stalls_does_not_jump(hardware, ready):
    settle(hardware, ready)
    ready.choose("right")
    before = ready.command().angle
    hardware.clock.advance(0.9)
    assert ready.command().angle - before < 0.2


@pytest.mark.parametrize("point", ["left", "middle", "right", "stopped"])
def test_the_motor_runs_at_no_other_point(ready, point):
    ready.choose(point)
    ready.run_motor(True)
    assert not ready.running


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c.choose("reverse"), lambda c: c.invert("throttle"), lambda c: c.undo(),
        lambda c: c.save(lambda changes: None), lambda c: c.stop(), lambda c: c.run_motor(False),
    ],
)  # fmt: skip
def test_whatever_else_is_done_stops_the_motor(ready, change):
    ready.choose("forward")
    ready.run_motor(True)
    change(ready)
    assert not ready.running


@pytest.mark.parametrize("kind", PULSED)
@pytest.mark.parametrize(
    ("point", "way"), [("left", 1), ("right", -1), ("forward", 1), ("reverse", -1)]
)
def test_no_pulse_goes_farther_than_stored_and_a_fifth(make, kind, point, way):
    calibration = make(kind)
    calibration.choose(point)
    middle_us = calibration.pulses["middle" if point in ("left", "right") else "stopped"]
    limit_us = abs(calibration.pulses[point] - middle_us) * 1.2
    with pytest.raises(ConfigError, match="what is stored and 20 %"):
        for _ in range(1000):
            calibration.step(5 * way)
    assert limit_us - 6 < abs(calibration.pulses[point] - middle_us) <= limit_us + 0.5


@pytest.mark.parametrize("kind", PULSED)
def test_the_guardian_itself_lets_no_pulse_farther(hardware, kind):
    wide = widened_settings(kind, hardware.settings)
    sheet = read_sheet(kind, hardware.settings)
    output = hardware.make(kind, **wide)
    if kind == "MOCK":
        output.write(-1.0, 1.0)
        assert output.steering_us == pytest.approx(sheet.steering.low_us)
        assert output.throttle_us == pytest.approx(sheet.throttle.high_us)
        return
    for steering in (-1.0, 1.0):
        output.write(steering, steering)
    assert {change.ticks for change in hardware.chip.trace.changes} <= {0, 273, 477, 190, 526}


@pytest.mark.parametrize("step_us", [26.0, -1000.0, float("nan"), float("inf")])
def test_large_steps_are_refused(ready, step_us):
    with pytest.raises(ConfigError, match="`step_us` must be -25 to 25"):
        ready.step(step_us)
    assert ready.changes() == {}


def test_undo_takes_back_one_change_after_the_other(ready):
    ready.step(-20)
    ready.trim(5)
    ready.invert("steering")
    for _ in range(3):
        ready.undo()
    assert (ready.changes(), ready.can_undo) == ({}, False)


def test_trim_moves_all_of_the_steering(ready):
    for _ in range(2):
        ready.trim(20)
    ready.step(0)
    assert ready.changes()["PWM_STEERING_THROTTLE"] == {
        "STEERING_LEFT_PWM": 470, "STEERING_RIGHT_PWM": 300,
    }  # fmt: skip


def test_a_servo_the_other_way_round_is_swapped(ready):
    ready.invert("steering")
    assert ready.changes()["PWM_STEERING_THROTTLE"] == {
        "STEERING_LEFT_PWM": 290, "STEERING_RIGHT_PWM": 460,
    }  # fmt: skip


def test_cars_of_old_get_settings_of_their_own(make):
    calibration = make("I2C_SERVO", STEERING_LEFT_PWM=450, STEERING_MID_PWM=370)
    calibration.choose("left")
    calibration.step(-20)
    assert calibration.changes() == {"STEERING_LEFT_PWM": 445}


def test_a_robohat_counts_microseconds(make):
    calibration = make("MM1")
    assert calibration.points == ["middle", "forward", "stopped", "reverse"]
    calibration.step(15)
    assert calibration.changes() == {"MM1_STEERING_MID": 1515}


@pytest.mark.parametrize("kind", ["SERVO_HBRIDGE_2PIN", "SERVO_HBRIDGE_3PIN"])
def test_a_motor_on_a_bridge_has_its_servo_calibrated(make, kind):
    calibration = make(kind)
    calibration.choose("left")
    calibration.step(-20)
    assert calibration.changes()[kind]["STEERING_LEFT_PWM"] == 455
    calibration.confirm(wheels_up=True)
    calibration.hear()
    assert calibration.command().throttle == 0.0


@pytest.mark.parametrize("kind", ["VESC", "SIM", "DC_TWO_WHEEL"])
def test_what_has_no_pulses_is_told_so(make, kind):
    with pytest.raises(ConfigError, match="no pulses to calibrate"):
        make(kind)


def test_what_is_no_drivetrain_is_told_which_there_are(make):
    with pytest.raises(ConfigError, match="must be one of .*Received: DRIVE_TRAIN_TYPE='nonsense'"):
        make("nonsense")


def test_another_frequency_keeps_the_pulses(ready):
    ready.set_frequency(50)
    changes = ready.changes()
    assert changes["PWM_FREQUENCY"] == 50.0
    assert changes["PWM_STEERING_THROTTLE"]["STEERING_LEFT_PWM"] == round(460 * 4.08 / 4.88)


def test_a_chip_whose_clock_is_off_is_measured_and_corrected_at_once(hardware, ready):
    ready.choose("left")
    nominal, _ = put_out(hardware, ready)
    ready.correct_clock(60.4)
    assert ready.clock_hz == pytest.approx(25e6 * 60.4 / 59.84, rel=1e-3)
    corrected, _ = put_out(hardware, ready)
    assert corrected == round(nominal * 60.4 / 59.84)
    with pytest.raises(ConfigError, match="`measured_hz` must be within 20 %"):
        ready.correct_clock(100)


def test_the_dead_band_is_stored_as_its_width(ready):
    ready.choose("start")
    for _ in range(4):
        ready.step(10)
    assert ready.changes() == {"PWM_STEERING_THROTTLE": {"THROTTLE_DEAD_PWM": 10}}


@pytest.mark.parametrize("step_us", [-20, 20])
def test_a_dead_band_is_not_negative_and_not_half_of_the_throttle(ready, step_us):
    ready.choose("start")
    with pytest.raises(ConfigError, match="must begin to turn 0 to 265 us from neutral"):
        for _ in range(14):
            ready.step(step_us)


def test_a_write_that_fails_leaves_everything_to_be_saved(ready):
    def refuse(changes):
        raise ConfigError("read-only")

    ready.step(-20)
    before = ready.changes()
    with pytest.raises(ConfigError, match="read-only"):
        ready.save(refuse)
    assert ready.changes() == before
    assert ready.save(lambda changes: None) == before
    assert ready.changes() == {}


def test_an_unknown_point_is_refused(ready):
    with pytest.raises(ConfigError, match="`point` must be one of middle, left, right"):
        ready.choose("up")


@pytest.mark.parametrize(
    ("value", "pulse_us"), [(0, 1500), (0.001, 1600.4), (1, 2000), (-1, 1000), (-0.5, 1200)]
)
def test_throttle_begins_where_the_motor_does(value, pulse_us):
    assert DeadBand(PulseRange(1000, 1500, 2000), 100).at(value) == pytest.approx(pulse_us)


@pytest.mark.parametrize("dead_us", [-1, 500, 600])
def test_a_dead_band_as_wide_as_the_throttle_is_refused(dead_us):
    with pytest.raises(ConfigError, match="THROTTLE_DEAD_PWM"):
        DeadBand(PulseRange(1000, 1500, 2000), dead_us)
