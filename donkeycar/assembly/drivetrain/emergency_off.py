"""Emergency off: switch off hardware whose holder died or hangs."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from donkeycar.assembly.drivetrain.context import Settings
from donkeycar.assembly.drivetrain.hardware import load_drivers
from donkeycar.assembly.drivetrain.table import make_output


def shut_off(kind: str, settings: Settings, **made_of: Any) -> None:
    """Switch the hardware of a drivetrain off, make sure of it, and close it.

    A new output is off, or its constructor raises. A serial port or a pin that stayed open would
    block the next attempt.

    Args:
        kind: A word of `DRIVE_TRAIN_TYPE`.
        settings: All settings of the car, by name.
        made_of: The other arguments of `make_output`.

    Raises:
        OSError: If the hardware did not obey. Even then it is closed.
    """
    with ExitStack() as opened:
        make_output(kind, settings, opened=opened, **made_of)


def ready_emergency_off(kind: str, settings: Settings, **made_of: Any) -> Callable[[], None]:
    """Prepare `shut_off`: everything that it needs is loaded now.

    A pin of the Pi that was high when its program died stays high until somebody opens it again.
    That takes a few milliseconds once its library is loaded; loading takes a second on a small Pi.
    The pins themselves stay closed: a pin has one holder, and a chip that is open costs two threads
    that wake 2000 times a second.

    Args:
        kind: A word of `DRIVE_TRAIN_TYPE`.
        settings: All settings of the car, by name.
        made_of: The other arguments of `make_output`.

    Raises:
        ConfigError: If the name of a pin is impossible.
    """
    load_drivers(kind, settings, also_threaded=True)

    def emergency_off() -> None:
        shut_off(kind, settings, **made_of)

    return emergency_off
