"""DC motors on an H-bridge, the usual chip between a direct current motor and a computer.

With both inputs low the motor has no power. Whether it then rolls or brakes depends on the chip:
docs/drivetrains.md has a table, with its sources. Both inputs high would brake, and is never sent.
"""

from typing import Protocol

from donkeycar.errors import ConfigError
from donkeycar.parts.drivetrain.order import bounded, each
from donkeycar.parts.drivetrain.pca9685 import PulsePin

# A driver chip with bipolar transistors needs a short rest in each frame.
DEFAULT_MAX_DUTY = 0.9


class Level(Protocol):
    """An output that is high or low."""

    def set(self, high: bool, /) -> None:
        """Make it high or low."""


class Duty:
    """Duty cycle: an output that is high for a share of each frame.

    Args:
        pin: The pin of the output.
        frame_us: Length of a frame in microseconds.
    """

    def __init__(self, pin: PulsePin, frame_us: float) -> None:
        self._pin = pin
        self._frame_us = frame_us

    def set(self, duty: float) -> None:
        """Set the share of the time that the output is high, 0 (never) to 1 (always).

        Raises:
            OSError: If the hardware does not answer.
        """
        if duty > 0:
            self._pin.set_us(duty * self._frame_us)
        else:
            self._pin.off()


class Motor(Protocol):
    """A motor that turns both ways."""

    def turn(self, speed: float | None, /) -> None:
        """Turn, -1 (full backward) to +1 (full forward); at 0 the motor has no power."""


class TwoPinMotor:
    """A motor with an input for each direction; both carry the power.

    Args:
        forward: Input that turns the motor forward; its duty cycle sets the speed.
        backward: The same for backward.
        max_duty: The duty cycle at full speed, up to 1.

    Raises:
        ConfigError: If `max_duty` is out of range.
    """

    def __init__(
        self, forward: Duty, backward: Duty, *, max_duty: float = DEFAULT_MAX_DUTY
    ) -> None:
        self._forward, self._backward = forward, backward
        self._max_duty = _checked(max_duty)

    def turn(self, speed: float | None) -> None:
        """Turn, -1 (full backward) to +1 (full forward), cut beyond. At 0 all inputs are low.

        Args:
            speed: ``None`` and NaN are 0.

        Raises:
            OSError: If the hardware does not answer. Neither input is switched on then.
        """
        speed = bounded(speed)
        rest, work = self._backward, self._forward
        if speed < 0:
            rest, work = work, rest
        try:
            rest.set(0)
        except OSError:
            work.set(0)
            raise
        work.set(self._max_duty * abs(speed))


class ThreePinMotor:
    """A motor with an input for each direction, and a third one for the power.

    Args:
        forward: Input that turns the motor forward while it is high.
        backward: The same for backward.
        power: Input whose duty cycle sets the speed.
        max_duty: The duty cycle at full speed, up to 1.

    Raises:
        ConfigError: If `max_duty` is out of range.
    """

    def __init__(
        self, forward: Level, backward: Level, power: Duty, *, max_duty: float = DEFAULT_MAX_DUTY
    ) -> None:
        self._forward, self._backward, self._power = forward, backward, power
        self._max_duty = _checked(max_duty)
        self._direction: int | None = None

    def turn(self, speed: float | None) -> None:
        """Turn, -1 (full backward) to +1 (full forward), cut beyond. At 0 all inputs are low.

        The direction never changes under power.

        Args:
            speed: ``None`` and NaN are 0.

        Raises:
            OSError: If the hardware does not answer.
        """
        speed = bounded(speed)
        direction = (speed > 0) - (speed < 0)
        if direction == 0:
            self._direction = 0
            each(
                lambda: self._power.set(0),
                lambda: self._forward.set(False),
                lambda: self._backward.set(False),
            )
            return
        changes, self._direction = direction != self._direction, None
        if changes:
            self._power.set(0)
        rest, work = self._backward, self._forward
        if direction < 0:
            rest, work = work, rest
        rest.set(False)
        work.set(True)
        self._direction = direction
        self._power.set(self._max_duty * abs(speed))


def _checked(max_duty: float) -> float:
    if not 0 < max_duty <= 1:
        raise ConfigError(
            f"`max_duty` must be greater than 0, at most 1. Received: max_duty={max_duty}"
        )
    return max_duty
