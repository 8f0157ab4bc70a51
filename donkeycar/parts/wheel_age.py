"""Camera-to-wheel age: how old a picture is when the order that follows from it goes out."""

from collections import deque

from donkeycar.driving.command import Command
from donkeycar.timing import Clock, RealClock

# Percentiles are those of so many newest orders: half a minute at 20 Hz. Of fewer than a hundred
# the highest would be called p99.
ORDERS = 600
MIN_ORDERS = 100

# How often they are computed.
EVERY_S = 1.0

Ages = tuple[float | None, float | None, float | None]


class WheelAge:
    """Measures from the exposure of a frame until the first order that it led to is sent.

    In the pilot modes that is the frame that the pilot answered, in mode `user` the newest frame,
    which is the one of the record. What comes after the order was sent is not in it: the guardian
    writes it to the hardware within a millisecond or two, a servo needs up to 20 ms until its next
    pulse.

    Args:
        clock: Source of time, the same as the camera's.

    Example:
        >>> from donkeycar.testing import FakeClock
        >>> part = WheelAge(clock=FakeClock(10.0))
        >>> part.run("run", Command(0.0, 0.2, "pilot", 10.1), 9.99, 9.92)
        (0.08, None, None)
    """

    def __init__(self, *, clock: Clock | None = None) -> None:
        self._clock: Clock = RealClock() if clock is None else clock
        self._recent_s: deque[float] = deque(maxlen=ORDERS)
        self._command: Command | None = None
        self._exposed_s: float | None = None
        self._ages: Ages = (None, None, None)
        self._due_s = 0.0

    def run(
        self,
        state: str | None,
        command: Command | None,
        exposed_s: float | None,
        pilot_exposed_s: float | None,
    ) -> Ages | None:
        """Measure an order that was sent just now.

        Args:
            state: What the guardian does; it lets orders through in ``"run"``.
            command: The order.
            exposed_s: When the newest frame was exposed.
            pilot_exposed_s: When the frame of the pilot's answer was exposed.

        Returns:
            The age for the newest order, in seconds, ``None`` if the car does not drive or the time
            of the frame is not known; p50 and p99 of the newest `ORDERS`, ``None`` before there are
            `MIN_ORDERS`. ``None`` if there is no new order.
        """
        if command is None or command is self._command:
            return None
        self._command = command
        shown_s = exposed_s if command.source == "user" else pilot_exposed_s
        if state != "run" or command.source == "none" or shown_s is None:
            self._exposed_s = None
            self._ages = (None, *self._ages[1:])
        elif shown_s != self._exposed_s:
            now_s = self._clock.monotonic()
            self._exposed_s = shown_s
            age_s = round(now_s - shown_s, 4)
            self._recent_s.append(age_s)
            self._ages = (age_s, *self._percentiles(now_s))
        return self._ages

    def _percentiles(self, now_s: float) -> tuple[float | None, float | None]:
        if now_s < self._due_s or len(self._recent_s) < MIN_ORDERS:
            return self._ages[1:]
        self._due_s = now_s + EVERY_S
        ages_s = sorted(self._recent_s)
        return ages_s[len(ages_s) // 2], ages_s[int(len(ages_s) * 0.99)]
