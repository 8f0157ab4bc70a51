"""Update rate of the pages: it is halved while the drive loop is short of time.

On a small computer the display may wait first; orders and stops never wait.
"""

import math

from donkeycar.timing import Clock

FULL_HZ = 20.0
# A person can still drive at this rate. The echo of a page that answers each message stays within
# `MAX_ECHO_AGE_S` of `donkeycar.driving.driver_link`, with as much time again for the network.
EASED_HZ = 10.0

# How long the loop is watched for one decision.
WINDOW_S = 2.0
# The loop is short of time if more than one tick, and more than this share of the ticks, were late.
MAX_LATE_SHARE = 0.1
# After this long without too many late ticks, the pages get the full rate again. Each time that
# was too early, the wait doubles, so that the rate of a car at the limit does not go up and down.
FIRST_PATIENCE_S = 10.0
MAX_PATIENCE_S = 160.0


class Pace:
    """Decides by late ticks whether pages get fewer messages.

    Args:
        clock: Source of time.

    Attributes:
        is_eased: Whether pages get fewer messages now.
    """

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self.is_eased = False
        self._looked_s = clock.monotonic()
        self._ticks = self._late_ticks = 0
        self._late_s = -math.inf
        self._recovered_s = -math.inf
        self._patience_s = FIRST_PATIENCE_S

    @property
    def rate_hz(self) -> float:
        """How often a page gets the car's state."""
        return EASED_HZ if self.is_eased else FULL_HZ

    @property
    def min_interval_s(self) -> float:
        """Shortest time between two pictures; 0.0 shows every picture.

        It is a little less than an interval, so that a picture with jitter is not dropped.
        """
        return 0.9 / EASED_HZ if self.is_eased else 0.0

    def heed(self, late_ticks: int | None) -> None:
        """Take the loop's count of late ticks; call it every tick.

        Args:
            late_ticks: Late ticks since the start, see `donkeycar.timing.RateKeeper`; ``None``
                before the first count.
        """
        now_s = self._clock.monotonic()
        self._ticks += 1
        if late_ticks is None or now_s - self._looked_s < WINDOW_S:
            return
        is_late = late_ticks - self._late_ticks > 1 + MAX_LATE_SHARE * self._ticks
        self._looked_s, self._late_ticks, self._ticks = now_s, late_ticks, 0
        if is_late:
            self._late_s = now_s
            if not self.is_eased:
                self._ease(now_s)
        elif self.is_eased and now_s - self._late_s >= self._patience_s:
            self.is_eased, self._recovered_s = False, now_s

    def _ease(self, now_s: float) -> None:
        self.is_eased = True
        relapsed = now_s - self._recovered_s < self._patience_s
        self._patience_s = (
            min(2 * self._patience_s, MAX_PATIENCE_S) if relapsed else FIRST_PATIENCE_S
        )
