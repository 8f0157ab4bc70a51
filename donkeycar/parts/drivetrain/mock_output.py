"""Mock output, without hardware: it shows the orders for the servo and the motor."""

import logging

from donkeycar.guardian.pulse import PulseRange
from donkeycar.parts.drivetrain.dead_band import DeadBand
from donkeycar.parts.drivetrain.order import bounded
from donkeycar.timing import Clock, RealClock

logger = logging.getLogger(__name__)
# The shortest time between two lines in the log.
SHOWN_EVERY_S = 1.0


class MockOutput:
    """The output of a guardian that moves nothing.

    Args:
        steering: Pulses of the servo.
        throttle: Pulses of the speed controller.
        dead_us: Distance from the neutral pulse at which the motor starts to move.
        clock: Source of time.

    Attributes:
        steering_us: The servo's pulse now, in microseconds; ``None`` is no pulse.
        throttle_us: The same for the speed controller.

    Example:
        >>> wheels = MockOutput(
        ...     steering=PulseRange(1000, 1500, 2000), throttle=PulseRange(1000, 1500, 2000)
        ... )
        >>> wheels.write(0.0, 0.5)
        >>> wheels.steering_us, wheels.throttle_us
        (1500.0, 1750.0)
    """

    def __init__(
        self,
        *,
        steering: PulseRange,
        throttle: PulseRange,
        dead_us: float = 0.0,
        clock: Clock | None = None,
    ) -> None:
        self._steering = steering.check("steering")
        self._throttle = DeadBand(throttle.check("throttle"), dead_us)
        self._clock: Clock = RealClock() if clock is None else clock
        self._shown: tuple[float | None, float | None] = (None, None)
        self._shown_s = -SHOWN_EVERY_S
        self.steering_us: float | None = None
        self.throttle_us: float | None = None

    def write(self, steering: float | None, throttle: float | None) -> None:
        """Show both, -1 to +1. ``None`` and NaN are 0."""
        self.steering_us = self._steering.at(bounded(steering))
        self.throttle_us = self._throttle.at(bounded(throttle))
        self._show()

    def off(self) -> None:
        """Show that there are no pulses."""
        self.steering_us = self.throttle_us = None
        self._show()

    def _show(self) -> None:
        pulses = (self.steering_us, self.throttle_us)
        now_s = self._clock.monotonic()
        if pulses == self._shown or now_s - self._shown_s < SHOWN_EVERY_S:
            return
        self._shown, self._shown_s = pulses, now_s
        logger.info("steering %s, throttle %s", *map(_in_words, pulses))


def _in_words(pulse_us: float | None) -> str:
    return "no pulse" if pulse_us is None else f"{pulse_us:.0f} us"
