"""Small questions to a computer: is what a car needs there, and if not, what is the next step.

Each probe takes what it looks at as arguments, and answers with one finding.
"""

import grp
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple, Protocol

from donkeycar.parts.holders import held_by, openers, sitters
from donkeycar.parts.needs import Runner

OK, WARNING, MISSING = "ok", "warning", "missing"

GIB = 1024**3
# A drive of ten minutes takes about this much.
LOW_SPACE_BYTES = GIB
LOW_WRITE_BYTES_S = 5e6
WRITE_TEST_BYTES = 4 * 1024**2
COMMAND_S = 5.0

FUSER = "sudo fuser -v"
END_CONSOLE = (
    "the console of the Pi: sudo raspi-config nonint do_serial_cons 1, then start it again"
)


class Finding(NamedTuple):
    """One line of the report.

    Attributes:
        what: What was looked at.
        state: `OK`, `WARNING` or `MISSING`.
        found: What was seen.
        step: What to do next; "" if nothing.
    """

    what: str
    state: str
    found: str
    step: str = ""


class Bus(Protocol):
    """The part of an I2C bus that a search needs."""

    def readfrom_into(self, address: int, buffer: bytearray, /) -> None:
        """Read a byte; raises ``OSError`` if nothing answers."""


def port_holder(path: Path) -> str:
    """Who has opened a serial port, or is logged in on it; "" if nobody is known of."""
    return held_by([path], finders=(openers, sitters))


def output_of(words: Sequence[str]) -> str | None:
    """What a command prints; ``None`` if it is missing, fails, or takes too long."""
    try:
        answer = subprocess.run(  # noqa: S603
            words, capture_output=True, text=True, timeout=COMMAND_S, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip()


def i2c_chip(
    number: int,
    address: int,
    *,
    open_bus: Callable[[int], Bus],
    devices: Path = Path("/dev"),
    held_by: Callable[[list[Path]], str] = held_by,
) -> Finding:
    """A chip on an I2C bus: reads one byte, writes none.

    Args:
        number: Of the bus.
        address: Of the chip.
        open_bus: Opens a bus.
        devices: Where the files of devices are.
        held_by: Says who else has opened a device. A bus may be shared, but a program that fills it
            makes the car wait.
    """
    what, device = "I2C", devices / f"i2c-{number}"
    if not device.exists():
        return Finding(what, MISSING, f"no {device}", "sudo raspi-config nonint do_i2c 0; reboot")
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
            f"check wires and power of the servo board; sudo i2cdetect -y {number}",
        )  # fmt: skip
    return Finding(what, OK, f"a chip answers at {address:#04x} of bus {number}{shared}")


def device(what: str, path: Path, *, step: str) -> Finding:
    """A file of the kernel, such as a serial line."""
    if not path.exists():
        return Finding(what, MISSING, f"no {path}", step)
    return Finding(what, OK, f"{path} is there")


def serial_port(path: Path, *, step: str, held_by: Callable[[Path], str] = port_holder) -> Finding:
    """A serial line, without opening it: that would restart some boards.

    Args:
        path: Of the port.
        step: What to do if it is not there.
        held_by: Says who has it.
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
    """What a pin of the Pi that drives a motor does when its program is killed.

    Args:
        keeps_levels: As of `pi_board.keeps_levels`.
        kernel: Its release, as ``uname -r`` prints it.
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


def timed_by_a_program(settings: Sequence[str], *, step: str) -> Finding:
    """Servos and speed controllers on pins of the Pi.

    Args:
        settings: Where those pins are written.
        step: What gives better pulses.
    """
    return Finding(
        "pulses", WARNING,
        f"{', '.join(settings)}: a program times these pulses, and is late on a busy computer",
        step,
    )  # fmt: skip


def gamepad(names: Iterable[str], *, wanted: bool) -> Finding:
    """Gamepads that are plugged in or paired."""
    found = ", ".join(names)
    if found:
        return Finding("gamepad", OK, found)
    if not wanted:
        return Finding("gamepad", OK, "none found, and the settings need none")
    return Finding(
        "gamepad", MISSING, "USE_JOYSTICK_AS_DEFAULT is set, but there is none",
        "plug it in, or bluetoothctl: scan on, pair, trust, connect; then: donkey gamepad",
    )  # fmt: skip


