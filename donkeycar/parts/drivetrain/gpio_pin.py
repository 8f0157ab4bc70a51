"""Software PWM and levels on GPIO pins of the Raspberry Pi's header; a thread of lgpio times them.

A pulse is a whole number of microseconds long. Its accuracy depends on when the system runs that
thread: on a busy computer the thread runs late, and the pulse gets longer by as much. This is good
enough for motors and lamps. A servo trembles; use the kernel's PWM or a PCA9685 for servos and
speed controllers.
"""

from typing import Any

from donkeycar.parts.drivetrain.gpio_chip import header_chip
from donkeycar.parts.drivetrain.order import check_frames
from donkeycar.parts.drivetrain.refreshed import Refreshed
from donkeycar.timing import Clock

# Limits of lgpio. Source: lgpio 0.2.2, tx_pwm; its cycles must be longer than 10 us.
HIGHEST_HZ = 10_000.0


class GpioPulsePin:
    """A pin that repeats a pulse. It is low at first.

    Args:
        name: By its number on the board or in the processor: `BOARD33`, `GPIO13`.
        frequency_hz: Frames a second, 25 to 10,000.
        stops_at_once: Whether `off` cuts the current pulse short. This is right for a motor; a
            servo would read half a pulse, and twitch.
        lgpio: The library; ``None`` is the one of this computer.
        clock: Source of time.

    Raises:
        ConfigError: If there is no such pin, it is in use, or the frequency is impossible.
        DeviceError: If the library is missing or the pins cannot be opened.
    """

    def __init__(
        self,
        name: str,
        *,
        frequency_hz: float,
        stops_at_once: bool = False,
        lgpio: Any = None,
        clock: Clock | None = None,
    ) -> None:
        check_frames(frequency_hz, highest_hz=HIGHEST_HZ)
        self.frame_us = round(1e6 / frequency_hz)
        self._stops_at_once = stops_at_once
        self._line = header_chip(lgpio).claim(name)
        self._width_us = Refreshed[int](self._write_us, clock=clock)

    def set_us(self, pulse_us: float) -> None:
        """Repeat a pulse of this length, in whole microseconds, from the next frame on.

        With a pulse as long as a frame, the pin is high all the time.

        Raises:
            OSError: If lgpio refuses.
        """
        self._width_us.put(round(min(pulse_us, self.frame_us)))

    def off(self) -> None:
        """Send no pulses.

        Raises:
            OSError: If the pin cannot be written.
        """
        self._width_us.put(0)

    def close(self) -> None:
        """Set the pin low and release it. Safe to call twice."""
        self._line.close()

    def _write_us(self, width_us: int) -> None:
        if not width_us and self._stops_at_once:
            self._line.write(False)
        else:
            self._line.repeat(width_us, self.frame_us - width_us)


class GpioLevelPin:
    """A pin that is high or low. It is low at first.

    Args:
        name: By its number on the board or in the processor: `BOARD33`, `GPIO13`.
        lgpio: The library; ``None`` is the one of this computer.
        clock: Source of time.

    Raises:
        ConfigError: If there is no such pin, or it is in use.
        DeviceError: If the library is missing or the pins cannot be opened.
    """

    def __init__(self, name: str, *, lgpio: Any = None, clock: Clock | None = None) -> None:
        self._line = header_chip(lgpio).claim(name)
        self._level = Refreshed[bool](self._line.write, clock=clock)

    def set(self, high: bool) -> None:
        """Make it high or low.

        Raises:
            OSError: If the pin cannot be written.
        """
        self._level.put(bool(high))

    def close(self) -> None:
        """Set the pin low and release it. Safe to call twice."""
        self._line.close()
