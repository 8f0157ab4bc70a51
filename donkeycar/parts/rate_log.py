"""Writes the measured loop rate to the log, now and then."""

import logging

from donkeycar.timing import Clock, RealClock

logger = logging.getLogger(__name__)


class RateLog:
    """Writes one log line per interval (`SHOW_FPS`).

    Args:
        interval_s: Seconds between two lines, greater than 0 (`FPS_DEBUG_INTERVAL`).
        clock: Source of time.
    """

    def __init__(self, *, interval_s: float = 10.0, clock: Clock | None = None) -> None:
        self.interval_s = interval_s
        self._clock: Clock = RealClock() if clock is None else clock
        self._due_s = self._clock.monotonic() + interval_s

    def run(self, rate_hz: float | None, late_ticks: int | None) -> None:
        """Log, if it is time.

        Args:
            rate_hz: Measured ticks a second, ``None`` in the first second.
            late_ticks: Ticks that came late since the start.
        """
        now_s = self._clock.monotonic()
        if now_s >= self._due_s and rate_hz is not None:
            self._due_s = now_s + self.interval_s
            logger.info("loop: %.2f Hz, %d late ticks", rate_hz, late_ticks or 0)
