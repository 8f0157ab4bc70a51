"""State of a gamepad: takes events, live or recorded, and gives steering, throttle, actions."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from donkeycar.parts.controller.actions import HELD, ROLES, STOPS, THROTTLE_ROLES
from donkeycar.parts.controller.axis import first_of, flat_of, level, position_of
from donkeycar.parts.controller.codes import (
    AXES,
    AXIS_NAMES,
    BUTTON_NAMES,
    BUTTONS,
    EV_ABS,
    EV_KEY,
    EV_SYN,
    SYN_REPORT,
    AbsInfo,
    Identity,
)
from donkeycar.parts.controller.layout import are_pedals, renames_for
from donkeycar.parts.controller.mappings import Kind
from donkeycar.parts.controller.rest import CENTRE, HIGH, LOW, Control, end_at, is_near
from donkeycar.timing import Clock, RealClock

# By their names, these axes rest at their smallest value, all others in the middle.
TRIGGERS = {"ABS_Z", "ABS_RZ", "ABS_GAS", "ABS_BRAKE", "ABS_HAT2X", "ABS_HAT2Y"}

# Pedals of a wheel drive for every kind, also for kinds of gamepads without triggers.
PEDAL_BINDINGS = {"ABS_RZ": "throttle_forward", "ABS_Z": "throttle_reverse"}

# Smallest play of a thumb stick around its rest, as a share of its travel.
PLAY = 0.05

# An axis counts as pressed like a button above the first value, and as released below the second.
PRESS_LEVEL = 0.5
RELEASE_LEVEL = 0.25

# Most presses between two ticks; a person cannot make more.
MAX_PRESSES = 64

GUESSED = (
    "The order of this gamepad's buttons is not known: each of its four main ones stops the car"
)

CHAOS = {"chaos_left": -0.2, "chaos_right": 0.2}


class Sticks(NamedTuple):
    """Positions of the controls that drive.

    Attributes:
        angle: -1 (left) to +1 (right).
        throttle: -1 to +1, as far as the stick is pushed.
        chaos: Whether the steering is a push that must not be recorded.
    """

    angle: float = 0.0
    throttle: float = 0.0
    chaos: bool = False


class Pad:
    """State of one gamepad.

    Args:
        identity: Identity of the device.
        axes: The kernel's data of each axis, by code.
        held: Codes of buttons that are down at the start; they count when released and pressed
            again.
        buttons: Codes of its buttons; ``None`` if they are not known.
        reported: Whether the device has reported since it was opened. If not, `axes` are zeros or
            old values, which do not count as rest: its first report gives the positions.
        let_go: Whether nobody touches it now, so that each axis is at rest.
        kind: Its kind, as the owner set it.
        bindings: Control -> action.
        deadzone: Share of a stick's travel that counts as rest, 0 to less than 1.
        throttle_dir: -1 if the stick reports negative numbers when pushed up, as usual; else +1.
        clock: Source of time, to see how long controls lie still.
    """

    def __init__(
        self,
        identity: Identity,
        axes: Mapping[int, AbsInfo],
        *,
        kind: Kind,
        bindings: Mapping[str, str],
        held: Collection[int] = (),
        buttons: Collection[int] | None = None,
        reported: bool = True,
        let_go: bool = False,
        deadzone: float = 0.01,
        throttle_dir: float = -1.0,
        clock: Clock | None = None,
    ) -> None:
        self._identity, self._kind = identity, kind
        self._infos = {code: info for code, info in axes.items() if code in AXIS_NAMES}
        self._buttons = None if buttons is None else frozenset(buttons)
        self._reported = reported
        self._let_go = let_go
        self._bindings = dict(bindings)
        self._deadzone = deadzone
        self._throttle_dir = throttle_dir
        self._clock: Clock = RealClock() if clock is None else clock
        self._early: list[tuple[int, int, int]] = []
        self._down: set[int] = set()
        self._pressed: list[str] = []
        self._news: list[str] = []
        self.held: set[str] = set()
        self._begin()
        for code in held:
            self._take(EV_KEY, code, 1)
        self._pressed.clear()
        self._news.clear()

    def _begin(self) -> None:
        """Find out, from the present positions, what each axis is and where it should rest."""
        positions = {
            AXIS_NAMES[code]: position_of(info.value, info) for code, info in self._infos.items()
        }
        self._renames = renames_for(
            self._identity, positions, self._kind, self._buttons, self._bindings
        )
        self._codes = {self._named(AXIS_NAMES[code]): code for code in self._infos}
        places = {self._named(name): position for name, position in positions.items()}
        pedals = are_pedals(self._identity, positions)
        self._rests = {
            name: (HIGH if pedals else LOW) if name in TRIGGERS else CENTRE for name in places
        }
        if self._kind.by_kernel_name:
            # The name of an axis says little here: its use says more.
            usual = renames_for(self._identity, positions, Kind({}), self._buttons)
            self._rests = {
                name: LOW if usual.get(name, name) in TRIGGERS else CENTRE for name in places
            }
        if self._let_go:
            self._rests = {name: end_at(position) for name, position in places.items()}
        self._by_role = {role: name for name, role in self._bindings.items() if role in ROLES}
        self._rests |= {name: CENTRE for name in places if name == self._axis_of("steering")}
        if pedals and not any(self._axis_of(role) in places for role in THROTTLE_ROLES):
            self._by_role |= {role: name for name, role in PEDAL_BINDINGS.items()}
        self._controls = {
            self._axis_of(role): self._control(role, places[self._axis_of(role)])
            for role in THROTTLE_ROLES
            if self._axis_of(role) in places
        }
        self.levels: dict[str, float] = {}
        self.held = {name for name in self.held if name.removesuffix("-") not in AXES}
        pressed, news = list(self._pressed), list(self._news)
        for code, info in self._infos.items():
            self._take(EV_ABS, code, info.value)
        self._pressed, self._news = pressed, news

    def _control(self, role: str, position: float) -> Control:
        """The axes with a role of throttle, and the rest position that is expected of each."""
        name, expected = self._axis_of(role), self._rests[self._axis_of(role)]
        if role == "throttle" and not is_near(position, expected):
            expected = CENTRE
        elif role != "throttle" and expected == CENTRE and not is_near(position, CENTRE):
            expected = LOW  # the owner has bound it as a trigger
        if role != "throttle" and expected == LOW and self._by_role[role].endswith("-"):
            expected = HIGH
        dead = max(self._deadzone, PLAY, flat_of(self._infos[self._codes[name]], expected))
        now_s = self._clock.monotonic()
        return Control(position, expected=expected, deadzone=dead, now_s=now_s)

    def _axis_of(self, role: str) -> str:
        return self._by_role.get(role, "").removesuffix("-")

    def _named(self, name: str) -> str:
        return self._renames.get(name, name)

    def take(self, kind: int, code: int, value: int) -> None:
        """Take one event of the kernel; other events change nothing.

        Args:
            kind: `EV_KEY`, `EV_ABS`, `EV_SYN` or another type.
            code: Number of the button or axis.
            value: 0 up, 1 down, 2 repeated; or the position of the axis.
        """
        if self._reported:
            self._take(kind, code, value)
            return
        self._early.append((kind, code, value))
        if kind == EV_SYN and code == SYN_REPORT:
            self._reported = True
            self._infos |= {
                code: first_of(self._infos[code], value)
                for kind, code, value in self._early
                if kind == EV_ABS and code in self._infos
            }
            self._begin()
            early, self._early = self._early, []
            for event in early:
                self._take(*event)

    def _take(self, kind: int, code: int, value: int) -> None:
        if kind == EV_KEY and code in BUTTON_NAMES and value in (0, 1):
            (self._down.add if value else self._down.discard)(code)
            self._press(self._named(BUTTON_NAMES[code]), down=value == 1)
        elif kind == EV_ABS and code in self._infos:
            name, info = self._named(AXIS_NAMES[code]), self._infos[code]
            self._infos[code] = info = info._replace(value=value)
            if control := self._controls.get(name):
                control.take(position_of(value, info), self._clock.monotonic())
            position = level(value, info, rest=self._rests[name], deadzone=self._deadzone)
            self.levels[name] = position
            for way_name, way in ((name, position), (f"{name}-", -position)):
                if way > PRESS_LEVEL:
                    self._press(way_name, down=True)
                elif way < RELEASE_LEVEL:
                    self._press(way_name, down=False)

    def catch_up(self, axes: Mapping[int, AbsInfo], held: Collection[int]) -> None:
        """Catch up after events were lost; a button that went down meanwhile counts as pressed.

        Args:
            axes: The kernel's present data of each axis, by code.
            held: Codes of the buttons that are down now.
        """
        for code, info in axes.items():
            self.take(EV_ABS, code, info.value)
        for code in self._down.difference(held):
            self.take(EV_KEY, code, 0)
        for code in held:
            self.take(EV_KEY, code, 1)
        self.take(EV_SYN, SYN_REPORT, 0)

    def sticks(self) -> Sticks:
        """The present positions of the controls that drive."""
        angle, throttle = self._angle(), self._throttle()
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
        """Actions of the controls that were pressed since the last call."""
        return self._done_by(self.presses())

    def news(self) -> tuple[str, ...]:
        """The same for the thread that reads the events, at once; the next tick gets them, too."""
        news, self._news = self._news, []
        return self._done_by(news)

    def _done_by(self, controls: list[str]) -> tuple[str, ...]:
        done = (self._bindings.get(control) for control in controls)
        return tuple(action for action in done if action and action not in (*ROLES, *HELD))

    @property
    def unrested(self) -> list[str]:
        """Names of the throttle controls that do not count, because they were not at rest yet."""
        return sorted(name for name, control in self._controls.items() if not control.rested)

    def rests_at_end(self, control: str) -> bool:
        """Whether an axis is a trigger or pedal, as far as known."""
        return self._rests.get(control.removesuffix("-"), CENTRE) != CENTRE

    def lacks(self) -> list[str]:
        """The actions that it lacks a control for, one sentence each."""
        wanted: dict[str, list[str]] = {}
        for control, action in self._bindings.items():
            wanted.setdefault(action, []).append(control.removesuffix("-"))
        missing = {
            action: controls
            for action, controls in wanted.items()
            if not any(self._has(name) for name, did in self._bindings.items() if did == action)
        }
        stops = [name for action in STOPS for name in wanted.get(action, ())]
        driving = [name for role in THROTTLE_ROLES for name in wanted.get(role, ())]
        said = []
        if all(action in missing or action not in wanted for action in STOPS):
            said.append(
                f"no {stops[0] if stops else 'button for stop'}: nothing on it stops the car"
            )
        if not self._controls:
            said.append(
                f"no {driving[0] if driving else 'axis for throttle'}: nothing gives throttle"
            )
        others = [action for action in missing if action not in (*STOPS, *THROTTLE_ROLES)]
        if others:
            names = dict.fromkeys(name for action in others for name in missing[action])
            said.append(f"no {', '.join(names)}: nothing does {', '.join(others)}")
        has = [f"This gamepad has {text}" for text in said]
        stopping = [name for name in self._renames.values() if self._bindings.get(name) == "stop"]
        if len(stopping) > len(set(stopping)):
            has.insert(0, GUESSED)
        return [f"{text}. `donkey gamepad learn` teaches it." for text in has]

    def _has(self, control: str) -> bool:
        name = control.removesuffix("-")
        if name in self._codes or (name in BUTTONS and self._buttons is None):
            return True
        if name in AXES and not name.startswith("ABS_HAT"):
            return False
        if name not in AXES and name not in BUTTONS:
            return True  # a channel of a remote control, which no gamepad has
        names = {self._named(BUTTON_NAMES[c]) for c in self._buttons or () if c in BUTTON_NAMES}
        return self._buttons is None or control in names

    def _angle(self) -> float:
        value = self.levels.get(self._axis_of("steering"), 0.0)
        return -value if self._by_role.get("steering", "").endswith("-") else value

    def _throttle(self) -> float:
        both, forward, reverse = (self._given(role) for role in THROTTLE_ROLES)
        return both or forward - reverse

    def _given(self, role: str) -> float:
        name = self._axis_of(role)
        control = self._controls.get(name)
        if control is None:
            return 0.0
        control.look(self._clock.monotonic())
        if not control.rested:
            return 0.0
        info = self._infos[self._codes[name]]
        value = level(info.value, info, rest=control.rest, deadzone=control.dead)
        if control.rest != CENTRE:  # a trigger gives throttle as its role says, however it counts
            return abs(value)
        if role == "throttle":
            value *= self._throttle_dir
        return -value if self._by_role[role].endswith("-") else value

    def _press(self, control: str, *, down: bool) -> None:
        if not down:
            self.held.discard(control)
        elif control not in self.held:
            self.held.add(control)
            self._news.append(control)
            if len(self._pressed) < MAX_PRESSES:
                self._pressed.append(control)
