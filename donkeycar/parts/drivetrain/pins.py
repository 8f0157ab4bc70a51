"""Pins by name: pulses, duty cycles or levels on GPIO, a PCA9685 or the kernel's PWM."""

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from donkeycar.errors import ConfigError, DeviceError
from donkeycar.parts.drivetrain.gpio_pin import GpioLevelPin, GpioPulsePin
from donkeycar.parts.drivetrain.i2c_bus import I2CBus, open_bus
from donkeycar.parts.drivetrain.kernel_pwm import SYSFS_PWM, Files, KernelPwmPin
from donkeycar.parts.drivetrain.motor import Duty, Level
from donkeycar.parts.drivetrain.pca9685 import (
    DEFAULT_FREQUENCY_HZ,
    OSCILLATOR_HZ,
    PCA9685,
    TICKS,
    PulsePin,
)
from donkeycar.parts.drivetrain.pin_id import (
    I2C_PINS,
    GpioId,
    PCA9685Id,
    PinId,
    bcm_number,
    is_same,
    parse_pin,
)
from donkeycar.timing import Clock


class OpensBus(Protocol):
    """Opens an I2C bus by its number."""

    def __call__(self, number: int, /) -> I2CBus:
        """The bus; all callers in this process get the same object."""


@dataclass(frozen=True)
class Board:
    """The hardware below all drivers, to which pins are wired. The defaults are this computer's.

    Attributes:
        open_bus: Opens an I2C bus by its number.
        lgpio: The library of the header's pins; ``None`` is the one of this computer.
        i2c_devices: Folder of the I2C devices that the kernel knows.
        pwm_root: Folder of the kernel's PWM chips.
        pwm_files: Writes their attributes; ``None`` writes to the files of this computer.
    """

    open_bus: OpensBus = open_bus
    lgpio: Any = None
    i2c_devices: Path = Path("/sys/bus/i2c/devices")
    pwm_root: Path = SYSFS_PWM
    pwm_files: Files | None = None


class Pins:
    """Opens pins by their names; pins on the same PCA9685 share the chip.

    Args:
        board: The hardware to which the pins are wired.
        frequency_hz: Frames a second of servos and of every PCA9685.
        motor_frequency_hz: Frames a second of motors on pins that have a frequency of their own.
        oscillator_hz: Clock of the PCA9685.
        clock: Source of time.
        opened: Collects the open pins; its owner closes them.
    """

    def __init__(
        self,
        board: Board,
        *,
        frequency_hz: float = DEFAULT_FREQUENCY_HZ,
        motor_frequency_hz: float = DEFAULT_FREQUENCY_HZ,
        oscillator_hz: float = OSCILLATOR_HZ,
        clock: Clock | None = None,
        opened: ExitStack | None = None,
    ) -> None:
        self._board = board
        self._opened = ExitStack() if opened is None else opened
        self._frequency_hz = frequency_hz
        self._motor_frequency_hz = motor_frequency_hz
        self._oscillator_hz = oscillator_hz
        self._clock = clock
        self._chips: dict[tuple[int, int], PCA9685] = {}

    def pulse(self, pin: PinId, *, inverted: bool = False) -> PulsePin:
        """A pin for a servo or a speed controller.

        Args:
            pin: The pin.
            inverted: Whether the circuit on this pin inverts the signal.

        Raises:
            ConfigError: If there is no such pin.
            DeviceError: If its hardware does not answer.
        """
        opened, frame_us = self._open(pin, self._frequency_hz)
        return InvertedPin(opened, frame_us) if inverted else opened

    def duty(self, pin: PinId) -> Duty:
        """A pin for the power of a motor. Raises the same errors as `pulse`."""
        return Duty(*self._open(pin, self._motor_frequency_hz, stops_at_once=True))

    def level(self, pin: PinId) -> Level:
        """A pin that is high or low. Raises the same errors as `pulse`."""
        if isinstance(pin, GpioId):
            level = GpioLevelPin(pin.name, lgpio=self._board.lgpio, clock=self._clock)
            self._opened.callback(level.close)
            return level
        return self.duty(pin)

    def _open(
        self, pin: PinId, frequency_hz: float, *, stops_at_once: bool = False
    ) -> tuple[PulsePin, float]:
        if isinstance(pin, PCA9685Id):
            chip = self._chip(pin.bus, pin.address)
            return chip.pin(pin.channel), TICKS * chip.tick_us
        if isinstance(pin, GpioId):
            gpio = GpioPulsePin(
                pin.name,
                frequency_hz=frequency_hz,
                stops_at_once=stops_at_once,
                lgpio=self._board.lgpio,
                clock=self._clock,
            )
            self._opened.callback(gpio.close)
            return gpio, gpio.frame_us
        kernel = KernelPwmPin(
            *pin,
            frequency_hz=frequency_hz,
            root=self._board.pwm_root,
            files=self._board.pwm_files,
            clock=self._clock,
        )
        return kernel, kernel.frame_us

    def _chip(self, bus: int, address: int) -> PCA9685:
        if (bus, address) not in self._chips:
            driver = self._board.i2c_devices / f"{bus}-{address:04x}" / "driver"
            if driver.exists():
                raise DeviceError(
                    f"The chip at address {address:#04x} of I2C bus {bus} belongs to a driver of "
                    f"the kernel, {driver.resolve().name}, and two drivers would use it. Take "
                    "its dtoverlay out of /boot/firmware/config.txt and start the Pi again"
                )
            self._chips[bus, address] = PCA9685(
                self._board.open_bus(bus),
                address=address,
                frequency_hz=self._frequency_hz,
                oscillator_hz=self._oscillator_hz,
                clock=self._clock,
            )
        return self._chips[bus, address]


