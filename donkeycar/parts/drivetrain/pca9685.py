"""PCA9685 PWM driver, the chip on most servo boards: sixteen outputs at one frequency.

The library ``adafruit-circuitpython-pca9685`` drives the chip. This module adds what a car needs:
no output ever moves by itself, not even at the start, and a loss of power of the chip is noticed.

Pulses are microseconds. The chip counts ticks, 4096 to a frame; one tick at 60 Hz is 4.08 us.
"""

import errno
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Protocol, cast

from donkeycar.commands import install_extra
from donkeycar.errors import ConfigError, DeviceError, DeviceReset
from donkeycar.parts.drivetrain.i2c_bus import I2CBus
from donkeycar.parts.drivetrain.order import LOWEST_FRAMES_HZ
from donkeycar.parts.drivetrain.refreshed import REFRESH_S, Refreshed
from donkeycar.parts.drivetrain.way_on import not_loaded, way_on
from donkeycar.timing import Clock, RealClock

CHANNELS = 16
TICKS = 4096
OSCILLATOR_HZ = 25_000_000
DEFAULT_ADDRESS = 0x40
DEFAULT_FREQUENCY_HZ = 60.0

# Registers and bits that the library has no name for. Source: NXP, PCA9685 data sheet rev. 4, 7.3.
ALL_LED_OFF_H = 0xFD
LED0_OFF_H, LED_SIZE = 0x09, 4
FULL_OFF = 0x10
AUTO_INCREMENT = 0x20
# Every chip also answers at this address until it is told not to; this driver tells it. Source: the
# same, 7.1.1.
ALL_CALL = 0x70
SLEEP = 0x10
# LED_ON and LED_OFF of an output that is off. A line held low or high reads as something else.
NO_PULSE = (0x0000, FULL_OFF << 8)

# Six of the seven bits are wired on the board. Source: NXP, PCA9685, rev. 4, 7.1.1.
ADDRESSES = range(0x40, 0x80)
STEPS = {
    errno.ETIMEDOUT: "A line of the bus is held low: unplug what is on it, one after the other",
    errno.EPROTO: "Unplug what is on the bus, one after the other",
    0: "Check its wires and power: sudo i2cdetect -y 1, with the number of the bus, shows what "
    "answers",
}


NOT_ITS_OWN = (
    f"{ALL_CALL:#04x} is no board's own address: every PCA9685 answers there as well until a "
    "program ends that. Write the other one that sudo i2cdetect -y 1 shows"
)
_FOOLED = "a line of the bus is held, or it is another chip"


class PulsePin(Protocol):
    """An output that repeats a pulse: a channel of a PCA9685, a pin of the Pi."""

    def set_us(self, pulse_us: float, /) -> None:
        """Repeat a pulse of this length."""

    def off(self) -> None:
        """Send no pulses."""


def tick_us(
    frequency_hz: float = DEFAULT_FREQUENCY_HZ, oscillator_hz: float = OSCILLATOR_HZ
) -> float:
    """Length of one tick in microseconds; the chip divides its clock by whole numbers only.

    Args:
        frequency_hz: The requested frequency, in frames a second.
        oscillator_hz: The chip's clock. The clocks of copied chips are off by several percent.

    Raises:
        ConfigError: If the chip cannot make that frequency.

    Example:
        Old settings count ticks; this turns them into a pulse and back into the same ticks.

        >>> pulse_us = 370 * tick_us(60)
        >>> f"{pulse_us:.1f}", round(pulse_us / tick_us(60))
        ('1509.6', 370)
    """
    return 1e6 * (_prescale(frequency_hz, oscillator_hz) + 1) / oscillator_hz


def _prescale(frequency_hz: float, oscillator_hz: float) -> int:
    slow = not frequency_hz >= LOWEST_FRAMES_HZ
    prescale = 0 if slow else int(oscillator_hz / TICKS / frequency_hz + 0.5) - 1
    if not 3 <= prescale <= 255:
        highest_hz = oscillator_hz / TICKS / 4
        lowest_hz = max(LOWEST_FRAMES_HZ, oscillator_hz / TICKS / 256)
        raise ConfigError(
            f"`frequency_hz` must be {lowest_hz:.0f} to {highest_hz:.0f}: a stop may have to wait "
            f"for the end of a frame. Received: frequency_hz={frequency_hz}. Take 60"
        )
    return prescale


