"""Writing a recording so that a killed training leaves all of it up to its last epoch.

All room is laid out before the first epoch, in an HDF5 file that is complete and closed. From
then on numbers are written to their places in it, past HDF5: nothing that describes the file is
touched, so it can be read at every moment. The number of an epoch is written after everything
else of it. Room that is not used yet takes none of the disk, and is cut off at the end.
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

# Room for this many measured values an epoch, and this many bytes for the name of each.
MOST_VALUES, LONGEST_NAME = 256, 128


def check_free(path: Path, group: str) -> None:
    """Make sure that `group` can be added to the file.

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
    """A name that is new in a file: `group` itself, or with the first number that makes it so."""
    taken = _taken(path)
    names = (group if number == 1 else f"{group}-{number}" for number in count(1))
    return next(name for name in names if name not in taken)


class RecordingWriter:
    """One recording being made; nobody else writes to the file meanwhile.

    Args:
        path: The file; made if it is not there.
        group: Name of the recording, new in that file.
        about: Description of network, objective and names, as JSON holds it.
        probe: Inputs and targets.
        weights: Weights of the network; their shapes and types are those of every epoch.
        rows: How many epochs there is room for, with the one before training.
        half: Whether to keep matrices in float16. Vectors stay float32: they are small, and
            moving variances may exceed what float16 holds.

    Raises:
        TrainingError: If the name is taken, the file is not a replay, or cannot be written.
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
        # Where in the file an array of each epoch begins, its type, and its size in bytes.
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
        """Add an epoch; it counts once all of it is written.

        Args:
            epoch: Its number, 0 or more.
            weights: All weights after it.
            measured: What was measured in it, by name.

        Raises:
            OSError: If it cannot be written.
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
        """End the recording, and cut off what was not used. Safe to call twice."""
        file, self._file = self._file, None
        try:
            if file is not None:
                with suppress(OSError):  # what it could not write before, it cannot now
                    file.close()
                if self._used < self._rows:
                    # On a full disk it stays as it is: it can be read all the same.
                    with suppress(OSError), rewritten(self._path):
                        pass
        finally:
            self._lock.release()

    def __del__(self) -> None:
        # Whoever forgot to close it, after an interruption, loses nothing but some room.
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
        """Make all that the recording consists of, still without an epoch."""
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
        """Put numbers to their place in the file."""
        start, dtype, size = self._places[name]
        with np.errstate(over="ignore"):  # a weight beyond float16 is infinite there
            numbers = np.asarray(value).astype(dtype).tobytes()
        self._file.seek(start + row * size)
        self._file.write(numbers)
        self._file.flush()


def _taken(path: Path) -> list[str]:
    if not path.exists():
        return []
    with opened(path) as file:
        return subgroups(file)
