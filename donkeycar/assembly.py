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

# Wheels behind a speed controller of an RC car, which brakes before it reverses.
ESC_DRIVETRAINS = ("PWM_STEERING_THROTTLE", "I2C_SERVO", "SERVO_ESC", "PIGPIO_PWM", "MM1")

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


def _gamepad(cfg: Config, clock: Clock, world: "World | None") -> dict[str, Any]:
    from donkeycar.parts.controller.mappings import control_named

    launch = {control_named(cfg.AI_LAUNCH_ENABLE_BUTTON): "ai_launch"}
    return {
        "kind": cfg.CONTROLLER_TYPE,
        "bindings": {**launch, **cfg.CONTROLLER_BINDINGS},
        "device": cfg.JOYSTICK_DEVICE_FILE,
        "steering_scale": cfg.JOYSTICK_STEERING_SCALE,
        "throttle_limit": cfg.JOYSTICK_MAX_THROTTLE,
        "deadzone": cfg.JOYSTICK_DEADZONE,
        "throttle_dir": cfg.JOYSTICK_THROTTLE_DIR,
        "auto_record": cfg.AUTO_RECORD_ON_THROTTLE,
        "clock": clock,
    }


def _robohat(cfg: Config, clock: Clock, world: "World | None") -> dict[str, Any]:
    from donkeycar.parts.controller.mappings import RECEIVERS
    from donkeycar.parts.controller.rc_input import RoboHATInput
    from donkeycar.parts.controller.rc_receiver import Travel

    return {
        "opener": lambda: RoboHATInput(cfg.MM1_SERIAL_PORT),
        "bindings": {**RECEIVERS["MM1"], **cfg.CONTROLLER_BINDINGS},
        # Its longer pulses steer to the left.
        "steering": Travel(2000.0, float(cfg.MM1_STEERING_MID), 1000.0),
        "deadzone": cfg.JOYSTICK_DEADZONE,
        "auto_record": cfg.AUTO_RECORD_ON_THROTTLE,
        "clock": clock,
    }


def _receiver(cfg: Config, clock: Clock, world: "World | None") -> dict[str, Any]:
    from donkeycar.parts.controller.mappings import RECEIVERS
    from donkeycar.parts.controller.rc_input import GpioInput
    from donkeycar.parts.controller.rc_receiver import Travel

    pins = [cfg.STEERING_RC_GPIO, cfg.THROTTLE_RC_GPIO, cfg.DATA_WIPER_RC_GPIO]
    middle, stopped = float(cfg.PIGPIO_STEERING_MID), float(cfg.PIGPIO_STOPPED_PWM)
    return {
        "opener": lambda: GpioInput(pins),
        "bindings": {**RECEIVERS["pigpio_rc"], **cfg.CONTROLLER_BINDINGS},
        "steering": Travel(middle_us=middle),
        "throttle": Travel(float(cfg.PIGPIO_MAX_REVERSE), stopped, float(cfg.PIGPIO_MAX_FORWARD)),
        "inverted": cfg.PIGPIO_INVERT,
        "deadzone": cfg.PIGPIO_JITTER,
        "auto_record": cfg.AUTO_RECORD_ON_THROTTLE,
        "clock": clock,
    }


_RC = "donkeycar.parts.controller.rc_receiver:RCReceiver"

CONTROLLERS = {
    **{
        kind: Recipe("donkeycar.parts.controller.gamepad:GamepadController", _gamepad)
        for kind in (
            "xbox", "xboxswapped", "ps3", "ps3sixad", "ps4", "pygame", "F710", "nimbus", "wiiu",
            "rc3", "custom",
        )
    },
    "MM1": Recipe(_RC, _robohat),
    "pigpio_rc": Recipe(_RC, _receiver),
    "mock": Recipe(
        "donkeycar.parts.controller.mock:MockController",
        lambda cfg, clock, world: {
            "angle": cfg.MOCK_JOYSTICK_STEERING,
            "throttle": cfg.MOCK_JOYSTICK_THROTTLE,
            "clock": clock,
        },
        threaded=False,
    ),
}  # fmt: skip


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


def add_controllers(car: Vehicle, cfg: Config) -> None:
    """Add a gamepad or a remote control, if the settings ask for one; before the console.

    Channels:
        Writes what it would do: ``gamepad/offer`` or ``rc/offer``. The console decides who drives.
    """
    kinds = []
    if cfg.USE_JOYSTICK_AS_DEFAULT:
        kinds.append(cfg.CONTROLLER_TYPE)
    if cfg.USE_RC and not {"MM1", "pigpio_rc"}.intersection(kinds):
        kinds.append("pigpio_rc")
    for kind in kinds:
        part, threaded = _build(CONTROLLERS, "CONTROLLER_TYPE", car, cfg, None, kind=kind)
        offer = "rc/offer" if kind in ("MM1", "pigpio_rc") else "gamepad/offer"
        car.add(
            part, inputs=["user/max_throttle", "stop/reason"], outputs=[offer], threaded=threaded
        )


