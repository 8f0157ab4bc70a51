"""What can be calibrated of a drivetrain: its pulses in microseconds, whatever settings count in.

| point      | pulse                                    |
| ---------- | ---------------------------------------- |
| `left`     | full left                                |
| `middle`   | straight ahead                           |
| `right`    | full right                               |
| `reverse`  | full reverse                             |
| `stopped`  | standing still                           |
| `forward`  | full forward                             |
| `start`    | the motor just begins to turn forward    |
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from donkeycar.errors import ConfigError
from donkeycar.guardian.pulse import LONGEST_US, SHORTEST_US, PulseRange
from donkeycar.parts.drivetrain.pca9685 import tick_us
from donkeycar.parts.drivetrain.table import DRIVETRAINS, PULSE_NAMES

Settings = Mapping[str, Any]

STEERING = ("left", "middle", "right")
THROTTLE = ("reverse", "stopped", "forward", "start")

# How much farther than calibrated before a pulse may go, as a share of its way from the middle.
MARGIN = 0.2
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

# The dictionary that holds the pulses; "" for settings of their own.
_FAMILIES = {
    "PWM_STEERING_THROTTLE": "PWM_STEERING_THROTTLE",
    "MOCK": "PWM_STEERING_THROTTLE",
    "I2C_SERVO": "",
    "SERVO_ESC": "",
    "SERVO_HBRIDGE_2PIN": "SERVO_HBRIDGE_2PIN",
    "SERVO_HBRIDGE_3PIN": "SERVO_HBRIDGE_3PIN",
}
_BOARD_STEERING = PulseRange(2000.0, 1500.0, 1000.0)
_BOARD_LIMITS = (1000.0, 2000.0)

INSTEAD = {
    "VESC": "set VESC_STEERING_OFFSET, VESC_STEERING_SCALE and VESC_MAX_SPEED_PERCENT, and the "
    "motor itself with VESC Tool",
    "SIM": "the simulated car is calibrated",
}


class CalibrationSheet(NamedTuple):
    """The pulses of a car, and where they are written.

    Attributes:
        family: Dictionary of the settings that holds them; "" for settings of their own.
        names: Setting by point.
        pulses: Pulse by point, in microseconds; all seven, or `left`, `middle` and `right`.
        units: Microseconds per one of the setting, by point.
        steering: The widest pulses that may be tried.
        throttle: The same for the motor; ``None`` if it takes no pulses.
        half_way: Whether straight ahead is half-way between the ends, because no setting says
            otherwise.
    """

    family: str
    names: Mapping[str, str]
    pulses: Mapping[str, float]
    units: Mapping[str, float]
    steering: PulseRange
    throttle: PulseRange | None
    half_way: bool = False


def read_sheet(kind: str, settings: Settings) -> CalibrationSheet:
    """Read the pulses of a car from its settings.

    Args:
        kind: A word of `DRIVE_TRAIN_TYPE`.
        settings: All settings of the car, by name.

    Raises:
        ConfigError: If there is nothing to calibrate, or a stored pulse is impossible.
    """
    if kind not in DRIVETRAINS or (kind not in _FAMILIES and kind != "MM1"):
        instead = INSTEAD.get(kind, "its motors take power, not pulses")
        raise ConfigError(
            f"`DRIVE_TRAIN_TYPE` {kind} has no pulses to calibrate: {instead}. "
            f"Received: DRIVE_TRAIN_TYPE={kind!r}"
        )
    if kind == "MM1":
        return _board_sheet(settings)
    family = _FAMILIES[kind]
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
    steering = widened(servo, highest_us=min(LONGEST_US, HIGHEST_COUNT * steering_us))
    return CalibrationSheet(
        family, names, pulses, units, steering, throttle, half_way=middle is None
    )


def _board_sheet(settings: Settings) -> CalibrationSheet:
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


def widened(
    stored: PulseRange, lowest_us: float = SHORTEST_US, highest_us: float = LONGEST_US
) -> PulseRange:
    """The pulses that may be tried: those stored, and 20 % more on either side.

    Example:
        >>> widened(PulseRange(1000, 1500, 2000))
        PulseRange(low_us=900.0, centre_us=1500, high_us=2100.0)
    """

    def far(end_us: float) -> float:
        end_us = stored.centre_us + (1 + MARGIN) * (end_us - stored.centre_us)
        return min(max(end_us, lowest_us), highest_us)

    return PulseRange(far(stored.low_us), stored.centre_us, far(stored.high_us))


def value_from_us(pulses: PulseRange, pulse_us: float) -> float:
    """The value of -1 to +1 for which `pulses` gives this pulse; beyond the ends it is cut.

    Example:
        >>> value_from_us(PulseRange(1000, 1500, 2000), 1750)
        0.5
    """
    up_us, down_us = pulses.high_us - pulses.centre_us, pulses.low_us - pulses.centre_us
    offset_us = pulse_us - pulses.centre_us
    if up_us and offset_us * up_us >= 0:
        return min(offset_us / up_us, 1.0)
    if down_us and offset_us * down_us >= 0:
        return max(-offset_us / down_us, -1.0)
    return 0.0


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
    if kind != "MM1" and sheet.throttle is not None:
        written["THROTTLE_DEAD_PWM"] = 0
    wide = {name: settings[name] for name in settings}
    if sheet.family:
        wide[sheet.family] = {**settings[sheet.family], **written}
    else:
        wide |= written
    return wide
