"""A mock controller with constant values, to try a car without a device."""

from collections.abc import Callable

from donkeycar.driving.arbiter import Offer
from donkeycar.timing import Clock, RealClock

LIFE_S = 0.25


class MockController:
    """Always offers the same steering and throttle.

    Args:
        angle: -1 (left) to +1 (right) (`MOCK_JOYSTICK_STEERING`).
        throttle: -1 to +1 (`MOCK_JOYSTICK_THROTTLE`).
        tell: Never called, because nothing here is urgent.
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
        """Return the offer, which is valid for a moment.

        Args:
            limit: Not used; gamepads have it too.
            reason: Not used; gamepads have it too.
        """
        expires_s = self._clock.monotonic() + LIFE_S
        return Offer(self.angle, self.throttle, expires_s=expires_s, moved=True)
