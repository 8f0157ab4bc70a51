"""Drivetrains whose motors are on a bridge: power on pins."""

from donkeycar.assembly.drivetrain.context import Context, NoPins, Settings
from donkeycar.assembly.drivetrain.counts import STEERING, in_microseconds, steering_pulses
from donkeycar.guardian.guardian import Output
from donkeycar.parts.drivetrain.motor import ThreePinMotor, TwoPinMotor
from donkeycar.parts.drivetrain.motor_output import (
    ServoMotorOutput,
    SteerMotorOutput,
    TwoWheelOutput,
)
from donkeycar.parts.drivetrain.pca9685 import PulsePin
from donkeycar.parts.drivetrain.pin_id import PinId
from donkeycar.parts.drivetrain.pins import Pins


def servo_and_two_pins(context: Context) -> Output:
    """A servo, and a motor on a bridge with an input for each direction."""
    family, pins = context.settings["SERVO_HBRIDGE_2PIN"], context.named_pins("SERVO_HBRIDGE_2PIN")
    names = context.pulse_names("SERVO_HBRIDGE_2PIN", STEERING)
    steering = steering_pulses(context, family).check(
        f"steering, {names},", advice=in_microseconds(context, family, STEERING)
    )
    opener = context.pins()
    motor = TwoPinMotor(
        opener.duty(pins["FWD_DUTY_PIN"]),
        opener.duty(pins["BWD_DUTY_PIN"]),
        max_duty=context.settings["MOTOR_MAX_DUTY"],
    )
    return ServoMotorOutput(_servo(opener, family, pins), motor, steering=steering)


def servo_and_three_pins(context: Context) -> Output:
    """A servo, and a motor on a bridge with a third input for the power."""
    family, pins = context.settings["SERVO_HBRIDGE_3PIN"], context.named_pins("SERVO_HBRIDGE_3PIN")
    names = context.pulse_names("SERVO_HBRIDGE_3PIN", STEERING)
    steering = steering_pulses(context, family).check(
        f"steering, {names},", advice=in_microseconds(context, family, STEERING)
    )
    opener = context.pins()
    motor = ThreePinMotor(
        opener.level(pins["FWD_PIN"]),
        opener.level(pins["BWD_PIN"]),
        opener.duty(pins["DUTY_PIN"]),
        max_duty=context.settings["MOTOR_MAX_DUTY"],
    )
    return ServoMotorOutput(_servo(opener, family, pins), motor, steering=steering)


def _servo(opener: Pins | NoPins, family: Settings, pins: dict[str, PinId]) -> PulsePin:
    return opener.pulse(pins["PWM_STEERING_PIN"], inverted=family["PWM_STEERING_INVERTED"])


def steering_motor(context: Context) -> Output:
    """One motor that steers, one that drives."""
    # A positive angle puts power on LEFT_DUTY_PIN. The name says otherwise, but so it has always
    # been, and the wires of every such car are right for it.
    pins, opener = context.named_pins("DC_STEER_THROTTLE"), context.pins()
    steering, driving = (
        TwoPinMotor(
            opener.duty(pins[forward]),
            opener.duty(pins[backward]),
            max_duty=context.settings["MOTOR_MAX_DUTY"],
        )
        for forward, backward in (
            ("LEFT_DUTY_PIN", "RIGHT_DUTY_PIN"),
            ("FWD_DUTY_PIN", "BWD_DUTY_PIN"),
        )
    )
    return SteerMotorOutput(steering, driving)


def two_wheels(context: Context) -> Output:
    """A motor on each side, two inputs each."""
    pins, opener = context.named_pins("DC_TWO_WHEEL"), context.pins()
    left, right = (
        TwoPinMotor(
            opener.duty(pins[f"{side}_FWD_DUTY_PIN"]),
            opener.duty(pins[f"{side}_BWD_DUTY_PIN"]),
            max_duty=context.settings["MOTOR_MAX_DUTY"],
        )
        for side in ("LEFT", "RIGHT")
    )
    return TwoWheelOutput(left, right)


def two_wheels_three_pins(context: Context) -> Output:
    """A motor on each side, three inputs each."""
    pins, opener = context.named_pins("DC_TWO_WHEEL_L298N"), context.pins()
    left, right = (
        ThreePinMotor(
            opener.level(pins[f"{side}_FWD_PIN"]),
            opener.level(pins[f"{side}_BWD_PIN"]),
            opener.duty(pins[f"{side}_EN_DUTY_PIN"]),
            max_duty=context.settings["MOTOR_MAX_DUTY"],
        )
        for side in ("LEFT", "RIGHT")
    )
    return TwoWheelOutput(left, right)
