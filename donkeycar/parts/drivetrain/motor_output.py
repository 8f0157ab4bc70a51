"""Outputs of the guardian for cars with direct current (DC) motors."""

from donkeycar.guardian.pulse import PulseRange
from donkeycar.parts.drivetrain.motor import Motor
from donkeycar.parts.drivetrain.order import bounded, each
from donkeycar.parts.drivetrain.pca9685 import PulsePin


class ServoMotorOutput:
    """A servo steers and a motor drives. Both are off at first.

    Args:
        steering_pin: The pin of the servo.
        motor: The motor that drives.
        steering: Calibrated pulses of the servo.

    Raises:
        ConfigError: If the range is impossible.
        OSError: If the hardware does not answer.
    """

    def __init__(self, steering_pin: PulsePin, motor: Motor, *, steering: PulseRange) -> None:
        self._steering = steering.check("steering")
        self._steering_pin = steering_pin
        self._motor = motor
        self.off()

    def write(self, steering: float | None, throttle: float | None) -> None:
        """Write both values, -1 to +1; the motor first. ``None`` and NaN are 0.

        Raises:
            OSError: If the hardware does not answer.
        """
        pulse_us = self._steering.at(bounded(steering))
        each(lambda: self._motor.turn(throttle), lambda: self._steering_pin.set_us(pulse_us))

    def off(self) -> None:
        """Switch the motor's power off; the servo goes limp.

        Raises:
            OSError: If the hardware does not answer.
        """
        each(lambda: self._motor.turn(0.0), self._steering_pin.off)


class SteerMotorOutput:
    """One motor steers and another one drives. Both are off at first.

    Args:
        steering_motor: The motor that steers; forward steers right.
        driving_motor: The motor that drives.

    Raises:
        OSError: If the hardware does not answer.
    """

    def __init__(self, steering_motor: Motor, driving_motor: Motor) -> None:
        self._steering_motor = steering_motor
        self._driving_motor = driving_motor
        self.off()

    def write(self, steering: float | None, throttle: float | None) -> None:
        """Write both values, -1 to +1; the driving motor first. ``None`` and NaN are 0.

        Raises:
            OSError: If the hardware does not answer.
        """
        each(
            lambda: self._driving_motor.turn(throttle), lambda: self._steering_motor.turn(steering)
        )

    def off(self) -> None:
        """Take the power of both motors away.

        Raises:
            OSError: If the hardware does not answer.
        """
        self.write(0.0, 0.0)


class TwoWheelOutput:
    """Differential drive: one motor on each side, the inner one slower. Both are off at first.

    Args:
        left: Motor of the left side.
        right: Motor of the right side.

    Raises:
        OSError: If the hardware does not answer.
    """

    def __init__(self, left: Motor, right: Motor) -> None:
        self._left = left
        self._right = right
        self.off()

    def write(self, steering: float | None, throttle: float | None) -> None:
        """Turn both wheels. ``None`` and NaN are 0.

        Args:
            steering: -1 (left wheel stands still) to +1 (right wheel stands still).
            throttle: Speed of the outer wheel, -1 to +1.

        Raises:
            OSError: If the hardware does not answer.
        """
        left, right = wheel_speeds(steering, throttle)
        each(lambda: self._left.turn(left), lambda: self._right.turn(right))

    def off(self) -> None:
        """Take the power of both motors away.

        Raises:
            OSError: If the hardware does not answer.
        """
        self.write(0.0, 0.0)


def wheel_speeds(steering: float | None, throttle: float | None) -> tuple[float, float]:
    """Speeds of the left and the right wheel; only the inner wheel slows down.

    Example:
        >>> wheel_speeds(0.5, 0.8)
        (0.8, 0.4)
        >>> wheel_speeds(-1, 0.8)
        (0.0, 0.8)
    """
    steering, throttle = bounded(steering), bounded(throttle)
    return throttle * (1 - max(-steering, 0.0)), throttle * (1 - max(steering, 0.0))
