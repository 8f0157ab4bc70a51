"""Wiring of a drivetrain in the settings: pins, channels of a chip, or a serial port."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import NamedTuple, Protocol

from donkeycar.assembly.drivetrain.context import Settings, shown
from donkeycar.errors import ConfigError
from donkeycar.parts.drivetrain.pin_id import PinId, parse_pin


class Place(NamedTuple):
    """A setting, or an entry of one that is a dictionary."""

    setting: str
    entry: str = ""


class SerialPort(NamedTuple):
    """A serial port by its path, and the setting that holds the path."""

    path: str
    setting: str


Piece = PinId | SerialPort


class Wiring(Protocol):
    """The hardware to which a drivetrain is wired, by its settings."""

    def names(self, settings: Settings) -> Mapping[Place, str]:
        """The names of pins or ports in the settings, by their place."""

    def piece(self, name: str, setting: str) -> Piece:
        """The piece of hardware that a name means.

        Args:
            name: One of `names`.
            setting: The setting that holds it, for the message.

        Raises:
            ConfigError: If there is no such piece.
        """

    def shown(self, settings: Settings) -> str:
        """The settings that name the hardware, with their values."""


class PinWiring:
    """The entries of a dictionary whose names end in ``_PIN``.

    Args:
        family: The dictionary.
    """

    def __init__(self, family: str) -> None:
        self._family = family

    def names(self, settings: Settings) -> dict[Place, str]:
        """Names of pins."""
        entries = settings[self._family].items()
        return {Place(self._family, name): str(pin) for name, pin in entries if _is_pin(name)}

    def piece(self, name: str, setting: str) -> PinId:
        """A pin."""
        return parse_pin(name, setting=setting)

    def shown(self, settings: Settings) -> str:
        """The entries."""
        return _listed(self.names(settings), settings)


class ChannelWiring:
    """Channels of the one PCA9685 of a car from before donkeycar 5."""

    def names(self, settings: Settings) -> dict[Place, str]:
        """Names of pins, in the form that other cars use."""
        # None meant bus 1 in donkeycar 4 as well.
        bus = 1 if settings["PCA9685_I2C_BUSNUM"] is None else settings["PCA9685_I2C_BUSNUM"]
        chip = f"PCA9685.{bus}:{settings['PCA9685_I2C_ADDR']:x}"
        channels = ("STEERING_CHANNEL", "THROTTLE_CHANNEL")
        return {Place(name): f"{chip}.{settings[name]}" for name in channels}

    def piece(self, name: str, setting: str) -> PinId:
        """A channel."""
        return parse_pin(name, setting=setting)

    def shown(self, settings: Settings) -> str:
        """The settings of the chip's bus and address."""
        address, bus = "PCA9685_I2C_ADDR", "PCA9685_I2C_BUSNUM"
        return (
            f"{shown(settings, address)} = {settings[address]:#04x}, "
            f"{shown(settings, bus)} = {settings[bus]}"
        )


class PortWiring:
    """A serial port.

    Args:
        setting: The setting that holds its path.
    """

    def __init__(self, setting: str) -> None:
        self._setting = setting

    def names(self, settings: Settings) -> dict[Place, str]:
        """The path."""
        return {Place(self._setting): settings[self._setting]}

    def piece(self, name: str, setting: str) -> SerialPort:
        """The port."""
        return SerialPort(name, self._setting)

    def shown(self, settings: Settings) -> str:
        """The setting."""
        return _listed(self.names(settings), settings)


CHANNELS = ChannelWiring()


def pieces(wiring: Wiring | None, settings: Settings) -> Iterator[Piece]:
    """The hardware to which a drivetrain is wired; none without a `wiring`.

    Raises:
        ConfigError: If the name of a piece is impossible.
    """
    if wiring is not None:
        for place, name in wiring.names(settings).items():
            yield wiring.piece(name, shown(settings, *place))


def possible_pieces(wiring: Wiring | None, settings: Settings) -> dict[Place, Piece]:
    """The same by the place of each name; impossible names are left out."""
    found: dict[Place, Piece] = {}
    if wiring is not None:
        for place, name in wiring.names(settings).items():
            with suppress(ConfigError):
                found[place] = wiring.piece(name, shown(settings, *place))
    return found


def _is_pin(entry: str) -> bool:
    return entry.endswith("_PIN")


def _listed(names: Mapping[Place, str], settings: Settings) -> str:
    return ", ".join(f"{shown(settings, *place)} = {name!r}" for place, name in names.items())
