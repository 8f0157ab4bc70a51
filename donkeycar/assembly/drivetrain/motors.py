"""Drivetrains with DC motors on an H-bridge, whose power the pins control."""

from typing import TYPE_CHECKING

from donkeycar.assembly.drivetrain.context import Context, NoPins, Settings
from donkeycar.assembly.drivetrain.counts import STEERING, in_microseconds, steering_pulses
from donkeycar.assembly.drivetrain.row import DrivetrainRow
from donkeycar.assembly.drivetrain.wiring import PinWiring
from donkeycar.guardian.guardian import Output
from donkeycar.parts.drivetrain.motor import ThreePinMotor, TwoPinMotor
from donkeycar.parts.drivetrain.pca9685 import PulsePin
from donkeycar.parts.drivetrain.pin_id import PinId
from donkeycar.parts.drivetrain.pins import Pins

if TYPE_CHECKING:
    from donkeycar.parts.drivetrain.calibration_points import CalibrationSheet


def _servo_and_two_pins(context: Context) -> Output:
    """A servo, and a motor on a bridge with an input for each direction."""
    from donkeycar.parts.drivetrain.motor_output import ServoMotorOutput

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


def _servo_and_three_pins(context: Context) -> Output:
    """A servo, and a motor on a bridge with a third input for the power."""
    from donkeycar.parts.drivetrain.motor_output import ServoMotorOutput

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


def _steering_motor(context: Context) -> Output:
    """One motor that steers, one that drives."""
    from donkeycar.parts.drivetrain.motor_output import SteerMotorOutput

    # A positive angle (right) puts power on LEFT_DUTY_PIN. The name says the opposite, but this has
    # always been so, and every such car is wired for it.
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


def _two_wheels(context: Context) -> Output:
    """A motor on each side, two inputs each."""
    from donkeycar.parts.drivetrain.motor_output import TwoWheelOutput

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


def _two_wheels_three_pins(context: Context) -> Output:
    """A motor on each side, three inputs each."""
    from donkeycar.parts.drivetrain.motor_output import TwoWheelOutput

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


def _two_pins_sheet(settings: Settings) -> "CalibrationSheet":
    from donkeycar.assembly.drivetrain.sheets import counted_sheet

    return counted_sheet("SERVO_HBRIDGE_2PIN", settings)


def _three_pins_sheet(settings: Settings) -> "CalibrationSheet":
    from donkeycar.assembly.drivetrain.sheets import counted_sheet

    return counted_sheet("SERVO_HBRIDGE_3PIN", settings)


ROWS = {
    "SERVO_HBRIDGE_2PIN": DrivetrainRow(
        _servo_and_two_pins, PinWiring("SERVO_HBRIDGE_2PIN"), calibration=_two_pins_sheet
    ),
    "SERVO_HBRIDGE_3PIN": DrivetrainRow(
        _servo_and_three_pins, PinWiring("SERVO_HBRIDGE_3PIN"), calibration=_three_pins_sheet
    ),
    "DC_STEER_THROTTLE": DrivetrainRow(_steering_motor, PinWiring("DC_STEER_THROTTLE")),
    "DC_TWO_WHEEL": DrivetrainRow(_two_wheels, PinWiring("DC_TWO_WHEEL")),
    "DC_TWO_WHEEL_L298N": DrivetrainRow(_two_wheels_three_pins, PinWiring("DC_TWO_WHEEL_L298N")),
}