def disk(
    folder: Path, *, usage: Callable[[Path], tuple[int, int, int]] = shutil.disk_usage
) -> Finding:
    """Room for recordings."""
    _, _, free = usage(folder)
    found = f"{free / GIB:.1f} GiB free in {folder}"
    if free < LOW_SPACE_BYTES:
        return Finding("disk", WARNING, found, "delete or move recordings from data/")
    return Finding("disk", OK, found)


def writing(folder: Path, *, monotonic: Callable[[], float]) -> Finding:
    """Write a file in `folder`, measure it, and remove it."""
    try:
        with tempfile.TemporaryFile(dir=folder, prefix=".doctor-") as file:
            start_s = monotonic()
            file.write(os.urandom(WRITE_TEST_BYTES))
            file.flush()
            os.fsync(file.fileno())
            seconds = max(monotonic() - start_s, 1e-6)
    except OSError as error:
        return Finding(
            "writing", MISSING, f"{folder}: {error.strerror}",
            f"give it to yourself: sudo chown -R $USER {folder}",
        )  # fmt: skip
    speed = WRITE_TEST_BYTES / seconds
    found = f"{speed / 1e6:.0f} MB/s"
    if speed < LOW_WRITE_BYTES_S:
        return Finding("writing", WARNING, found, "use a faster card, marked A1 or A2")
    return Finding("writing", OK, found)


def time_of_day(*, run: Runner = output_of) -> Finding:
    """Whether the clock is set: records carry the time of day."""
    answer = run(["timedatectl", "show", "--property=NTPSynchronized", "--value"])
    if answer == "yes":
        return Finding("clock", OK, "set by the network")
    if answer is None:
        step = "compare `date` with a watch: every record has the time of day"
        return Finding("clock", WARNING, "this computer does not say", step)
    step = "sudo timedatectl set-ntp true, with internet"
    return Finding("clock", WARNING, "not set by the network", step)


def network(address: str, name: str = "") -> Finding:
    """Where a phone finds the car."""
    if address.startswith("127."):
        return Finding(
            "network", MISSING, "no address but this computer's own",
            "sudo nmcli device wifi connect NAME password PASSWORD",
        )  # fmt: skip
    return Finding("network", OK, f"{address}, {(name or socket.gethostname())}.local")


def packages(
    needed: Mapping[str, str], *, find: Callable[[str], object] = find_spec
) -> list[Finding]:
    """Libraries by the line that installs them.

    Args:
        needed: Line by module, e.g. ``{"picamera2": "sudo apt install python3-picamera2"}``.
        find: Finds a module, or gives ``None``.
    """
    missing: dict[str, list[str]] = {}
    for module, line in needed.items():
        if find(module) is None:
            missing.setdefault(line, []).append(module)
    if not missing:
        return [Finding("packages", OK, ", ".join(needed) or "none needed")]
    return [
        Finding("packages", MISSING, ", ".join(modules), line) for line, modules in missing.items()
    ]


def permissions(
    wanted: Iterable[str],
    *,
    mine: Iterable[str] | None = None,
    known: Iterable[str] | None = None,
    is_root: bool | None = None,
) -> Finding:
    """Groups that open devices.

    Args:
        wanted: Names of groups; those this computer does not know do not count.
        mine: Groups of this process; ``None`` asks.
        known: Groups of this computer; ``None`` asks.
        is_root: Whether everything is open anyway; ``None`` asks.
    """
    everybody = {group.gr_name: group.gr_gid for group in grp.getgrall()}
    names = set(everybody if known is None else known)
    own = {name for name, number in everybody.items() if number in os.getgroups()}
    own = own if mine is None else set(mine)
    lacking = [name for name in wanted if name in names and name not in own]
    if lacking and not (os.geteuid() == 0 if is_root is None else is_root):
        return Finding(
            "permissions", MISSING, f"you are not in {', '.join(lacking)}",
            f"sudo usermod -aG {','.join(lacking)} $USER; log in again",
        )  # fmt: skip
    return Finding("permissions", OK, "you may open every device of a car")
