"""Pins of the Raspberry Pi's header, through gpiozero and lgpio: every model, the Pi 5 too.

These pulses are timed by a thread. They are good enough for motors and lamps; a servo trembles a
little on them. The kernel's PWM and the PCA9685 do not.
"""

import os
from pathlib import Path
from typing import Any

from donkeycar.commands import install_extra
from donkeycar.errors import ConfigError, DeviceError
from donkeycar.parts.drivetrain.refreshed import Refreshed
from donkeycar.timing import Clock

DEVICES = Path("/dev")
# What lgpio can time. Source: lgpio 0.2, tx_pwm.
LOWEST_HZ, HIGHEST_HZ = 0.1, 10_000.0


class GpioPulsePin:
    """A pin that repeats a pulse. Constructed, it is low.

    Args:
        name: As gpiozero has it: `BOARD33`, `GPIO13`.
        frequency_hz: Frames a second.
        factory: A gpiozero pin factory; ``None`` takes lgpio's.
        clock: Source of time.

    Raises:
        ConfigError: If there is no such pin, it is taken, or the frequency is impossible.
        DeviceError: If the library is missing or the pins cannot be opened.
    """

    def __init__(
        self,
        name: str,
        *,
        frequency_hz: float,
        factory: Any = None,
        clock: Clock | None = None,
    ) -> None:
        if not LOWEST_HZ <= frequency_hz <= HIGHEST_HZ:
            raise ConfigError(
                f"`frequency_hz` must be {LOWEST_HZ:g} to {HIGHEST_HZ:g} on a pin of the Pi. "
                f"Received: frequency_hz={frequency_hz}"
            )
        self.frame_us = 1e6 / frequency_hz
        self._device = _open("PWMOutputDevice", name, factory, frequency=frequency_hz)
        self._fraction = Refreshed[float](_writer(self._device), clock=clock)

    def set_us(self, pulse_us: float) -> None:
        """Repeat a pulse of this length; one as long as a frame is high all the time.

        Raises:
            OSError: If the pin cannot be written.
        """
        self._fraction.put(min(pulse_us / self.frame_us, 1.0))

    def off(self) -> None:
        """Send no pulses.

        Raises:
            OSError: If the pin cannot be written.
        """
        self._fraction.put(0.0)

    def close(self) -> None:
        """Let go of the pin, low. Safe to call twice."""
        self._device.close()


class GpioLevelPin:
    """A pin that is high or low. Constructed, it is low.

    Args:
        name: As gpiozero has it: `BOARD33`, `GPIO13`.
        factory: A gpiozero pin factory; ``None`` takes lgpio's.
        clock: Source of time.

    Raises:
        ConfigError: If there is no such pin, or it is taken.
        DeviceError: If the library is missing or the pins cannot be opened.
    """

    def __init__(self, name: str, *, factory: Any = None, clock: Clock | None = None) -> None:
        self._device = _open("DigitalOutputDevice", name, factory)
        self._level = Refreshed[float](_writer(self._device), clock=clock)

    def set(self, high: bool) -> None:
        """Make it high or low.

        Raises:
            OSError: If the pin cannot be written.
        """
        self._level.put(float(high))

    def close(self) -> None:
        """Let go of the pin, low. Safe to call twice."""
        self._device.close()


def _open(kind: str, name: str, factory: Any, **how: float) -> Any:
    try:
        import gpiozero
        from gpiozero import exc

        if factory is None:
            from gpiozero.pins.lgpio import LGPIOFactory
    except ImportError as error:
        raise DeviceError(
            "Pins of the Pi need gpiozero and lgpio. Install them: sudo apt install python3-lgpio; "
            f"{install_extra('pi')}. ({error})"
        ) from error
    try:
        if factory is None:
            factory = _shared(LGPIOFactory)
        return getattr(gpiozero, kind)(name, initial_value=False, pin_factory=factory, **how)
    except (exc.PinError, exc.GPIOPinInUse) as error:
        if isinstance(error, exc.PinUnknownPi):
            raise _no_pin(name, error) from error
        raise ConfigError(
            f"Pin {name} cannot be an output: {error}. Write another pin into the settings"
        ) from error
    except _errors() as error:
        raise _no_pin(name, error) from error


def _no_pin(name: str, error: Exception) -> DeviceError:
    """What is wrong with a pin: lgpio has a text for each cause, and no number."""
    if "busy" in str(error).lower():
        return DeviceError(
            f"Pin {name} is in use by another program or by a device tree overlay: gpioinfo shows "
            f"by which. Received: {error}"
        )
    chips = sorted(DEVICES.glob("gpiochip*"))
    if chips and not any(os.access(chip, os.R_OK | os.W_OK) for chip in chips):
        return DeviceError(
            f"The pins of this computer are closed to you: {error}. Join their group: sudo usermod "
            "-aG gpio $USER, then log in again"
        )
    return DeviceError(
        f"The pins of this computer do not open: {error}. Is it a Raspberry Pi? In a container, "
        "hand /dev/gpiochip0 to it"
    )


_factories: dict[Any, Any] = {}


def _shared(factory: Any) -> Any:
    """One factory for all pins: it knows which are taken."""
    if factory not in _factories:
        _factories[factory] = factory()
    return _factories[factory]


def _errors() -> tuple[type[Exception], ...]:
    """What gpiozero and lgpio raise; lgpio's own error is no ``OSError``."""
    from gpiozero import exc

    try:
        import lgpio
    except ImportError:
        return (exc.GPIOZeroError, OSError)
    return (exc.GPIOZeroError, lgpio.error, OSError)


def _writer(device: Any) -> Any:
    errors = _errors()

    def write(value: float) -> None:
        try:
            device.value = value
        except errors as error:
            raise DeviceError(f"Pin {device.pin} cannot be written: {error}") from error

    return write
