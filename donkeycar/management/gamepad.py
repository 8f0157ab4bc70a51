"""`donkey gamepad`: list gamepads, show what their controls do, and change it."""

import argparse
import select
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from donkeycar import commands
from donkeycar.assembly import add_controllers
from donkeycar.assembly.controller import OLD_PAD, gamepad_bindings
from donkeycar.config import load_config
from donkeycar.driving.arbiter import Offer
from donkeycar.errors import DeviceError
from donkeycar.management.old_joystick.read import read_joystick
from donkeycar.parts.controller.actions import ACTIONS
from donkeycar.parts.controller.codes import AXES, EVENT
from donkeycar.parts.controller.device import Finder, Line
from donkeycar.parts.controller.gamepad import let_go
from donkeycar.parts.controller.mappings import KINDS, bindings_of
from donkeycar.parts.controller.pad import Pad
from donkeycar.settings.owner.edit import set_values
from donkeycar.vehicle import Vehicle

NO_PAD = (
    "No gamepad answers. Plug one in, or pair it (`bluetoothctl`: scan on, pair, trust, connect); "
    "you must be in the group input (`sudo usermod -aG input $USER`, then log in again)"
)

TEST_HZ = 10
POLL_S = 0.05

# Stands for no control.
SKIP = ""


def find_pads() -> list[Line]:
    """Open every gamepad that is connected.

    Raises:
        DeviceError: If there is no gamepad.
    """
    lines = Finder()()
    if not lines:
        raise DeviceError(NO_PAD)
    return lines


def describe(line: Line) -> str:
    """One line about a gamepad."""
    name, bus, vendor, product, uniq = line.identity
    how = {3: "USB", 5: "Bluetooth"}.get(bus, f"bus {bus}")
    address = f", {uniq}" if uniq else ""
    return f"{name}  {how} {vendor:04x}:{product:04x}{address}, {len(line.axes)} axes"


class Listener:
    """Names the control that is pressed next.

    Args:
        line: The gamepad.
        skipped: Returns whether the person wants to skip the control; called while waiting.
    """

    def __init__(self, line: Line, *, skipped: Callable[[], bool]) -> None:
        self._line = line
        self._skipped = skipped
        # The gamepad was open while its controls were released: if any axis is not zero, it has
        # reported its state.
        heard = any(info.value for info in line.axes.values())
        self._pad = Pad(
            line.identity, line.axes, kind=KINDS["custom"], bindings={}, held=line.held,
            buttons=line.buttons, reported=line.reported or heard, let_go=True,
        )  # fmt: skip
        self._resting = set(self._pad.held)
        self._rest = b""

    def next(self, *, only_axes: bool = False) -> str:
        """The next control that is pressed after the last one was released; `SKIP` for none.

        Args:
            only_axes: Whether to ignore buttons.

        Raises:
            OSError: If the gamepad is gone.
        """
        # A pulled trigger reports twice, as a button and as an axis.
        while not self._pad.held <= self._resting:
            if self._skipped():
                return SKIP
            self._read()
        self._pad.presses()
        while not self._skipped():
            self._read()
            for control in self._pad.presses():
                if not only_axes or control.removesuffix("-") in AXES:
                    return control
        return SKIP

    def rests_at_end(self, control: str) -> bool:
        """Whether an axis is a trigger or a pedal, which rests at an end of its range."""
        return self._pad.rests_at_end(control)

    def _read(self) -> None:
        data = self._rest + (self._line.read(POLL_S) or b"")
        whole = len(data) - len(data) % EVENT.size
        for _, _, kind, code, value in EVENT.iter_unpack(data[:whole]):
            self._pad.take(kind, code, value)
        self._rest = data[whole:]


def learn(listener: Listener, *, tell: Callable[[str], None]) -> dict[str, str]:
    """Ask for every control once.

    Args:
        listener: Names the control that is pressed.
        tell: Shows a question.

    Returns:
        Bindings: control -> what it does.

    Raises:
        DeviceError: If steering or throttle is left out.
    """
    bindings: dict[str, str] = {}

    def ask(question: str, *, only_axes: bool = False) -> str:
        tell(question)
        control = listener.next(only_axes=only_axes)
        while control and (control in bindings or f"{control}-" in bindings):
            tell(f"  {control} is taken: {bindings.get(control, 'it is an axis')}. Another one?")
            control = listener.next(only_axes=only_axes)
        tell(f"  {control or 'left out'}")
        return control

    right = ask("Push the stick that steers to the RIGHT.", only_axes=True)
    forward = ask("Give throttle: push the stick FORWARD, or pull the trigger.", only_axes=True)
    if not right or not forward:
        raise DeviceError("A gamepad must have an axis for steering and one for throttle.")
    bindings[right] = "steering"
    if listener.rests_at_end(forward):
        bindings[forward] = "throttle_forward"
        if back := ask("Pull the trigger for REVERSE, or press Enter for none.", only_axes=True):
            bindings[back] = "throttle_reverse"
    else:
        # JOYSTICK_THROTTLE_DIR is -1: forward is the direction of decreasing values.
        flipped = forward.removesuffix("-") if forward.endswith("-") else f"{forward}-"
        bindings[flipped] = "throttle"
    for action, what in ACTIONS.items():
        if control := ask(f"Press the button for: {what} ({action}). Enter leaves it out."):
            bindings[control] = action
    return bindings


