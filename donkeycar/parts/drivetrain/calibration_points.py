"""Calibration points of a drivetrain: pulses in microseconds, whatever unit the settings use.

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
from typing import NamedTuple

from donkeycar.guardian.pulse import LONGEST_US, SHORTEST_US, PulseRange

STEERING = ("left", "middle", "right")
THROTTLE = ("reverse", "stopped", "forward", "start")

# How far a pulse may go beyond the stored one, as a share of its distance from the middle.
MARGIN = 0.2


class Rate(NamedTuple):
    """A frequency that can be calibrated.

    Attributes:
        setting: Name of its setting.
        hz: Value of that setting.
    """

    setting: str
    hz: float


class CalibrationSheet(NamedTuple):
    """The pulses of a car, and where they are written.

    Attributes:
        family: Dictionary of the settings that holds them; "" for settings of their own.
        names: Setting by point.
        pulses: Pulse by point, in microseconds; all seven, or `left`, `middle` and `right`.
        units: Microseconds per unit of the setting, by point.
        steering: The widest pulses that may be tried.
        throttle: The same for the motor; ``None`` if it takes no pulses.
        half_way: Whether straight ahead is half-way between the ends, because it has no setting of
            its own.
        frequency: Frames a second, if the settings count parts of a frame; ``None`` if they are in
            microseconds.
        oscillator: Clock of the PCA9685 that makes the pulses; ``None`` if there is none.
    """

    family: str
    names: Mapping[str, str]
    pulses: Mapping[str, float]
    units: Mapping[str, float]
    steering: PulseRange
    throttle: PulseRange | None
    half_way: bool = False
    frequency: Rate | None = None
    oscillator: Rate | None = None


def widened(
    stored: PulseRange, lowest_us: float = SHORTEST_US, highest_us: float = LONGEST_US
) -> PulseRange:
    """The range of pulses that may be tried: the stored one, and 20 % more on either side.

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