def add_console(car: Vehicle, cfg: Config) -> "WebController":
    """Add the web page and the one place where drivers meet: a page, a gamepad, a remote control.

    After the pilot, if there is one: it then offers the pilot modes. After the controllers: it
    hears them in the same tick.

    Channels:
        Writes what the driver wants (``user/angle``, ``user/throttle``, ``user/mode``,
        ``recording``), until when that holds (``user/expires_s``), why the car does not drive
        (``stop/reason``), the five buttons (``web/w1`` to ``web/w5``), pressed for one tick,
        the driver's limit for throttle (``user/max_throttle``), who drives (``user/source``:
        ``web``, ``gamepad``, ``rc`` or ``none``), and what was pressed for other parts
        (``user/actions``).

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
        first_limit=cfg.JOYSTICK_MAX_THROTTLE if car.writes("gamepad/offer") else None,
        clock=car.clock,
    )
    car.add(
        console,
        inputs=[
            "cam/image_array", "cam/exposed_s", "cam/sequence", "tub/num_records", "tub/status",
            "loop/rate_hz", "angle", "throttle",
            *_written(car, "pilot/angle", "pilot/throttle", "gamepad/offer", "rc/offer"),
        ],
        outputs=[
            "user/angle", "user/throttle", "user/mode", "recording", "user/expires_s",
            "stop/reason", "web/w1", "web/w2", "web/w3", "web/w4", "web/w5", "user/max_throttle",
            "user/source", "user/actions",
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
    if cfg.AI_LAUNCH_DURATION > 0:
        from donkeycar.parts.launch import Launch

        launch = Launch(
            throttle=cfg.AI_LAUNCH_THROTTLE,
            duration_s=cfg.AI_LAUNCH_DURATION,
            always=cfg.AI_LAUNCH_KEEP_ENABLED,
            clock=car.clock,
        )
        car.add(
            launch,
            inputs=["user/mode", "pilot/throttle", "user/actions"],
            outputs=["pilot/throttle"],
        )


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
            *_written(car, "pilot/angle", "pilot/throttle", "pilot/expires_s"),
        ],
        outputs=["angle", "throttle", "command"],
    )  # fmt: skip
    if cfg.DRIVE_TRAIN_TYPE in ESC_DRIVETRAINS:
        from donkeycar.parts.drivetrain.esc_reverse import EscReverse

        esc = EscReverse(brake_s=cfg.ESC_BRAKE_S, neutral_s=cfg.ESC_NEUTRAL_S, clock=car.clock)
        car.add(esc, inputs=["command"], outputs=["command"])


def add_recorder(car: Vehicle, cfg: Config, meta: Sequence[tuple[str, Any]] = ()) -> None:
    """Add the recorder: a record for each new frame while recording is on.

    Channels:
        Writes ``tub/num_records``, which counts what is safely on disk, and ``tub/status``.
    """
    from donkeycar.parts.eraser import Eraser
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
    eraser = Eraser(recorder.erase_last, num_records=cfg.JOYSTICK_ERASE_RECORDS)
    car.add(eraser, inputs=["user/actions"])
    if cfg.SHOW_FPS:
        from donkeycar.parts.rate_log import RateLog

        log = RateLog(interval_s=cfg.FPS_DEBUG_INTERVAL, clock=car.clock)
        car.add(log, inputs=["loop/rate_hz", "loop/late_ticks"], optional=True)


def add_drivetrain(car: Vehicle, cfg: Config, world: "World | None" = None) -> None:
    """Add the wheels of `DRIVE_TRAIN_TYPE`, last: they run on this tick's command.

    The hardware is in the hands of the process that started this one; see `SAFETY.md`.

    Channels:
        Reads ``command``; writes what the guardian does (``drivetrain/state``: ``"boot"``,
        ``"safe"``, ``"run"`` or ``"off"``) and why it does not run (``drivetrain/reason``).
    """
    from donkeycar.parts.drivetrain.connect import connect_drivetrain

    settings = {name: cfg[name] for name in cfg}
    part = connect_drivetrain(cfg.DRIVE_TRAIN_TYPE, settings, clock=car.clock, world=world)
    car.add(part, inputs=["command"], outputs=["drivetrain/state", "drivetrain/reason"])


def _written(car: Vehicle, *channels: str) -> list[str | None]:
    """`channels`; instead of one that no part writes, ``None``, which reads as none."""
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
    table: dict[str, Recipe], setting: str, car: Vehicle, cfg: Config, world: "World | None",
    kind: str | None = None,
) -> tuple[Any, bool]:  # fmt: skip
    kind = cfg[setting] if kind is None else kind
    if kind not in table:
        raise ConfigError(
            f"`{setting}` must be one of {', '.join(table)}. Received: {setting}={kind!r}"
        )
    recipe = table[kind]
    module, _, name = recipe.home.partition(":")
    arguments = recipe.arguments(cfg, car.clock, world)
    return getattr(import_module(module), name)(**arguments), recipe.threaded