class PCA9685:
    """The chip. It is awake once constructed, with every output off.

    Args:
        bus: An open bus, e.g. ``open_bus(1)``.
        address: The I2C address, as wired on the board.
        frequency_hz: Frames a second, 25 to 1526; servos and speed controllers take 50 to 60.
        oscillator_hz: The measured clock of the chip; see `tick_us`.
        clock: Source of time.

    Raises:
        ConfigError: If the chip cannot make that frequency.
        DeviceError: If the library is missing, or nothing answers at `address`.

    Example:
        >>> from donkeycar.testing import FakeI2C, PCA9685Chip
        >>> emulated = PCA9685Chip()
        >>> chip = PCA9685(FakeI2C(emulated))
        >>> chip.pin(0).set_us(1500)
        >>> round(emulated.pulse_us(0))
        1501
    """

    def __init__(
        self,
        bus: I2CBus,
        *,
        address: int = DEFAULT_ADDRESS,
        frequency_hz: float = DEFAULT_FREQUENCY_HZ,
        oscillator_hz: float = OSCILLATOR_HZ,
        clock: Clock | None = None,
    ) -> None:
        self.tick_us = tick_us(frequency_hz, oscillator_hz)
        self.frequency_hz = frequency_hz
        self._prescale = _prescale(frequency_hz, oscillator_hz)
        self._bus = bus
        self._address = address
        self._clock: Clock = RealClock() if clock is None else clock
        self._checked_s = self._clock.monotonic()
        # This comes first: a chip that wakes up sends its last pulses again. And if the process
        # that held the motor has died, the motor must be off before a library is loaded.
        try:
            all_off(bus, address)
        except OSError as error:
            raise _no_answer(address, error) from error
        driver = _driver()
        try:
            self._chip = driver.PCA9685(bus, address=address, reference_clock_speed=oscillator_hz)
            self._configure()
        except (OSError, ValueError) as error:
            raise _no_answer(address, error) from error

    def pin(self, channel: int) -> "PCA9685Pin":
        """One output.

        Args:
            channel: 0 to 15.

        Raises:
            ConfigError: If there is no such channel.
        """
        if not 0 <= channel < CHANNELS:
            raise ConfigError(f"`channel` must be 0 to {CHANNELS - 1}. Received: channel={channel}")
        return PCA9685Pin(self, channel, clock=self._clock)

    def set_ticks(self, channel: int, ticks: int) -> None:
        """Hold an output high for `ticks` of each frame, in one transfer.

        For 0 ticks it reads back that the output is off.

        Args:
            channel: 0 to 15.
            ticks: 0 (no pulse) to 4095.

        Raises:
            DeviceReset: If the chip had lost its power, or another program had changed its set-up.
                It is ready again then, with all outputs off.
            OSError: If the bus fails, or an output that should be off is not.
        """
        now_s = self._clock.monotonic()
        if now_s - self._checked_s >= REFRESH_S:
            # A chip that lost its power sleeps, and would misread new values. At another frequency
            # every pulse has another length, and neutral may become throttle. A single wrong answer
            # counts as noise.
            if not self._is_set_up() and not self._is_set_up():
                found = self._found()
                self._configure()
                raise DeviceReset(f"The PCA9685 at address {self._address:#04x} {found}")
            self._checked_s = now_s
        self._chip.channels[channel].duty_cycle = ticks << 4
        if not ticks and tuple(self._chip.pwm_regs[channel]) != NO_PULSE:
            raise OSError(errno.EIO, f"the PCA9685 goes on with its pulse at output {channel}")

    def _configure(self) -> None:
        # A chip that only seemed to have lost its power would go on with its pulses meanwhile.
        all_off(self._bus, self._address)
        self._chip.reset()
        self._chip.frequency = self.frequency_hz
        # If SDA is held low, every write looks acknowledged, and every read gives 0.
        if not self._is_set_up():
            raise OSError(errno.EPROTO, f"what is read is not what was written: {_FOOLED}")
        self._checked_s = self._clock.monotonic()

    def _is_set_up(self) -> bool:
        return self._is_awake() and self._chip.prescale_reg == self._prescale

    def _found(self) -> str:
        """Say what is wrong with a chip that was set up before."""
        if not self._is_awake():
            return "had lost its power, or another program had set it up anew"
        chip_hz = (self._prescale + 1) * 1e6 / self.tick_us
        found_hz = chip_hz / TICKS / (self._chip.prescale_reg + 1)
        return (
            f"was set to {found_hz:.0f} Hz by another program, so every pulse had another length. "
            f"Here it is {self.frequency_hz:g} Hz: let that program set the same, or give it a "
            "board of its own"
        )

    def _is_awake(self) -> bool:
        return bool(self._chip.mode1_reg & (AUTO_INCREMENT | SLEEP) == AUTO_INCREMENT)


