"""Motors and cars with them: the order in which pins move is what protects the bridge."""

import math
import re
from pathlib import Path

import pytest

from donkeycar.assembly.drivetrain.table import DRIVETRAINS
from donkeycar.errors import ConfigError
from donkeycar.guardian.pulse import PulseRange
from donkeycar.parts.drivetrain.motor import Duty, ThreePinMotor, TwoPinMotor
from donkeycar.parts.drivetrain.motor_output import (
    ServoMotorOutput,
    SteerMotorOutput,
    TwoWheelOutput,
    wheel_speeds,
)
from donkeycar.parts.drivetrain.pin_id import GpioId, PCA9685Id
from donkeycar.parts.drivetrain.pins import Board, Pins
from donkeycar.testing import FakeClock, FakeI2C, GpioHeader, PCA9685Chip


@pytest.fixture
def header():
    header = GpioHeader()
    yield header
    header.close()


@pytest.fixture
def pins(header):
    return Pins(Board(lgpio=header.lgpio), motor_frequency_hz=1000, clock=FakeClock())


FORWARD, BACKWARD, POWER = GpioId("GPIO24"), GpioId("GPIO23"), GpioId("GPIO19")


@pytest.fixture
def two(pins):
    return TwoPinMotor(pins.duty(FORWARD), pins.duty(BACKWARD))


@pytest.fixture
def three(pins):
    return ThreePinMotor(pins.level(FORWARD), pins.level(BACKWARD), pins.duty(POWER))


def changes(header):
    """What happened since the last time this was asked."""
    words = {"GPIO24": "forward", "GPIO23": "backward", "GPIO19": "power"}
    found = [(words[name], round(value, 6)) for name, value in header.trace]
    header.trace.clear()
    return found


def test_two_pins_carry_the_power_one_for_each_direction(two, header):
    changes(header)
    two.turn(0.5)
    assert changes(header) == [("forward", 0.45)]
    two.turn(-1)
    assert changes(header) == [("forward", 0.0), ("backward", 0.9)]
    two.turn(0)
    assert changes(header) == [("backward", 0.0)]


def test_two_pins_are_never_high_together(two, header):
    for step in range(200):
        two.turn(math.sin(step))
    forward = backward = 0.0
    for name, value in changes(header):
        forward, backward = (value, backward) if name == "forward" else (forward, value)
        assert forward * backward == 0


def test_three_pins_change_direction_without_power(three, header):
    changes(header)
    three.turn(0.5)
    assert changes(header) == [("forward", 1.0), ("power", 0.45)]
    three.turn(-0.5)
    assert changes(header) == [
        ("power", 0.0), ("forward", 0.0), ("backward", 1.0), ("power", 0.45)
    ]  # fmt: skip
    three.turn(0.0)
    assert changes(header) == [("power", 0.0), ("backward", 0.0)]


def test_three_pins_only_move_the_power_while_the_direction_stays(three, header):
    three.turn(0.1)
    changes(header)
    three.turn(0.2)
    assert changes(header) == [("power", 0.18)]


@pytest.mark.parametrize("name", ["two", "three"])
@pytest.mark.parametrize("nothing", [None, math.nan, 0.0, -0.0])
def test_no_order_lets_the_motor_roll(header, request, name, nothing):
    motor = request.getfixturevalue(name)
    motor.turn(1.0)
    motor.turn(nothing)
    assert set(header.values.values()) == {0.0}


@pytest.mark.parametrize("name", ["two", "three"])
@pytest.mark.parametrize("speed", [1.7, math.inf])
def test_too_much_is_cut(header, request, name, speed):
    request.getfixturevalue(name).turn(speed)
    assert 0.9 in [round(value, 6) for value in header.values.values()]
    assert header.values["GPIO23"] == 0.0


@pytest.mark.parametrize("max_duty", [0, -0.1, 1.1, math.nan])
def test_an_impossible_share_is_refused(pins, max_duty):
    with pytest.raises(ConfigError, match="`max_duty` must be greater than 0, at most 1"):
        TwoPinMotor(pins.duty(FORWARD), pins.duty(BACKWARD), max_duty=max_duty)


class Fragile:
    """An output that can break, and notes what it was told."""

    def __init__(self):
        self.value = None
        self.broken = False

    def set(self, value):
        if self.broken:
            raise OSError("broken")
        self.value = value


def test_if_one_input_does_not_answer_the_other_one_gets_no_power():
    forward, backward = Fragile(), Fragile()
    motor = TwoPinMotor(forward, backward)
    motor.turn(0.5)
    backward.broken = True
    with pytest.raises(OSError, match="broken"):
        motor.turn(0.5)
    assert forward.value == 0


def test_a_stop_reaches_the_inputs_even_if_the_power_does_not_answer():
    forward, backward, power = Fragile(), Fragile(), Fragile()
    motor = ThreePinMotor(forward, backward, power)
    motor.turn(0.5)
    power.broken = True
    with pytest.raises(OSError, match="broken"):
        motor.turn(0)
    assert (forward.value, backward.value) == (False, False)


