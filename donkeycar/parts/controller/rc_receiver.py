"""The receiver of a remote control: pulses in, an offer out."""

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from donkeycar.driving.arbiter import Offer
from donkeycar.driving.driver_link import GONE
from donkeycar.errors import ConfigError
from donkeycar.parts.controller.actions import HELD, ROLES, STOPS, merged
from donkeycar.parts.controller.rc_channel import MAX_AGE_S, Channel, Sameness, Travel
from donkeycar.parts.controller.rc_words import LET_GO, NOISE, NOT_HEARD, STILL
from donkeycar.parts.controller.rest import CENTRE, Control, is_near
from donkeycar.timing import Clock, RealClock

logger = logging.getLogger(__name__)

# A switch is on above the first value, and off below the second. It counts after this many pulses
# in a row; a stop counts at once.
ON_US = 1600
OFF_US = 1400
SURE = 3

WATCH_S = 0.02
REOPEN_S = 1.0

# If a remote control is not heard for this long, the log says so once.
MISSED_AFTER_S = 2.0

# This share of a stick's travel is a movement on purpose, not noise.
MOVED = 0.1

ABSENT = Offer()


class PulseInput(Protocol):
    """A source of pulses: pins, a serial line, or a test."""

    def read(self, timeout_s: float) -> list[tuple[int, float]]:
        """Return the pulses that came, waiting up to `timeout_s`.

        Returns:
            Pairs of channel, from 1, and length of its pulse in microseconds.

        Raises:
            OSError: If the device is gone.
        """

    def close(self) -> None:
        """Close the device. Safe to call twice."""


