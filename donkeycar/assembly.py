"""From settings to parts: the only module that knows both.

Each `add_` function puts what the settings name into a vehicle. The tables say which class stands
behind a word in the settings, and what it is given; a module is imported only when it is named.
"""

import time
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from donkeycar.config import Config
from donkeycar.errors import ConfigError
from donkeycar.timing import Clock, RealClock, SimulatedClock
from donkeycar.vehicle import Vehicle

if TYPE_CHECKING:
    from donkeycar.console.controller import WebController
    from donkeycar.sim.world import World

# A pilot's answer to a frame is void after this long, or after three frames if that is longer.
MIN_PILOT_AGE_S = 0.15
PILOT_AGE_FRAMES = 3


class Recipe(NamedTuple):
    """How to build one part.

    Attributes:
        home: ``"module:Class"``.
        arguments: Its keyword arguments, from the settings, the clock and the simulated world.
        threaded: Whether it runs in a thread of its own.
    """

    home: str
    arguments: Callable[[Config, Clock, "World | None"], dict[str, Any]]
    threaded: bool = True


def _size(cfg: Config) -> dict[str, Any]:
    return {"width_px": cfg.IMAGE_W, "height_px": cfg.IMAGE_H}


def _frames(cfg: Config, clock: Clock) -> dict[str, Any]:
    return {**_size(cfg), "framerate_hz": cfg.CAMERA_FRAMERATE, "clock": clock}


CAMERAS = {
    "PICAM": Recipe(
        "donkeycar.parts.camera.picamera:PiCamera",
        lambda cfg, clock, world: {
            **_frames(cfg, clock),
            "hflip": cfg.CAMERA_HFLIP,
            "vflip": cfg.CAMERA_VFLIP,
            "camera_index": cfg.CAMERA_INDEX,
        },
    ),
    "IMAGE_LIST": Recipe(
        "donkeycar.parts.camera.image_list:ImageListCamera",
        lambda cfg, clock, world: {"path_mask": cfg.PATH_MASK, **_frames(cfg, clock)},
    ),
    "TUB": Recipe(
        "donkeycar.parts.camera.tub:TubCamera",
        lambda cfg, clock, world: {"path": cfg.CAMERA_TUB, **_frames(cfg, clock)},
    ),
    "MOCK": Recipe(
        "donkeycar.parts.camera.mock:MockCamera",
        lambda cfg, clock, world: _frames(cfg, clock),
    ),
    # Looks when the loop does, so that a simulated run can be repeated exactly.
    "SIM": Recipe(
        "donkeycar.parts.camera.sim:SimCamera",
        lambda cfg, clock, world: {
            "world": world,
            "framerate_hz": cfg.CAMERA_FRAMERATE,
            "clock": clock,
        },
        threaded=False,
    ),
}

DRIVETRAINS = {
    "MOCK": Recipe(
        "donkeycar.parts.drivetrain.mock:MockDrivetrain",
        lambda cfg, clock, world: {"clock": clock},
        threaded=False,
    ),
    "SIM": Recipe(
        "donkeycar.parts.drivetrain.sim:SimDrivetrain",
        lambda cfg, clock, world: {"world": world, "clock": clock},
        threaded=False,
    ),
}


def make_clock(cfg: Config) -> Clock:
    """Real time; or `SIM_TIME_SCALE` times as fast, if camera and wheels are simulated."""
    if cfg.SIM_TIME_SCALE == 1:
        return RealClock()
    if not cfg.CAMERA_TYPE == cfg.DRIVE_TRAIN_TYPE == "SIM":
        raise ConfigError(
            "`SIM_TIME_SCALE` must be 1 unless CAMERA_TYPE and DRIVE_TRAIN_TYPE are both SIM: a "
            f"real car cannot drive faster than time. Received: SIM_TIME_SCALE={cfg.SIM_TIME_SCALE}"
        )
    return SimulatedClock(scale=cfg.SIM_TIME_SCALE)


