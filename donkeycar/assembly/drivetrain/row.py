"""All that depends on a word of `DRIVE_TRAIN_TYPE`, in one row."""

from typing import TYPE_CHECKING, NamedTuple

from donkeycar.lazy import named

if TYPE_CHECKING:
    from donkeycar.assembly.drivetrain.wiring import Wiring
    from donkeycar.parts.needs import Library

POWER = "its motors take power, not pulses"


class DrivetrainRow(NamedTuple):
    """A row of `DRIVETRAINS`: all that depends on a word, but for its settings.

    Those, and whether it moves something, are the row of the same word in
    `donkeycar.settings.rows.drivetrain`.

    Functions are named as ``"module:function"``: the guardian loads those of its own drivetrain and
    no others.

    Attributes:
        builder: Opens the hardware: takes a `Context`, and opens whatever it opens with `pins` and
            `serial` of that. Returns the output of a guardian, which is off then.
        wiring: Where the settings say what it is wired to; ``None`` if it moves nothing real: then
            it needs no guardian process, and there is nothing to claim, to probe or to stop.
        has_esc: Whether a speed controller of an RC car stands behind it, which brakes before it
            reverses.
        in_world: Whether its wheels are in the simulated world, which the vehicle process holds.
        calibration: Reads its calibration points: takes the settings, returns a
            `CalibrationSheet`; "" if it takes no pulses.
        instead: What its owner does instead of calibrating. No final period.
        probe: What `donkey doctor` asks of its hardware without moving it: takes the word and the
            settings, yields a `Finding` for each thing.
        libraries: ``"module:NAME"`` of the `Library` rows that it needs besides those of its pins
            and lines; "" for none. The guardian loads them before an emergency.
    """

    builder: str
    wiring: "Wiring | None"
    has_esc: bool = False
    in_world: bool = False
    calibration: str = ""
    instead: str = POWER
    probe: str = "donkeycar.assembly.drivetrain.probe:probe_wiring"
    libraries: str = ""

    @property
    def is_real(self) -> bool:
        """Whether something moves that could hurt somebody."""
        return self.wiring is not None

    def needed(self) -> "tuple[Library, ...]":
        """What somebody must install besides what its pins and lines need."""
        found: tuple[Library, ...] = named(self.libraries) if self.libraries else ()
        return found