class InvertedPin:
    """A pin behind an inverting circuit: the pin is low during the pulse.

    Args:
        pin: The pin of the output.
        frame_us: Length of a frame in microseconds.
    """

    def __init__(self, pin: PulsePin, frame_us: float) -> None:
        self._pin = pin
        self._frame_us = frame_us

    def set_us(self, pulse_us: float) -> None:
        """Repeat a pulse of this length."""
        self._pin.set_us(self._frame_us - pulse_us)

    def off(self) -> None:
        """Send no pulses: the level stays constant."""
        self._pin.off()


def named_pins(names: dict[str, str]) -> dict[str, PinId]:
    """Read and check the names of all pins before any pin is opened.

    Args:
        names: Name of a pin by its setting.

    Raises:
        ConfigError: If a name is impossible, two names mean the same pin, or a pin is a wire of the
            I2C bus that another one needs.
    """
    pins: dict[str, PinId] = {}
    for setting, name in names.items():
        pin = parse_pin(name, setting=setting)
        for other, taken in pins.items():
            if is_same(taken, pin):
                raise ConfigError(
                    f"`{setting}` and `{other}` must be different pins. Received: "
                    f"{names[other]!r} and {name!r}"
                )
        pins[setting] = pin
    _keep_off_the_buses(names, pins)
    return pins


def _keep_off_the_buses(names: dict[str, str], pins: dict[str, PinId]) -> None:
    """Refuse a motor on SDA or SCL: the bus would move the motor, and it would block the bus."""
    chips = [(setting, pin) for setting, pin in pins.items() if isinstance(pin, PCA9685Id)]
    for setting, pin in pins.items():
        bcm = bcm_number(pin.name) if isinstance(pin, GpioId) else None
        for chip, of_chip in chips:
            if bcm in I2C_PINS.get(of_chip.bus, ()):
                raise ConfigError(
                    f"`{setting}` must be another pin: GPIO {bcm} is a wire of I2C bus "
                    f"{of_chip.bus}, which `{chip}` needs. Received: {names[setting]!r} and "
                    f"{names[chip]!r}"
                )
