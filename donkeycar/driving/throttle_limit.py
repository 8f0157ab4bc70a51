"""The driver's throttle limit, and the ceiling up to which it can be raised."""

from donkeycar.errors import ConfigError

# Change by one press of a gamepad's button.
STEP = 0.05


class ThrottleLimit:
    """A limit that is never above its ceiling.

    Args:
        ceiling: Its highest value, 0 to 1.
        first: Its first value; ``None`` is the ceiling.

    Raises:
        ConfigError: If `ceiling` is out of range.

    Example:
        >>> limit = ThrottleLimit(0.5, 0.42)
        >>> limit.step(up=True), limit.step(up=True), limit.step(up=False)
        (0.47, 0.5, 0.45)
    """

    def __init__(self, ceiling: float, first: float | None = None) -> None:
        if not 0 <= ceiling <= 1:
            raise ConfigError(
                f"`throttle_ceiling` must be 0 to 1. Received: throttle_ceiling={ceiling}"
            )
        self.ceiling = ceiling
        self.value = ceiling if first is None else min(first, ceiling)

    def step(self, *, up: bool) -> float:
        """Raise or lower the limit by `STEP`, and return the new value."""
        stepped = round(self.value + (STEP if up else -STEP), 4)
        self.value = min(max(stepped, 0.0), self.ceiling)
        return self.value
