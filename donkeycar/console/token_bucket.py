"""Token bucket: a rate limit that allows short bursts, and the limit of one client."""

from donkeycar.timing import Clock


class TokenBucket:
    """A rate limit with a burst: unused tokens are saved up to a maximum.

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
        """Use one token; return whether there was one."""
        now_s = self._clock.monotonic()
        self._saved = min(self._burst, self._saved + (now_s - self._then_s) * self._rate_hz)
        self._then_s = now_s
        if self._saved < 1:
            return False
        self._saved -= 1
        return True


class ClientLimit:
    """The rate limit of one paired client over all its connections together.

    A client with many pages must not take more of the car's time than a client with a few.

    Args:
        rate_hz: Messages, pings and posts a second.
        max_refused: How many refused messages in a burst the car tolerates before it closes the
            client's connections.
        clock: Source of time.
    """

    def __init__(self, rate_hz: float, *, max_refused: int, clock: Clock) -> None:
        self._bucket = TokenBucket(rate_hz, burst=int(rate_hz), clock=clock)
        self._patience = TokenBucket(rate_hz, burst=max_refused, clock=clock)

    def take(self) -> bool:
        """Count one message; return whether it is within the limit."""
        return self._bucket.take()

    def bear(self) -> bool:
        """Count one refused message; return whether the car still tolerates it."""
        return self._patience.take()
