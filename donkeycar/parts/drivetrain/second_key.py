"""Switching off hardware that somebody else held, who died or hangs."""

from contextlib import ExitStack
from typing import Any

from donkeycar.parts.drivetrain.garage import Settings
from donkeycar.parts.drivetrain.table import make_output


def shut_off(kind: str, settings: Settings, **made_of: Any) -> None:
    """Switch the hardware of a drivetrain off, make sure of it, and let go of it.

    What is made is off, and says so; a serial port or a pin that stayed open would be in the way of
    the next one who tries.

    Args:
        kind: A word of `DRIVE_TRAIN_TYPE`.
        settings: All settings of the car, by name.
        made_of: The other arguments of `make_output`.

    Raises:
        OSError: If it did not obey. Nothing stays open.
    """
    with ExitStack() as opened:
        make_output(kind, settings, opened=opened, **made_of)
