"""Commands of a recorded drive: what driver and pilot wanted, and what went to the wheels."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from donkeycar.tub.catalog import Record
from donkeycar.tub.drive import MODE

# Source of a command -> its two columns.
RECORDED = {
    "user": ("user/angle", "user/throttle"),
    "pilot": ("pilot/angle", "pilot/throttle"),
}
FINAL = ("angle", "throttle")
# Mode -> whose steering and whose throttle go to the wheels.
WHO_DRIVES = {
    "user": ("user", "user"),
    "local_angle": ("pilot", "user"),
    "local": ("pilot", "pilot"),
}


class Command(NamedTuple):
    """Steering and throttle; ``None`` where it is not known.

    Attributes:
        angle: -1 left to +1 right.
        throttle: -1 reverse to +1 forward.
    """

    angle: float | None
    throttle: float | None


NOTHING = Command(None, None)


@dataclass(frozen=True)
class Answers:
    """What a pilot answers to the frames of tubs.

    Attributes:
        name: Name of the pilot.
        commands: Angle and throttle by the folder of a tub and the index of a record.
    """

    name: str
    commands: Mapping[tuple[Path, int], Command]


def command_in(record: Record, angle: str, throttle: str) -> Command:
    """The command in two columns of a record."""
    return Command(number(record.get(angle)), number(record.get(throttle)))


def final_command(record: Record) -> Command:
    """What went to the wheels, as far as a record says.

    It is recorded if the channels ``angle`` and ``throttle`` are columns. Else it follows from the
    mode; `AI_THROTTLE_MULT`, caution and the push of `AI_LAUNCH_THROTTLE` are not in it then.
    """
    recorded = command_in(record, *FINAL)
    if recorded != (None, None):
        return recorded
    mode = record.get(MODE) or "user"
    if not isinstance(mode, str) or mode not in WHO_DRIVES:
        return Command(None, None)
    steers, drives = WHO_DRIVES[mode]
    return Command(number(record.get(RECORDED[steers][0])), number(record.get(RECORDED[drives][1])))


def number(value: Any) -> float | None:
    """A number that can be drawn; ``None`` for everything else."""
    if type(value) not in (int, float):
        return None
    try:
        drawn = float(value)
    except OverflowError:
        return None
    return drawn if math.isfinite(drawn) else None
