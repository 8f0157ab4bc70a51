"""Calibration and settings: the pulses of a car as a typed sheet, and wider pulses to try."""

from collections.abc import Mapping
from typing import Any

from donkeycar.assembly.drivetrain.context import Settings
from donkeycar.assembly.drivetrain.counts import PULSE_NAMES
from donkeycar.assembly.drivetrain.table import drivetrain_row
from donkeycar.errors import ConfigError
from donkeycar.guardian.pulse import LONGEST_US, PulseRange
from donkeycar.lazy import named
from donkeycar.parts.drivetrain.calibration_points import (
    STEERING,
    THROTTLE,
    CalibrationSheet,
    Rate,
    widened,
)
from donkeycar.parts.drivetrain.pca9685 import tick_us

HIGHEST_COUNT = 4095

_STEERING_NAMES = {
    "left": "STEERING_LEFT_PWM", "middle": "STEERING_MID_PWM", "right": "STEERING_RIGHT_PWM",
}  # fmt: skip
_THROTTLE_NAMES = {
    "reverse": "THROTTLE_REVERSE_PWM", "stopped": "THROTTLE_STOPPED_PWM",
    "forward": "THROTTLE_FORWARD_PWM", "start": "THROTTLE_DEAD_PWM",
}  # fmt: skip
_BOARD_NAMES = {
    "middle": "MM1_STEERING_MID", "reverse": "MM1_MAX_REVERSE", "stopped": "MM1_STOPPED_PWM",
    "forward": "MM1_MAX_FORWARD",
}  # fmt: skip

_BOARD_STEERING = PulseRange(2000.0, 1500.0, 1000.0)
_BOARD_LIMITS = (1000.0, 2000.0)


def read_sheet(kind: str, settings: Settings) -> CalibrationSheet:
    """Read the pulses of a car from its settings.

    Args:
        kind: A word of `DRIVE_TRAIN_TYPE`.
        settings: All settings of the car, by name.

    Raises:
        ConfigError: If there is nothing to calibrate, or a stored pulse is impossible.
    """
    row = drivetrain_row(kind, settings)
    if not row.calibration:
        raise ConfigError(
            f"`DRIVE_TRAIN_TYPE` {kind} has no pulses to calibrate: {row.instead}. "
            f"Received: DRIVE_TRAIN_TYPE={kind!r}"
        )
    sheet: CalibrationSheet = named(row.calibration)(settings)
    return sheet


def servo_and_esc(settings: Settings) -> CalibrationSheet:
    """The pulses of a servo and a speed controller."""
    return _counted_sheet("PWM_STEERING_THROTTLE", settings)


def channels(settings: Settings) -> CalibrationSheet:
    """The same of a car from before donkeycar 5, which has them outside of dictionaries."""
    return _counted_sheet("", settings)


def servo_and_two_pins(settings: Settings) -> CalibrationSheet:
    """The pulses of the servo beside a motor on a bridge with two inputs."""
    return _counted_sheet("SERVO_HBRIDGE_2PIN", settings)


def servo_and_three_pins(settings: Settings) -> CalibrationSheet:
    """The pulses of the servo beside a motor on a bridge with three inputs."""
    return _counted_sheet("SERVO_HBRIDGE_3PIN", settings)


