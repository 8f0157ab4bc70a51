"""How often the loop really runs, and which part slows it down."""

import logging
from collections.abc import Sequence

from donkeycar.loop.entry import Entry
from donkeycar.timing import Clock

logger = logging.getLogger(__name__)

# How often the measured rate is published.
WINDOW_S = 1.0

# A loop that keeps less than this share of its rate is slow. At half of 20 Hz an order that is
# valid for 0.25 s lasts two ticks, and the guardian, which waits for 0.15 s, is almost out of
# patience.
SLOW_SHARE = 0.5

# So many slow windows in a row are no hiccup.
SLOW_WINDOWS = 3


class RateMeter:
    """Measures the rate of the loop over a second, and names a part that halves it, once.

    Args:
        rate_hz: Ticks a second that the owner wants, greater than 0.
        entries: The parts of the loop.
        clock: Source of time.
    """

    def __init__(self, rate_hz: float, entries: Sequence[Entry], *, clock: Clock) -> None:
        self._rate_hz = rate_hz
        self._entries = entries
        self._clock = clock
        self._start_s = clock.monotonic()
        self._ticks = 0
        self._slow_windows = 0
        self._spent_s: dict[str, float] = {}
        self._named: set[str] = set()

    def tick(self) -> float | None:
        """Count one tick; return the measured rate in hertz at the end of a second, else None."""
        self._ticks += 1
        window_s = self._clock.monotonic() - self._start_s
        if window_s < WINDOW_S:
            return None
        rate_hz = self._ticks / window_s
        is_slow = rate_hz < SLOW_SHARE * self._rate_hz
        self._slow_windows = self._slow_windows + 1 if is_slow else 0
        self._name_the_slowest(rate_hz)
        self._start_s += window_s
        self._ticks = 0
        return rate_hz

    def _name_the_slowest(self, rate_hz: float) -> None:
        spent_s: dict[str, float] = {}
        for entry in self._entries:
            spent_s[entry.name] = spent_s.get(entry.name, 0.0) + entry.watch.total_s
        before_s, self._spent_s = self._spent_s, spent_s
        if self._slow_windows < SLOW_WINDOWS:
            return
        took_s, name = max((spent_s[name] - before_s.get(name, 0.0), name) for name in spent_s)
        each_s = took_s / self._ticks
        # On a busy computer the loop may be slow although no part is.
        if name in self._named or each_s < SLOW_SHARE / self._rate_hz:
            return
        self._named.add(name)
        logger.warning(
            "The drive loop runs %.0f times a second instead of %.0f, because %s takes %.0f ms of "
            "each tick. An order may expire before the next tick; then the motor is neutral. A "
            "part that waits belongs in a thread of its own: see docs/parts.md.",
            rate_hz, self._rate_hz, name, 1000 * each_s,
        )  # fmt: skip
