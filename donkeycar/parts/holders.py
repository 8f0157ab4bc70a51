"""Finds the process that uses a device, for error messages about busy devices.

Sources: proc(5), for /proc/[pid]/fd, /proc/[pid]/stat (7: number of the controlling terminal) and
/proc/locks, whose lines Linux writes in fs/locks.c, `lock_get_status`: number, kind, ``ADVISORY``,
``READ`` or ``WRITE``, process, device and inode (``fe:00:2810489``, hexadecimal but for the inode),
range; a process that waits has ``->`` after its number.

Do not call this while a motor waits: it reads a folder for every process of the computer.
"""

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from donkeycar.guardian.other_process import described, way_out

PROC = Path("/proc")
NAMED = 3

# Processes that have any of these files, as far as this user may know.
Finder = Callable[[list[Path], Path], list[int]]


def lockers(paths: list[Path], proc: Path = PROC) -> list[int]:
    """Processes that hold a lock of a file, of whichever user.

    Args:
        paths: Paths of the files.
        proc: The kernel's folder of processes.
    """
    wanted = set()
    for path in paths:
        with suppress(OSError):
            found = path.stat()
            device = f"{os.major(found.st_dev):02x}:{os.minor(found.st_dev):02x}"
            wanted.add(f"{device}:{found.st_ino}")
    pids = []
    with suppress(OSError):
        for line in (proc / "locks").read_text().splitlines():
            words = line.split()
            if len(words) > 5 and words[1] != "->" and words[5] in wanted and words[4].isdigit():
                pids.append(int(words[4]))
    return sorted({pid for pid in pids if pid})


def openers(paths: list[Path], proc: Path = PROC) -> list[int]:
    """Processes that have opened a file: those of this user, and for root those of all users.

    Args:
        paths: Paths of the files.
        proc: The kernel's folder of processes.
    """
    wanted = {os.path.realpath(path) for path in paths}
    return [
        int(process.name)
        for process in _processes(proc)
        if any(_target(file) in wanted for file in _entries(process / "fd"))
    ]


def sitters(paths: list[Path], proc: Path = PROC) -> list[int]:
    """Processes whose controlling terminal a serial port is, of whichever user: a console's login.

    Args:
        paths: Paths of the ports.
        proc: The kernel's folder of processes.
    """
    wanted = set()
    for path in paths:
        with suppress(OSError):
            wanted.add(path.stat().st_rdev)
    wanted.discard(0)  # no device at all
    pids = []
    for process in _processes(proc):
        with suppress(OSError, ValueError, IndexError):
            # The second word is a name in brackets, which may hold anything.
            fields = (process / "stat").read_text(errors="replace").rpartition(")")[2].split()
            if int(fields[4]) in wanted:
                pids.append(int(process.name))
    return pids


def held_by(
    paths: Iterable[Path], *, finders: Iterable[Finder] = (openers,), proc: Path = PROC
) -> str:
    """Say which process uses a device, and how to end it; "" if none is known.

    Args:
        paths: Paths of its files.
        finders: Ways to search; the first that finds a process counts.
        proc: The kernel's folder of processes.

    Example:
        >>> held_by([Path("/dev/no-such-camera")])
        ''
    """
    files = list(paths)
    for find in finders:
        others = [pid for pid in find(files, proc) if pid != os.getpid()]
        if others:
            named = "; ".join(_named(proc / str(pid)) for pid in others[:NAMED])
            return f"{named}; and {len(others) - NAMED} more" if others[NAMED:] else named
    return ""


def _named(process: Path) -> str:
    user = -1
    with suppress(OSError):
        user = process.stat().st_uid
    return f"process {process.name}{described(process, user)} (end it: {way_out(process)})"


def _processes(proc: Path) -> list[Path]:
    found = [each for each in _entries(proc) if each.name.isdigit()]
    return sorted(found, key=lambda each: int(each.name))


def _entries(folder: Path) -> list[Path]:
    """Content of a folder that may belong to another user, or be gone by now."""
    with suppress(OSError):
        return list(folder.iterdir())
    return []


def _target(link: Path) -> str:
    with suppress(OSError):
        return os.readlink(link)
    return ""
