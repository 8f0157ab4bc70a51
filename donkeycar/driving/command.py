"""What may move the car: an order, who gave it, and how long it lives."""

from typing import NamedTuple


class Command(NamedTuple):
    """One order to the wheels.

    Attributes:
        angle: -1 (full left) to +1 (full right).
        throttle: -1 (full reverse) to +1 (full forward).
        source: Who drives: ``"user"``, ``"user+pilot"``, ``"pilot"`` or ``"none"``.
        expires_s: Moment on the monotonic clock after which the order is void, and the motor
            neutral. Whoever holds the motor compares it with the time at every output.
    """

    angle: float
    throttle: float
    source: str
    expires_s: float


NEUTRAL = Command(0.0, 0.0, "none", 0.0)
