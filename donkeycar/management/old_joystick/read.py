"""`my_joystick.py` of donkeycar 3 to 5, as settings of this version; it is read, never run."""

import ast
from collections.abc import Collection
from pathlib import Path
from typing import Any, NamedTuple

from donkeycar.errors import ConfigError
from donkeycar.management.old_joystick.axes import Axes
from donkeycar.management.old_joystick.classes import Classes
from donkeycar.management.old_joystick.controls import Controls
from donkeycar.management.old_joystick.names import ACTIONS, AXES, KINDS, PIPELINE
from donkeycar.management.old_joystick.presses import Presses, own_name
from donkeycar.management.old_joystick.triggers import Trigger, Triggers
from donkeycar.parts.controller.actions import ROLES, STOPS
from donkeycar.parts.controller.mappings import KINDS as PADS
from donkeycar.parts.controller.mappings import control_named

# Not for something new: triggers are often an axis, too, and a cross is pressed by accident.
_PULLED = ("BTN_TL2", "BTN_TR2", "BTN_DPAD_UP", "BTN_DPAD_DOWN", "BTN_DPAD_LEFT", "BTN_DPAD_RIGHT")
_FREE_FIRST = ("BTN_SELECT", "BTN_START", "BTN_MODE")
_LEARN = "`donkey gamepad learn` asks for each stick and button instead"


class OldJoystick(NamedTuple):
    """What a ``my_joystick.py`` says.

    Attributes:
        kind: The word for `CONTROLLER_TYPE`.
        bindings: `CONTROLLER_BINDINGS`: control -> action.
        names: The owner's name of each button -> control, for other settings that name one.
        launch: `AI_LAUNCH_ENABLE_BUTTON` as a control; "" if that stays as it is.
        notes: A sentence for all that is not the same, each with file and line.
    """

    kind: str
    bindings: dict[str, str]
    names: dict[str, str]
    launch: str
    notes: list[str]

    @property
    def settings(self) -> dict[str, Any]:
        """Values for myconfig.py."""
        values = {"CONTROLLER_TYPE": self.kind, "CONTROLLER_BINDINGS": self.bindings}
        return values | ({"AI_LAUNCH_ENABLE_BUTTON": self.launch} if self.launch else {})


def read_joystick(
    path: Path, *, throttle_dir: float = -1.0, launch_button: str = ""
) -> OldJoystick:
    """Translate a ``my_joystick.py``.

    Args:
        path: The file.
        throttle_dir: `JOYSTICK_THROTTLE_DIR` of the car, -1 or +1.
        launch_button: `AI_LAUNCH_ENABLE_BUTTON` of a car that launches; "" for others. It is an
            owner's name of a button, or one of donkeycar's.

    Raises:
        ConfigError: If it cannot be read, is not Python, or has no controller that steers.
    """
    try:
        return _read(path, throttle_dir, launch_button)
    except OSError as error:
        raise ConfigError(
            f"{path} must be readable. Received: {error.strerror}. Copy the file of the old car "
            "to there, or teach the gamepad anew: donkey gamepad learn"
        ) from error
    # Expressions that are nested too deeply end the reading, too.
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        if isinstance(error, ConfigError):
            raise
        raise ConfigError(
            f"{path} must be Python. Received: {error}. Mend that line, or leave the file out: "
            f"{_LEARN}"
        ) from error


def _read(path: Path, throttle_dir: float, launch_button: str) -> OldJoystick:
    classes = Classes(ast.parse(path.read_bytes()))
    controller = classes.controller()
    if not controller:
        raise ConfigError(
            f"{path} must have a class on donkeycar's JoystickController. Received: none. {_LEARN}"
        )
    return _Reader(path.name, classes, controller, throttle_dir).read(launch_button)


