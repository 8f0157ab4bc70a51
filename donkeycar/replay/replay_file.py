"""The file of a replay: its path beside the pilot, and a lock for a single writer."""

import os
from pathlib import Path

from donkeycar.errors import TrainingError
from donkeycar.pilots.files.names import REPLAY, beside, ending_of


class FileLock:
    """Keeps other trainings out of a replay until it is released, or this process ends.

    On systems without ``flock`` (Windows) nothing is locked.

    Args:
        path: An empty lock file beside the replay; it is made here and removed afterwards.

    Raises:
        TrainingError: If another training, or another recorder in this process, uses that replay.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd: int | None = None
        try:
            import fcntl
        except ImportError:
            return
        while self._fd is None:
            fd = _open(path)
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                os.close(fd)
                raise TrainingError(
                    "Another training is recording into the same replay. Next step: wait for its "
                    "end, or choose another file"
                ) from error
            except OSError:
                os.close(fd)  # a network disk without locks: record without one
                return
            if os.fstat(fd).st_nlink:
                self._fd = fd
            else:
                os.close(fd)  # its last holder removed the file in the meantime

    def release(self) -> None:
        """Release the lock. Safe to call twice."""
        if self._fd is not None:
            self._path.unlink(missing_ok=True)
            os.close(self._fd)
            self._fd = None

    def __del__(self) -> None:
        self.release()


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise TrainingError(
            f"The replay needs a folder that can be written to. Received: {path.parent} "
            f"({error.strerror})"
        ) from error


def replay_path(run: Path) -> Path:
    """The path of the recording of a training.

    Args:
        run: Any file of the pilot, or the replay itself.

    Example:
        >>> replay_path(Path("models/mypilot.tflite")).name
        'mypilot.replay.h5'
        >>> replay_path(Path("moons.h5")).name
        'moons.h5'
        >>> replay_path(Path("lr_0.001")).name
        'lr_0.001.replay.h5'
    """
    return run if ending_of(run) in (".h5", ".hdf5") else beside(run, REPLAY)
