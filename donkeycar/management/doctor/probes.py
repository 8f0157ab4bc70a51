"""Probes of the doctor for the computer: what a car needs, and the next step if it is missing.

Each probe takes the things to check as arguments, and returns one finding.
"""

import errno
import grp
import os
import shlex
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from donkeycar.drafts import CAR_FILES, abandoned, abandoned_files
from donkeycar.parts.finding import MISSING, OK, WARNING, Finding
from donkeycar.parts.needs import Runner, installed
from donkeycar.words import count

GIB = 1024**3
# A drive of ten minutes needs about this much room.
LOW_SPACE_BYTES = GIB
LOW_WRITE_BYTES_S = 5e6
WRITE_TEST_BYTES = 4 * 1024**2
COMMAND_S = 5.0


def output_of(words: Sequence[str]) -> str | None:
    """The output of a command; ``None`` if it is missing, fails, or takes too long."""
    try:
        answer = subprocess.run(  # noqa: S603
            words, capture_output=True, text=True, timeout=COMMAND_S, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip()


def gamepad(names: Iterable[str], *, wanted: bool) -> Finding:
    """Check for gamepads that are plugged in or paired."""
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
    """Check the room for recordings on the disk."""
    _, _, free = usage(folder)
    found = f"{free / GIB:.1f} GiB free in {folder}"
    if free < LOW_SPACE_BYTES:
        return Finding("disk", WARNING, found, "delete or move recordings from data/")
    return Finding("disk", OK, found)


# Linux makes a disk read-only when it fails.
TO_WRITE = {
    errno.EROFS: "restart once; if it is so again, the card is worn or locked: copy what is on it "
    "(donkey backup --out /another/disk/mycar.tar), and write a new card",
    errno.ENOSPC: "the disk is full: delete or move recordings from data/",
    errno.EIO: "the card is worn: copy what is on it, and write a new one",
}


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
            TO_WRITE.get(error.errno or 0, f"give it to yourself: sudo chown -R $USER {folder}"),
        )  # fmt: skip
    speed = WRITE_TEST_BYTES / seconds
    found = f"{speed / 1e6:.0f} MB/s"
    if speed < LOW_WRITE_BYTES_S:
        return Finding("writing", WARNING, found, "use a faster card, marked A1 or A2")
    return Finding("writing", OK, found)


def leftovers(folder: Path) -> Iterator[Finding]:
    """Name what commands that were killed left in the folder of the car, and beside it."""
    paths = [*abandoned(folder.parent, folder.name), *abandoned_files(folder, CAR_FILES)]
    if paths:
        words = " ".join(shlex.quote(str(path)) for path in paths)
        found = f"{count(len(paths), 'draft')} of a command that was killed"
        yield Finding("leftovers", WARNING, found, f"nothing needs them: rm -r {words}")


def time_of_day(*, run: Runner = output_of) -> Finding:
    """Check whether the clock is set, because records hold the time of day."""
    answer = run(["timedatectl", "show", "--property=NTPSynchronized", "--value"])
    if answer == "yes":
        return Finding("clock", OK, "set by the network")
    if answer is None:
        step = "compare `date` with a watch: every record has the time of day"
        return Finding("clock", WARNING, "this computer does not say", step)
    step = "sudo timedatectl set-ntp true, with internet"
    return Finding("clock", WARNING, "not set by the network", step)


def network(address: str, name: str = "") -> Finding:
    """Check the network, and say at which address a phone finds the car."""
    if address.startswith("127."):
        return Finding(
            "network", MISSING, "no address but this computer's own",
            "sudo nmcli device wifi connect NAME password PASSWORD",
        )  # fmt: skip
    return Finding("network", OK, f"{address}, {(name or socket.gethostname())}.local")


def packages(
    needed: Mapping[str, str], *, is_there: Callable[[str], bool] = installed
) -> list[Finding]:
    """Check whether libraries are installed.

    Args:
        needed: Line by module or program, e.g. ``{"picamera2": "sudo apt install
            python3-picamera2"}``.
        is_there: Whether one is installed.
    """
    missing: dict[str, list[str]] = {}
    for module, line in needed.items():
        if not is_there(module):
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
    """Check the membership of groups that may open devices.

    Args:
        wanted: Names of groups; groups that this computer does not have are ignored.
        mine: Groups of this process; ``None`` asks the system.
        known: Groups of this computer; ``None`` asks the system.
        is_root: Whether the process may open everything anyway; ``None`` asks the system.
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
