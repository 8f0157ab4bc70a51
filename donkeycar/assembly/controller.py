"""Adds gamepads and remote controls, according to the settings of a car."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from donkeycar.assembly.driver import make_cockpit
from donkeycar.assembly.recipe import Recipe, build
from donkeycar.commands import donkey
from donkeycar.config import Config
from donkeycar.driving.cockpit import Cockpit
from donkeycar.errors import ConfigError
from donkeycar.settings.check import thawed
from donkeycar.settings.rows.controller import CONTROLLER_WORDS
from donkeycar.timing import Clock
from donkeycar.vehicle import Vehicle

if TYPE_CHECKING:
    from donkeycar.sim.world import World

# The file that `donkey createjs` of donkeycar 3 to 5 wrote into the folder of a car.
OLD_PAD = "my_joystick.py"


def _gamepad(cfg: Config, clock: Clock, world: "World | None") -> dict[str, Any]:
    return {
        "kind": cfg.CONTROLLER_TYPE,
        "bindings": gamepad_bindings(cfg),
        "device": cfg.JOYSTICK_DEVICE_FILE,
        "steering_scale": cfg.JOYSTICK_STEERING_SCALE,
        "throttle_limit": cfg.JOYSTICK_MAX_THROTTLE,
        "deadzone": cfg.JOYSTICK_DEADZONE,
        "throttle_dir": cfg.JOYSTICK_THROTTLE_DIR,
        "auto_record": cfg.AUTO_RECORD_ON_THROTTLE,
        "clock": clock,
    }


def gamepad_bindings(cfg: Config) -> dict[str, str]:
    """The owner's bindings for the controls of a gamepad.

    Raises:
        ConfigError: If a binding has an unknown name or removes the only stop, or if
            `AI_LAUNCH_ENABLE_BUTTON` is in use but not possible.
    """
    from donkeycar.parts.controller.mappings import bindings_of

    _refuse_python(cfg)
    bindings = bindings_of(cfg.CONTROLLER_TYPE, cfg.CONTROLLER_BINDINGS)
    return {**_launch_button(cfg, bindings), **cfg.CONTROLLER_BINDINGS}


def _refuse_python(cfg: Config) -> None:
    """Name the file of `donkey createjs` of earlier versions, if the gamepad depends on it.

    Raises:
        ConfigError: If `CONTROLLER_TYPE` is custom, and only that file defines its bindings.
    """
    file = Path(cfg.CAR_PATH) / OLD_PAD
    if cfg.CONTROLLER_TYPE == "custom" and not cfg.CONTROLLER_BINDINGS and file.exists():
        raise ConfigError(
            "`CONTROLLER_TYPE` 'custom' takes its buttons from CONTROLLER_BINDINGS, and reads no "
            f"{OLD_PAD} any more. Received: {file}, and no CONTROLLER_BINDINGS. "
            f"`{donkey('gamepad', 'convert', '--path', cfg.CAR_PATH)}` reads it and writes that "
            "setting; `donkey gamepad learn` asks for each stick and button instead"
        )


def _launch_button(cfg: Config, bindings: Mapping[str, str]) -> dict[str, str]:
    """The binding of `AI_LAUNCH_ENABLE_BUTTON`; empty if there is no launch.

    Raises:
        ConfigError: If it does not name a button, or names one whose action a launch must not
            replace.
    """
    from donkeycar.parts.controller.actions import ROLES, STOPS, is_control, meant
    from donkeycar.parts.controller.mappings import control_named

    if not cfg.AI_LAUNCH_DURATION > 0:
        return {}
    button = cfg.AI_LAUNCH_ENABLE_BUTTON
    control = control_named(button)
    received = f"Received: AI_LAUNCH_ENABLE_BUTTON={button!r}"
    if not is_control(control):
        raise ConfigError(
            "`AI_LAUNCH_ENABLE_BUTTON` must name a button, e.g. 'R2' or 'BTN_TR2'; `donkey gamepad "
            f"test` shows them. {received}{meant(button)}"
        )
    action = bindings.get(control)
    if action not in (*STOPS, *ROLES):
        return {control: "ai_launch"}
    binds = "CONTROLLER_BINDINGS" if control in cfg.CONTROLLER_BINDINGS else "CONTROLLER_TYPE"
    raise ConfigError(
        f"`AI_LAUNCH_ENABLE_BUTTON` must be another button than the one for {action}. {received} "
        f"({control}), which {binds}={thawed(cfg[binds])!r} binds to {action}. Choose a free one, "
        "e.g. 'R3'"
    )


_GAMEPAD_SETTINGS = {
    "kind": "CONTROLLER_TYPE", "bindings": "CONTROLLER_BINDINGS", "deadzone": "JOYSTICK_DEADZONE",
    "throttle_limit": "JOYSTICK_MAX_THROTTLE", "throttle_dir": "JOYSTICK_THROTTLE_DIR",
}  # fmt: skip
_RC_SETTINGS = {"bindings": "CONTROLLER_BINDINGS", "deadzone": "PIGPIO_JITTER"}
_MM1_SETTINGS = {"bindings": "CONTROLLER_BINDINGS", "deadzone": "JOYSTICK_DEADZONE"}


def _robohat(cfg: Config, clock: Clock, world: "World | None") -> dict[str, Any]:
    from donkeycar.parts.controller.mappings import RECEIVERS
    from donkeycar.parts.controller.rc_channel import Travel
    from donkeycar.parts.controller.rc_input import RoboHATInput

    return {
        "opener": lambda: RoboHATInput(cfg.MM1_SERIAL_PORT),
        "channels": 2,
        "repeats": True,
        "bindings": {**RECEIVERS["MM1"], **cfg.CONTROLLER_BINDINGS},
        # Its longer pulses steer to the left.
        "steering": Travel(2000.0, float(cfg.MM1_STEERING_MID), 1000.0),
        "deadzone": cfg.JOYSTICK_DEADZONE,
        "auto_record": cfg.AUTO_RECORD_ON_THROTTLE,
        "clock": clock,
    }


def _receiver(cfg: Config, clock: Clock, world: "World | None") -> dict[str, Any]:
    from donkeycar.parts.controller.mappings import RECEIVERS
    from donkeycar.parts.controller.rc_channel import Travel
    from donkeycar.parts.controller.rc_input import GpioInput

    pins = [cfg.STEERING_RC_GPIO, cfg.THROTTLE_RC_GPIO, cfg.DATA_WIPER_RC_GPIO]
    middle, stopped = float(cfg.PIGPIO_STEERING_MID), float(cfg.PIGPIO_STOPPED_PWM)
    return {
        "opener": lambda: GpioInput(pins),
        "channels": len(pins),
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
        kind: Recipe(
            "donkeycar.parts.controller.gamepad:GamepadController", _gamepad,
            settings=_GAMEPAD_SETTINGS,
        )
        for kind, row in CONTROLLER_WORDS.items()
        if row.device == "gamepad"
    },
    "MM1": Recipe(_RC, _robohat, settings=_MM1_SETTINGS),
    "pigpio_rc": Recipe(_RC, _receiver, settings=_RC_SETTINGS),
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


def controllers_of(cfg: Config) -> list[str]:
    """Words of `CONTROLLERS` that the settings ask for."""
    kinds = [cfg.CONTROLLER_TYPE] if cfg.USE_JOYSTICK_AS_DEFAULT else []
    if not any(CONTROLLER_WORDS[kind].device == "receiver" for kind in kinds):
        kinds += [kind for kind, row in CONTROLLER_WORDS.items() if row.switch and cfg[row.switch]]
    return kinds


def add_controllers(car: Vehicle, cfg: Config, cockpit: Cockpit | None = None) -> None:
    """Add a gamepad or a remote control, if the settings ask for one; before the driver.

    Args:
        car: The vehicle.
        cfg: The settings.
        cockpit: The place where drivers meet; it hears a stop at once, without waiting for a tick.
            ``None`` in an older manage.py without a line for it.

    Channels:
        Writes its offer: ``gamepad/offer`` or ``rc/offer``. The cockpit decides who drives.
    """
    cockpit = make_cockpit(car, cfg) if cockpit is None else cockpit
    for kind in controllers_of(cfg):
        is_rc = CONTROLLER_WORDS[kind].device == "receiver"
        client = cockpit.rc if is_rc else cockpit.gamepad
        part, threaded = build(
            CONTROLLERS, "CONTROLLER_TYPE", car, cfg, None, kind=kind,
            tell=partial(cockpit.hear, client),
        )  # fmt: skip
        offer = "rc/offer" if is_rc else "gamepad/offer"
        car.add(
            part, inputs=["user/max_throttle", "stop/reason"], outputs=[offer], threaded=threaded
        )