class RCReceiver:
    """Reads the channels of a remote control in a thread, and offers what its driver wants.

    A channel is lost if no pulse of 800 to 2200 us came for 100 ms, or if its pulses jump about as
    those of a transmitter never do. Without steering or throttle there is no offer, and throttle
    counts only after it was at neutral since it was lost. A switch counts when it is thrown; its
    position at the start does not count.

    Args:
        opener: Opens the input; called again every second after the input is gone.
        bindings: Actions of the channels, ``RC1`` to ``RC9``.
        steering: Travel of the steering stick.
        throttle: Travel of the throttle stick.
        deadzone: Share of a stick's travel that counts as rest, 0 to 0.9 (`PIGPIO_JITTER`).
        inverted: Whether every channel is reversed (`PIGPIO_INVERT`).
        throttle_limit: Throttle of a full stick at the start, 0 to 1; the car may change it.
        auto_record: Whether throttle starts and ends recording.
        channels: Number of channels of the input; bindings of other channels are reported.
        repeats: Whether the input repeats the last pulses when no radio is heard, as a RoboHAT
            does. Then the throttle stops counting when nothing has changed for 2 s.
        tell: Called in the reader's thread with each action whose switch is thrown, and with `GONE`
            when the input is gone, so that a stop need not wait for the loop.
        clock: Source of time.

    Raises:
        ConfigError: If an argument is out of range.
    """

    def __init__(
        self,
        opener: Callable[[], PulseInput],
        *,
        bindings: Mapping[Any, Any],
        steering: Travel | None = None,
        throttle: Travel | None = None,
        deadzone: float = 0.025,
        inverted: bool = False,
        throttle_limit: float = 1.0,
        auto_record: bool = True,
        channels: int = 9,
        repeats: bool = False,
        tell: Callable[[str], object] = lambda news: None,
        clock: Clock | None = None,
    ) -> None:
        if not 0 <= deadzone <= 0.9:
            raise ConfigError(f"`deadzone` must be 0 to 0.9. Received: deadzone={deadzone}")
        self._travels = {"steering": steering or Travel(), "throttle": throttle or Travel()}
        for role, travel in self._travels.items():
            low, middle, high = travel
            if not (low < middle < high or low > middle > high):
                raise ConfigError(
                    f"`{role}` must have its middle between its ends. Received: {role}={travel}"
                )
        self._bindings = merged({}, bindings)
        self._by_role = {action: name for name, action in self._bindings.items() if action in ROLES}
        if not self._travels.keys() <= self._by_role.keys():
            raise ConfigError(
                "`bindings` must bind channels to steering and to throttle. "
                f"Received: bindings={dict(bindings)!r}"
            )
        for name, action in self._bindings.items():
            channel = name.removesuffix("-").removeprefix("RC")
            if channel.isdigit() and int(channel) > channels:
                logger.warning(
                    "CONTROLLER_BINDINGS binds %s to %s, but this receiver has %s channels: "
                    "nothing does %s.", name, action, channels, action,
                )  # fmt: skip
        self._open = opener
        self._deadzone = deadzone
        self._sign = -1.0 if inverted else 1.0
        self._limit = throttle_limit
        self._auto_record = auto_record
        self._repeats = repeats
        self._clock: Clock = RealClock() if clock is None else clock
        self.tell = tell
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._channels: dict[str, Channel] = {}
        # For each switch: its last position, its confirmed position, and the number of pulses with
        # another position.
        self._seen: dict[str, bool] = {}
        self._switches: dict[str, bool] = {}
        self._unconfirmed: dict[str, int] = {}
        self._thrown: list[str] = []
        self._anchor = (0.0, 0.0)
        # The throttle since the remote control is heard; ``None`` while it is not.
        self._throttle: Control | None = None
        self._sameness = Sameness()
        self._is_still = False
        self._complained = False
        self._noted = False
        self._noise = ""
        self._missed_since_s: float | None = None

    def update(self) -> None:
        """Read until `shutdown`; the body of the part's thread."""
        while not self._stopping.is_set():
            try:
                pulses = self._open()
            except OSError as error:
                self._complain(error)
                self._stopping.wait(REOPEN_S)
                continue
            try:
                while not self._stopping.is_set():
                    self.take(pulses.read(WATCH_S))
                    self._tell_missing()
            except OSError as error:
                with self._lock:
                    self._channels.clear()
                    self._throttle = None
                self.tell(GONE)
                self._complain(error)
                self._stopping.wait(REOPEN_S)
            finally:
                pulses.close()

    def take(self, pulses: list[tuple[int, float]]) -> None:
        """Take pulses, as pairs of channel and microseconds; impossible lengths are ignored."""
        now_s = self._clock.monotonic()
        with self._lock:
            known = len(self._thrown)
            self._forget_lost()
            for number, width_us in pulses:
                name = f"RC{number}"
                channel = self._channels.setdefault(name, Channel())
                if channel.take(width_us, now_s):
                    self._throw(name, width_us, proven=channel.proven)
                    if name == self._channel("throttle") and channel.proven:
                        self._push(width_us, now_s)
            if self._repeats and pulses:
                self._doubt_still(now_s)
            news = self._actions(self._thrown[known:])
        for action in news:
            self.tell(action)

    def run_threaded(self, limit: float | None = None, reason: str | None = None) -> Offer:
        """Return what the driver wants at this moment.

        Args:
            limit: The car's throttle limit, 0 to 1, which a full stick gives.
            reason: Not used; gamepads have it too.

        Returns:
            The offer; `ABSENT` if the remote control is not heard.
        """
        with self._lock:
            thrown, self._thrown = self._thrown, []
            self._forget_lost()
            rested = self._throttle is not None and self._throttle.rested
            sticks = [self._position(role) for role in ("steering", "throttle")]
            heard_s = [self._heard_s(role) for role in self._travels]
            noise = NOISE if self._is_noise() else ""
            unrested = STILL if self._is_still else LET_GO
        actions = self._actions(thrown)
        angle, throttle = sticks
        if angle is None or throttle is None:
            stops = tuple(name for name in actions if name == "stop")
            return ABSENT._replace(actions=stops, note=self._noise_noted(noise))
        self._tell_unrested("" if rested else unrested)
        moved = max(abs(angle - self._anchor[0]), abs(throttle - self._anchor[1])) > MOVED
        if moved:
            self._anchor = (angle, throttle)
        return Offer(
            angle=angle,
            throttle=throttle * (self._limit if limit is None else limit),
            expires_s=min(heard_s) + MAX_AGE_S,
            moved=moved or any(action != "stop" for action in actions),
            recording=throttle != 0.0 if self._auto_record else None,
            actions=actions,
            note="" if rested else unrested,
        )

    def shutdown(self) -> None:
        """Ask the thread to end. Safe to call twice."""
        self._stopping.set()

    def _channel(self, role: str) -> str:
        return self._by_role[role].removesuffix("-")

    def _heard_s(self, role: str) -> float:
        channel = self._channels.get(self._channel(role))
        return channel.heard_s if channel is not None and channel.proven else float("-inf")

    def _is_noise(self) -> bool:
        names = {self._channel(role) for role in self._travels}
        return any(self._channels[name].is_noise for name in names & self._channels.keys())

    def _position(self, role: str) -> float | None:
        """Position of a stick; ``None`` if its channel is lost."""
        if self._clock.monotonic() - self._heard_s(role) >= MAX_AGE_S:
            return None
        position = self._travels[role].position(self._channels[self._channel(role)].width_us)
        dead = self._deadzone
        if role == "throttle" and self._throttle is not None:
            dead = self._throttle.dead if self._throttle.rested else 1.0
        if abs(position) <= dead:
            return 0.0
        return position * self._sign * (-1.0 if self._by_role[role].endswith("-") else 1.0)

    def _push(self, width_us: float, now_s: float) -> None:
        position = self._travels["throttle"].position(width_us)
        if self._throttle is None:
            self._throttle = Control(
                position, expected=CENTRE, deadzone=self._deadzone, certain=True, now_s=now_s
            )
        self._throttle.take(position, now_s)

    def _forget_lost(self) -> None:
        """After a loss, the throttle must be seen at neutral again."""
        now_s = self._clock.monotonic()
        if any(now_s - self._heard_s(role) >= MAX_AGE_S for role in self._travels):
            self._throttle = None

    def _doubt_still(self, now_s: float) -> None:
        """After two seconds without a change, the throttle must be seen at neutral again."""
        said = [channel.width_us for channel in self._channels.values()]
        lasts = self._sameness.lasts(said, now_s)
        self._is_still = self._is_still and lasts
        if not lasts or self._throttle is None or not self._throttle.rested:
            return
        width_us = self._channels[self._channel("throttle")].width_us
        position = self._travels["throttle"].position(width_us)
        if not is_near(position, CENTRE, self._deadzone):
            self._is_still, self._throttle = True, None
            self._push(width_us, now_s)

    def _tell_unrested(self, note: str) -> None:
        if note and not self._noted:
            logger.warning("%s", note)
        self._noted = bool(note)

    def _actions(self, thrown: list[str]) -> tuple[str, ...]:
        done = (self._bindings.get(control) for control in thrown)
        return tuple(name for name in done if name and name not in (*ROLES, *HELD))

    def _throw(self, name: str, width_us: float, *, proven: bool) -> None:
        """Read a switch. One pulse is enough for a stop; other actions need several, and proof."""
        if OFF_US < width_us < ON_US:
            self._unconfirmed.pop(name, None)
            return
        is_on = width_us >= ON_US
        thrown = name if is_on else f"{name}-"
        stops = self._bindings.get(thrown) in STOPS
        before, self._seen[name] = self._seen.get(name, is_on), is_on
        if stops and before != is_on:
            self._thrown.append(thrown)
        if not proven:
            return
        if is_on == self._switches.setdefault(name, is_on):
            self._unconfirmed.pop(name, None)
            return
        self._unconfirmed[name] = self._unconfirmed.get(name, 0) + 1
        if self._unconfirmed[name] >= SURE:
            self._switches[name] = is_on
            if not stops:
                self._thrown.append(thrown)

    def _tell_missing(self) -> None:
        now_s = self._clock.monotonic()
        if self._missed_since_s is None:
            self._missed_since_s = now_s
        if self._throttle is not None:
            self._missed_since_s = float("inf")
        elif now_s - self._missed_since_s >= MISSED_AFTER_S:
            self._missed_since_s = float("inf")
            with self._lock:
                is_noise = self._is_noise()
            if not is_noise:
                logger.warning(NOT_HEARD)

    def _noise_noted(self, note: str) -> str:
        if note and note != self._noise:
            logger.warning("%s", note)
        self._noise = note
        return note

    def _complain(self, error: OSError) -> None:
        if not self._complained:
            self._complained = True
            logger.warning("The remote control is not heard: %s", error)
