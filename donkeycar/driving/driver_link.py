"""Is the driver still there? If the car cannot prove that orders are fresh, it stops.

| silence of the driver | the car                                                      |
| --------------------- | ------------------------------------------------------------ |
| up to 250 ms          | does as told                                                 |
| up to 1 s             | throttle neutral, steering held; the next heartbeat ends it   |
| longer                | steering centred; needs 500 ms of heartbeats, zero throttle   |
|                       | and a tap on Resume                                          |

A heartbeat echoes the last tick the driver saw, so an order that was held up on the way is
recognised by the age of its tick and not applied.
"""

import math
from collections import deque
from typing import NamedTuple

from donkeycar.errors import ConfigError
from donkeycar.timing import Clock, RealClock

ORDER_LIFE_S = 0.25
LATCH_AFTER_S = 1.0
MAX_ECHO_AGE_S = 0.3
STEADY_S = 0.5

# Ticks kept for their time of issue: over a second of them, more than `MAX_ECHO_AGE_S` at any rate.
TICKS_KEPT = 64

# Why the car does not drive, as codes.
FREE = ""
STOPPED = "stop"
SILENT = "link"
LOST = "lost"
LEFT = "left"
START = "start"
HANDED_OVER = "handed_over"
GONE = "gone"
NOBODY = "nobody"


class Order(NamedTuple):
    """What the driver wants, and what is needed to see for how long: one value, replaced whole.

    Attributes:
        angle: -1 (left) to +1 (right).
        throttle: -1 to +1.
        beat_s: When the last heartbeat was accepted; ``None`` if nobody drives.
        latch: `FREE`, or why the car waits for Resume.
        latched_s: When that began.
        life_s: How long an order lives after its heartbeat, in seconds.
    """

    angle: float = 0.0
    throttle: float = 0.0
    beat_s: float | None = None
    latch: str = FREE
    latched_s: float | None = None
    life_s: float = ORDER_LIFE_S

    def at(self, now_s: float, *, tick_s: float = 0.0) -> tuple[float, float, float, str]:
        """What holds at `now_s`, whether or not anybody else is still running.

        Args:
            now_s: The time.
            tick_s: Until the caller looks again. An order that ends before that has ended: the
                motor must be neutral by the end of it, not a tick later.

        Returns:
            Angle, throttle, the moment the order ends (0.0 for none) and the code of what stops
            the car.
        """
        silent_s = math.inf if self.beat_s is None else now_s - self.beat_s
        angle = self.angle if silent_s < LATCH_AFTER_S else 0.0
        if self.latch:
            return angle, 0.0, 0.0, self.latch
        if self.beat_s is None:
            return angle, 0.0, 0.0, NOBODY
        if silent_s >= LATCH_AFTER_S:
            return angle, 0.0, 0.0, LOST
        if silent_s + tick_s >= self.life_s:
            return angle, 0.0, 0.0, SILENT
        return angle, self.throttle, self.beat_s + self.life_s, FREE


class DriverLink:
    """The connection to the one who drives, judged by heartbeats alone.

    Args:
        life_s: How long an order lives after its heartbeat, 0.1 to 1 s. It cannot be switched off.
        latch: Why the car waits for Resume at the start; `FREE` if it does not.
        clock: Source of time.

    Raises:
        ConfigError: If `life_s` is out of range.
    """

    def __init__(
        self, *, life_s: float = ORDER_LIFE_S, latch: str = FREE, clock: Clock | None = None
    ) -> None:
        if not 0.1 <= life_s <= 1.0:
            raise ConfigError(f"`life_s` must be 0.1 to 1 s. Received: life_s={life_s}")
        self._clock: Clock = RealClock() if clock is None else clock
        self._ticks: deque[tuple[int, float]] = deque(maxlen=TICKS_KEPT)
        self._tick = 0
        self._order = Order(latch=latch, life_s=life_s)
        self._steady_since_s = 0.0
        self._echoes = False

    @property
    def order(self) -> Order:
        """The driver's order as it stands; a silence of a second is noticed here."""
        self._notice_silence()
        return self._order

    def issue_tick(self) -> int:
        """Return the number of a new tick, to be sent to drivers and echoed by them."""
        self._tick += 1
        self._ticks.append((self._tick, self._clock.monotonic()))
        return self._tick

    def is_fresh(self, echo: int) -> bool:
        """Whether the sender had seen a tick that is at most `MAX_ECHO_AGE_S` old."""
        oldest_s = self._clock.monotonic() - MAX_ECHO_AGE_S
        return any(tick == echo and issued_s >= oldest_s for tick, issued_s in self._ticks)

    def beat(self, *, angle: float | None, throttle: float | None, echoed: bool) -> None:
        """Accept a heartbeat of the driver, with an order or without.

        Args:
            angle: -1 to +1; ``None`` keeps the last.
            throttle: -1 to +1; ``None`` keeps the last, but after a silence it is zero.
            echoed: Whether the message echoed a fresh tick. A client that never does cannot tap
                Resume either: after a silence it must send zero throttle first.
        """
        order, now_s = self.order, self._clock.monotonic()
        was_silent = order.beat_s is None or now_s - order.beat_s >= order.life_s
        if was_silent:
            self._steady_since_s = now_s
        if throttle is None:
            throttle = 0.0 if was_silent else order.throttle
        latch = order.latch
        if latch == LOST and not echoed and throttle == 0.0:
            latch = FREE
        self._echoes = echoed
        self._replace(
            angle=order.angle if angle is None else angle,
            throttle=throttle,
            beat_s=now_s,
            latch=latch,
        )

    def let_go(self) -> None:
        """Set the throttle to zero until the next heartbeat; the link lives no longer for it.

        While the car waits for Resume it changes nothing: Resume asks what the stick says now.
        """
        if not self.order.latch:
            self._replace(throttle=0.0)

    def stop(self, latch: str) -> None:
        """Stop the car until Resume; the last reason given is the one shown."""
        self._replace(latch=latch, latched_s=self._clock.monotonic())

    def change_driver(self) -> None:
        """Forget the heartbeats of the one who drove: the next driver starts from zero."""
        self._notice_silence()
        self._replace(angle=0.0, throttle=0.0, beat_s=None)

    def missing(self) -> str:
        """What Resume still needs, as a sentence; "" if nothing."""
        order, now_s = self.order, self._clock.monotonic()
        if order.beat_s is None or now_s - order.beat_s >= order.life_s:
            return "Resume needs a live link to the driver."
        if order.throttle != 0.0:
            return "Resume needs the throttle at zero. Let go of the stick."
        if now_s - self._steady_since_s < STEADY_S:
            return f"Resume needs a steady link for {STEADY_S:g} s. Wait a moment."
        return ""

    def resume(self) -> str:
        """Drive on after a stop, if nothing is `missing`; return what is."""
        missing = self.missing()
        if not missing:
            self._replace(latch=FREE, latched_s=None)
        return missing

    def _notice_silence(self) -> None:
        order = self._order
        if order.beat_s is None or self._clock.monotonic() - order.beat_s < LATCH_AFTER_S:
            return
        if not order.latch and (self._echoes or order.throttle != 0.0):
            self._replace(latch=LOST, latched_s=order.beat_s)
        # Otherwise it was latched before, or a client without echoes let go of the throttle and
        # is done.
        self._replace(beat_s=None)

    def _replace(self, **changes: object) -> None:
        self._order = self._order._replace(**changes)  # type: ignore[arg-type]
