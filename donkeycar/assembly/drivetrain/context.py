"""Drivetrain context: the settings, pins, serial lines and clock that a builder uses."""

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, NamedTuple

from donkeycar.errors import ConfigError
from donkeycar.guardian.pulse import PulseRange
from donkeycar.parts.drivetrain.motor import Duty
from donkeycar.parts.drivetrain.pca9685 import TICKS, PulsePin, tick_us
from donkeycar.parts.drivetrain.pin_id import PinId
from donkeycar.parts.drivetrain.pins import Board, Pins, named_pins
from donkeycar.timing import Clock

if TYPE_CHECKING:
    from donkeycar.parts.drivetrain.serial_line import SerialLine
    from donkeycar.sim.world import World

Settings = Mapping[str, Any]

# Key under which the settings hold the place of each setting, if it is known.
WRITTEN_IN = "written_in"

# In a slower loop, a single late tick would count as silence.
SLOWEST_LOOP_HZ = 10


class Context(NamedTuple):
    """Everything that the builder of a drivetrain gets.

    Attributes:
        settings: All settings of the car, by name; `WRITTEN_IN` may hold the place of each.
        board: The hardware to which the pins are wired. ``None`` opens no hardware: the settings
            are only checked.
        clock: Source of time; ``None`` is real time.
        world: The simulated world, for ``SIM``.
        opened: Closes all the hardware that was opened.
    """

    settings: Settings
    board: Board | None
    clock: Clock | None
    world: "World | None"
    opened: ExitStack

    def pins(self) -> "Pins | NoPins":
        """The pins of the car, to be opened by their names."""
        if self.board is None:
            return NoPins()
        return Pins(
            self.board,
            frequency_hz=self.settings["PWM_FREQUENCY"],
            motor_frequency_hz=self.settings["MOTOR_PWM_FREQUENCY"],
            oscillator_hz=self.settings["PCA9685_OSCILLATOR_HZ"],
            clock=self.clock,
            opened=self.opened,
        )

    def serial(self, port: str, *, baud_rate: int) -> "SerialLine":
        """Open a serial line; it is closed with `opened`.

        Raises:
            NothingOpened: If the settings are only checked. Leave it alone.
            DeviceError: If it does not open.
        """
        from donkeycar.parts.drivetrain.serial_line import SerialLine  # not on Windows

        if self.board is None:
            raise NothingOpened
        line = SerialLine(port, baud_rate=baud_rate, clock=self.clock)
        self.opened.callback(line.close)
        return line

    def named_pins(self, family: str) -> dict[str, PinId]:
        """Read the pins of a dictionary of the settings, by its entries."""
        entries = self.settings[family]
        names = {entry: pin for entry, pin in entries.items() if entry.endswith("_PIN")}
        read = named_pins({self.shown(family, entry): pin for entry, pin in names.items()})
        return dict(zip(names, read.values(), strict=True))

    def shown(self, name: str, entry: str = "") -> str:
        """The name of a setting or of its entry, with the place where the owner finds it."""
        return shown(self.settings, name, entry)

    def pulse_names(self, family: str, entries: Iterable[str]) -> str:
        """Names of the settings that hold pulses; `family` is "" for a car without a dictionary."""
        return ", ".join(
            self.shown(family or "PWM_STEERING_THROTTLE", entry)
            if family or self.settings.get(entry) is None
            else self.shown(entry)
            for entry in entries
        )

    def pulses(self, *counts: float, scale: float = 1.0) -> PulseRange:
        """Convert two or three pulses from counts of 4096 parts of a frame to microseconds.

        With two counts, the middle pulse is half-way between them.
        """
        count_us = scale * tick_us(self.settings["PWM_FREQUENCY"])
        low_us, high_us = counts[0] * count_us, counts[-1] * count_us
        centre_us = counts[1] * count_us if len(counts) == 3 else (low_us + high_us) / 2
        return PulseRange(low_us, centre_us, high_us)


class NoPins:
    """Pins for checking settings: they open nothing and move nothing."""

    def pulse(self, pin: PinId, *, inverted: bool = False) -> PulsePin:
        """A pin for a servo or a speed controller."""
        return _NoPin()

    def duty(self, pin: PinId) -> Duty:
        """A pin for the power of a motor."""
        return Duty(self.pulse(pin), TICKS)

    def level(self, pin: PinId) -> Duty:
        """A pin that is high or low."""
        return self.duty(pin)


class _NoPin:
    def set_us(self, pulse_us: float) -> None:
        """Do nothing: this pin has no hardware."""

    def off(self) -> None:
        """Do nothing: this pin has no hardware."""


class NothingOpened(Exception):  # noqa: N818 - not an error: the settings are checked by then
    """Ends a check of settings at the point where hardware would be opened."""


def shown(settings: Settings, name: str, entry: str = "") -> str:
    """The name of a setting or of its entry, with file and line if they are known.

    Example:
        >>> shown({"written_in": {"WHEELS": "myconfig.py:3"}}, "WHEELS", "PIN")
        "WHEELS['PIN'] (myconfig.py:3)"
    """
    text = f"{name}[{entry!r}]" if entry else name
    place = settings.get(WRITTEN_IN, {}).get(name, "")
    return f"{text} ({place})" if place else text


def check_rate(rate_hz: float) -> None:
    """Refuse a loop that is too slow for a guardian.

    Raises:
        ConfigError: If it is too slow.
    """
    if rate_hz < SLOWEST_LOOP_HZ:
        raise ConfigError(
            f"`DRIVE_LOOP_HZ` must be at least {SLOWEST_LOOP_HZ}: the motor stops if the loop is "
            f"silent for 0.15 s. Received: DRIVE_LOOP_HZ={rate_hz}"
        )
