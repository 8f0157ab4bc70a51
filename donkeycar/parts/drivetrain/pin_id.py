"""Pin names, as the settings write them.

| name                | pin                                                                  |
| ------------------- | -------------------------------------------------------------------- |
| `RPI_GPIO.BOARD.33` | pin 33 of the header of a Raspberry Pi, counted as on the board      |
| `RPI_GPIO.BCM.13`   | the same pin by its number in the processor                          |
| `PCA9685.1:40.0`    | channel 0 of the PCA9685 at address 0x40 (hexadecimal) of I2C bus 1  |
| `PWM.0.1`           | channel 1 of the kernel's PWM chip 0: ``/sys/class/pwm/pwmchip0``    |
| `PWM.1f00098000.1`  | channel 1 of the chip at this address: numbers of a Pi 5 may change  |
"""

import re
from typing import NamedTuple

from donkeycar.errors import ConfigError

FORMS = "RPI_GPIO.BOARD.33, RPI_GPIO.BCM.13, PCA9685.1:40.0 or PWM.0.1"
_GPIO = re.compile(r"RPI_GPIO\.(BOARD|BCM)\.(\d{1,2})")
_PCA9685 = re.compile(r"PCA9685\.(\d{1,3}):(?:0x)?([0-9A-Fa-f]{1,2})\.(\d{1,2})")
_KERNEL = re.compile(r"PWM\.(\d{1,3}|[0-9a-f]{6,16})\.(\d{1,3})")
# The pins of the 40-pin header that are neither supply nor ground: number on the board, and number
# in the processor. Source: raspberrypi.com, documentation of GPIO.
BCM_BY_BOARD = {
    3: 2, 5: 3, 7: 4, 8: 14, 10: 15, 11: 17, 12: 18, 13: 27, 15: 22, 16: 23, 18: 24, 19: 10, 21: 9,
    22: 25, 23: 11, 24: 8, 26: 7, 27: 0, 28: 1, 29: 5, 31: 6, 32: 12, 33: 13, 35: 19, 36: 16,
    37: 26, 38: 20, 40: 21,
}  # fmt: skip
BOARD_BY_BCM = {bcm: board for board, bcm in BCM_BY_BOARD.items()}
_BCM_PINS = frozenset(range(28))
# Pins with a function of their own: SDA and SCL by the number of the I2C bus, and the serial port.
I2C_PINS = {0: (0, 1), 1: (2, 3)}
SERIAL_PINS = (14, 15)
# These pins are high from the moment the Pi has power until a program changes them: pins 3, 5, 7,
# 24, 26 to 29 and 31. Source: Broadcom, BCM2835 ARM Peripherals, table 6-31 (pulls after a reset).
PULLED_HIGH = range(9)
CHIP_CHANNELS = 16
_PIGPIO = re.compile(r"PIGPIO\.(?:BCM|BOARD)\.(\d{1,2})")


class GpioId(NamedTuple):
    """A pin of the Raspberry Pi, by its number on the board (`BOARD33`) or chip (`GPIO13`)."""

    name: str


class PCA9685Id(NamedTuple):
    """A channel of a PCA9685."""

    bus: int
    address: int
    channel: int


class KernelPwmId(NamedTuple):
    """A channel of a PWM chip of the kernel; the chip is named by its number or its address."""

    chip: str
    channel: int


PinId = GpioId | PCA9685Id | KernelPwmId


def parse_pin(text: str, *, setting: str) -> PinId:
    """Read the name of a pin.

    Args:
        text: A name in one of the forms above.
        setting: The setting that holds it, for the message.

    Raises:
        ConfigError: If it is not one of them, no board has such a pin, or it belongs to a library
            that is no longer supported.

    Example:
        >>> parse_pin("PCA9685.1:40.0", setting="PWM_STEERING_PIN")
        PCA9685Id(bus=1, address=64, channel=0)
    """
    if match := _GPIO.fullmatch(text):
        scheme, number = match.groups()
        if int(number) not in (_BCM_PINS if scheme == "BCM" else BCM_BY_BOARD):
            where = "0 to 27" if scheme == "BCM" else "a pin of the header that is not a supply"
            raise ConfigError(
                f"`{setting}` must be {where}, counted as {scheme}. Received: {setting}={text!r}"
                + _other_count(scheme, int(number))
            )
        return GpioId(f"{'GPIO' if scheme == 'BCM' else 'BOARD'}{number}")
    if match := _PCA9685.fullmatch(text):
        bus, address, channel = match.groups()
        if int(channel) >= CHIP_CHANNELS:
            raise ConfigError(
                f"`{setting}` must name one of the channels 0 to {CHIP_CHANNELS - 1}. "
                f"Received: {setting}={text!r}"
            )
        return PCA9685Id(int(bus), int(address, 16), int(channel))
    if match := _KERNEL.fullmatch(text):
        return KernelPwmId(match[1], int(match[2]))
    if text.startswith("PIGPIO."):
        old = _PIGPIO.fullmatch(text)
        instead = text.replace("PIGPIO.", "RPI_GPIO.") if old else "RPI_GPIO.BCM.13"
        raise ConfigError(
            f"`{setting}` must be {FORMS}: pigpio does not run on a Raspberry Pi 5 and is no "
            f"longer part of the system. Received: {setting}={text!r}. For a servo or a speed "
            "controller write 'PWM.0.1' or the like (docs/drivetrains.md says which), for a motor "
            f"on a bridge {instead!r}"
        )
    raise ConfigError(f"`{setting}` must be {FORMS}. Received: {setting}={text!r}")


def _other_count(scheme: str, number: int) -> str:
    """A hint if the owner may have meant the number in the other way of counting."""
    if scheme == "BOARD" and number in BOARD_BY_BCM:
        return f". GPIO {number} is RPI_GPIO.BCM.{number}, or RPI_GPIO.BOARD.{BOARD_BY_BCM[number]}"
    if scheme == "BCM" and number in BCM_BY_BOARD:
        return f". Pin {number} of the header is RPI_GPIO.BOARD.{number}"
    return ""


def bcm_number(name: str) -> int | None:
    """The processor's number of a pin of the header; ``None`` if it has none.

    Args:
        name: A name as in `GpioId`.

    Example:
        >>> bcm_number("BOARD33"), bcm_number("GPIO13"), bcm_number("BOARD1")
        (13, 13, None)
    """
    number = int(name.removeprefix("GPIO").removeprefix("BOARD"))
    if name.startswith("BOARD"):
        return BCM_BY_BOARD.get(number)
    return number if number in _BCM_PINS else None


def is_same(one: PinId, other: PinId) -> bool:
    """Whether two names mean the same pin.

    Example:
        >>> is_same(GpioId("BOARD33"), GpioId("GPIO13"))
        True
    """
    if isinstance(one, GpioId) and isinstance(other, GpioId):
        return bcm_number(one.name) == bcm_number(other.name)
    return one == other
