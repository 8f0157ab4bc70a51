"""Make the drivetrain's part, which sends every order through a guardian."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from donkeycar.assembly.drivetrain.context import check_rate
from donkeycar.assembly.drivetrain.emergency_off import ready_emergency_off
from donkeycar.assembly.drivetrain.table import drivetrain_row, make_output
from donkeycar.errors import ConfigError
from donkeycar.guardian.guardian import Guardian, Output
from donkeycar.guardian.process import VehicleSide
from donkeycar.parts.drivetrain.guarded import GuardedDrivetrain, LocalGuardian
from donkeycar.timing import Clock

if TYPE_CHECKING:
    from donkeycar.sim.world import World


def connect_drivetrain(
    kind: str,
    settings: Mapping[str, Any],
    *,
    clock: Clock | None = None,
    world: "World | None" = None,
) -> GuardedDrivetrain:
    """Connect to the guardian that started this process.

    The guardian holds the hardware; this process opens it only if the guardian dies. Without a
    guardian process, wheels that are mocked or simulated get a guardian in this process.

    Args:
        kind: A word of `DRIVE_TRAIN_TYPE`.
        settings: All settings of the car, by name.
        clock: Source of time.
        world: The simulated world, for ``SIM``.

    Raises:
        ConfigError: If the loop is too slow for a guardian, or real wheels have none.
    """
    check_rate(settings["DRIVE_LOOP_HZ"])
    row = drivetrain_row(kind, settings)

    def output() -> Output:
        return make_output(kind, settings, clock=clock, world=world)

    side = VehicleSide.from_environment()
    if side is not None:
        follower = output() if row.in_world else None
        emergency_off = ready_emergency_off(kind, settings, clock=clock, world=world)
        return GuardedDrivetrain(side, emergency_off=emergency_off, follower=follower, clock=clock)
    if row.is_real:
        raise ConfigError(
            f"`DRIVE_TRAIN_TYPE` {kind} needs a guardian, which `main` of donkeycar.management.car "
            "starts. Received: a process without one. Start the car with: python manage.py drive"
        )
    wheels = output()
    link = LocalGuardian(Guardian(wheels, clock=clock))
    return GuardedDrivetrain(link, emergency_off=wheels.off, clock=clock)
