"""Drivetrain probe of `donkey doctor`: the hardware that the settings name, and its libraries."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from donkeycar.assembly.drivetrain.context import Settings, shown
from donkeycar.assembly.drivetrain.table import DRIVETRAINS
from donkeycar.assembly.drivetrain.wiring import (
    Piece,
    Place,
    SerialPort,
    Wiring,
    possible_pieces,
)
from donkeycar.commands import install_extra
from donkeycar.parts.drivetrain import probe as probes
from donkeycar.parts.drivetrain.header_uart import not_the_header, uart_step
from donkeycar.parts.drivetrain.i2c_bus import open_bus
from donkeycar.parts.drivetrain.kernel_pwm import SYSFS_PWM
from donkeycar.parts.drivetrain.pi_board import keeps_levels, pwm_overlay
from donkeycar.parts.drivetrain.pin_id import (
    PULLED_HIGH,
    GpioId,
    KernelPwmId,
    PCA9685Id,
    bcm_number,
)
from donkeycar.parts.finding import MISSING, OK, WARNING, Finding
from donkeycar.parts.needs import Library

# Entries of pins that carry pulses for a servo or a speed controller.
PULSED = ("PWM_STEERING_PIN", "PWM_THROTTLE_PIN")

Pieces = Mapping[Place, Piece]


def probe(kind: str, settings: Settings) -> Iterator[Finding]:
    """Check the hardware of a drivetrain, as far as that is possible without moving it.

    Args:
        kind: A word of `DRIVE_TRAIN_TYPE`; the check of the settings reports an unknown one.
        settings: All settings of the car, by name.
    """
    row = DRIVETRAINS.get(kind)
    if row is not None and row.probe is not None:
        yield from row.probe(settings)
    elif row is not None and row.wiring is not None:
        yield from _wiring(row.wiring, settings)


def _wiring(wiring: Wiring, settings: Settings) -> Iterator[Finding]:
    """Check every pin, chip and line; the check of the settings reports impossible ones."""
    found = possible_pieces(wiring, settings)
    yield from _chips(found, wiring.shown(settings))
    yield from _header(found, settings)
    if any(isinstance(piece, KernelPwmId) for piece in found.values()):
        yield probes.device("PWM", SYSFS_PWM, step=pwm_overlay())
    for piece in found.values():
        if isinstance(piece, SerialPort):
            yield _serial(piece)


def libraries_of(kind: str, settings: Settings) -> tuple[Library, ...]:
    """The libraries that the hardware of a drivetrain needs.

    Args:
        kind: A word of `DRIVE_TRAIN_TYPE`.
        settings: All settings of the car, by name.
    """
    if kind not in DRIVETRAINS:
        return ()
    row, extra = DRIVETRAINS[kind], install_extra("pi")
    of_piece = {
        PCA9685Id: [Library(name, extra) for name in ("smbus2", "adafruit_pca9685", "gpiod")],
        GpioId: [Library("lgpio", "sudo apt install python3-lgpio")],
        SerialPort: [Library("serial", extra)],
    }
    found = possible_pieces(row.wiring, settings).values()
    libraries = [library for piece in found for library in of_piece.get(type(piece), ())]
    return tuple(dict.fromkeys((*libraries, *row.libraries)))


def _chips(found: Pieces, where: str) -> Iterator[Finding]:
    chips = {(p.bus, p.address) for p in found.values() if isinstance(p, PCA9685Id)}
    for bus, address in sorted(chips):
        finding = probes.i2c_chip(bus, address, open_bus=open_bus)
        is_missing = finding.state == MISSING
        yield finding._replace(found=f"{finding.found} ({where})") if is_missing else finding


def _header(found: Pieces, settings: Settings) -> Iterator[Finding]:
    header = {place: piece for place, piece in found.items() if isinstance(piece, GpioId)}
    for place, piece in header.items():
        bcm = bcm_number(piece.name)
        # A constant level is not a pulse: it does not move a servo or a speed controller.
        if place.entry not in PULSED and bcm is not None and bcm in PULLED_HIGH:
            yield probes.pulled_high(bcm, shown(settings, *place))
    if header:
        yield probes.released_pins(keeps_levels=keeps_levels(), kernel=os.uname().release)
    pulsed = [f"{p.setting}[{p.entry!r}]" for name in PULSED for p in header if p.entry == name]
    if pulsed:
        yield probes.timed_by_a_program(pulsed, step=pwm_overlay())


def _serial(port: SerialPort) -> Finding:
    step = uart_step(port.path) or f"check the plug, or {port.setting}"
    finding = probes.serial_port(Path(port.path), step=step)
    elsewhere = not_the_header(port.path)
    if finding.state == OK and elsewhere:
        return Finding("serial", WARNING, f"{port.path} is {elsewhere}", step)
    return finding
