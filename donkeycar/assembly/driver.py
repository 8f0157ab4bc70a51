"""Add who drives: the page, the pilot, and the rule that chooses between them."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from donkeycar.assembly.pilot_options import bare_pilot_options
from donkeycar.assembly.recipe import written
from donkeycar.assembly.transforms import transforms_from
from donkeycar.config import Config
from donkeycar.errors import ConfigError
from donkeycar.vehicle import Vehicle

if TYPE_CHECKING:
    from donkeycar.console.controller import WebController
    from donkeycar.pilots.inference.ensemble import LoadedPilot
    from donkeycar.pilots.inference.later import LaterPilot

# Wheels behind a speed controller of an RC car, which brakes before it reverses.
ESC_DRIVETRAINS = ("PWM_STEERING_THROTTLE", "I2C_SERVO", "SERVO_ESC", "PIGPIO_PWM", "MM1")

# What the console shows if the car has it: written by parts that are added after it.
OF_LATER_PARTS = (
    "tub/num_records", "tub/status", "tub/reason", "drivetrain/state", "drivetrain/reason",
)  # fmt: skip


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
        (``user/actions``). Shows why the motor does not follow (``drivetrain/reason``), and
        that a Pi has too little voltage (``power/reason``). Lets nobody choose a pilot that is
        being loaded (``pilot/loading``).

    Returns:
        The part; its `pairing` says how to get in.
    """
    from donkeycar.console.controller import WebController
    from donkeycar.parts.pi_power import voltage_alarm
    from donkeycar.parts.voltage_watch import VoltageWatch

    console = WebController(
        port=cfg.WEB_CONTROL_PORT,
        host=cfg.WEB_HOST,
        auth=cfg.WEB_AUTH,
        initial_mode=cfg.WEB_INIT_MODE,
        car_name=Path(cfg.CAR_PATH).name,
        has_pilot=car.writes("pilot/angle"),
        pilot_note=_pilot_note(car),
        first_limit=cfg.JOYSTICK_MAX_THROTTLE,
        halt=car.halt,
        clock=car.clock,
    )
    _hear_at_once(car, console)
    car.add(VoltageWatch(voltage_alarm(), clock=car.clock), outputs=["power/reason"])
    for channel in OF_LATER_PARTS:
        if not car.writes(channel):
            car.mem[channel] = None  # "not known", in a car without that part
    car.add(
        console,
        inputs=[
            "cam/image_array", "cam/exposed_s", "cam/sequence", "tub/num_records", "tub/status",
            "loop/rate_hz", "angle", "throttle",
            *written(
                car, "pilot/angle", "pilot/throttle", "gamepad/offer", "rc/offer",
                reader="add_console",
            ),
            "drivetrain/state", "drivetrain/reason", "loop/late_ticks",
            *written(car, "cam/age_s", reader="add_console"), "tub/reason", "power/reason",
            *written(car, "pilot/loading", reader="add_console"),
        ],
        outputs=[
            "user/angle", "user/throttle", "user/mode", "recording", "user/expires_s",
            "stop/reason", "web/w1", "web/w2", "web/w3", "web/w4", "web/w5", "user/max_throttle",
            "user/source", "user/actions",
        ],
        threaded=True,
    )  # fmt: skip
    return console


def _pilot_note(car: Vehicle) -> str:
    """Why pilot modes cannot be chosen when the page is up, before the first tick says so."""
    (note,) = car.mem.get(["pilot/loading"])
    return note or ""


def _hear_at_once(car: Vehicle, console: "WebController") -> None:
    """Let gamepad and remote control tell of a stop when it happens, not when they are asked."""
    for entry in car.entries:
        for kind in ("gamepad", "rc"):
            if f"{kind}/offer" in entry.outputs and hasattr(entry.part, "tell"):
                entry.part.tell = partial(console.hear, kind)


