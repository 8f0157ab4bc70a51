"""A gamepad's events in, what its controls mean out; pure, for live pads and recorded lists."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from donkeycar.parts.controller.actions import HELD, ROLES
from donkeycar.parts.controller.codes import (
    AXIS_NAMES,
    BUTTON_NAMES,
    EV_ABS,
    EV_KEY,
    AbsInfo,
    Identity,
)
from donkeycar.parts.controller.mappings import Kind, renames_for

# These rest at their smallest value; all other axes rest in the middle.
TRIGGERS = {"ABS_Z", "ABS_RZ", "ABS_GAS", "ABS_BRAKE", "ABS_HAT2X", "ABS_HAT2Y"}

# An axis is pressed like a button beyond the first, and let go below the second.
PRESS_LEVEL = 0.5
RELEASE_LEVEL = 0.25

# Presses between two ticks; more is not a person.
MAX_PRESSES = 64

CHAOS = {"chaos_left": -0.2, "chaos_right": 0.2}


class Sticks(NamedTuple):
    """Where the controls that drive are.

    Attributes:
        angle: -1 (left) to +1 (right).
        throttle: -1 to +1, as far as the stick is pushed.
        chaos: Whether the steering is a push that shall not be learnt from.
    """

    angle: float = 0.0
    throttle: float = 0.0
    chaos: bool = False


def level(value: int, info: AbsInfo, *, one_sided: bool, deadzone: float = 0.0) -> float:
    """How far an axis is from its rest.

    Args:
        value: What the kernel says; beyond the range it is cut off.
        info: Range of the axis.
        one_sided: Whether it rests at its minimum, like a trigger.
        deadzone: Share of the way that is still rest, 0 to 1; the kernel's own may be larger.

    Returns:
        -1 to +1; 0 to 1 if one-sided; 0 for an axis without a range.
    """
    span = info.maximum - info.minimum
    if span <= 0:
        return 0.0
    share = min(max((value - info.minimum) / span, 0.0), 1.0)
    position = share if one_sided else 2 * share - 1
    rest = max(deadzone, min(info.flat / span * (1 if one_sided else 2), 0.5))
    beyond = abs(position) - rest
    # A 16-bit axis has no exact middle: half a step is rest too.
    if beyond <= 0 or abs(position) * span <= 1.0:
        return 0.0
    return (beyond / (1 - rest)) * (1 if position > 0 else -1)


class Pad:
    """State of one gamepad.

    Args:
        identity: Which device it is.
        axes: What the kernel knows of each axis, by code.
        held: Codes of buttons that are down at the start; they count once let go and pressed anew.
        kind: What its owner says it is.
        bindings: Control -> what it does.
        deadzone: Share of a stick's way that is rest, 0 to less than 1.
        throttle_dir: -1 if pushing the throttle's stick up counts down, as it does; +1 otherwise.
    """

    def __init__(
        self,
        identity: Identity,
        axes: Mapping[int, AbsInfo],
        *,
        kind: Kind,
        bindings: Mapping[str, str],
        held: Collection[int] = (),
        deadzone: float = 0.01,
        throttle_dir: float = -1.0,
    ) -> None:
        names = {AXIS_NAMES[code] for code in axes if code in AXIS_NAMES}
        self._renames = renames_for(identity, names, kind)
        self._infos = {code: info for code, info in axes.items() if code in AXIS_NAMES}
        self._bindings = dict(bindings)
        self._by_role = {role: name for name, role in bindings.items() if role in ROLES}
        self._deadzone = deadzone
        self._throttle_dir = throttle_dir
        self.levels: dict[str, float] = {}
        self.held: set[str] = set()
        self._down: set[int] = set()
        self._pressed: list[str] = []
        self._news: list[str] = []
        for code, info in self._infos.items():
            self.take(EV_ABS, code, info.value)
        for code in held:
            self.take(EV_KEY, code, 1)
        self._pressed.clear()
        self._news.clear()

    def take(self, kind: int, code: int, value: int) -> None:
        """Take one event of the kernel; one that means nothing here changes nothing.

        Args:
            kind: `EV_KEY`, `EV_ABS` or another type.
            code: Number of the button or axis.
            value: 0 up, 1 down, 2 repeated; or where the axis is.
        """
        if kind == EV_KEY and code in BUTTON_NAMES and value in (0, 1):
            name = BUTTON_NAMES[code]
            (self._down.add if value else self._down.discard)(code)
            self._press(self._renames.get(name, name), down=value == 1)
        elif kind == EV_ABS and code in self._infos:
            name = AXIS_NAMES[code]
            name = self._renames.get(name, name)
            one_sided = name in TRIGGERS
            position = level(value, self._infos[code], one_sided=one_sided, deadzone=self._deadzone)
            self.levels[name] = position
            for control, way in ((name, position), (f"{name}-", -position)):
                if way > PRESS_LEVEL:
                    self._press(control, down=True)
                elif way < RELEASE_LEVEL:
                    self._press(control, down=False)

    def catch_up(self, axes: Mapping[int, AbsInfo], held: Collection[int]) -> None:
        """Catch up after events were lost; a button that went down meanwhile was pressed.

        Args:
            axes: What the kernel says of each axis now, by code.
            held: Codes of the buttons that are down now.
        """
        for code, info in axes.items():
            self.take(EV_ABS, code, info.value)
        for code in self._down.difference(held):
            self.take(EV_KEY, code, 0)
        for code in held:
            self.take(EV_KEY, code, 1)

    def sticks(self) -> Sticks:
        """Where the controls that drive are now."""
        angle = self._level("steering")
        throttle = self._throttle_dir * self._level("throttle")
        if throttle == 0.0:
            throttle = self._level("throttle_forward") - self._level("throttle_reverse")
        for control in self.held:
            action = self._bindings.get(control)
            if action in HELD:
                return Sticks(CHAOS[action], throttle, chaos=True)
        return Sticks(angle, throttle)

    def presses(self) -> list[str]:
        """Names of the controls pressed since the last call, in order."""
        pressed, self._pressed = self._pressed, []
        return pressed

    def actions(self) -> tuple[str, ...]:
        """What was pressed since the last call does."""
        return self._done_by(self.presses())

    def news(self) -> tuple[str, ...]:
        """The same for whoever reads the events, at once: the next tick has them as well."""
        news, self._news = self._news, []
        return self._done_by(news)

    def _done_by(self, controls: list[str]) -> tuple[str, ...]:
        done = (self._bindings.get(control) for control in controls)
        return tuple(action for action in done if action and action not in (*ROLES, *HELD))

    def _level(self, role: str) -> float:
        control = self._by_role.get(role, "")
        value = self.levels.get(control.removesuffix("-"), 0.0)
        return -value if control.endswith("-") else value

    def _press(self, control: str, *, down: bool) -> None:
        if not down:
            self.held.discard(control)
        elif control not in self.held:
            self.held.add(control)
            self._news.append(control)
            if len(self._pressed) < MAX_PRESSES:
                self._pressed.append(control)
