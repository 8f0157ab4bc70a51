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
        # A client, and when it was last heard; who asks, and since when.
        self._held: tuple[str, float] | None = None
        self._asked: tuple[str, float] | None = None

    @property
    def holder(self) -> str | None:
        """The driver; ``None`` if nobody drives, or the driver fell silent."""
        return self._who(self._held, FREE_AFTER_S)

    @property
    def asker(self) -> str | None:
        """The client that asks for the wheel; ``None`` if nobody does, or the request expired."""
        return self._who(self._asked, ASK_LIFE_S)

    def claim(self, client: str) -> bool:
        """Take the wheel if it is free; keep it if it is held already.

        Returns:
            Whether `client` drives now.
        """
        if self.holder not in (None, client):
            return False
        self._held = client, self._clock.monotonic()
        self._withdraw(client)
        return True

    def release(self, client: str) -> bool:
        """Give up the wheel.

        Returns:
            Whether `client` held it.
        """
        self._withdraw(client)
        if self.holder != client:
            return False
        self._held = None
        return True

    def ask(self, client: str) -> None:
        """Ask the driver for the wheel. The driver sees the last client that asked."""
        self._asked = client, self._clock.monotonic()

    def give(self, client: str) -> bool:
        """Hand the wheel from `client` to the client that asked.

        Returns:
            Whether it changed hands.
        """
        asker = self.asker
        if asker is None or self.holder != client:
            return False
        self._held, self._asked = (asker, self._clock.monotonic()), None
        return True

    def _who(self, since: tuple[str, float] | None, life_s: float) -> str | None:
        """The client of `since`, unless that is `life_s` ago."""
        if since is None or self._clock.monotonic() - since[1] >= life_s:
            return None
        return since[0]

    def _withdraw(self, client: str) -> None:
        """Forget that `client` asks for the wheel."""
        if self.asker == client:
            self._asked = None
