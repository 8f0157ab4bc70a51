"""Bindings: the actions that a control can do, by name, and which control does which action.

A binding is a pair of names, e.g. ``"BTN_SOUTH": "stop"``. The left one is a control: a button or
key by its kernel name, an axis, or a channel of a remote control (``RC1``, ``RC2``, ...). A minus
after an axis or a channel, e.g. ``"ABS_HAT0Y-"``, means its other direction.
"""

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from donkeycar.errors import ConfigError
from donkeycar.parts.controller.codes import AXES, BUTTONS

# The roles of an axis; throttle has both directions, the other two are for triggers.
ROLES = {
    "steering": "turns the wheels",
    "throttle": "drives, forward and back",
    "throttle_forward": "drives forward",
    "throttle_reverse": "drives back",
}

THROTTLE_ROLES = ("throttle", "throttle_forward", "throttle_reverse")

# Actions of a press.
ACTIONS = {
    "stop": "emergency stop",
    "resume": "drive on after a stop",
    "mode": "the next drive mode: user, local_angle, local",
    "mode_user": "drive mode user",
    "mode_local_angle": "drive mode local_angle",
    "mode_local": "drive mode local",
    "record": "recording on or off",
    "erase": "erase the last records",
    "erase_or_stop": "erase in mode user, emergency stop in the others",
    "limit_up": "raise the limit for throttle",
    "limit_down": "lower the limit for throttle",
    "constant_throttle": "hold the throttle at its limit, or end that",
    "ai_launch": "push off when the pilot takes over next",
    "w1": "programmable button 1",
    "w2": "programmable button 2",
    "w3": "programmable button 3",
    "w4": "programmable button 4",
    "w5": "programmable button 5",
}

# These stop the car; the second does so in all modes except user.
STOPS = ("stop", "erase_or_stop")

# Actions that last as long as the control is held.
HELD = {
    "chaos_left": "push the steering to the left, without recording",
    "chaos_right": "push the steering to the right, without recording",
}

# A binding to "" removes the action that the kind of gamepad has there.
UNBOUND = ("", None)

_CHANNEL = re.compile(r"RC[1-9]-?")
# Different makers print these letters on different buttons, and the kernel uses them for yet
# others.
_LABELS = {
    "BTN_A": "BTN_SOUTH or BTN_EAST", "BTN_B": "BTN_EAST or BTN_SOUTH",
    "BTN_X": "BTN_WEST or BTN_NORTH", "BTN_Y": "BTN_NORTH or BTN_WEST",
}  # fmt: skip


def is_control(name: object) -> bool:
    """Whether `name` names a button, key, axis or channel."""
    return isinstance(name, str) and (
        name in BUTTONS or name.removesuffix("-") in AXES or bool(_CHANNEL.fullmatch(name))
    )


def merged(
    own: Mapping[str, str], changes: Mapping[Any, Any], *, kind: str = "custom"
) -> dict[str, str]:
    """Bindings of a kind of gamepad, overridden by the owner's changes.

    Args:
        own: Bindings of the kind.
        changes: `CONTROLLER_BINDINGS`.
        kind: `CONTROLLER_TYPE`, for the error.

    Raises:
        ConfigError: If the name of a control or an action is unknown, or if no control stops the
            car any more although the kind has one for it.
    """
    bindings = dict(own)
    for control, action in changes.items():
        if not is_control(control):
            raise ConfigError(_no_control(control))
        if action in UNBOUND:
            bindings.pop(control, None)
            continue
        if action not in ROLES and action not in ACTIONS and action not in HELD:
            known = [*ROLES, *ACTIONS, *HELD]
            raise ConfigError(
                f"`CONTROLLER_BINDINGS[{control!r}]` must be one of {', '.join(known)}. "
                f"Received: {action!r}{meant(action, known)}"
            )
        if action in ROLES:
            if control in BUTTONS:
                raise ConfigError(
                    f"`CONTROLLER_BINDINGS[{control!r}]` must be an action, because a button has "
                    f"no middle: only an axis can be {action}. Received: {action!r}"
                )
            # One axis steers. An owner who binds another axis has moved the steering.
            for other in [name for name, role in bindings.items() if role == action]:
                del bindings[other]
        bindings[control] = action
    _keep_stop(own, bindings, changes, kind)
    return bindings


def _keep_stop(
    own: Mapping[str, str], bindings: Mapping[str, str], changes: Mapping[Any, Any], kind: str
) -> None:
    stop = next((action for action in STOPS if action in own.values()), None)
    # A control that stops only in some modes does not replace one that always stops.
    enough = STOPS if stop == "erase_or_stop" else ("stop",)
    left = [name for name, action in bindings.items() if action in enough]
    if stop is None or any(not _CHANNEL.fullmatch(name) for name in left):
        return
    had = ", ".join(name for name, action in own.items() if action == stop)
    raise ConfigError(
        f"`CONTROLLER_BINDINGS` must leave a button that stops the car: with CONTROLLER_TYPE "
        f"{kind!r} it is {had}. Received: CONTROLLER_BINDINGS={dict(changes)!r}. Bind another "
        "button to 'stop' beside it, e.g. 'BTN_MODE': 'stop'"
    )


def _no_control(control: object) -> str:
    if control in _LABELS:
        return (
            f"`CONTROLLER_BINDINGS` must name buttons by their place, because makers print "
            f"letters differently: {_LABELS[str(control)]}. Received: {control!r}"
        )
    return (
        "`CONTROLLER_BINDINGS` must name buttons (BTN_SOUTH), keys (KEY_SPACE), axes (ABS_X) or "
        f"channels (RC3); `donkey gamepad test` shows them. Received: {control!r}"
        f"{meant(control)}"
    )


def meant(word: object, known: Sequence[str] = (*BUTTONS, *AXES)) -> str:
    """The end of a sentence that proposes the known word nearest to `word`; "" if none is near."""
    close = difflib.get_close_matches(str(word), known, 1, 0.7)
    return f". Did you mean {close[0]!r}?" if close else ""
