"""A token bucket: how often somebody may do something, and how much may be saved up."""

from donkeycar.timing import Clock


class TokenBucket:
    """A steady allowance that can be saved up for a moment.

    Args:
        rate_hz: How often `take` succeeds in the long run.
        burst: How often it succeeds at once after a pause.
        clock: Source of time.
    """

    def __init__(self, rate_hz: float, *, burst: int, clock: Clock) -> None:
        self._rate_hz = rate_hz
        self._burst = burst
        self._clock = clock
        self._saved = float(burst)
        self._then_s = clock.monotonic()

    def take(self) -> bool:
        """Use one up; return whether there was one."""
        now_s = self._clock.monotonic()
        self._saved = min(self._burst, self._saved + (now_s - self._then_s) * self._rate_hz)
        self._then_s = now_s
        if self._saved < 1:
            return False
        self._saved -= 1
        return True


class ClientLimit:
    """What one paired client may ask of the car over all of its connections together.

    One client with many pages must not cost the driver more than one with a few.

    Args:
        rate_hz: Messages, pings and posts a second.
        max_refused: So many too many, saved up over as long, and its connections are closed.
        clock: Source of time.
    """

    def __init__(self, rate_hz: float, *, max_refused: int, clock: Clock) -> None:
        self._bucket = TokenBucket(rate_hz, burst=int(rate_hz), clock=clock)
        self._patience = TokenBucket(rate_hz, burst=max_refused, clock=clock)

    def take(self) -> bool:
        """Use one message up; return whether there was one."""
        return self._bucket.take()

    def bear(self) -> bool:
        """Bear one message too many; return whether that is still bearable."""
        return self._patience.take()