def test_after_a_failure_the_direction_is_taken_for_unknown():
    forward, backward, power = Fragile(), Fragile(), Fragile()
    motor = ThreePinMotor(forward, backward, power)
    motor.turn(0.5)
    backward.broken = True
    with pytest.raises(OSError, match="broken"):
        motor.turn(0.6)
    with pytest.raises(OSError, match="broken"):
        motor.turn(0.6)
    assert power.value == 0


class Wheel:
    def __init__(self):
        self.speeds = []
        self.broken = False

    def turn(self, speed):
        if self.broken:
            raise OSError("broken")
        self.speeds.append(speed)


def test_one_wheel_that_does_not_answer_does_not_keep_the_other_one_turning():
    left, right = Wheel(), Wheel()
    car = TwoWheelOutput(left, right)
    car.write(0.0, 0.5)
    left.broken = True
    with pytest.raises(OSError, match="broken"):
        car.off()
    assert right.speeds[-1] == 0


@pytest.mark.parametrize(
    ("steering", "throttle", "speeds"),
    [
        (0, 0.8, (0.8, 0.8)), (-0.25, 0.8, (0.6, 0.8)), (0.25, -0.8, (-0.8, -0.6)),
        (1, 1, (1, 0)), (-1, 1, (0, 1)), (9, 9, (1, 0)), (0.5, 0, (0, 0)),
        (None, 0.5, (0.5, 0.5)), (0.5, None, (0, 0)), (math.nan, math.nan, (0, 0)),
    ],
)  # fmt: skip
def test_the_inner_wheel_is_slower(steering, throttle, speeds):
    assert wheel_speeds(steering, throttle) == pytest.approx(speeds)


def test_a_car_with_two_wheels_stops():
    left, right = Wheel(), Wheel()
    car = TwoWheelOutput(left, right)
    car.write(0.5, 1.0)
    car.write(0.5, 0.0)
    assert (left.speeds, right.speeds) == ([0, 1, 0], [0, 0.5, 0])


def test_a_car_that_steers_with_a_motor_lets_both_roll_when_off():
    steering, driving = Wheel(), Wheel()
    car = SteerMotorOutput(steering, driving)
    car.write(0.3, 0.5)
    car.off()
    assert (steering.speeds, driving.speeds) == ([0, 0.3, 0], [0, 0.5, 0])


def test_a_servo_that_fails_does_not_keep_the_motor_from_stopping(header, pins):
    emulated = PCA9685Chip()
    on_chip = Pins(Board(open_bus=lambda number: FakeI2C(emulated)), clock=FakeClock())
    motor = Wheel()
    car = ServoMotorOutput(
        on_chip.pulse(PCA9685Id(1, 0x40, 1)), motor, steering=PulseRange(1000, 1500, 2000)
    )
    car.write(0.0, 0.5)
    emulated.fail("nack")
    with pytest.raises(OSError, match=r"121|Remote"):
        car.write(0.1, 0.0)
    assert motor.speeds == [0, 0.5, 0]


def test_a_motor_on_a_pca9685_has_its_share_of_the_frame():
    emulated = PCA9685Chip()
    pins = Pins(Board(open_bus=lambda number: FakeI2C(emulated)), clock=FakeClock())
    duty = pins.duty(PCA9685Id(1, 0x40, 5))
    assert isinstance(duty, Duty)
    duty.set(0.5)
    assert emulated.ticks(5) == 2048
    pins.level(PCA9685Id(1, 0x40, 6)).set(True)
    assert emulated.ticks(6) == 4095


def test_a_signal_that_is_turned_upside_down_is_low_for_the_pulse(header, pins):
    servo = pins.pulse(POWER, inverted=True)
    servo.set_us(1500)
    assert header.values["GPIO19"] == pytest.approx(1 - 1500 * 60 / 1e6, abs=1e-4)
    servo.off()
    assert header.values["GPIO19"] == 0.0


def test_the_page_says_of_every_bridge_what_a_stop_does_and_where_that_is_from():
    # What used to happen: the page said that every bridge lets the motor roll. An L9110S brakes it.
    page = (Path(__file__).parents[3] / "docs/drivetrains.md").read_text(encoding="utf-8")
    section = page.partition("### What your bridge does on a stop\n")[2].partition("\nDefaults, ")[
        0
    ]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line[:1] == "|"][2:]
    assert {row[0].split()[0].rstrip(",") for row in rows} == {
        "L298N", "TB6612FNG", "DRV8833", "DRV8835", "L9110S", "BTS7960", "MX1508",
    }  # fmt: skip
    for _, wired, low, high, most, source in rows:
        assert set(re.findall(r"`([A-Z0-9_]+)`", wired)) <= set(DRIVETRAINS)
        assert low.strip("*") in ("rolls", "brakes")
        assert high.startswith("brakes")
        assert most
        assert source
