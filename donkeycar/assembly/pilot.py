"""Adds the pilot, and the choices that the driver makes for it with a button."""

from pathlib import Path
from typing import TYPE_CHECKING

from donkeycar.assembly.pilot_options import bare_pilot_options
from donkeycar.assembly.pilot_picker import add_picker
from donkeycar.assembly.transforms import transforms_from
from donkeycar.config import Config
from donkeycar.errors import ConfigError
from donkeycar.vehicle import Vehicle

if TYPE_CHECKING:
    from donkeycar.pilots.inference.ensemble import LoadedPilot
    from donkeycar.pilots.inference.later import LaterPilot


def add_choices(car: Vehicle, cfg: Config) -> None:
    """Add the choice of a behavior or a place by a button, if the settings ask for it.

    Add it before the pilot, which gets the behavior, and before the recorder.

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
    """Add the pilot in `model`, which runs in a thread of its own.

    Its files are checked here. The network is loaded in that thread when the car runs, so that a
    person can drive by hand meanwhile. In simulated time it is loaded here.

    Channels:
        Reads the frame and the other channels that its type needs; writes ``pilot/angle``,
        ``pilot/throttle``, until when they are valid (``pilot/expires_s``), when their frame was
        exposed (``pilot/exposed_s``), what is too slow if they come too late (``pilot/reason``),
        and why the pilot cannot be chosen yet (``pilot/loading``, "" once it is loaded). A pilot
        that knows places writes ``pilot/loc``. The driver may choose another pilot of `MODELS_PATH`
        (``pilot/name``, ``pilot/choices``, ``pilot/choice_note``). With `AI_CAUTION`, it writes
        ``pilot/novelty``, and for an ensemble ``pilot/disagreement`` (up to 1 is usual).

    Raises:
        ConfigError: If no part before it writes a channel that it needs, or if `AI_CAUTION` needs a
            novelty model that this pilot does not have.
    """
    from donkeycar.parts.pilot import PilotPart
    from donkeycar.parts.pilot_report import PilotReport
    from donkeycar.pilots.files.names import AUTO
    from donkeycar.pilots.inference.later import LaterPilot
    from donkeycar.pilots.kinds.registry import pilot_type

    # Simulated time waits for the pilot, so that a simulation can be repeated exactly.
    waits = cfg.SIM_TIME_SCALE != 1
    is_open = cfg.PILOT_PRECISION == AUTO

    def make(path: Path, type: str | None = None) -> LaterPilot:
        return LaterPilot(
            path,
            type=type,
            camera_shape=(cfg.IMAGE_H, cfg.IMAGE_W, cfg.IMAGE_DEPTH),
            precision="float32" if is_open else cfg.PILOT_PRECISION,
            transforms=transforms_from(cfg),
            options=bare_pilot_options(cfg, pilot_type(type)) if type else None,
            interval_s=_interval_s(cfg) if is_open and not waits else None,
        )

    later = make(model, model_type)
    pilot = later.load() if waits else later
    beside = _check_channels(car, cfg, pilot)
    outputs = ["pilot/angle", "pilot/throttle", "pilot/expires_s", "pilot/exposed_s"]
    part = PilotPart(pilot, stamped=True, clock=car.clock)
    car.add(
        part,
        inputs=["cam/image_array", "cam/exposed_s", *beside],
        outputs=outputs if pilot.kind.locate is None else [*outputs, "pilot/loc"],
        threaded=True,
        prompt=True,
    )
    report = PilotReport(part, clock=car.clock)
    car.mem["pilot/loading"] = part.loading
    car.add(report, inputs=["user/mode"], outputs=["pilot/reason", "pilot/loading"])
    if not waits:
        add_picker(car, cfg, model, part, make)
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


def _interval_s(cfg: Config) -> float:
    """Time from frame to frame that the pilot has."""
    if cfg.LOOP_PACE == "camera":
        return float(1 / max(cfg.DRIVE_LOOP_HZ, cfg.CAMERA_FRAMERATE))
    return float(1 / cfg.DRIVE_LOOP_HZ)


def _add_caution(car: Vehicle, cfg: Config, model: Path, pilot: "LoadedPilot | LaterPilot") -> None:
    """Add caution (novelty, disagreement), after all parts that give throttle."""
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


def _check_channels(
    car: Vehicle, cfg: Config, pilot: "LoadedPilot | LaterPilot"
) -> tuple[str, ...]:
    """The channels beside the frame; refuse a pilot that needs some that this car lacks."""
    from donkeycar.pilots.kinds.registry import ALIKE

    wanted = tuple(pilot.vector_channels)
    missing = [name for name in wanted if not car.writes(name)]
    alike = ALIKE.get(wanted, ())
    if missing and alike and all(car.writes(name) for name in alike):
        missing, wanted = [], alike
    if missing:
        or_alike = f", or {', '.join(alike)}" if alike else ""
        advice = (
            "Set TRAIN_BEHAVIORS=True in myconfig.py; manage.py must have add_choices before "
            "add_pilot"
            if pilot.kind.name == "behavior"
            else "Add a part that writes them to manage.py, before add_pilot"
        )
        raise ConfigError(
            f"A pilot of type {pilot.kind.name} needs the channels {', '.join(wanted)}"
            f"{or_alike}. Received: no part writes {', '.join(missing)}. "
            f"{advice}."
        )
    behaviors = pilot.options.get("behaviors")
    if behaviors is None or pilot.info is None:
        return wanted
    if list(behaviors) != list(cfg.BEHAVIOR_LIST):
        raise ConfigError(
            f"This pilot learnt the behaviors {list(behaviors)}. Received: "
            f"BEHAVIOR_LIST={list(cfg.BEHAVIOR_LIST)}. Set it to what the pilot learnt."
        )
    return wanted
