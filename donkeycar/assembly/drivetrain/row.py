"""All that depends on a word of `DRIVE_TRAIN_TYPE`, in one row."""

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
    """A row of `DRIVETRAINS`: all that depends on a word, but for its settings.

    Those, and whether it moves something, are the row of the same word in
    `donkeycar.settings.rows.drivetrain`.

    The guardian loads all rows, so their functions import what they need when they are called.

    Attributes:
        build: Opens the hardware with `pins` and `serial` of the context and with nothing else,
            and returns the output of a guardian, switched off.
        wiring: Where the settings say what it is wired to. ``None`` if it moves nothing real: then
            it needs no guardian process, and there is nothing to claim, to probe or to stop.
        has_esc: Whether an electronic speed controller (ESC) stands behind it, which brakes before
            it reverses.
        in_world: Whether its wheels are in the simulated world, which the vehicle process holds.
        calibration: Reads the calibration points from the settings; ``None`` if it takes no pulses.
        instead: What the owner of a drivetrain without pulses is told. No final period.
        probe: What `donkey doctor` asks of its hardware without moving it, from the settings;
            ``None`` asks for each pin, chip and line of `wiring`.
        libraries: What must be installed besides what pins and lines need. The guardian loads them
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
        """Whether something moves that could hurt somebody."""
        return self.wiring is not None
