"""How often the pages are told of the car: half as often while its loop is short of time.

What a person sees is the first thing that may wait on a small computer; orders and stops never do.
"""

import math

from donkeycar.timing import Clock

FULL_HZ = 20.0
# Enough to drive by. A page that echoes each message is never further back than `MAX_ECHO_AGE_S`
# of `donkeycar.driving.driver_link` allows, with as much again for the network.
EASED_HZ = 10.0

# How long the loop is watched for one judgement.
WINDOW_S = 2.0
# More late ticks than one, and than so many of those that came, are too many.
MAX_LATE_SHARE = 0.1
# Free of them for so long, and the pages are told as before. Each time that this was too early, it
# takes twice as long, so that a car between the two does not sway.
FIRST_PATIENCE_S = 10.0
MAX_PATIENCE_S = 160.0


class Pace:
    """Decides by late ticks whether pages get fewer messages.

    Args:
        clock: Source of time.

    Attributes:
        is_eased: Whether they do now.
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
        """How often a page is told of the car."""
        return EASED_HZ if self.is_eased else FULL_HZ

    @property
    def min_interval_s(self) -> float:
        """How far two pictures are apart at least; 0.0 shows every one.

        A little less than an interval, so that a picture that is early by its jitter counts.
        """
        return 0.9 / EASED_HZ if self.is_eased else 0.0

    def heed(self, late_ticks: int | None) -> None:
        """Take what the loop counts; call it every tick.

        Args:
            late_ticks: Since the start, see `donkeycar.timing.RateKeeper`; ``None`` before the
                first count.
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