def add_choices(car: Vehicle, cfg: Config) -> None:
    """Add what the driver chooses with a button: a behavior, a place; nothing without either.

    Before the pilot, which is told the behavior, and before the recorder.

    Channels:
        Reads the programmable buttons of the page and the gamepad (``web/w1`` to ``web/w5``).
        Writes ``behavior/state``, ``behavior/label`` and ``behavior/one_hot_state_array`` if
        `TRAIN_BEHAVIORS`; ``localizer/location``, ``localizer/label`` and
        ``location/one_hot_state_array`` if `TRAIN_LOCALIZER`.
    """
    from donkeycar.parts.choice import Choice

    if cfg.TRAIN_BEHAVIORS:
        car.add(
            Choice(cfg.BEHAVIOR_LIST, what="behavior"),
            inputs=[f"web/{cfg.BEHAVIOR_BUTTON}"],
            outputs=["behavior/state", "behavior/label", "behavior/one_hot_state_array"],
        )
    if cfg.TRAIN_LOCALIZER:
        places = [f"place {number}" for number in range(cfg.NUM_LOCATIONS)]
        car.add(
            Choice(places, what="place"),
            inputs=[f"web/{cfg.LOCATION_BUTTON}"],
            outputs=["localizer/location", "localizer/label", "location/one_hot_state_array"],
        )


def add_pilot(car: Vehicle, cfg: Config, model: Path, model_type: str | None = None) -> None:
    """Add the pilot in `model`, thinking in a thread of its own.

    Its files are judged here. The network is opened in that thread, once the car runs: a person can
    drive by hand until it is there. In simulated time it is opened here.

    Channels:
        Reads the frame, and the channels that its type needs beside it; writes ``pilot/angle``,
        ``pilot/throttle``, until when they hold (``pilot/expires_s``), and what is too slow if
        they come too late (``pilot/reason``); why it cannot be chosen yet (``pilot/loading``, ""
        once it is there); a pilot that knows places, ``pilot/loc``; with `AI_CAUTION`,
        ``pilot/novelty``, and of an ensemble ``pilot/disagreement`` (of both, up to 1 is usual).

    Raises:
        ConfigError: If no part before it writes a channel that it needs, or `AI_CAUTION` asks for
            what this pilot does not know.
    """
    from donkeycar.parts.pilot import PilotPart
    from donkeycar.parts.pilot_report import PilotReport
    from donkeycar.pilots.files.names import AUTO
    from donkeycar.pilots.inference.later import LaterPilot
    from donkeycar.pilots.kinds.registry import pilot_type

    # Simulated time waits for the pilot, and a simulation gives the same again.
    waits = cfg.SIM_TIME_SCALE != 1
    is_open = cfg.PILOT_PRECISION == AUTO
    later = LaterPilot(
        model,
        type=model_type,
        camera_shape=(cfg.IMAGE_H, cfg.IMAGE_W, cfg.IMAGE_DEPTH),
        precision="float32" if is_open else cfg.PILOT_PRECISION,
        transforms=transforms_from(cfg),
        options=bare_pilot_options(cfg, pilot_type(model_type)) if model_type else None,
        interval_s=1 / cfg.DRIVE_LOOP_HZ if is_open and not waits else None,
    )
    pilot = later.load() if waits else later
    _check_channels(car, cfg, pilot)
    outputs = ["pilot/angle", "pilot/throttle", "pilot/expires_s"]
    part = PilotPart(pilot, clock=car.clock)
    car.add(
        part,
        inputs=["cam/image_array", "cam/exposed_s", *pilot.vector_channels],
        outputs=outputs if pilot.kind.locate is None else [*outputs, "pilot/loc"],
        threaded=True,
        prompt=True,
    )
    report = PilotReport(part, clock=car.clock)
    car.mem["pilot/loading"] = part.loading
    car.add(report, inputs=["user/mode"], outputs=["pilot/reason", "pilot/loading"])
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
            prompt=True,
        )
    if cfg.AI_CAUTION > 0:
        _add_caution(car, cfg, model, pilot)


