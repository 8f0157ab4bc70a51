"""Crash-safe writing of a recording: a killed training leaves everything up to its last epoch.

All space is allocated before the first epoch, in an HDF5 file that is complete and closed. From
then on, numbers are written directly to their places in the file, without HDF5. The structure of
the file is never touched, so it can be read at every moment. The number of an epoch is written
after all its other values. Space that is not used yet takes none of the disk, and is cut off at
the end.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from donkeycar.errors import TrainingError, text_of
from donkeycar.replay.hdf5 import opened, subgroups
from donkeycar.replay.layout import (
    NO_EPOCH,
    place_name,
    put_growing,
    put_packed,
    rewritten,
)
from donkeycar.replay.probe_data import Array, ProbeData
from donkeycar.replay.replay_file import FileLock

# Space for this many metrics per epoch, and for this many bytes in the name of each.
MOST_VALUES, LONGEST_NAME = 256, 128


def check_free(path: Path, group: str) -> None:
    """Check that `group` can be added to the file.

    Raises:
        TrainingError: If the name is taken or impossible, or the file is not a replay.
    """
    if not group or "/" in group or group.startswith("."):
        raise TrainingError(f"`group` must be a name without slashes. Received: group={group!r}")
    taken = _taken(path)
    if group in taken:
        raise TrainingError(
            f"A recording is never overwritten. Received: group={group!r}, which {path} holds "
            f"already. Next step: choose a name other than {taken}, or another file"
        )


def free_group(path: Path, group: str) -> str:
    """A name that is new in a file: `group`, with the first free number if that is taken."""
    taken = _taken(path)
    names = (group if number == 1 else f"{group}-{number}" for number in count(1))
    return next(name for name in names if name not in taken)


class RecordingWriter:
    """Writes one recording; nobody else may write to the file meanwhile.

    Args:
        path: The file; it is made if it does not exist.
        group: Name of the recording, new in that file.
        about: Description of network, objective and names, as JSON can hold it.
        probe: Inputs and targets.
        weights: Weights of the network; their shapes and types apply to every epoch.
        rows: Number of epochs that have space, including the one before training.
        half: Whether matrices are stored in float16. Vectors stay float32, because they are small
            and moving variances may exceed the range of float16.

    Raises:
        TrainingError: If the name is taken, or the file is not a replay or cannot be written.
    """

    def __init__(
        self,
        path: Path,
        group: str,
        *,
        about: Mapping[str, Any],
        probe: ProbeData,
        weights: Sequence[Array],
        rows: int,
        half: bool,
    ) -> None:
        self._path, self._rows, self._used = path, rows, 0
        self._names: list[str] = []
        # For each array of an epoch: its position in the file, its type, and its size in bytes.
        self._places: dict[str, tuple[int, Any, int]] = {}
        self._file: Any = None
        self._lock = FileLock(path.with_name(f".{path.name}.lock"))
        try:
            check_free(path, group)
            with rewritten(path) as file:
                self._lay_out(file.create_group(group), about, probe, weights, half=half)
            self._file = path.open("r+b")
        except OSError as error:
            raise TrainingError(
                f"The replay cannot be written to {path}: {text_of(error)}. Choose another file"
            ) from error
        finally:
            if self._file is None:
                self._lock.release()

    def append(self, epoch: int, weights: Sequence[Array], measured: Mapping[str, float]) -> None:
        """Add an epoch; it counts only when all of it is written.

        Args:
            epoch: Its number, 0 or more.
            weights: All weights after the epoch.
            measured: Measured values of the epoch, by name.

        Raises:
            OSError: If the epoch cannot be written.
        """
        if self._used == self._rows:
            raise OSError(f"there is room for {self._rows - 1} epochs only")
        for name in measured:
            if name not in self._names and len(self._names) < MOST_VALUES:
                self._write("history_names", len(self._names), name.encode()[:LONGEST_NAME])
                self._names.append(name)
        values = np.full(MOST_VALUES, np.nan)
        values[: len(self._names)] = [measured.get(name, np.nan) for name in self._names]
        self._write("history", self._used, values)
        for place, value in enumerate(weights):
            self._write(place_name("weights", place), self._used, value)
        self._write("epochs", self._used, epoch)
        self._used += 1

    def close(self) -> None:
        """End the recording, and cut off unused space. Safe to call twice."""
        file, self._file = self._file, None
        try:
            if file is not None:
                with suppress(OSError):  # an earlier write failed, so this one may fail too
                    file.close()
                if self._used < self._rows:
                    # On a full disk the file stays as it is; it can still be read.
                    with suppress(OSError), rewritten(self._path):
                        pass
        finally:
            self._lock.release()

    def __del__(self) -> None:
        # If nobody closed it, for example after an interruption, only some disk space is lost.
        if self._file is not None:
            with suppress(OSError):
                self._file.close()

    def _lay_out(
        self,
        group: Any,
        about: Mapping[str, Any],
        probe: ProbeData,
        weights: Sequence[Array],
        *,
        half: bool,
    ) -> None:
        """Make the whole structure of the recording, without any epoch."""
        put_packed(group, "about", np.frombuffer(json.dumps(about).encode(), np.uint8))
        for kind, arrays in (("inputs", probe.inputs), ("targets", probe.targets)):
            for place, array in enumerate(arrays.values()):
                put_packed(group, place_name(kind, place), array)
        self._grow(group, "history_names", MOST_VALUES, (), f"S{LONGEST_NAME}")
        self._grow(group, "history", self._rows, (MOST_VALUES,), np.float64)
        for place, value in enumerate(weights):
            halved = half and value.ndim > 1 and value.dtype.kind == "f"
            dtype = np.float16 if halved else value.dtype
            self._grow(group, place_name("weights", place), self._rows, value.shape, dtype)
        self._grow(group, "epochs", self._rows, (), np.int32)
        group["epochs"][:] = NO_EPOCH
        group["history_names"][:] = b""

    def _grow(self, group: Any, name: str, rows: int, shape: tuple[int, ...], dtype: Any) -> None:
        node = put_growing(group, name, rows, shape, dtype)
        size = node.dtype.itemsize * int(np.prod(shape))
        self._places[name] = node.id.get_offset(), node.dtype, size

    def _write(self, name: str, row: int, value: Any) -> None:
        """Write numbers to their place in the file."""
        start, dtype, size = self._places[name]
        with np.errstate(over="ignore"):  # a weight beyond float16 becomes infinite
            numbers = np.asarray(value).astype(dtype).tobytes()
        self._file.seek(start + row * size)
        self._file.write(numbers)
        self._file.flush()


def _taken(path: Path) -> list[str]:
    if not path.exists():
        return []
    with opened(path) as file:
        return subgroups(file)
