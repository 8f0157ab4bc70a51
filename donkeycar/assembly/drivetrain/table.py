"""Table of drivetrains: a row for each word of `DRIVE_TRAIN_TYPE`, and how its hardware is opened.

Every output is off when it is made. So making the output once more stops a motor whose guardian
died.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

from donkeycar.assembly.drivetrain import boards, harmless, motors, pulsed
from donkeycar.assembly.drivetrain.context import Context, NothingOpened, Settings, shown
from donkeycar.assembly.drivetrain.row import DrivetrainRow
from donkeycar.errors import ConfigError, DeviceError
from donkeycar.guardian.guardian import Output
from donkeycar.parts.drivetrain.pins import Board
from donkeycar.timing import Clock

if TYPE_CHECKING:
    from donkeycar.sim.world import World

# Each row is in the module of the function that builds it.
DRIVETRAINS: dict[str, DrivetrainRow] = {
    **pulsed.ROWS,
    **motors.ROWS,
    **boards.ROWS,
    **harmless.ROWS,
}


def make_output(
    kind: str,
    settings: Settings,
    *,
    board: Board | None = None,
    clock: Clock | None = None,
    world: "World | None" = None,
    opened: ExitStack | None = None,
) -> Output:
    """Open the hardware of a drivetrain, and switch it off; nothing moves.

    Args:
        kind: A word of `DRIVE_TRAIN_TYPE`.
        settings: All settings of the car, by name.
        board: The hardware to which pins are wired; ``None`` is that of this computer.
        clock: Source of time.
        world: The simulated world, for ``SIM``.
        opened: Closes the hardware when it is closed itself; ``None`` keeps it open for good.

    Raises:
        ConfigError: If the word is unknown or only an earlier version knew it, or a setting is
            impossible. In that case no hardware was opened, unless the hardware itself refused it.
        DeviceError: If the hardware does not answer.

    Example:
        >>> settings = {"PWM_FREQUENCY": 60, "PWM_STEERING_THROTTLE": {
        ...     "STEERING_LEFT_PWM": 460, "STEERING_RIGHT_PWM": 290,
        ...     "PWM_STEERING_SCALE": 1.0, "PWM_THROTTLE_SCALE": 1.0, "THROTTLE_FORWARD_PWM": 500,
        ...     "THROTTLE_STOPPED_PWM": 370, "THROTTLE_REVERSE_PWM": 220}}
        >>> wheels = make_output("MOCK", settings)
        >>> wheels.write(0.0, 1.0)
        >>> round(wheels.throttle_us)
        2040
    """
    row = drivetrain_row(kind, settings)
    with ExitStack() as unfinished, _says_where(row, settings):
        output = row.build(Context(settings, board or Board(), clock, world, unfinished))
        finished = unfinished.pop_all()
    if opened is not None:
        opened.push(finished)
    return output


def check_settings(kind: str, settings: Settings) -> None:
    """Refuse settings from which no drivetrain can be built; no hardware is opened.

    Args:
        kind: A word of `DRIVE_TRAIN_TYPE`.
        settings: All settings of the car, by name.

    Raises:
        ConfigError: In the same cases as `make_output`.
    """
    row = drivetrain_row(kind, settings)
    if not row.in_world:  # a simulated drivetrain needs only a world
        with suppress(NothingOpened):
            row.build(Context(settings, None, None, None, ExitStack()))


def drivetrain_row(kind: str, settings: Settings) -> DrivetrainRow:
    """The row of a word.

    Args:
        kind: A word of `DRIVE_TRAIN_TYPE`.
        settings: All settings of the car, by name.

    Raises:
        ConfigError: If the word is unknown, or only an earlier version knew it.
    """
    if kind in DRIVETRAINS:
        return DRIVETRAINS[kind]
    from donkeycar.assembly.drivetrain.gone import dead_drivetrain

    if gone := dead_drivetrain(kind, settings):
        raise ConfigError(
            f"{shown(settings, 'DRIVE_TRAIN_TYPE')} {kind} does not exist any more. Received: "
            f"DRIVE_TRAIN_TYPE={kind!r}; {gone}"
        )
    raise ConfigError(
        f"`DRIVE_TRAIN_TYPE` must be one of {', '.join(DRIVETRAINS)}. "
        f"Received: DRIVE_TRAIN_TYPE={kind!r}"
    )


@contextmanager
def _says_where(row: DrivetrainRow, settings: Settings) -> Iterator[None]:
    """Add the settings that hold the wiring to an error of the hardware."""
    try:
        yield
    except DeviceError as error:
        if isinstance(error.__cause__, ImportError) or row.wiring is None:
            raise
        raise DeviceError(
            f"{error}. Where it is wired to is in {row.wiring.shown(settings)}"
        ) from error
