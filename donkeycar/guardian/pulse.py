"""Pulses for servos and speed controllers, in microseconds, limited to the calibrated range."""

from typing import NamedTuple

from donkeycar.errors import ConfigError

# Pulses that a servo or a speed controller understands.
SHORTEST_US = 300.0
LONGEST_US = 3000.0


class PulseRange(NamedTuple):
    """Three calibrated pulses.

    Attributes:
        low_us: Pulse at -1: full left, or full reverse.
        centre_us: Pulse at 0: straight ahead, or standing still.
        high_us: Pulse at +1: full right, or full forward. It may be below `low_us`: that is a
            servo mounted the other way round.

    Example:
        >>> PulseRange(1000, 1500, 2000).at(0.5)
        1750.0
    """

    low_us: float
    centre_us: float
    high_us: float

    def check(self, name: str, *, advice: str = "") -> "PulseRange":
        """Return the range unchanged if it is possible.

        Args:
            name: The device of these pulses, for the message.
            advice: What else the owner may have meant, for the end of the message.

        Raises:
            ConfigError: If a pulse is beyond 300 to 3000 us, the ends are equal, or the centre is
                not between them. It may equal one of them, for a motor without reverse.
        """
        low_us, high_us = sorted((self.low_us, self.high_us))
        if (
            not SHORTEST_US <= low_us <= self.centre_us <= high_us <= LONGEST_US
            or low_us == high_us
        ):
            raise ConfigError(
                f"The pulses of the {name} must be {SHORTEST_US:g} to {LONGEST_US:g} us, the ends "
                f"different, the centre between them. Received: {self.low_us:.6g} us at -1, "
                f"{self.centre_us:.6g} us at 0, {self.high_us:.6g} us at +1" + advice
            )
        return self

    def at(self, value: float) -> float:
        """The pulse for a value of -1 to +1, in us; beyond that it is cut, NaN is the centre."""
        up, down = min(max(0.0, value), 1.0), min(max(0.0, -value), 1.0)
        return (
            self.centre_us
            + up * (self.high_us - self.centre_us)
            + down * (self.low_us - self.centre_us)
        )
