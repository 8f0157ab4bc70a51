"""Glide: a value that follows its target at a bounded rate and never jumps."""

from donkeycar.timing import Clock, RealClock

# The longest pause between two calls that still counts as time to move.
LONGEST_TICK_S = 0.1


class Glide:
    """A value that moves towards its target.

    Args:
        value: Where it begins.
        clock: Source of time.

    Example:
        >>> from donkeycar.testing import FakeClock
        >>> clock = FakeClock()
        >>> glide = Glide(1500.0, clock=clock)
        >>> clock.advance(0.1)
        >>> glide.towards(1900.0, rate_per_s=400.0)
        1540.0
    """

    def __init__(self, value: float, *, clock: Clock | None = None) -> None:
        self._clock: Clock = RealClock() if clock is None else clock
        self._value = value
        self._moved_s = self._clock.monotonic()

    def rest(self, value: float) -> float:
        """Be at `value` now, and go on from there."""
        self._value, self._moved_s = value, self._clock.monotonic()
        return value

    def towards(self, target: float, *, rate_per_s: float) -> float:
        """Move towards `target` for the time since the last call, 0.1 s at most.

        Args:
            target: Where to.
            rate_per_s: The most that the value changes in a second, above 0.

        Returns:
            The value now.
        """
        now_s = self._clock.monotonic()
        most = rate_per_s * min(now_s - self._moved_s, LONGEST_TICK_S)
        self._moved_s = now_s
        self._value += min(max(target - self._value, -most), most)
        return self._value