def make_world(cfg: Config) -> "World | None":
    """The simulated world of `SIM_TRACK`; ``None`` if nothing of the car is simulated."""
    if "SIM" not in (cfg.CAMERA_TYPE, cfg.DRIVE_TRAIN_TYPE):
        return None
    from donkeycar.sim.camera import CameraModel
    from donkeycar.sim.track import load_track
    from donkeycar.sim.world import World

    camera = CameraModel(**_size(cfg))
    return World(load_track(cfg.SIM_TRACK), seed=cfg.SIM_SEED, camera=camera)


def add_camera(car: Vehicle, cfg: Config, world: "World | None" = None) -> None:
    """Add the camera of `CAMERA_TYPE`.

    Channels:
        Writes ``cam/image_array``, ``cam/exposed_s`` and ``cam/sequence``.
    """
    camera, threaded = _build(CAMERAS, "CAMERA_TYPE", car, cfg, world)
    outputs = ["cam/image_array", "cam/exposed_s", "cam/sequence"]
    car.add(camera, outputs=outputs, threaded=threaded)


def add_console(car: Vehicle, cfg: Config) -> "WebController":
    """Add the web page, after the pilot if there is one: it then offers the pilot modes.

    Channels:
        Writes what the driver wants (``user/angle``, ``user/throttle``, ``user/mode``,
        ``recording``), until when that holds (``user/expires_s``), why the car does not drive
        (``stop/reason``), the five buttons (``web/w1`` to ``web/w5``), pressed for one tick, and
        the driver's limit for throttle (``user/max_throttle``).

    Returns:
        The part; its `pairing` says how to get in.
    """
    from donkeycar.console.controller import WebController

    console = WebController(
        port=cfg.WEB_CONTROL_PORT,
        host=cfg.WEB_HOST,
        auth=cfg.WEB_AUTH,
        initial_mode=cfg.WEB_INIT_MODE,
        car_name=Path(cfg.CAR_PATH).name,
        has_pilot=car.writes("pilot/angle"),
        clock=car.clock,
    )
    car.add(
        console,
        inputs=[
            "cam/image_array", "cam/exposed_s", "cam/sequence", "tub/num_records", "tub/status",
            "loop/rate_hz", "angle", "throttle", *_pilot(car, "pilot/angle", "pilot/throttle"),
        ],
        outputs=[
            "user/angle", "user/throttle", "user/mode", "recording", "user/expires_s",
            "stop/reason", "web/w1", "web/w2", "web/w3", "web/w4", "web/w5", "user/max_throttle",
        ],
        threaded=True,
    )  # fmt: skip
    return console


def add_pilot(car: Vehicle, cfg: Config, model: Path, model_type: str | None = None) -> None:
    """Add the pilot in `model`, thinking in a thread of its own.

    Channels:
        Reads the frame; writes ``pilot/angle``, ``pilot/throttle`` and until when they hold,
        ``pilot/expires_s``.
    """
    from donkeycar.parts.pilot import PilotPart
    from donkeycar.pilots import load_pilot

    camera_shape = (cfg.IMAGE_H, cfg.IMAGE_W, cfg.IMAGE_DEPTH)
    pilot = load_pilot(model, type=model_type, camera_shape=camera_shape)
    max_age_s = max(MIN_PILOT_AGE_S, PILOT_AGE_FRAMES / cfg.CAMERA_FRAMERATE)
    car.add(
        PilotPart(pilot, max_age_s=max_age_s, clock=car.clock),
        inputs=["cam/image_array", "cam/exposed_s"],
        outputs=["pilot/angle", "pilot/throttle", "pilot/expires_s"],
        threaded=True,
    )
    if cfg.AI_LAUNCH_KEEP_ENABLED and cfg.AI_LAUNCH_DURATION > 0:
        from donkeycar.parts.launch import Launch

        launch = Launch(
            throttle=cfg.AI_LAUNCH_THROTTLE, duration_s=cfg.AI_LAUNCH_DURATION, clock=car.clock
        )
        car.add(launch, inputs=["user/mode", "pilot/throttle"], outputs=["pilot/throttle"])


