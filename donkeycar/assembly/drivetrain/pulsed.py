"""Drivetrains with a servo and a speed controller (ESC), which take pulses."""

from typing import TYPE_CHECKING

from donkeycar.assembly.drivetrain.context import Context, Settings
from donkeycar.assembly.drivetrain.counts import (
    PULSE_NAMES,
    STEERING,
    THROTTLE,
    dead_us,
    in_microseconds,
    steering_pulses,
    throttle_pulses,
)
from donkeycar.assembly.drivetrain.row import DrivetrainRow
from donkeycar.assembly.drivetrain.wiring import CHANNELS, PinWiring
from donkeycar.guardian.guardian import Output
from donkeycar.parts.drivetrain.pin_id import PinId
from donkeycar.parts.drivetrain.pins import named_pins

if TYPE_CHECKING:
    from donkeycar.parts.drivetrain.calibration_points import CalibrationSheet

NO_SPEED_CONTROLLER = (
    ". A motor on a bridge has no speed controller and needs no such pulses: use "
    "DRIVE_TRAIN_TYPE = 'SERVO_HBRIDGE_2PIN', with pins such as {!r} (docs/drivetrains.md)"
)


def _servo_and_esc(context: Context) -> Output:
    """A servo and a speed controller, on any pins."""
    family = "PWM_STEERING_THROTTLE"
    entries = context.settings[family]
    motor = entries["PWM_THROTTLE_PIN"]
    return _pulsed(context, entries, context.named_pins(family), family, motor=motor)


def _channels(context: Context) -> Output:
    """The same for cars from before donkeycar 5, which name channels and have no dictionary."""
    settings = context.settings
    family = dict(settings["PWM_STEERING_THROTTLE"])
    for name in PULSE_NAMES:
        if settings.get(name) is not None:
            family[name] = settings[name]
    names = {context.shown(*place): pin for place, pin in CHANNELS.names(settings).items()}
    pins = dict(
        zip(("PWM_STEERING_PIN", "PWM_THROTTLE_PIN"), named_pins(names).values(), strict=True)
    )
    return _pulsed(context, family, pins, "", motor=[*names.values()][1])


def _pulsed(
    context: Context, family: Settings, pins: dict[str, PinId], name: str, *, motor: str
) -> Output:
    from donkeycar.parts.drivetrain.pulse_output import PulseOutput

    steering = steering_pulses(context, family).check(
        f"steering, {context.pulse_names(name, STEERING)},",
        advice=in_microseconds(context, family, STEERING),
    )
    throttle = throttle_pulses(context, family).check(
        f"throttle, {context.pulse_names(name, THROTTLE)},",
        advice=in_microseconds(context, family, THROTTLE) or NO_SPEED_CONTROLLER.format(motor),
    )
    opener = context.pins()
    output = PulseOutput(
        opener.pulse(pins["PWM_STEERING_PIN"], inverted=family["PWM_STEERING_INVERTED"]),
        opener.pulse(pins["PWM_THROTTLE_PIN"], inverted=family["PWM_THROTTLE_INVERTED"]),
        steering=steering,
        throttle=throttle,
        dead_us=dead_us(context, family),
    )
    output.off()
    return output


def servo_and_esc_sheet(settings: Settings) -> "CalibrationSheet":
    """Calibration points of a servo and a speed controller."""
    from donkeycar.assembly.drivetrain.sheets import counted_sheet

    return counted_sheet("PWM_STEERING_THROTTLE", settings)


def _channels_sheet(settings: Settings) -> "CalibrationSheet":
    from donkeycar.assembly.drivetrain.sheets import counted_sheet

    return counted_sheet("", settings)


_OLD = DrivetrainRow(_channels, CHANNELS, has_esc=True, calibration=_channels_sheet)

ROWS = {
    "PWM_STEERING_THROTTLE": DrivetrainRow(
        _servo_and_esc,
        PinWiring("PWM_STEERING_THROTTLE"),
        has_esc=True,
        calibration=servo_and_esc_sheet,
    ),
    "I2C_SERVO": _OLD,
    "SERVO_ESC": _OLD,
}
