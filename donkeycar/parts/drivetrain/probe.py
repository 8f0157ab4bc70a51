"""Probes of `donkey doctor` for pins, chips and serial lines; they move nothing.

Each probe takes the hardware to check as arguments, and returns one finding.
"""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from donkeycar.parts.drivetrain.i2c_bus import missing_bus_step
from donkeycar.parts.drivetrain.pca9685 import other_address
from donkeycar.parts.drivetrain.pin_id import BOARD_BY_BCM
from donkeycar.parts.finding import MISSING, OK, WARNING, Finding
from donkeycar.parts.holders import held_by, openers, sitters

FUSER = "sudo fuser -v"
END_CONSOLE = (
    "the console of the Pi: sudo raspi-config nonint do_serial_cons 1, then start it again"
)


class Bus(Protocol):
    """The part of an I2C bus that a probe needs."""

    def readfrom_into(self, address: int, buffer: bytearray, /) -> None:
        """Read a byte; raises ``OSError`` if nothing answers."""


def port_holder(path: Path) -> str:
    """Say who has opened a serial port or is logged in on it; "" if nobody is known."""
    return held_by([path], finders=(openers, sitters))


def i2c_chip(
    number: int,
    address: int,
    *,
    open_bus: Callable[[int], Bus],
    devices: Path = Path("/dev"),
    held_by: Callable[[list[Path]], str] = held_by,
) -> Finding:
    """Look for a chip on an I2C bus; it reads one byte and writes none.

    Args:
        number: Number of the bus.
        address: Address of the chip.
        open_bus: Opens a bus.
        devices: Folder of the device files.
        held_by: Says who else has opened a device. Programs may share a bus, but a program that
            keeps it busy makes the car wait.
    """
    what, device = "I2C", devices / f"i2c-{number}"
    if not device.exists():
        return Finding(what, MISSING, f"no {device}", missing_bus_step(number, devices))
    if not os.access(device, os.R_OK | os.W_OK):
        return Finding(
            what, MISSING, f"you may not open {device}",
            "sudo usermod -aG i2c $USER; log in again",
        )  # fmt: skip
    others = held_by([device])
    shared = f"; the bus is open in {others} as well" if others else ""
    try:
        open_bus(number).readfrom_into(address, bytearray(1))
    except OSError as error:
        return Finding(
            what, MISSING,
            f"bus {number} is there, but nothing answers at {address:#04x}: {error}{shared}",
            f"check wires and power of the servo board; sudo i2cdetect -y {number} shows what "
            f"answers (sudo apt install i2c-tools){other_address(address)}",
        )  # fmt: skip
    return Finding(what, OK, f"a chip answers at {address:#04x} of bus {number}{shared}")


def device(what: str, path: Path, *, step: str) -> Finding:
    """Look for a device file, such as a serial line."""
    if not path.exists():
        return Finding(what, MISSING, f"no {path}", step)
    return Finding(what, OK, f"{path} is there")


def serial_port(path: Path, *, step: str, held_by: Callable[[Path], str] = port_holder) -> Finding:
    """Check a serial port without opening it, which would restart some boards.

    Args:
        path: Device file of the port.
        step: What to do if the port is missing.
        held_by: Says who uses the port.
    """
    found = device("serial", path, step=step)
    holder = held_by(path) if found.state == OK else ""
    if not holder:
        return found
    way = f"if this car drives now, all is well; if not, end that program, or see {FUSER} {path}"
    return Finding(
        "serial", MISSING, f"{path} is there, but {holder} has it",
        f"{way}; {END_CONSOLE}" if "getty" in holder else way,
    )  # fmt: skip


def released_pins(*, keeps_levels: bool | None, kernel: str) -> Finding:
    """Say what a motor's pin on the Pi does when its program is killed.

    Args:
        keeps_levels: The answer of `pi_board.keeps_levels`.
        kernel: The kernel's release, as ``uname -r`` prints it.
    """
    if keeps_levels is None:
        return Finding(
            "pins", WARNING,
            f"cannot be told: kernel {kernel} does not say whether a motor pin that is high stays "
            "so if its program is killed. Take it that it does",
            "give each motor pin 10 kOhm to ground; the kernels of Raspberry Pi tell since May "
            "2024 (sudo apt full-upgrade): docs/drivetrains.md",
        )  # fmt: skip
    if keeps_levels:
        return Finding(
            "pins", WARNING, "a motor pin that is high stays so if its program is killed",
            "add dtparam=strict_gpiod to /boot/firmware/config.txt, start the Pi again, and give "
            "each motor pin 10 kOhm to ground: docs/drivetrains.md",
        )  # fmt: skip
    return Finding("pins", OK, "motor pins are let go if their program is killed")


def pulled_high(bcm: int, setting: str) -> Finding:
    """Warn of a motor's pin that is high before any program opens it.

    Args:
        bcm: Number of the pin in the processor.
        setting: The setting that names the pin.
    """
    return Finding(
        "pins", WARNING,
        f"{setting} is GPIO {bcm} (pin {BOARD_BY_BCM[bcm]}), which is high from power-on until a "
        "program starts: its motor may run while the Pi starts",
        "move the wire to GPIO 9 or a higher one, such as 23 (pin 16) or 24 (pin 18)",
    )  # fmt: skip


def timed_by_a_program(entries: Sequence[str], *, step: str) -> Finding:
    """Warn of servos and speed controllers on GPIO pins, whose pulses are software PWM.

    Args:
        entries: The settings that name those pins.
        step: How to get better pulses.
    """
    late = "a program times these pulses, and is late on a busy computer"
    has_esc = any("THROTTLE_PIN" in entry for entry in entries)
    unsafe = ": neutral may then be throttle. A speed controller does not belong there"
    return Finding(
        "pulses", WARNING, f"{', '.join(entries)}: {late}{unsafe if has_esc else ''}", step
    )