def _add_caution(car: Vehicle, cfg: Config, model: Path, pilot: "LoadedPilot | LaterPilot") -> None:
    """Slow down where frames are new or pilots disagree, after everything that gives throttle."""
    from donkeycar.parts.caution import OLD_NAMES, Caution, OldName

    if not (pilot.has_novelty or pilot.has_disagreement):
        raise ConfigError(
            "AI_CAUTION needs a pilot with a novelty model, or an ensemble. Received: "
            f"AI_CAUTION={cfg.AI_CAUTION:g} and {model}, which does not. Train it again with more "
            "records, or set AI_CAUTION=0.0 in myconfig.py."
        )
    scores = list(OLD_NAMES)[: 2 if pilot.has_disagreement else 1]
    car.add(
        Caution(pilot, strength=cfg.AI_CAUTION),
        inputs=["pilot/throttle"],
        outputs=["pilot/throttle", *scores],
        prompt=True,
    )
    for name in scores:
        car.add(OldName(), inputs=[name], outputs=[OLD_NAMES[name]])


def _check_channels(car: Vehicle, cfg: Config, pilot: "LoadedPilot | LaterPilot") -> None:
    """Refuse a pilot that needs to know what this car does not."""
    missing = [name for name in pilot.vector_channels if not car.writes(name)]
    if missing:
        advice = (
            "Set TRAIN_BEHAVIORS=True in myconfig.py; manage.py must have add_choices before "
            "add_pilot"
            if pilot.kind.name == "behavior"
            else "Add a part that writes them to manage.py, before add_pilot"
        )
        raise ConfigError(
            f"A pilot of type {pilot.kind.name} needs the channels "
            f"{', '.join(pilot.vector_channels)}. Received: no part writes {', '.join(missing)}. "
            f"{advice}."
        )
    behaviors = pilot.options.get("behaviors")
    if behaviors is None or pilot.info is None:
        return
    if list(behaviors) != list(cfg.BEHAVIOR_LIST):
        raise ConfigError(
            f"This pilot learnt the behaviors {list(behaviors)}. Received: "
            f"BEHAVIOR_LIST={list(cfg.BEHAVIOR_LIST)}. Set it to what the pilot learnt."
        )


def _bound_own_pilot(car: Vehicle) -> None:
    """Have the orders of a pilot that says nothing of their life end by their age."""
    from donkeycar.parts.pilot_life import PilotLife

    wishes = {
        channel: entry.name
        for entry in car.entries
        for channel in entry.outputs
        if channel in ("pilot/angle", "pilot/throttle")
    }
    if not wishes or car.writes("pilot/expires_s"):
        return
    has_camera = car.writes("cam/image_array") or car.writes("cam/exposed_s")
    life = PilotLife(
        lambda: max(map(car.mem.age_s, wishes)),
        name=next(iter(wishes.values())),
        has_camera=has_camera,
        clock=car.clock,
    )
    exposed = ["cam/exposed_s" if car.writes("cam/exposed_s") else None]
    car.add(life, inputs=[*exposed, *wishes], outputs=["pilot/expires_s", "pilot/reason"])


def add_drive_mode(car: Vehicle, cfg: Config) -> None:
    """Add the rule who drives.

    Channels:
        Reads what driver and pilot want; writes ``angle``, ``throttle`` and ``command``; and for a
        pilot of the owner's that does not, ``pilot/expires_s`` and ``pilot/reason``.
    """
    from donkeycar.safety.drive_mode import DriveMode

    _bound_own_pilot(car)
    car.add(
        DriveMode(throttle_scale=cfg.AI_THROTTLE_MULT, clock=car.clock),
        inputs=[
            "user/mode", "user/angle", "user/throttle", "user/expires_s", "user/max_throttle",
            *written(
                car, "pilot/angle", "pilot/throttle", "pilot/expires_s", reader="add_drive_mode"
            ),
        ],
        outputs=["angle", "throttle", "command"],
        prompt=True,
    )  # fmt: skip
    if cfg.DRIVE_TRAIN_TYPE in ESC_DRIVETRAINS:
        from donkeycar.parts.drivetrain.esc_reverse import EscReverse

        esc = EscReverse(brake_s=cfg.ESC_BRAKE_S, neutral_s=cfg.ESC_NEUTRAL_S, clock=car.clock)
        car.add(esc, inputs=["command"], outputs=["command"], prompt=True)
