"""A driver who never moves: for a look at a car without any device."""

from collections.abc import Callable

from donkeycar.driving.arbiter import Offer
from donkeycar.timing import Clock, RealClock

LIFE_S = 0.25


class MockController:
    """Offers one steering and one throttle for ever.

    Args:
        angle: -1 (left) to +1 (right) (`MOCK_JOYSTICK_STEERING`).
        throttle: -1 to +1 (`MOCK_JOYSTICK_THROTTLE`).
        tell: Not called: it has nothing to say that cannot wait.
        clock: Source of time.

    Example:
        >>> MockController(angle=0.5, throttle=0.2).run().throttle
        0.2
    """

    def __init__(
        self,
        *,
        angle: float = 0.0,
        throttle: float = 0.0,
        tell: Callable[[str], object] = lambda news: None,
        clock: Clock | None = None,
    ) -> None:
        self.angle = angle
        self.throttle = throttle
        self._clock: Clock = RealClock() if clock is None else clock

    def run(self, limit: float | None = None, reason: str | None = None) -> Offer:
        """Return the offer, for a moment.

        Args:
            limit: Not used; gamepads have it too.
            reason: Not used; gamepads have it too.
        """
        expires_s = self._clock.monotonic() + LIFE_S
        return Offer(self.angle, self.throttle, expires_s=expires_s, moved=True)