class _Reader:
    """Collects bindings and notes of one file."""

    def __init__(self, file: str, classes: Classes, controller: str, throttle_dir: float) -> None:
        self._file, self._classes, self._controller = file, classes, controller
        self._methods = classes.methods(controller)
        self._joystick = classes.joystick(controller)
        inits = classes.methods(self._joystick) if self._joystick else {}
        self._controls = Controls(inits.get("__init__"))
        self._triggers = Triggers(classes, controller)
        self._presses = Presses(self._methods)
        self._axes = Axes(self._methods, throttle_dir=throttle_dir)
        self._bindings: dict[str, str] = {}
        self._notes: list[tuple[int, str]] = []

    def read(self, launch_button: str) -> OldJoystick:
        kind = self._inherit()
        for name, trigger in self._triggers.maps["axis"].items():
            self._bind_axis(name, trigger)
        for name, trigger in self._triggers.maps["down"].items():
            self._bind_button(name, trigger)
        self._say_what_is_left()
        bound = {**PADS[kind].bindings, **self._bindings}
        if "steering" not in bound.values():
            raise ConfigError(
                f"{self._file} must bind an axis to steering. Received: {self._controller}, which "
                f"does not. {_LEARN}"
            )
        names = self._names()
        self._complete(bound, {names.get(launch_button, control_named(launch_button))})
        launch = names.get(launch_button, "")
        notes = [f"{self._file}:{line}: {text}" for line, text in sorted(self._notes)]
        return OldJoystick(kind, self._bindings, names, launch, notes)

    def _inherit(self) -> str:
        """The kind of gamepad; if the owner's codes differ from it, its bindings are copied."""
        kind = self._triggers.inherits or KINDS.get(self._classes.base_of(self._controller), "")
        if not self._joystick and kind:
            for name in self._triggers.gone - {"down", "up", "axis"}:
                for control in self._controls.controls(
                    name, "button" if name not in AXES else "axis"
                ):
                    self._bindings[control] = ""
            return kind
        own = PADS[self._triggers.inherits].bindings if self._triggers.inherits else {}
        for which in ("button", "axis"):
            for name in self._controls.codes[which]:
                there = AXES.get(name, "") if which == "axis" else control_named(name)
                if name in self._triggers.gone or there not in own:
                    continue
                for control in self._controls.controls(name, which):
                    self._bindings[control] = own[there]
        return "evdev"

    def _bind_axis(self, name: str, trigger: Trigger) -> None:
        controls = self._found(name, "axis", trigger)
        use = self._axes.use(trigger.function)
        if use is None:
            self._note(trigger.line, self._unknown(name, trigger))
            return
        for control in controls:
            if not use.words:
                self._forget(control)
            for way, word in use.words.items():
                self._put(control + way, word, name, trigger)
        if abs(use.scale - 1.0) > 0.01 and controls:
            self._note(
                trigger.line,
                f"'{name}' was multiplied by {use.scale:g}, and is not any more: "
                "JOYSTICK_STEERING_SCALE and JOYSTICK_MAX_THROTTLE do that",
            )

    def _bind_button(self, name: str, trigger: Trigger) -> None:
        action = self._presses.action(trigger.function)
        controls = self._found(name, "button", trigger)
        if action is None:
            action = self._by_its_name(name, trigger)
        if action is None:
            self._note(trigger.line, self._unknown(name, trigger))
            return
        for control in controls:
            if action:
                self._put(control, action, name, trigger)
            else:
                self._forget(control)

    def _by_its_name(self, name: str, trigger: Trigger) -> str | None:
        """The action that a method of the owner's replaces, or a stop if its name says so."""
        called = own_name(trigger.function) or ""
        action = ACTIONS.get(called, "stop" if "stop" in called.lower() else None)
        if action is not None:
            self._note(
                trigger.line,
                f"'{name}' did {called} of your own. It is our {action} now, which does not do the "
                "rest of it",
            )
        return action

    def _put(self, control: str, word: str, name: str, trigger: Trigger) -> None:
        other = next((c for c, w in self._bindings.items() if w == word and word in ROLES), "")
        if other and other != control:
            self._note(
                trigger.line,
                f"'{name}' ({control}) is {word}, too, but one axis can be it, and {other} is. "
                "Change that in CONTROLLER_BINDINGS",
            )
            return
        self._bindings[control] = word

    def _forget(self, control: str) -> None:
        """Take away what the kind of gamepad does there."""
        if self._joystick:
            self._bindings.pop(control, None)
            self._bindings.pop(f"{control}-", None)
        elif self._triggers.inherits:
            self._bindings[control] = ""

    def _found(self, name: str, kind: str, trigger: Trigger) -> list[str]:
        controls = self._controls.controls(name, kind)
        if not controls:
            code = self._controls.code_of(name, kind)
            why = (
                f"has the number {code}, which no gamepad has" if code else "is on no list of names"
            )
            self._note(trigger.line, f"'{name}' {why}, so it did nothing")
        return controls

    def _unknown(self, name: str, trigger: Trigger) -> str:
        return (
            f"'{name}' did {ast.unparse(trigger.function)}, for which there is no action. Bind it "
            "to w1 ... w5, and a part of your own can read web/w1 ... web/w5"
        )

    def _say_what_is_left(self) -> None:
        for line, text in self._triggers.unknown.items():
            self._note(line, f"`{text}` is not understood, and left out")
        for name, trigger in self._triggers.maps["up"].items():
            if self._presses.action(trigger.function) != "":
                self._note(
                    trigger.line,
                    f"Letting go of '{name}' did {ast.unparse(trigger.function)}; only a press "
                    "does something now",
                )
        for owner in (self._controller, self._joystick):
            for name, method in (self._classes.methods(owner) if owner else {}).items():
                if name in PIPELINE:
                    self._note(
                        method.lineno,
                        f"{owner}.{name} changes what the gamepad gives, and is left out",
                    )
        others = list(self._classes.others(self._controller, self._joystick))
        if others:
            names = ", ".join(node.name for node in others)
            self._note(others[0].lineno, f"{names}: not this gamepad, and left out")

    def _names(self) -> dict[str, str]:
        """The owner's name of each button, and the control that it is."""
        return {
            name: controls[0]
            for name in self._controls.codes["button"]
            if (controls := self._controls.controls(name, "button"))
        }

    def _complete(self, bound: dict[str, str], taken: Collection[str]) -> None:
        """Bind a stop, and a button that drives on after it, to free buttons of the pad."""
        triggers = [*self._triggers.maps["down"], *self._triggers.maps["up"]]
        used = {c for name in triggers for c in self._controls.controls(name, "button")}
        used |= {*bound, *self._bindings, *taken, *_PULLED}
        free = [name for name in dict.fromkeys(self._controls.buttons()) if name not in used]
        free.sort(key=lambda name: name not in _FREE_FIRST)
        line = (
            self._methods["init_trigger_maps"].lineno if "init_trigger_maps" in self._methods else 1
        )
        whys = {
            "stop": "No button was an emergency stop",
            "resume": "Donkeycar 5 drove on after an emergency stop by itself; now a button does "
            "that",
        }
        for action, why in whys.items():
            has = any(word in (STOPS if action == "stop" else (action,)) for word in bound.values())
            if has:
                continue
            if free:
                control = free.pop(-1 if action == "stop" else 0)
                self._bindings[control] = action
                named = next((n for n, c in self._names().items() if c == control), control)
                self._note(line, f"{why}: '{named}' ({control}) is bound to {action}")
            else:
                self._note(line, f"{why}, and none is free: bind one to {action}, or use the page")

    def _note(self, line: int, text: str) -> None:
        self._notes.append((line, text))