def add_drive_mode(car: Vehicle, cfg: Config) -> None:
    """Add the rule who drives.

    Channels:
        Reads what driver and pilot want; writes ``angle``, ``throttle`` and ``command``.
    """
    from donkeycar.safety.drive_mode import DriveMode

    car.add(
        DriveMode(throttle_scale=cfg.AI_THROTTLE_MULT, clock=car.clock),
        inputs=[
            "user/mode", "user/angle", "user/throttle", "user/expires_s", "user/max_throttle",
            *_pilot(car, "pilot/angle", "pilot/throttle", "pilot/expires_s"),
        ],
        outputs=["angle", "throttle", "command"],
    )  # fmt: skip


def add_recorder(car: Vehicle, cfg: Config, meta: Sequence[tuple[str, Any]] = ()) -> None:
    """Add the recorder: a record for each new frame while recording is on.

    Channels:
        Writes ``tub/num_records``, which counts what is safely on disk, and ``tub/status``.
    """
    from donkeycar.parts.recorder import TubRecorder
    from donkeycar.parts.recording_rule import RecordingRule

    inputs = ["cam/image_array", "user/angle", "user/throttle", "user/mode"]
    types = ["image_array", "float", "float", "str"]
    if cfg.RECORD_DURING_AI:
        inputs += ["pilot/angle", "pilot/throttle"]
        types += ["float", "float"]
    car.add(
        RecordingRule(during_ai=cfg.RECORD_DURING_AI),
        inputs=["recording", "user/mode", "cam/sequence", "stop/reason"],
        outputs=["tub/take"],
    )
    recorder = TubRecorder(
        new_tub_path(Path(cfg.DATA_PATH)) if cfg.AUTO_CREATE_NEW_TUB else cfg.DATA_PATH,
        inputs=inputs,
        types=types,
        switched=True,
        metadata=dict(meta),
    )
    car.add(recorder, inputs=["tub/take", *inputs], outputs=["tub/num_records", "tub/status"])
    if cfg.SHOW_FPS:
        from donkeycar.parts.rate_log import RateLog

        log = RateLog(interval_s=cfg.FPS_DEBUG_INTERVAL, clock=car.clock)
        car.add(log, inputs=["loop/rate_hz", "loop/late_ticks"], optional=True)


def add_drivetrain(car: Vehicle, cfg: Config, world: "World | None" = None) -> None:
    """Add the wheels of `DRIVE_TRAIN_TYPE`, last: they run on this tick's command.

    Channels:
        Reads ``command``.
    """
    drivetrain, threaded = _build(DRIVETRAINS, "DRIVE_TRAIN_TYPE", car, cfg, world)
    car.add(drivetrain, inputs=["command"], threaded=threaded)


def _pilot(car: Vehicle, *channels: str) -> list[str | None]:
    """Channels of the pilot; ``None``, which reads as none, if the car has no pilot."""
    return [channel if car.writes(channel) else None for channel in channels]


def new_tub_path(folder: Path) -> Path:
    """A folder for a new tub: ``tub_N_YY-MM-DD`` with the next free number."""
    numbers = [
        int(parts[1])
        for path in folder.glob("tub_*_*")
        if (parts := path.name.split("_"))[1].isdigit()
    ]
    return folder / f"tub_{max(numbers, default=0) + 1}_{time.strftime('%y-%m-%d')}"


def _build(
    table: dict[str, Recipe], setting: str, car: Vehicle, cfg: Config, world: "World | None"
) -> tuple[Any, bool]:
    kind = cfg[setting]
    if kind not in table:
        raise ConfigError(
            f"`{setting}` must be one of {', '.join(table)}. Received: {setting}={kind!r}"
        )
    recipe = table[kind]
    module, _, name = recipe.home.partition(":")
    arguments = recipe.arguments(cfg, car.clock, world)
    return getattr(import_module(module), name)(**arguments), recipe.threaded
