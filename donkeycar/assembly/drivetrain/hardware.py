"""The hardware of a drivetrain: one name for each piece, and the code that opens it.

A program claims hardware by these names. A pin, a bus or a port has one name, whatever the settings
call it: two spellings must not become two claims.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from importlib import import_module

from donkeycar.assembly.drivetrain.context import Settings
from donkeycar.assembly.drivetrain.table import DRIVETRAINS, check_settings
from donkeycar.assembly.drivetrain.wiring import Piece, SerialPort, pieces
from donkeycar.errors import ConfigError
from donkeycar.parts.drivetrain.gpio_chip import load_lgpio
from donkeycar.parts.drivetrain.kernel_pwm import SYSFS_PWM, chip_folder
from donkeycar.parts.drivetrain.pin_id import GpioId, PCA9685Id, bcm_number


def hardware_of(kind: str, settings: Settings) -> list[str]:
    """Name each piece of hardware of a drivetrain; a mocked or simulated one has none.

    Args:
        kind: A word of `DRIVE_TRAIN_TYPE`.
        settings: All settings of the car, by name.

    Raises:
        ConfigError: If the name of a pin is impossible.

    Example:
        >>> pins = {"PWM_STEERING_PIN": "PCA9685.1:40.1", "PWM_THROTTLE_PIN": "RPI_GPIO.BOARD.33"}
        >>> hardware_of("PWM_STEERING_THROTTLE", {"PWM_STEERING_THROTTLE": pins})
        ['I2C bus 1, address 0x40', 'pin GPIO13']
    """
    return sorted({_name(piece) for piece in _pieces(kind, settings)})


def chips_of(kind: str, settings: Settings) -> list[tuple[int, int]]:
    """Bus and address of each PCA9685 of a drivetrain. Raises the same errors as `hardware_of`."""
    found = [piece for piece in _pieces(kind, settings) if isinstance(piece, PCA9685Id)]
    return sorted({(chip.bus, chip.address) for chip in found})


def load_drivers(kind: str, settings: Settings, *, also_threaded: bool) -> None:
    """Load all the code that a drivetrain needs in an emergency.

    In an emergency there may be no time to load it, no disk, no free file descriptor, or another
    version on the disk.

    A missing library is not an error here: its driver reports it when the hardware is opened.

    Args:
        kind: A word of `DRIVE_TRAIN_TYPE`.
        settings: All settings of the car, by name.
        also_threaded: Whether to load also the libraries that start a thread. A process should not
            be forked after that.
    """
    modules = [
        module
        for piece in _pieces(kind, settings)
        if also_threaded or not isinstance(piece, GpioId)
        for module in _MODULES.get(type(piece), ())
    ]
    if kind in DRIVETRAINS:
        modules += [library.module for library in DRIVETRAINS[kind].libraries]
    for module in modules:
        # Some libraries raise errors of their own if they are not found.
        with suppress(Exception):
            _LOADERS.get(module, partial(import_module, module))()
    with suppress(ConfigError):  # reported when the hardware is opened
        check_settings(kind, settings)


def _pieces(kind: str, settings: Settings) -> Iterator[Piece]:
    """The pieces; none for an unknown word, which is refused when the hardware is opened."""
    row = DRIVETRAINS.get(kind)
    return pieces(row.wiring if row else None, settings)


def _name(piece: Piece) -> str:
    if isinstance(piece, SerialPort):
        return f"serial port {os.path.realpath(piece.path)}"
    if isinstance(piece, PCA9685Id):
        return f"I2C bus {piece.bus}, address {piece.address:#04x}"
    if isinstance(piece, GpioId):
        return f"pin GPIO{bcm_number(piece.name)}"
    folder = chip_folder(SYSFS_PWM, piece.chip).resolve()
    return f"channel {piece.channel} of PWM chip {folder.name}"


# Modules that are imported when a piece is opened.
_MODULES: dict[type, tuple[str, ...]] = {
    PCA9685Id: ("smbus2", "adafruit_pca9685"),
    GpioId: ("lgpio",),
    SerialPort: ("serial", "donkeycar.parts.drivetrain.serial_line"),
}
_LOADERS: dict[str, Callable[[], object]] = {"lgpio": load_lgpio}
