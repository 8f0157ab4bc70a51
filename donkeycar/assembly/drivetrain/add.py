"""Add the drivetrain that `DRIVE_TRAIN_TYPE` names; it turns the wheels."""

from typing import TYPE_CHECKING

from donkeycar.assembly.recipe import written
from donkeycar.config import Config
from donkeycar.errors import ConfigError
from donkeycar.vehicle import Vehicle

if TYPE_CHECKING:
    from donkeycar.sim.world import World


def add_drivetrain(car: Vehicle, cfg: Config, world: "World | None" = None) -> None:
    """Add the wheels of `DRIVE_TRAIN_TYPE`; last, so that they run on this tick's command.

    The process that started this one, the guardian, holds the hardware; see `SAFETY.md`.

    Channels:
        Reads ``command``, and also ``user/mode`` and ``pilot/reason``, to say why a command was too
        old. Writes the guardian's state (``drivetrain/state``: ``"boot"``, ``"safe"``, ``"run"`` or
        ``"off"``) and why it does not run (``drivetrain/reason``).

    Raises:
        ConfigError: If the owner wrote wiring that this drivetrain does not use.
    """
    from donkeycar.assembly.drivetrain.connect import connect_drivetrain

    if cfg.faults:
        raise ConfigError("\n".join(cfg.faults))
    settings = {**{name: cfg[name] for name in cfg}, **cfg.to_wiring()}
    part = connect_drivetrain(cfg.DRIVE_TRAIN_TYPE, settings, clock=car.clock, world=world)
    car.add(
        part,
        inputs=["command", *written(car, "user/mode", "pilot/reason", reader="add_drivetrain")],
        outputs=["drivetrain/state", "drivetrain/reason"],
        prompt=True,
    )
