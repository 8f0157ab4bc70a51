"""Command: one order to the wheels, with its source and the time until which it is valid."""

from typing import NamedTuple


class Command(NamedTuple):
    """One order to the wheels.

    Attributes:
        angle: -1 (full left) to +1 (full right).
        throttle: -1 (full reverse) to +1 (full forward).
        source: Who drives: ``"user"``, ``"user+pilot"``, ``"pilot"`` or ``"none"``.
        expires_s: Time on the monotonic clock after which the order is void and the motor is
            neutral. The holder of the motor compares it with the clock at every output.
    """

    angle: float
    throttle: float
    source: str
    expires_s: float


NEUTRAL = Command(0.0, 0.0, "none", 0.0)