def _counted_sheet(family: str, settings: Settings) -> CalibrationSheet:
    """Pulses that are counted in 4096 parts of a frame."""
    values = dict(settings[family or "PWM_STEERING_THROTTLE"])
    if not family:
        own = {name: settings.get(name) for name in PULSE_NAMES}
        values |= {name: value for name, value in own.items() if value is not None}
    count_us = tick_us(settings["PWM_FREQUENCY"])
    steering_us = count_us * values["PWM_STEERING_SCALE"]
    left, right = (values[_STEERING_NAMES[point]] for point in ("left", "right"))
    middle = values.get("STEERING_MID_PWM")
    pulses = {
        "left": left * steering_us,
        "middle": ((left + right) / 2 if middle is None else middle) * steering_us,
        "right": right * steering_us,
    }
    names, units = dict(_STEERING_NAMES), dict.fromkeys(STEERING, steering_us)
    throttle = None
    if "THROTTLE_STOPPED_PWM" in values:
        throttle_us = count_us * values["PWM_THROTTLE_SCALE"]
        for point in ("reverse", "stopped", "forward"):
            pulses[point] = values[_THROTTLE_NAMES[point]] * throttle_us
        way = 1 if pulses["forward"] >= pulses["stopped"] else -1
        dead = values.get("THROTTLE_DEAD_PWM") or 0
        pulses["start"] = pulses["stopped"] + way * dead * throttle_us
        names |= _THROTTLE_NAMES
        units |= dict.fromkeys(THROTTLE, throttle_us)
        motor = _range(pulses, "reverse", "stopped", "forward").check("throttle")
        throttle = widened(motor, highest_us=min(LONGEST_US, HIGHEST_COUNT * throttle_us))
    servo = _range(pulses, *STEERING).check("steering")
    return CalibrationSheet(
        family,
        names,
        pulses,
        units,
        steering=widened(servo, highest_us=min(LONGEST_US, HIGHEST_COUNT * steering_us)),
        throttle=throttle,
        half_way=middle is None,
        frequency=Rate("PWM_FREQUENCY", float(settings["PWM_FREQUENCY"])),
        oscillator=_oscillator(family, settings),
    )


def _oscillator(family: str, settings: Settings) -> Rate | None:
    """The clock of the PCA9685 that makes the pulses; a car without a dictionary has one."""
    entries = settings[family] if family else {}
    pins = [str(value) for name, value in entries.items() if name.endswith("_PIN")]
    if family and not any(pin.startswith("PCA9685.") for pin in pins):
        return None
    return Rate("PCA9685_OSCILLATOR_HZ", float(settings["PCA9685_OSCILLATOR_HZ"]))


def robohat(settings: Settings) -> CalibrationSheet:
    """The pulses of a RoboHAT MM1; it counts in microseconds, and its steering has fixed ends."""
    pulses = {point: float(settings[name]) for point, name in _BOARD_NAMES.items()}
    pulses["left"], pulses["right"] = _BOARD_STEERING.low_us, _BOARD_STEERING.high_us
    pulses["start"] = pulses["stopped"]
    units = dict.fromkeys(_BOARD_NAMES, 1.0)
    throttle = widened(
        _range(pulses, "reverse", "stopped", "forward").check("throttle"), *_BOARD_LIMITS
    )
    steering = PulseRange(pulses["left"], pulses["middle"], pulses["right"]).check("steering")
    return CalibrationSheet("", dict(_BOARD_NAMES), pulses, units, steering, throttle)


def _range(pulses: Mapping[str, float], low: str, centre: str, high: str) -> PulseRange:
    return PulseRange(pulses[low], pulses[centre], pulses[high])


def widened_settings(kind: str, settings: Settings) -> dict[str, Any]:
    """Settings of a car whose guardian lets through what may be tried, and not more.

    Args:
        kind: A word of `DRIVE_TRAIN_TYPE`.
        settings: All settings of the car, by name.

    Raises:
        ConfigError: As `read_sheet`.
    """
    sheet = read_sheet(kind, settings)
    pulses = dict(zip(STEERING, sheet.steering, strict=True))
    if sheet.throttle is not None:
        pulses |= dict(zip(("reverse", "stopped", "forward"), sheet.throttle, strict=True))
    written = {
        name: pulses[point] / sheet.units[point]
        for point, name in sheet.names.items()
        if point in pulses
    }
    if "start" in sheet.names:
        written[sheet.names["start"]] = 0
    wide = {name: settings[name] for name in settings}
    if sheet.family:
        wide[sheet.family] = {**settings[sheet.family], **written}
    else:
        wide |= written
    return wide
