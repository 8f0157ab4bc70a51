"""File lock: one writer at a time in a tub."""

import os
from pathlib import Path

from donkeycar.errors import TubError


class TubInUse(TubError):
    """Another program, or another writer here, records into a tub."""


class TubLock:
    """Keeps a second recorder out of a tub until released, or until this process ends.

    On systems without ``flock`` (Windows) nothing is locked.

    Args:
        path: The tub's folder.

    Raises:
        TubInUse: If another program, or another writer here, records into this tub.
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
            os.close(fd)
            raise TubInUse(
                f"Another program is recording into {path}. Next step: stop it, or choose "
                "another folder"
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