class _Show:
    """Prints a controller's values: on one line of a terminal; elsewhere each change once."""

    def __init__(self, car: Vehicle) -> None:
        self._parts = [entry.part for entry in car.entries]
        self._said = self._shown = ""

    def run(self, *offers: Offer | None) -> None:
        for part, offer in zip(self._parts, offers, strict=True):
            held = " ".join(getattr(part, "held", ()))
            if offer is None or not offer.expires_s:
                text = "no gamepad"
            else:
                did = " ".join(offer.actions)
                if offer.note and offer.note != self._said:
                    print(f"\n{offer.note}")
                self._said = offer.note
                text = f"angle {offer.angle:+.2f}  throttle {offer.throttle:+.2f}  {held}  {did}"
            if sys.stdout.isatty():
                print(f"\r{text:78.78}", end="", flush=True)
            elif text != self._shown:  # a line of a file or a pipe cannot be overwritten
                print(text, flush=True)
            self._shown = text
            if offer is not None and offer.actions and sys.stdout.isatty():
                print()


def _wait_for_enter() -> None:
    sys.stdin.readline()


def _typed_enter() -> bool:
    if not select.select([sys.stdin], [], [], 0)[0]:
        return False
    sys.stdin.readline()
    return True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument(
        "what", nargs="?", choices=("list", "test", "learn", "convert"), default="list",
        help="list the gamepads (default), test what their controls do, learn a mapping, or "
        "convert the my_joystick.py of an earlier version",
    )  # fmt: skip
    parser.add_argument(
        "--path", type=Path, default=Path(), help="folder of the car (default: this one)"
    )
    parser.add_argument(
        "--seconds", type=float, help="length of a test in seconds (default: until Ctrl-C)"
    )


def run(args: argparse.Namespace) -> None:
    """List, test or learn gamepads, or convert what an earlier version learnt."""
    {"list": _list, "test": _test, "learn": _learn, "convert": _convert}[args.what](args)


def _list(args: argparse.Namespace) -> None:
    for line in find_pads():
        print(describe(line))
        for sentence in _remarks(line, args.path):
            print(f"  {sentence}")
        line.close()


def _remarks(line: Line, folder: Path) -> list[str]:
    """The functions that a gamepad lacks in the car of a folder; none if that is not a car."""
    if not (folder / "config.py").exists():
        return []
    cfg = load_config(folder / "config.py")
    if cfg.CONTROLLER_TYPE not in KINDS:
        return []
    pad = Pad(
        line.identity, line.axes, kind=KINDS[cfg.CONTROLLER_TYPE],
        bindings=bindings_of(cfg.CONTROLLER_TYPE, gamepad_bindings(cfg)),
        buttons=line.buttons, reported=line.reported, deadzone=cfg.JOYSTICK_DEADZONE,
    )  # fmt: skip
    return [*pad.lacks(), *([let_go(pad.unrested)] if pad.unrested else [])]


def _test(args: argparse.Namespace) -> None:
    overrides = ["USE_JOYSTICK_AS_DEFAULT=True"]
    cfg = load_config(args.path / "config.py", overrides=overrides, command="gamepad")
    car = Vehicle()
    add_controllers(car, cfg)
    offers = [channel for entry in car.entries for channel in entry.outputs]
    show: Any = _Show(car)
    car.mem["user/max_throttle"], car.mem["stop/reason"] = cfg.JOYSTICK_MAX_THROTTLE, ""
    car.add(show, inputs=offers)
    print(f"CONTROLLER_TYPE {cfg.CONTROLLER_TYPE}. Nothing moves. Ctrl-C ends it.")
    car.start(rate_hz=TEST_HZ, max_loop_count=round((args.seconds or 0) * TEST_HZ))
    print()


def _learn(args: argparse.Namespace) -> None:
    myconfig = args.path / "myconfig.py"
    load_config(
        args.path / "config.py", command="gamepad"
    )  # refuses a car whose settings do not load
    line, *others = find_pads()
    for other in others:
        other.close()
    print(describe(line))
    print("Let go of all its sticks, triggers and pedals, and press Enter.")
    _wait_for_enter()
    try:
        line.refresh()
        bindings = learn(Listener(line, skipped=_typed_enter), tell=print)
    finally:
        line.close()
    set_values(myconfig, {"CONTROLLER_TYPE": "custom", "CONTROLLER_BINDINGS": bindings})
    test = commands.donkey("gamepad", "test", "--path", myconfig.parent)
    print(f"Wrote {len(bindings)} bindings into {myconfig}. Try them: {test}")


def _convert(args: argparse.Namespace) -> None:
    cfg = load_config(args.path / "config.py", command="gamepad")
    launches = cfg.AI_LAUNCH_DURATION > 0
    old = read_joystick(
        args.path / OLD_PAD,
        throttle_dir=cfg.JOYSTICK_THROTTLE_DIR,
        launch_button=cfg.AI_LAUNCH_ENABLE_BUTTON if launches else "",
    )
    myconfig = args.path / "myconfig.py"
    set_values(myconfig, old.settings)
    for control, action in old.bindings.items():
        print(f"{control}: {action or 'nothing'}")
    for note in old.notes:
        print(f"note: {note}")
    test = commands.donkey("gamepad", "test", "--path", myconfig.parent)
    print(
        f"Wrote CONTROLLER_TYPE = {old.kind!r} and {len(old.bindings)} bindings into {myconfig}. "
        f"Try them with the wheels up: {test}"
    )
