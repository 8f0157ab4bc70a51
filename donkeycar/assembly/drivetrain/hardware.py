"""What hardware a drivetrain is wired to, in words that are the same for whoever means the same.

Two spellings of one pin, bus or port must not become two claims.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from importlib import import_module
from typing import Any

from donkeycar.errors import ConfigError
from donkeycar.parts.drivetrain.gpio_chip import load_lgpio
from donkeycar.parts.drivetrain.kernel_pwm import SYSFS_PWM, chip_folder
from donkeycar.parts.drivetrain.pin_id import GpioId, PCA9685Id, PinId, bcm_number, parse_pin

Settings = Mapping[str, Any]


def hardware_of(kind: str, settings: Settings) -> list[str]:
    """The hardware of a drivetrain, a name for each piece; none if it moves nothing real.

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
    return sorted({_name(piece) for piece in _PIECES.get(kind, _nothing)(kind, settings)})


def chips_of(kind: str, settings: Settings) -> list[tuple[int, int]]:
    """Bus and address of each PCA9685 among the hardware of a drivetrain; as `hardware_of`."""
    pieces = _PIECES.get(kind, _nothing)(kind, settings)
    return sorted({(each.bus, each.address) for each in pieces if isinstance(each, PCA9685Id)})


def load_drivers(kind: str, settings: Settings, *, also_threaded: bool) -> None:
    """Load all the code that a drivetrain will need: in an emergency there is no time for it.

    Perhaps there is no disk either, no file descriptor to read it with, or another version of it.

    One that is missing is left to its driver, which says so.

    Args:
        kind: A word of `DRIVE_TRAIN_TYPE`.
        settings: All settings of the car, by name.
        also_threaded: Whether those that start a thread are loaded, too. After that a process
            should not be forked.
    """
    for piece in _PIECES.get(kind, _nothing)(kind, settings):
        if type(piece) is GpioId and not also_threaded:
            continue
        for library in _LIBRARIES.get(type(piece), ()):
            # Some of them say "not found" with errors of their own.
            with suppress(Exception):
                _LOADERS.get(library, partial(import_module, library))()
    from donkeycar.assembly.drivetrain.table import check_settings

    with suppress(ConfigError):  # said where it is opened
        check_settings(kind, settings)


def _name(piece: PinId | str) -> str:
    if isinstance(piece, str):
        return f"serial port {os.path.realpath(piece)}"
    if isinstance(piece, PCA9685Id):
        return f"I2C bus {piece.bus}, address {piece.address:#04x}"
    if isinstance(piece, GpioId):
        return f"pin GPIO{bcm_number(piece.name)}"
    folder = chip_folder(SYSFS_PWM, piece.chip).resolve()
    return f"channel {piece.channel} of PWM chip {folder.name}"


def _pins(kind: str, settings: Settings) -> Iterator[PinId]:
    for setting, text in settings[kind].items():
        if setting.endswith("_PIN"):
            yield parse_pin(text, setting=setting)


def _old_chip(kind: str, settings: Settings) -> Iterator[PinId]:
    yield PCA9685Id(
        1 if settings["PCA9685_I2C_BUSNUM"] is None else settings["PCA9685_I2C_BUSNUM"],
        settings["PCA9685_I2C_ADDR"],
        settings["THROTTLE_CHANNEL"],
    )


def _port(setting: str) -> "Pieces":
    return lambda kind, settings: iter([settings[setting]])


def _nothing(kind: str, settings: Settings) -> Iterator[PinId]:
    return iter(())


Pieces = Callable[[str, Settings], Iterator[PinId] | Iterator[str]]

_PIECES: dict[str, Pieces] = {
    "PWM_STEERING_THROTTLE": _pins,
    "I2C_SERVO": _old_chip,
    "SERVO_ESC": _old_chip,
    "SERVO_HBRIDGE_2PIN": _pins,
    "SERVO_HBRIDGE_3PIN": _pins,
    "DC_STEER_THROTTLE": _pins,
    "DC_TWO_WHEEL": _pins,
    "DC_TWO_WHEEL_L298N": _pins,
    "MM1": _port("MM1_SERIAL_PORT"),
    "VESC": _port("VESC_SERIAL_PORT"),
    "MOCK": _nothing,
    "SIM": _nothing,
}

_LIBRARIES: dict[type, tuple[str, ...]] = {
    PCA9685Id: ("smbus2", "adafruit_pca9685"),
    GpioId: ("lgpio",),
    str: ("serial", "donkeycar.parts.drivetrain.serial_line"),
}
_LOADERS: dict[str, Callable[[], object]] = {"lgpio": load_lgpio}
