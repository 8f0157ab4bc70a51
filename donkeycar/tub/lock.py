"""File lock: one writer at a time in a tub."""

import os
from contextlib import suppress
from pathlib import Path

from donkeycar.errors import TubError
from donkeycar.words import shown

LOCKS = Path("/proc/locks")

LOCKS = Path("/proc/locks")


class TubInUse(TubError):
    """Another program, or another writer here, records into a tub or changes it."""


def is_recorded(path: Path) -> bool:
    """Whether a program holds the lock of a tub, without touching it; ``False`` if unknown.

    To try the lock would keep a car that starts just now from recording, so the list of locks of
    Linux is read.

    Args:
        path: The tub's folder.
    """
    try:
        status = os.stat(path)
        locks = LOCKS.read_text(encoding="ascii")
    except (OSError, ValueError):
        return False
    device = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}"
    return f" {device}:{status.st_ino} " in locks


class TubLock:
    """Keeps a second recorder out of a tub until released, or until this process ends.

    On systems without ``flock`` (Windows) nothing is locked.

    Args:
        path: The tub's folder.

    Raises:
        TubInUse: If another program, or another writer here, records into this tub or changes it.
    """

    def __init__(self, path: Path) -> None:
        self._fd: int | None = None
        try:
            import fcntl
        except ImportError:
            return
        fd = os.open(path, os.O_RDONLY)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = holder_of(fd)
            os.close(fd)
            raise TubInUse(
                f"Another program is recording into {path}, or changing it{holder}. Next step: "
                "wait for it, stop it, or choose another folder"
            ) from error
        except OSError:
            os.close(fd)  # a network disk without locks: record without a lock
            return
        self._fd = fd

    def release(self) -> None:
        """Release the lock. Safe to call twice."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def __del__(self) -> None:
        self.release()


def holder_of(fd: int) -> str:
    """Who holds the lock of a folder, e.g. ``: donkey tub repair data (process 812)``.

    Only Linux says that, in proc_locks(5); elsewhere, and for programs of another container, "".

    Args:
        fd: The folder.
    """
    with suppress(OSError, ValueError):
        status = os.fstat(fd)
        place = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
        for line in LOCKS.read_text(encoding="ascii").splitlines():
            fields = line.split()
            if "FLOCK" not in fields or place not in fields or "->" in fields:
                continue
            pid = int(fields[fields.index(place) - 1])
            if pid == os.getpid():
                return ": this one"
            words = Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0").split(b"\0")
            text = " ".join(word.decode("utf-8", "replace") for word in words)
            return f": {shown(text)[:120]} (process {pid})"
    return ""
