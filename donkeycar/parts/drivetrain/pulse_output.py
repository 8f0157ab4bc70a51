"""Output for a steering servo and a speed controller (ESC), as in most cars."""

from donkeycar.guardian.pulse import PulseRange
from donkeycar.parts.drivetrain.dead_band import DeadBand
from donkeycar.parts.drivetrain.pca9685 import PulsePin


class PulseOutput:
    """The output of a guardian that drives a servo and a speed controller with pulses.

    Args:
        steering_pin: The pin of the servo.
        throttle_pin: The pin of the speed controller.
        steering: Calibrated pulses of the servo.
        throttle: Calibrated pulses of the speed controller.
        dead_us: Distance from the neutral pulse at which the motor starts to move.

    Raises:
        ConfigError: If a range is impossible.
    """

    def __init__(
        self,
        steering_pin: PulsePin,
        throttle_pin: PulsePin,
        *,
        steering: PulseRange,
        throttle: PulseRange,
        dead_us: float = 0.0,
    ) -> None:
        self._steering_pin = steering_pin
        self._throttle_pin = throttle_pin
        self._steering = steering.check("steering")
        self._throttle = DeadBand(throttle.check("throttle"), dead_us)

    def write(self, steering: float, throttle: float) -> None:
        """Write both values, -1 to +1; the motor first.

        Raises:
            OSError: If the hardware does not answer.
        """
        self._throttle_pin.set_us(self._throttle.at(throttle))
        self._steering_pin.set_us(self._steering.at(steering))

    def off(self) -> None:
        """Send no pulses; the motor first.

        Raises:
            OSError: If the hardware does not answer.
        """
        self._throttle_pin.off()
        self._steering_pin.off()
