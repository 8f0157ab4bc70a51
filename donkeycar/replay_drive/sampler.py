"""What the channels of a car hold, as plain values that can be stored and compared."""

import math
from typing import Any

import numpy as np

from donkeycar.assembly.channels import CHANNELS
from donkeycar.driving.command import Command
from donkeycar.memory import Memory
from donkeycar.replay_drive.trace import Value

# Values are rounded to that many digits: far below any tolerance, and equal in memory and in files.
DIGITS = 7
# A picture is the mean brightness of as many blocks in each direction, 0 to 1.
BLOCKS = 4
# Written by what stands in for the person.
LEFT_OUT = ("gamepad/offer",)

# Channels with a time: compared is how far it lies from the time of the sample.
TIMES = frozenset(
    name for name, row in CHANNELS.items() if row.holds.startswith("seconds on car.clock")
)


def sample(mem: Memory, now_s: float) -> dict[str, Value]:
    """The values of all channels.

    Args:
        mem: The channels.
        now_s: The time, on the clock of the car.
    """
    found: dict[str, Value] = {}
    for name in mem.keys():  # noqa: SIM118 - a memory is no dict
        if name is None or name in LEFT_OUT:
            continue
        value = mem[name]
        if isinstance(value, Command):
            found[f"{name}/angle"] = plain(value.angle)
            found[f"{name}/throttle"] = plain(value.throttle)
            found[f"{name}/source"] = value.source
            found[f"{name}/expires_s"] = _time(value.expires_s, now_s)
        elif name in TIMES:
            found[name] = _time(value, now_s)
        else:
            found[name] = plain(value)
    return found


def plain(value: Any) -> Value:
    """A value as a number, numbers or a text.

    Example:
        >>> plain(True), plain(0.25), plain(("a", "b")), plain([0.0, 1.0])
        (1.0, 0.25, 'a, b', (0.0, 1.0))
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool | int | float | np.number | np.bool_):
        number = float(value)
        return _rounded(number) if math.isfinite(number) else str(number)
    if isinstance(value, np.ndarray):
        return _picture(value) if value.ndim in (2, 3) else tuple(map(_rounded, value.ravel()))
    if isinstance(value, tuple | list):
        if value and all(isinstance(one, int | float | np.number) for one in value):
            return tuple(_rounded(float(one)) for one in value)
        return ", ".join(map(str, value))
    return str(value)


def _time(value: float | None, now_s: float) -> Value:
    """How far a time lies ahead; 0.0 says that there is none, and stays."""
    if value is None or not math.isfinite(value) or value == 0.0:
        return plain(value)
    return _rounded(value - now_s)


def _rounded(value: float) -> float:
    return round(float(value), DIGITS) + 0.0  # -0.0 becomes 0.0


def _picture(image: np.ndarray) -> tuple[float, ...]:
    """Mean brightness of each block of a picture, 0 to 1 for `uint8`."""
    grey = image.mean(axis=2) if image.ndim == 3 else image.astype(np.float64)
    top = 255.0 if image.dtype == np.uint8 else 1.0
    rows = np.array_split(grey, BLOCKS)
    blocks = (block for row in rows for block in np.array_split(row, BLOCKS, axis=1))
    return tuple(_rounded(block.mean() / top) for block in blocks if block.size)
