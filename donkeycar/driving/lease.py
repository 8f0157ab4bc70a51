"""Lease: the right to drive, held by one driver at a time, and how it changes hands."""

from donkeycar.timing import Clock, RealClock

# A driver who is silent for this long has left; somebody else may drive.
FREE_AFTER_S = 2.0

# How long a request for the wheel is valid.
ASK_LIFE_S = 10.0


class DriverLease:
    """The right to drive, held by at most one client.

    Clients are named by any text. Stopping the car needs no lease.

    Args:
        clock: Source of time.

    Example:
        >>> from donkeycar.testing import FakeClock
        >>> clock = FakeClock()
        >>> lease = DriverLease(clock=clock)
        >>> lease.claim("anna"), lease.claim("ben")
        (True, False)
        >>> clock.advance(2.0)
        >>> lease.claim("ben")
        True
    """

    def __init__(self, *, clock: Clock | None = None) -> None:
        self._clock: Clock = RealClock() if clock is None else clock
        self._holder: str | None = None
        self._heard_s = 0.0
        self._asker: str | None = None
        self._asked_s = 0.0

    @property
    def holder(self) -> str | None:
        """The driver; ``None`` if nobody drives, or the driver fell silent."""
        if self._holder is not None and self._clock.monotonic() - self._heard_s >= FREE_AFTER_S:
            self._holder = None
        return self._holder

    @property
    def asker(self) -> str | None:
        """The client that asks for the wheel; ``None`` if nobody does, or the request expired."""
        if self._asker is not None and self._clock.monotonic() - self._asked_s >= ASK_LIFE_S:
            self._asker = None
        return self._asker

    def claim(self, client: str) -> bool:
        """Take the wheel if it is free; keep it if it is held already.

        Returns:
            Whether `client` drives now.
        """
        if self.holder is None:
            self._holder = client
        if self._holder != client:
            return False
        self._heard_s = self._clock.monotonic()
        if self._asker == client:
            self._asker = None
        return True

    def release(self, client: str) -> bool:
        """Give up the wheel.

        Returns:
            Whether `client` held it.
        """
        if self._asker == client:
            self._asker = None
        if self.holder != client:
            return False
        self._holder = None
        return True

    def ask(self, client: str) -> None:
        """Ask the driver for the wheel. The driver sees the last client that asked."""
        self._asker = client
        self._asked_s = self._clock.monotonic()

    def give(self, client: str) -> bool:
        """Hand the wheel from `client` to the client that asked.

        Returns:
            Whether it changed hands.
        """
        asker = self.asker
        if asker is None or self.holder != client:
            return False
        self._holder, self._asker = asker, None
        self._heard_s = self._clock.monotonic()
        return True