class PCA9685Pin:
    """One output of the chip, in microseconds. `PCA9685.pin` makes it."""

    def __init__(self, chip: PCA9685, channel: int, *, clock: Clock) -> None:
        self._tick_us = chip.tick_us
        self._ticks = Refreshed[int](lambda ticks: chip.set_ticks(channel, ticks), clock=clock)

    def set_us(self, pulse_us: float) -> None:
        """Repeat a pulse of this length, rounded to whole ticks.

        Raises:
            OSError: If the bus fails.
        """
        self._ticks.put(min(round(pulse_us / self._tick_us), TICKS - 1))

    def off(self) -> None:
        """Send no pulses.

        Raises:
            OSError: If the bus fails.
        """
        self._ticks.put(0)


def _no_answer(address: int, error: Exception) -> DeviceError:
    step = way_on(error, STEPS) + other_address(address)
    step = NOT_ITS_OWN if address == ALL_CALL else step
    return DeviceError(f"No PCA9685 answers at address {address:#04x}: {error}. {step}")


def other_address(address: int) -> str:
    """A hint if the owner probably mixed up a hexadecimal and a decimal address, else "".

    Args:
        address: The address at which no chip answers.

    Example:
        >>> other_address(0x64), other_address(40), other_address(0x41)
        ('. Addresses are hexadecimal: 64 is 0x40', '. Addresses are hexadecimal: write 0x40', '')
    """
    digits = f"{address:x}"
    if digits.isdecimal() and int(digits) in ADDRESSES:
        return f". Addresses are hexadecimal: {digits} is {int(digits):#04x}"
    if int(str(address), 16) in ADDRESSES and address not in ADDRESSES:
        return f". Addresses are hexadecimal: write 0x{address}"
    return ""


def _driver() -> ModuleType:
    try:
        import adafruit_pca9685
    except Exception as error:
        # The library raises a RuntimeError if gpiod is not found, and a NotImplementedError for a
        # board that it does not know. An older version raises lgpio's own error if a new kernel
        # numbers the GPIO chips differently.
        raise DeviceError(
            "The PCA9685 needs adafruit-circuitpython-pca9685 and gpiod. Install them: "
            f"{install_extra('pi')}. ({error})"
        ) from not_loaded(error)
    return cast(ModuleType, adafruit_pca9685)


def all_off(bus: I2CBus, address: int) -> None:
    """Switch all outputs off and read that back. It is fast, because it loads no library.

    Raises:
        OSError: If the bus fails, or the outputs do not read as off.
    """
    write(bus, address, bytes([ALL_LED_OFF_H, FULL_OFF]))
    answer = bytearray(1)
    with _taken(bus):
        for channel in range(CHANNELS):
            register = bytes([LED0_OFF_H + LED_SIZE * channel])
            bus.writeto_then_readfrom(address, register, answer)
            if answer[0] != FULL_OFF:
                raise OSError(errno.EPROTO, f"it does not say that its outputs are off: {_FOOLED}")


def write(bus: I2CBus, address: int, data: bytes) -> None:
    """Do one transfer as soon as the bus is free."""
    with _taken(bus):
        bus.writeto(address, data)


@contextmanager
def _taken(bus: I2CBus) -> Iterator[None]:
    while not bus.try_lock():
        time.sleep(0)
    try:
        yield
    finally:
        bus.unlock()
