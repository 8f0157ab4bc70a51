"""Frames that do not fit into memory, in a temporary file without a name.

The file is read and written, not memory-mapped: mapped pages count as memory of this process, and a
full disk would end the process without a message.
"""

import shutil
import tempfile
import weakref
from pathlib import Path
from threading import Lock

import numpy as np

from donkeycar.errors import TrainingError

# Space that must stay free on the disk for the pilot and for other programs.
SPARE_BYTES = 100_000_000


class FrameFile:
    """Frames on the disk that can be indexed like an array.

    Args:
        folder: Folder of the file, which has no name and disappears with the process.
        room: Number of frames that will come.
        frame_shape: Height, width and channels of each frame.

    Attributes:
        shape: ``(frames so far, height, width, channels)``.

    Raises:
        TrainingError: If the disk does not have enough space.
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
        """Append a frame.

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
            IndexError: If the row does not exist.
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
