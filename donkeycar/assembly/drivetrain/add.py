"""Add the drivetrain that `DRIVE_TRAIN_TYPE` names; it turns the wheels."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from donkeycar.assembly.drivetrain.table import drivetrain_row
from donkeycar.assembly.recipe import written
from donkeycar.config import Config
from donkeycar.errors import ConfigError
from donkeycar.vehicle import Vehicle

if TYPE_CHECKING:
    from donkeycar.sim.world import World


def add_drivetrain(
    car: Vehicle,
    cfg: Config,
    world: "World | None" = None,
    *,
    connect: Callable[..., Any] | None = None,
) -> None:
    """Add the wheels of `DRIVE_TRAIN_TYPE`; last, so that they run on this tick's command.

    The process that started this one, the guardian, holds the hardware; see `SAFETY.md`.

    Channels:
        Reads ``command``, and also ``user/mode`` and ``pilot/reason``, to say why a command was too
        old; ``stop/reason`` and ``cam/image_array`` to keep why the car stopped, unless
        `LOG_FILE_MB` is 0. Writes the guardian's state (``drivetrain/state``: ``"boot"``,
        ``"safe"``, ``"run"`` or ``"off"``) and why it does not run (``drivetrain/reason``). Writes
        how old frames are when their orders go out: the newest (``drivetrain/age_s``), and of the
        last half minute the median and the 99th percentile (``drivetrain/age_p50_s``,
        ``drivetrain/age_p99_s``). In the simulator also speed, laps and place (``motion/...``,
        ``lap/...``, ``map/...``).

    Args:
        car: The vehicle.
        cfg: The settings.
        world: The simulated world, for ``SIM``.
        connect: Makes the part, as `connect_drivetrain` does; ``None`` is that function.

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
    keeps_stops = connect is None and cfg.LOG_FILE_MB
    connect = connect_drivetrain if connect is None else connect
    part = connect(cfg.DRIVE_TRAIN_TYPE, settings, clock=car.clock, world=world)
    car.add(
        part,
        inputs=["command", *written(car, "user/mode", "pilot/reason", reader="add_drivetrain")],
        outputs=["drivetrain/state", "drivetrain/reason"],
        prompt=True,
    )
    if world is not None and drivetrain_row(cfg.DRIVE_TRAIN_TYPE, cfg.to_wiring()).in_world:
        from donkeycar.parts.sim_ride import SimRide

        car.add(
            SimRide(world),
            inputs=written(car, "user/actions", reader="add_drivetrain"),
            outputs=[
                "motion/speed_m_s", "lap/time_s", "lap/best_s", "lap/count", "map/track",
                "map/place", "map/put_backs",
            ],
        )  # fmt: skip
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
    if keeps_stops:
        _add_stop_log(car, cfg)


def _add_stop_log(car: Vehicle, cfg: Config) -> None:
    from donkeycar.driving.stops import FOLDER
    from donkeycar.parts.stop_log import StopLog

    read = written(car, "stop/reason", "user/mode", "cam/image_array", reader="add_drivetrain")
    car.add(
        StopLog(Path(cfg.CAR_PATH) / FOLDER, clock=car.clock),
        inputs=[read[0], "drivetrain/state", "drivetrain/reason", *read[1:]],
        optional=True,
    )


def _check_pace(car: Vehicle, cfg: Config) -> None:
    from donkeycar.assembly.camera import sees_the_world

    has_camera = car.is_paced or (sees_the_world(cfg) and car.writes("cam/image_array"))
    if cfg.LOOP_PACE == "camera" and not has_camera:
        raise ConfigError(
            "`LOOP_PACE` 'camera' needs a camera. Received: a car without add_camera in its "
            "manage.py. Write LOOP_PACE = 'clock' into myconfig.py; a camera of your own paces the "
            "loop with car.pace_by(camera), see docs/parts.md"
        )
