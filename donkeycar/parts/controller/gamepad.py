"""A gamepad in the car: plugged in, or paired by Bluetooth."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from donkeycar.driving.arbiter import Offer
from donkeycar.driving.driver_link import GONE
from donkeycar.errors import ConfigError
from donkeycar.parts.controller.actions import STOPS
from donkeycar.parts.controller.bystanders import Bystanders
from donkeycar.parts.controller.codes import EV_SYN, EVENT, SYN_DROPPED, Identity
from donkeycar.parts.controller.device import Finder, Line
from donkeycar.parts.controller.mappings import bindings_of, kind_named
from donkeycar.parts.controller.pad import Pad, Sticks
from donkeycar.timing import Clock, RealClock

logger = logging.getLogger(__name__)

# How often the reader looks for a gamepad while there is none.
RESCAN_S = 1.0

# If no gamepad comes for this long, the log says so once.
MISSED_AFTER_S = 2.0

# The reader runs this often even if no control moves, and confirms the last values.
WATCH_S = 0.02
OFFER_LIFE_S = 0.25

# Another gamepad replaces the one that was used when that has been gone for this long.
STRANGER_AFTER_S = 10.0

# This share of a stick's travel is a movement on purpose, not noise.
MOVED = 0.1

ABSENT = Offer()


class GamepadController:
    """Reads a gamepad in a thread, and offers what its driver wants.

    An offer is not an order: the arbiter decides who drives. When the kernel removes a gamepad, its
    offer ends at once; the reader looks for it every second, and recognises it when it comes back.
    The kernel removes a gamepad when it is unplugged, or when Bluetooth gives up the connection. A
    gamepad on a 2.4 GHz dongle stays, with its last values, as long as the dongle is plugged in.
    Other connected gamepads do not drive, but stop the car.

    Args:
        kind: Kind of gamepad, one of `mappings.KINDS` (`CONTROLLER_TYPE`).
        bindings: Changes to its bindings (`CONTROLLER_BINDINGS`), control -> action.
        device: ``"/dev/input/js0"`` is the first gamepad found; another path is only that device.
        steering_scale: Steering of a full stick.
        throttle_limit: Throttle of a full stick at the start, 0 to 1; the car may change it.
        deadzone: Share of a stick's travel that counts as rest, 0 to 0.9.
        throttle_dir: -1 if the stick reports negative numbers when pushed up, as usual; else +1.
        auto_record: Whether throttle starts and ends recording.
        finder: Returns the connected gamepads, open; for tests.
        tell: Called in the reader's thread with each action that is pressed, and with `GONE` when
            the gamepad is gone, so that a stop need not wait for the loop.
        clock: Source of time.

    Raises:
        ConfigError: If an argument is out of range, or a binding has an unknown name.
    """

    def __init__(
        self,
        *,
        kind: str = "xbox",
        bindings: Mapping[Any, Any] | None = None,
        device: str = "/dev/input/js0",
        steering_scale: float = 1.0,
        throttle_limit: float = 0.5,
        deadzone: float = 0.01,
        throttle_dir: float = -1.0,
        auto_record: bool = True,
        finder: Callable[[], list[Line]] | None = None,
        tell: Callable[[str], object] = lambda news: None,
        clock: Clock | None = None,
    ) -> None:
        if not 0 <= deadzone <= 0.9:
            raise ConfigError(f"`deadzone` must be 0 to 0.9. Received: deadzone={deadzone}")
        if not 0 <= throttle_limit <= 1:
            raise ConfigError(
                f"`throttle_limit` must be 0 to 1. Received: throttle_limit={throttle_limit}"
            )
        if throttle_dir not in (-1, 1):
            raise ConfigError(
                f"`throttle_dir` must be -1.0 or 1.0. Received: throttle_dir={throttle_dir}"
            )
        self._kind = kind_named(kind)
        self._bindings = bindings_of(kind, bindings or {})
        if not set(STOPS).intersection(self._bindings.values()):
            logger.warning(
                "CONTROLLER_BINDINGS binds no button to 'stop': nothing on the gamepad stops the "
                "car. Bind one, e.g. 'BTN_SOUTH': 'stop', or run `donkey gamepad learn`."
            )
        only = None if device == "/dev/input/js0" else device
        self._find = Finder(only) if finder is None else finder
        self._steering_scale = steering_scale
        self._throttle_limit = throttle_limit
        self._deadzone = deadzone
        self._throttle_dir = throttle_dir
        self._auto_record = auto_record
        self._clock: Clock = RealClock() if clock is None else clock
        self.tell = tell
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._pad: Pad | None = None
        self._seen_s = 0.0
        self._known: Identity | None = None
        # Whether any gamepad was: from then on the one that drove is waited for.
        self._is_heard = False
        self._gone_s = float("-inf")
        self._anchor = Sticks()
        self._constant = False
        self._note = ""
        self._others = Bystanders(self._pad_of)
        self._stops: list[str] = []
        self._looked_s = float("-inf")
        self._missed_at = "" if only is None else f" at {only}"
        self._missed_since_s: float | None = None

    @property
    def connected(self) -> Identity | None:
        """The connected gamepad; ``None`` if there is none."""
        return self._known if self._pad is not None else None

    @property
    def held(self) -> list[str]:
        """Names of the controls that are pressed now."""
        with self._lock:
            return sorted(self._pad.held) if self._pad is not None else []

    def update(self) -> None:
        """Find a gamepad and read it until `shutdown`; the body of the part's thread."""
        try:
            while not self._stopping.is_set():
                self._drive()
        finally:
            self._others.close()

    def _drive(self) -> None:
        """Read the gamepad that drives until it is gone, if there is one."""
        line = self._choose(self._find())
        self._looked_s = self._clock.monotonic()
        if line is None:
            self._tell_missing()
            end_s = time.monotonic() + RESCAN_S
            while time.monotonic() < end_s and not self._stopping.wait(min(WATCH_S, RESCAN_S)):
                self._hear_others()
            return
        self._missed_since_s = float("inf")
        try:
            self._follow(line)
        finally:
            with self._lock:
                self._pad = None
                self._gone_s = self._clock.monotonic()
            if line not in self._others.lines:
                self.tell(GONE)
                line.close()

    def _hear_others(self) -> None:
        """Pass on a stop of a gamepad that does not drive."""
        for action in self._others.stops():
            with self._lock:
                self._stops.append(action)
            self.tell(action)

    def run_threaded(self, limit: float | None = None, reason: str | None = None) -> Offer:
        """Return what the driver wants at this moment.

        Args:
            limit: The car's throttle limit, 0 to 1, which a full stick gives.
            reason: Why the car does not drive; "" if it does. It ends a constant throttle.

        Returns:
            The offer; `ABSENT` if there is no gamepad.
        """
        full = self._throttle_limit if limit is None else limit
        with self._lock:
            pad, expires_s = self._pad, self._seen_s + OFFER_LIFE_S
            stops, self._stops = tuple(self._stops), []
            if pad is None or expires_s <= self._clock.monotonic():
                self._constant, self._anchor = False, Sticks()
                return ABSENT._replace(actions=stops) if stops else ABSENT
            sticks, actions, unrested = pad.sticks(), pad.actions(), pad.unrested
        own, actions = actions, (*actions, *stops)
        moved = self._has_moved(sticks)
        self._constant = not unrested and self._is_constant(sticks, actions, stopped=bool(reason))
        throttle = 1.0 if self._constant else sticks.throttle
        recording = None
        if sticks.chaos:
            recording = False
        elif self._auto_record:
            recording = throttle != 0.0
        return Offer(
            angle=min(max(sticks.angle * self._steering_scale, -1.0), 1.0),
            throttle=throttle * full,
            expires_s=expires_s,
            moved=moved or any(action != "stop" for action in own),
            recording=recording,
            actions=tuple(action for action in actions if action != "constant_throttle"),
            note=self._noted(unrested),
        )

    def shutdown(self) -> None:
        """Ask the thread to end. Safe to call twice."""
        self._stopping.set()

    def _follow(self, line: Line) -> None:
        """Read `line` until it is gone, or gives way to another one, or the car stops."""
        self._greet(line)
        rest = b""
        while not self._stopping.is_set():
            try:
                data = line.read(WATCH_S) or b""
                rest = self._take(line, rest + data)
            except OSError as error:
                logger.warning("The gamepad %s is gone: %s", line.identity.name, error)
                return
            self._is_heard = self._is_heard or bool(data)
            self._hear_others()
            used = self._others.take_used()
            if used is not None and not self._is_heard:
                # A receiver for two gamepads shows both, also if only one of them is switched on.
                self._known = used.identity
                self._others.add(line)
                return
            if self._clock.monotonic() - self._looked_s >= RESCAN_S:
                self._looked_s = self._clock.monotonic()
                for other in self._find():
                    self._others.add(other)

    def _pad_of(self, line: Line) -> Pad:
        return Pad(
            line.identity, line.axes, held=line.held, kind=self._kind, bindings=self._bindings,
            buttons=line.buttons, reported=line.reported, deadzone=self._deadzone,
            throttle_dir=self._throttle_dir, clock=self._clock,
        )  # fmt: skip

    def _greet(self, line: Line) -> None:
        logger.info("Gamepad: %s", line.identity.name or "unnamed")
        self._known = line.identity
        pad = self._pad_of(line)
        with self._lock:
            self._pad, self._seen_s = pad, self._clock.monotonic()
            # Its position when it appears is not a movement.
            self._anchor = pad.sticks()
        for lack in pad.lacks():
            logger.warning("%s", lack)

    def _take(self, line: Line, data: bytes) -> bytes:
        """Hand complete records to the pad; return the bytes of an incomplete one."""
        whole = len(data) - len(data) % EVENT.size
        lost = False
        with self._lock:
            for _, _, kind, code, value in EVENT.iter_unpack(data[:whole]):
                if kind == EV_SYN and code == SYN_DROPPED:
                    lost = True
                elif self._pad is not None:
                    self._pad.take(kind, code, value)
            self._seen_s = self._clock.monotonic()
        self._tell_news()
        if lost:
            # The kernel dropped events: ask it for the present state.
            line.refresh()
            with self._lock:
                if self._pad is not None:
                    self._pad.catch_up(line.axes, line.held)
            self._tell_news()
        return data[whole:]

    def _tell_missing(self) -> None:
        now_s = self._clock.monotonic()
        if self._missed_since_s is None:
            self._missed_since_s = now_s
        elif now_s - self._missed_since_s >= MISSED_AFTER_S:
            self._missed_since_s = float("inf")
            logger.warning(
                "No gamepad%s yet (looking every second). `donkey gamepad` shows what is there.",
                self._missed_at,
            )

    def _noted(self, unrested: list[str]) -> str:
        """Why its throttle does nothing; a new reason is also logged."""
        note = let_go(unrested) if unrested else ""
        if note and note != self._note:
            logger.warning("%s", note)
        self._note = note
        return note

    def _tell_news(self) -> None:
        if self._pad is not None:
            for action in self._pad.news():
                self.tell(action)

    def _choose(self, lines: list[Line]) -> Line | None:
        """The gamepad that was used before, or the first; the others only stop the car."""
        known, waiting = self._known, self._others.lines
        lines = [*waiting, *lines]
        chosen = None
        if known is None:
            chosen = next(iter(lines), None)
        else:
            same = [line for line in lines if _is_same(line.identity, known)]
            absent_s = self._clock.monotonic() - self._gone_s
            if same or absent_s >= STRANGER_AFTER_S:
                chosen = next(iter(same or lines), None)
        for line in lines[len(waiting) :]:
            if line is not chosen:
                self._others.add(line)
        if chosen in waiting:
            return self._others.release(chosen)
        return chosen

    def _has_moved(self, sticks: Sticks) -> bool:
        anchor = self._anchor
        moved = (
            abs(sticks.angle - anchor.angle) > MOVED
            or abs(sticks.throttle - anchor.throttle) > MOVED
        )
        if moved:
            self._anchor = sticks
        return moved

    def _is_constant(self, sticks: Sticks, actions: tuple[str, ...], *, stopped: bool) -> bool:
        if sticks.throttle != 0.0 or stopped and self._constant or "stop" in actions:
            return False
        toggles = actions.count("constant_throttle")
        return self._constant ^ (toggles % 2 == 1)


def let_go(unrested: list[str]) -> str:
    """What to do so that controls count which were not seen at rest."""
    have = "has" if len(unrested) == 1 else "have"
    names = ", ".join(unrested)
    return f"Let go of the throttle for two seconds: {names} {have} not been seen at rest yet."


def _is_same(one: Identity, other: Identity) -> bool:
    if one.uniq or other.uniq:
        return one.uniq == other.uniq
    return (one.bus, one.vendor, one.product) == (other.bus, other.vendor, other.product)
