"""Fake clock: time passes only when a test says so."""

import threading


class FakeClock:
    """A clock that advances when a caller sleeps on it, or when a test advances it.

    Args:
        now_s: Time at the start, in seconds.

    Example:
        >>> clock = FakeClock()
        >>> clock.sleep(0.05)
        >>> clock.advance(1.0)
        >>> clock.now_s
        1.05
        >>> clock.sleeps
        [0.05]
    """

    def __init__(self, now_s: float = 0.0) -> None:
        self.sleeps: list[float] = []
        self._now_s = now_s
        self._lock = threading.Lock()

    @property
    def now_s(self) -> float:
        """Seconds on this clock; the same as `monotonic`."""
        return self._now_s

    def monotonic(self) -> float:
        """Seconds on this clock."""
        return self._now_s

    def sleep(self, seconds: float) -> None:
        """Advance the time by `seconds` at once, and note the call in `sleeps`."""
        with self._lock:
            self.sleeps.append(seconds)
            self._now_s += max(seconds, 0.0)

    def advance(self, seconds: float) -> None:
        """Advance the time by `seconds`, as if they had passed outside the program.

        Raises:
            ValueError: If `seconds` is negative: a monotonic clock never goes back.
        """
        if seconds < 0:
            raise ValueError(f"`seconds` must not be negative. Received: seconds={seconds}")
        with self._lock:
            self._now_s += seconds
