"""Exhaustive test of button bindings: no binding that an owner can write removes the only stop.

Every control of every kind of gamepad is bound to every action, and to none; then every control
becomes the button that arms a launch. An accepted binding is tried: the buttons of a gamepad that
has all of them are pressed, and one of them must stop the car. A refusal must name both settings,
and be for a binding that would have removed the stop, or that is not a valid binding.
"""

import itertools
import sys
from collections.abc import Sequence

from benchmarks.cases import no_arguments
from donkeycar.assembly.controller import CONTROLLERS
from donkeycar.config import Config
from donkeycar.errors import ConfigError
from donkeycar.parts.controller.actions import ACTIONS, HELD, ROLES, STOPS
from donkeycar.parts.controller.codes import AXES, BUTTONS, EV_ABS, EV_KEY, AbsInfo, Identity
from donkeycar.parts.controller.gamepad import GamepadController
from donkeycar.parts.controller.mappings import KINDS
from donkeycar.parts.controller.pad import Pad
from donkeycar.settings.schema import SETTINGS
from donkeycar.timing import RealClock

CONTROLS = (*BUTTONS, *AXES, *(f"{axis}-" for axis in AXES), "RC3")
EVERY = tuple(itertools.product(KINDS, CONTROLS, (*ROLES, *ACTIONS, *HELD, "", None, "launch")))

# Bindings of the owner for a kind that has none of its own.
_STICKS = {"ABS_X": "steering", "ABS_Y": "throttle", "BTN_MODE": "stop"}
_RANGE = AbsInfo(0, -1, 1)
_DEFAULTS = {name: setting.default for name, setting in SETTINGS.items()}


def built(kind: str, control: str, action: str | None) -> GamepadController:
    """The part that a car with this binding gets.

    Raises:
        ConfigError: If the car refuses it.
    """
    bindings: dict[str, str | None] = dict(_STICKS) if kind in ("custom", "evdev") else {}
    if control in bindings and action != "launch":
        control = "BTN_EAST"  # a dictionary has each key only once
    settings = {**_DEFAULTS, "CONTROLLER_TYPE": kind, "CONTROLLER_BINDINGS": bindings}
    if action == "launch":
        settings |= {"AI_LAUNCH_ENABLE_BUTTON": control, "AI_LAUNCH_DURATION": 1.0}
    else:
        bindings[control] = action
    arguments = CONTROLLERS[kind].arguments(Config(settings), RealClock(), None)
    return GamepadController(**{**arguments, "finder": list})


def can_stop(part: GamepadController, controls: Sequence[str]) -> bool:
    """Whether one of `controls`, pressed on a gamepad that has everything, stops the car."""
    pad = Pad(
        Identity(), dict.fromkeys(AXES.values(), _RANGE), kind=KINDS["custom"],
        bindings=part._bindings,
    )  # fmt: skip
    for control in controls:
        name = control.removesuffix("-")
        if name in BUTTONS:
            events = [(EV_KEY, BUTTONS[name], 1), (EV_KEY, BUTTONS[name], 0)]
        elif name in AXES:
            way = -1 if control.endswith("-") else 1
            events = [(EV_ABS, AXES[name], way), (EV_ABS, AXES[name], 0)]
        else:
            continue
        for event in events:
            pad.take(*event)
    return not {"stop", *own_stop(part)}.isdisjoint(pad.actions())


def own_stop(part: GamepadController) -> set[str]:
    """The stop controls of the kind itself; a wire of a remote control erases in mode user."""
    own = part._kind.bindings.values()
    return set() if "stop" in own else set(own).intersection(STOPS)


def is_wrong(kind: str, control: str, action: str | None) -> bool:
    """Whether a binding removes the stop, or is refused without a reason."""
    own = dict(_STICKS) if kind in ("custom", "evdev") else dict(KINDS[kind].bindings)
    stops = [name for name, did in own.items() if did in STOPS]
    try:
        part = built(kind, control, action)
    except ConfigError as error:
        names = ("AI_LAUNCH_ENABLE_BUTTON",) if action == "launch" else ("CONTROLLER_BINDINGS",)
        if control in stops and (action not in ROLES or control not in BUTTONS):
            names += ("CONTROLLER_BINDINGS" if kind in ("custom", "evdev") else "CONTROLLER_TYPE",)
        elif action == "launch":
            return own.get(control) not in ROLES and control in stops
        elif action in ROLES or own.get(control) == "steering":
            names = ("CONTROLLER_BINDINGS",)
        else:
            return True
        return not all(name in str(error) for name in names)
    return not can_stop(part, [*stops, control])


def takes_stop_away(cases: int, seed: int) -> int:
    """Check `cases` bindings, or all if there are no more; print and count the wrong ones."""
    wrong = 0
    for number in range(cases):
        binding = EVERY[(seed + number) % len(EVERY)]
        if is_wrong(*binding):
            wrong += 1
            print(f"wrong: {binding}", file=sys.stderr)
    return wrong


def main(argv: Sequence[str] | None = None) -> int:
    """Try all bindings; return 1 if any is wrong."""
    no_arguments("stop_bindings", __doc__, argv)
    wrong = takes_stop_away(len(EVERY), 0)
    print(f"{len(EVERY)} bindings: {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
