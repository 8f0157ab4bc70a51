"""Writing a recording so that a killed training leaves all of it up to its last epoch.

HDF5's single-writer mode keeps the file readable at every moment, and the number of an epoch is
written after everything else of it. Adding a recording to a file is not covered by that mode:
it happens in a copy, which then takes the place of the file.
"""

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from donkeycar.errors import TrainingError
from donkeycar.training.replay.hdf5 import MARK, MARKED, import_h5py, opened, subgroups
from donkeycar.training.replay.lock import FileLock
from donkeycar.training.replay.probe import Array, Probe

# Room for this many measured values an epoch, and this many bytes for the name of each.
MOST_VALUES, LONGEST_NAME = 256, 128
# Epochs whose numbers lie together in the file.
CHUNK = 256


def check_free(path: Path, group: str) -> None:
    """Make sure that `group` can be added to the file.

    Raises:
        TrainingError: If the name is taken or impossible, or the file is no replay.
    """
    if not group or "/" in group or group.startswith("."):
        raise TrainingError(f"`group` must be a name without slashes. Received: group={group!r}")
    if not path.exists():
        return
    with opened(path) as file:
        taken = subgroups(file)
    if group in taken:
        raise TrainingError(
            f"A recording is never overwritten. Received: group={group!r}, which {path} holds "
            f"already. Next step: choose a name other than {taken}, or another file"
        )


class RecordingWriter:
    """One recording being made; nobody else writes to the file meanwhile.

    Args:
        path: The file; made if it is not there.
        group: Name of the recording, new in that file.
        about: Description of network, objective and names, as JSON holds it.
        probe: Inputs and targets.
        weights: Weights of the network; their shapes and types are those of every epoch.
        half: Whether to keep matrices in float16. Vectors stay float32: they are small, and
            moving variances may exceed what float16 holds.

    Raises:
        TrainingError: If the name is taken, the file is no replay, or cannot be written.
    """

    def __init__(
        self,
        path: Path,
        group: str,
        *,
        about: Mapping[str, Any],
        probe: Probe,
        weights: Sequence[Array],
        half: bool,
    ) -> None:
        h5py = import_h5py()
        self._file: Any = None
        self._lock = FileLock(path.with_name(f".{path.name}.lock"))
        scratch = path.with_name(f".{path.name}.new")
        try:
            check_free(path, group)
            # Version 1.10 of the format is the first with single-writer mode.
            with h5py.File(scratch, "w", libver=("v110", "v110")) as file:
                file.attrs[MARK] = MARKED
                if path.exists():
                    with opened(path) as old:
                        for name in subgroups(old):
                            old.copy(name, file)
                _lay_out(file.create_group(group), about, probe, weights, half)
            os.replace(scratch, path)
            self._file = _open_for_appending(path)
        except OSError as error:
            raise TrainingError(
                f"The replay cannot be written to {path}: {error}. Choose another file"
            ) from error
        finally:
            with suppress(OSError):
                scratch.unlink(missing_ok=True)
            if self._file is None:
                self._lock.release()
        recording = self._file[group]
        self._weights = [recording[f"weights/{place:04}"] for place in range(len(weights))]
        self._history, self._history_names = recording["history"], recording["history_names"]
        self._epochs = recording["epochs"]
        self._names: list[str] = []

    @property
    def epoch_bytes(self) -> int:
        """What an epoch takes of the disk, in bytes."""
        return sum(node.dtype.itemsize * int(np.prod(node.shape[1:])) for node in self._weights)

    def append(self, epoch: int, weights: Sequence[Array], measured: Mapping[str, float]) -> None:
        """Add an epoch; it counts once all of it is written.

        Args:
            epoch: Its number.
            weights: All weights after it.
            measured: What was measured in it, by name.

        Raises:
            OSError: If it cannot be written.
        """
        for name in measured:
            if name not in self._names and len(self._names) < MOST_VALUES:
                self._history_names[len(self._names)] = name.encode()[:LONGEST_NAME]
                self._names.append(name)
        values = np.full(MOST_VALUES, np.nan)
        values[: len(self._names)] = [measured.get(name, np.nan) for name in self._names]
        _append(self._history, values)
        for node, value in zip(self._weights, weights, strict=True):
            with np.errstate(over="ignore"):  # a weight beyond float16 is infinite there
                _append(node, np.asarray(value).astype(node.dtype))
        self._file.flush()
        _append(self._epochs, epoch)
        self._file.flush()

    def close(self) -> None:
        """End the recording. Safe to call twice."""
        file, self._file = self._file, None
        try:
            if file is not None:
                file.close()
        finally:
            self._lock.release()


def _lay_out(
    group: Any, about: Mapping[str, Any], probe: Probe, weights: Sequence[Array], half: bool
) -> None:
    """Make all that a recording consists of, still without an epoch."""
    group["about"] = np.frombuffer(json.dumps(about).encode(), np.uint8)
    for kind, arrays in (("inputs", probe.inputs), ("targets", probe.targets)):
        for place, array in enumerate(arrays.values()):
            # Level 1 takes a third off camera frames; higher ones take time.
            group.create_dataset(f"{kind}/{place:04}", data=array, compression=1, shuffle=True)
    for place, value in enumerate(weights):
        halved = half and value.ndim > 1 and value.dtype.kind == "f"
        _growing(group, f"weights/{place:04}", value.shape, np.float16 if halved else value.dtype)
    _growing(group, "history", (MOST_VALUES,), np.float64)
    group.create_dataset("history_names", (MOST_VALUES,), f"S{LONGEST_NAME}")
    _growing(group, "epochs", (), np.int32)


def _growing(group: Any, name: str, shape: tuple[int, ...], dtype: Any) -> None:
    """Make a dataset that holds one array of `shape` an epoch."""
    group.create_dataset(
        name,
        shape=(0, *shape),
        maxshape=(None, *shape),
        chunks=(1, *shape) if shape else (CHUNK,),
        dtype=dtype,
    )


def _append(node: Any, value: Any) -> None:
    node.resize(len(node) + 1, axis=0)
    node[-1] = value


def _open_for_appending(path: Path) -> Any:
    """Open a file in single-writer mode from the first moment on: a kill never spoils it."""
    h5py = import_h5py()
    access = h5py.h5p.create(h5py.h5p.FILE_ACCESS)
    access.set_libver_bounds(h5py.h5f.LIBVER_V110, h5py.h5f.LIBVER_V110)
    mode = h5py.h5f.ACC_RDWR | h5py.h5f.ACC_SWMR_WRITE
    return h5py.File(h5py.h5f.open(os.fsencode(path), mode, access))
