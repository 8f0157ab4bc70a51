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
        ``"off"``) and why it does not run (``drivetrain/reason``). Writes how old frames are when
        their orders go out: the newest (``drivetrain/age_s``), and of the last half minute the
        median and the 99th percentile (``drivetrain/age_p50_s``, ``drivetrain/age_p99_s``).

    Raises:
        ConfigError: If the owner wrote wiring that this drivetrain does not use, or wants the
            camera to pace the loop of a car that has none.
    """
    from donkeycar.assembly.drivetrain.connect import connect_drivetrain
    from donkeycar.parts.wheel_age import WheelAge

    if cfg.faults:
        raise ConfigError("\n".join(cfg.faults))
    _check_pace(car, cfg)
    settings = {**{name: cfg[name] for name in cfg}, **cfg.to_wiring()}
    part = connect_drivetrain(cfg.DRIVE_TRAIN_TYPE, settings, clock=car.clock, world=world)
    car.add(
        part,
        inputs=["command", *written(car, "user/mode", "pilot/reason", reader="add_drivetrain")],
        outputs=["drivetrain/state", "drivetrain/reason"],
        prompt=True,
    )
    times = ["cam/exposed_s", "pilot/exposed_s"]
    car.add(
        WheelAge(clock=car.clock),
        inputs=[
            "drivetrain/state", "command",
            *(written(car, name, reader="add_drivetrain")[0] for name in times),
        ],
        outputs=["drivetrain/age_s", "drivetrain/age_p50_s", "drivetrain/age_p99_s"],
        prompt=True,
    )  # fmt: skip


def _check_pace(car: Vehicle, cfg: Config) -> None:
    from donkeycar.assembly.camera import sees_the_world

    has_camera = car.is_paced or (sees_the_world(cfg) and car.writes("cam/image_array"))
    if cfg.LOOP_PACE == "camera" and not has_camera:
        raise ConfigError(
            "`LOOP_PACE` 'camera' needs a camera. Received: a car without add_camera in its "
            "manage.py. Write LOOP_PACE = 'clock' into myconfig.py; a camera of your own paces the "
            "loop with car.pace_by(camera), see docs/parts.md"
        )
