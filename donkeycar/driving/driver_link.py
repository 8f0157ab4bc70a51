"""Driver link: heartbeats show whether the driver is still there; without them the car stops.

| silence of the driver | the car                                                      |
| --------------------- | ------------------------------------------------------------ |
| up to 250 ms          | does as told                                                 |
| up to 1 s             | throttle neutral, steering held; the next heartbeat ends it   |
| longer                | steering centred; needs 500 ms of heartbeats, zero throttle   |
|                       | and a tap on Resume                                          |

A heartbeat echoes the last tick that the driver saw. The age of this tick shows whether the order
was delayed on its way; a late order is not applied.
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

# How many ticks are kept with their time: more than a second of them, longer than `MAX_ECHO_AGE_S`.
TICKS_KEPT = 64

# Why the car does not drive, as codes.
FREE = ""
STOPPED = "stop"
SILENT = "link"
LOST = "lost"
LEFT = "left"
UNPAIRED = "unpaired"
START = "start"
HANDED_OVER = "handed_over"
GONE = "gone"
HUNG = "hung"
NOBODY = "nobody"

# What a remote control resumes from with its sticks at rest: most have no button for it.
RC_RESUMES = (GONE, LOST, HUNG)


class Order(NamedTuple):
    """What the driver wants, and the times that show for how long: one value, replaced as a whole.

    Attributes:
        angle: -1 (left) to +1 (right).
        throttle: -1 to +1.
        beat_s: When the last heartbeat was accepted; ``None`` if nobody drives.
        latch: `FREE`, or why the car waits for Resume.
        latched_s: When this waiting began.
        life_s: How long an order is valid after its heartbeat, in seconds.
        steady_since_s: Since when heartbeats have come without a gap.
        echoes: Whether the last heartbeat echoed a fresh tick.
    """

    angle: float = 0.0
    throttle: float = 0.0
    beat_s: float | None = None
    latch: str = FREE
    latched_s: float | None = None
    life_s: float = ORDER_LIFE_S
    steady_since_s: float = 0.0
    echoes: bool = False

    def at(self, now_s: float, *, tick_s: float = 0.0) -> tuple[float, float, float, str]:
        """Return the order that is valid at `now_s`, even if all other threads have stopped.

        Args:
            now_s: The time.
            tick_s: Time until the caller asks again. An order that expires before that counts as
                expired now: the motor must be neutral by that time, not one tick later.

        Returns:
            Angle, throttle, the time at which the order expires (0.0 for none) and the code of the
            reason that stops the car.
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
    """The connection to the driver, judged by heartbeats alone.

    Args:
        life_s: How long an order is valid after its heartbeat, 0.1 to 1 s. This limit cannot be
            switched off.
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

    @property
    def order(self) -> Order:
        """The driver's present order; reading it also notices a silence of a second."""
        self._notice_silence()
        return self._order

    def issue_tick(self) -> int:
        """Return the number of a new tick, which drivers get and echo."""
        self._tick += 1
        self._ticks.append((self._tick, self._clock.monotonic()))
        return self._tick

    def is_fresh(self, echo: int) -> bool:
        """Whether the sender had seen a tick that is at most `MAX_ECHO_AGE_S` old."""
        oldest_s = self._clock.monotonic() - MAX_ECHO_AGE_S
        return any(tick == echo and issued_s >= oldest_s for tick, issued_s in self._ticks)

    def beat(self, *, angle: float | None, throttle: float | None, echoed: bool) -> None:
        """Accept a heartbeat of the driver, with or without an order.

        Args:
            angle: -1 to +1; ``None`` keeps the last.
            throttle: -1 to +1; ``None`` keeps the last, or zero after a silence.
            echoed: Whether the message echoed a fresh tick. A client that never echoes cannot tap
                Resume, either: after a silence it must send zero throttle first.
        """
        order, now_s = self.order, self._clock.monotonic()
        was_silent = order.beat_s is None or now_s - order.beat_s >= order.life_s
        if throttle is None:
            throttle = 0.0 if was_silent else order.throttle
        latch = order.latch
        if latch == LOST and not echoed and throttle == 0.0:
            latch = FREE
        self._replace(
            angle=order.angle if angle is None else angle,
            throttle=throttle,
            beat_s=now_s,
            latch=latch,
            steady_since_s=now_s if was_silent else order.steady_since_s,
            echoes=echoed,
        )

    def let_go(self) -> None:
        """Set the throttle to zero until the next heartbeat, without counting as a heartbeat.

        While the car waits for Resume, this changes nothing: Resume looks at the present stick.
        """
        if not self.order.latch:
            self._replace(throttle=0.0)

    def stop(self, latch: str) -> None:
        """Stop the car until Resume; the page shows the last reason given."""
        self._replace(latch=latch, latched_s=self._clock.monotonic())

    def change_driver(self) -> None:
        """Forget the heartbeats of the last driver, so that the next driver starts from zero."""
        order = self.order
        self._order = Order(latch=order.latch, latched_s=order.latched_s, life_s=order.life_s)

    def missing(self) -> str:
        """What is still missing for a Resume, as a sentence; "" if nothing."""
        order, now_s = self.order, self._clock.monotonic()
        if order.beat_s is None or now_s - order.beat_s >= order.life_s:
            return "Resume needs a live link to the driver."
        if order.throttle != 0.0:
            return "Resume needs the throttle at zero. Let go of the stick."
        if now_s - order.steady_since_s < STEADY_S:
            return f"Resume needs a steady link for {STEADY_S:g} s. Wait a moment."
        return ""

    def resume(self) -> str:
        """Drive on after a stop, if nothing is `missing`; return what is missing."""
        missing = self.missing()
        if not missing:
            self._replace(latch=FREE, latched_s=None)
        return missing

    def _notice_silence(self) -> None:
        order = self._order
        if order.beat_s is None or self._clock.monotonic() - order.beat_s < LATCH_AFTER_S:
            return
        if not order.latch and (order.echoes or order.throttle != 0.0):
            self._replace(latch=LOST, latched_s=order.beat_s)
        # Otherwise the car was latched before, or a client without echoes has released the
        # throttle, which is enough.
        self._replace(beat_s=None)

    def _replace(self, **changes: object) -> None:
        self._order = self._order._replace(**changes)  # type: ignore[arg-type]
