"""Deadband: the pulses near neutral at which a motor does not move yet."""

from donkeycar.errors import ConfigError
from donkeycar.guardian.pulse import PulseRange


class DeadBand:
    """Pulses of a speed controller, without those that do not move the motor.

    The smallest throttle gives the pulse at which the motor starts; zero still stands still.

    Args:
        throttle: Calibrated pulses.
        dead_us: Distance from the neutral pulse, either way, at which the motor starts to move.

    Raises:
        ConfigError: If the band reaches as far as full forward or full reverse.

    Example:
        >>> DeadBand(PulseRange(1000, 1500, 2000), 100).at(0.5)
        1800.0
    """

    def __init__(self, throttle: PulseRange, dead_us: float = 0.0) -> None:
        forward_us = abs(throttle.high_us - throttle.centre_us)
        reverse_us = abs(throttle.low_us - throttle.centre_us)
        travel_us = min(way_us for way_us in (forward_us, reverse_us) if way_us)
        if not 0 <= dead_us < travel_us:
            raise ConfigError(
                f"`THROTTLE_DEAD_PWM` must be 0 or more, and less than the way to full throttle "
                f"({travel_us:.0f} us). Received: {dead_us:.0f} us"
            )
        self._throttle = throttle
        self._forward = dead_us / forward_us if forward_us else 0.0
        self._reverse = dead_us / reverse_us if reverse_us else 0.0

    def at(self, value: float) -> float:
        """The pulse for a throttle of -1 to +1, in us."""
        if value > 0:
            value = self._forward + (1 - self._forward) * value
        elif value < 0:
            value = -self._reverse + (1 - self._reverse) * value
        return self._throttle.at(value)
