"""Table row of a drivetrain: everything that depends on a word of `DRIVE_TRAIN_TYPE`."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from donkeycar.assembly.drivetrain.context import Context, Settings
from donkeycar.assembly.drivetrain.wiring import Wiring
from donkeycar.guardian.guardian import Output

if TYPE_CHECKING:
    from donkeycar.parts.drivetrain.calibration_points import CalibrationSheet
    from donkeycar.parts.finding import Finding
    from donkeycar.parts.needs import Library

TAKES_POWER = "its motors take power, not pulses"


class DrivetrainRow(NamedTuple):
    """A row of `DRIVETRAINS`: everything that depends on a word, except its settings.

    The row of the same word in `donkeycar.settings.rows.drivetrain` holds its settings, and whether
    it moves something.

    The guardian loads all rows, so their functions import what they need when they are called.

    Attributes:
        build: Opens the hardware only with `pins` and `serial` of the context, and returns the
            output of a guardian, switched off.
        wiring: The settings that name its hardware. ``None`` if it moves nothing real: then it
            needs no guardian process, and no hardware is claimed, probed or stopped.
        has_esc: Whether it has an electronic speed controller (ESC), which brakes before it
            reverses.
        in_world: Whether its wheels are in the simulated world, which the vehicle process holds.
        calibration: Reads the calibration points from the settings; ``None`` if it takes no pulses.
        instead: Message for the owner of a drivetrain without pulses. No final period.
        probe: Checks the hardware for `donkey doctor`, from the settings, without moving it;
            ``None`` checks each pin, chip and line of `wiring`.
        libraries: The libraries it needs besides those of pins and lines. The guardian loads them
            before an emergency.
    """

    build: Callable[[Context], Output]
    wiring: Wiring | None
    has_esc: bool = False
    in_world: bool = False
    calibration: "Callable[[Settings], CalibrationSheet] | None" = None
    instead: str = TAKES_POWER
    probe: "Callable[[Settings], Iterator[Finding]] | None" = None
    libraries: "tuple[Library, ...]" = ()

    @property
    def is_real(self) -> bool:
        """Whether it moves real hardware, which could hurt somebody."""
        return self.wiring is not None
