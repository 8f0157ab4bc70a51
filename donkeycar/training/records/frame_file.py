"""Frames that do not fit into memory, in a nameless file.

The file is read and written, not mapped: pages of a map count as memory of this process, and a
full disk would end it without a word.
"""

import shutil
import tempfile
import weakref
from pathlib import Path
from threading import Lock

import numpy as np

from donkeycar.errors import TrainingError

# Left free on the disk for the pilot and for everybody else.
SPARE_BYTES = 100_000_000


class FrameFile:
    """Frames on the disk that look like an array to whoever takes some of them.

    Args:
        folder: Where the file lies, without a name; it vanishes with the process.
        room: How many frames will come.
        frame_shape: Height, width and channels of each.

    Attributes:
        shape: ``(frames so far, height, width, channels)``.

    Raises:
        TrainingError: If the disk does not have the room.
    """

    def __init__(self, folder: Path, room: int, frame_shape: tuple[int, ...]) -> None:
        self.shape = (0, *frame_shape)
        self._frame_bytes = int(np.prod(frame_shape))
        self._folder = folder
        self._needed = room * self._frame_bytes
        self._lock = Lock()
        try:
            free = shutil.disk_usage(folder).free
        except OSError as error:
            raise self._no_room(error.strerror or str(error)) from error
        if free < self._needed + SPARE_BYTES:
            raise self._no_room(f"{free / 1e9:.1f} GB are free")
        try:
            self._file = tempfile.TemporaryFile(  # noqa: SIM115, it lives as long as this does
                prefix=".frames-", dir=folder, buffering=0
            )
        except OSError as error:
            raise self._no_room(error.strerror or str(error)) from error
        weakref.finalize(self, self._file.close)

    def __len__(self) -> int:
        return self.shape[0]

    def append(self, frame: np.ndarray) -> None:
        """Write a frame behind the others.

        Raises:
            TrainingError: If the disk is full.
        """
        data = np.ascontiguousarray(frame).data.cast("B")
        with self._lock:
            self._file.seek(self.shape[0] * self._frame_bytes)
            try:
                while data:
                    data = data[self._file.write(data) :]
            except OSError as error:
                raise self._no_room(error.strerror or str(error)) from error
        self.shape = (self.shape[0] + 1, *self.shape[1:])

    def __getitem__(self, rows: int | slice | np.ndarray) -> np.ndarray:
        """Read frames.

        Args:
            rows: One number, a slice, or an array of numbers of any shape.

        Returns:
            ``uint8``, a new array: one frame for each number.

        Raises:
            IndexError: If there is no such row.
        """
        if isinstance(rows, slice):
            rows = np.arange(*rows.indices(len(self)))
        wanted = np.asarray(rows)
        if wanted.size and not -len(self) <= wanted.min() <= wanted.max() < len(self):
            raise IndexError(f"There are {len(self)} frames. Received: {wanted.max()}")
        frames = np.empty((*wanted.shape, *self.shape[1:]), np.uint8)
        for row, frame in zip(wanted.ravel(), frames.reshape(-1, self._frame_bytes), strict=True):
            self._read(int(row) % len(self), frame.data)
        return frames

    def _read(self, row: int, into: memoryview) -> None:
        with self._lock:
            self._file.seek(row * self._frame_bytes)
            while into:
                into = into[self._file.readinto(into) :]

    def _no_room(self, why: str) -> TrainingError:
        return TrainingError(
            f"{self._needed / 1e9:.1f} GB of frames do not fit into {self._folder}: {why}. Free "
            "some space, or train on fewer records."
        )
