"""Camera latency: the time from the exposure of a frame until the car has it."""

import statistics
from collections import deque

from donkeycar.timing import Clock, RealClock

# The median of this many frames, so that a single late one does not count.
FRAMES = 20


class FrameAge:
    """Measures the age of new frames, for every type of camera.

    Args:
        clock: Source of time, the same as the camera's.

    Example:
        >>> from donkeycar.testing import FakeClock
        >>> FrameAge(clock=FakeClock(10.0)).run(9.94, 1)
        0.06
    """

    def __init__(self, *, clock: Clock | None = None) -> None:
        self._clock: Clock = RealClock() if clock is None else clock
        self._ages_s: deque[float] = deque(maxlen=FRAMES)
        self._sequence: int | None = None

    def run(self, exposed_s: float | None, sequence: int | None) -> float | None:
        """Return how old frames are, in seconds; ``None`` if there is no new one.

        Args:
            exposed_s: When the newest frame was exposed, on the clock.
            sequence: Its number.
        """
        if exposed_s is None or sequence is None or sequence == self._sequence:
            return None
        self._sequence = sequence
        self._ages_s.append(self._clock.monotonic() - exposed_s)
        return round(statistics.median(self._ages_s), 4)
