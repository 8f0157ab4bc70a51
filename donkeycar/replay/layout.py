"""File format of a recording in HDF5.

A file is marked as a replay, and each of its groups is one recording::

    about           JSON: network, objective, shapes of the weights, names of inputs and targets
    inputs/0000     the probe: an array for each input, ...
    targets/0000    ... and for each target
    weights/0000    for each weight of the network, as it was after each epoch
    history         measured values of each epoch
    history_names   names of these values, in the same order
    epochs          number of each epoch, -1 where there is none yet; the first is before training
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from donkeycar.files import atomic_path
from donkeycar.replay.hdf5 import (
    MARK,
    MARKED,
    dataset,
    import_h5py,
    opened,
    read,
    subgroups,
)
from donkeycar.replay.probe_data import Array

NO_EPOCH = -1


def place_name(kind: str, place: int) -> str:
    """Name of one of several arrays of a kind, e.g. ``weights/0003``."""
    return f"{kind}/{place:04}"


def put_packed(group: Any, name: str, array: Array) -> None:
    """Write an array that does not change."""
    # Level 1 makes camera frames a third smaller; higher levels only take more time.
    group.create_dataset(name, data=array, compression=1, shuffle=True, track_times=False)


def put_growing(group: Any, name: str, rows: int, shape: tuple[int, ...], dtype: Any) -> Any:
    """Allocate an array of `shape` for each epoch, contiguous and without writing to it.

    Returns:
        The dataset.
    """
    h5py = import_h5py()
    how = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    how.set_layout(h5py.h5d.CONTIGUOUS)
    how.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    how.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
    how.set_obj_track_times(False)
    links = h5py.h5p.create(h5py.h5p.LINK_CREATE)
    links.set_create_intermediate_group(True)
    space = h5py.h5s.create_simple((rows, *shape))
    kind = h5py.h5t.py_create(np.dtype(dtype), logical=True)
    return h5py.Dataset(h5py.h5d.create(group.id, name.encode(), kind, space, how, links))


def dataset_names(group: Any, kind: str) -> list[str]:
    """Names of all arrays of a kind."""
    return [place_name(kind, place) for place in range(len(group[kind]))] if kind in group else []


def epochs_done(group: Any) -> list[int]:
    """Numbers of the epochs that were recorded to their end."""
    node = dataset(group, "epochs", kinds="i", shape=(None,))
    lengths = [dataset(group, name).shape[0] for name in dataset_names(group, "weights")]
    room = min([node.shape[0], dataset(group, "history").shape[0], *lengths])
    numbers = read(node)[:room]
    missing = np.flatnonzero(numbers < 0)
    return [int(number) for number in numbers[: missing[0] if missing.size else room]]


@contextmanager
def rewritten(path: Path) -> "Iterator[Any]":
    """Write a replay anew beside the old one: its present contents, then what the block adds.

    The new file replaces the old one at the end of the block, or not at all. Space that old
    recordings do not use is dropped.
    """
    h5py = import_h5py()
    # Version 1.10 of the format has checksums for all metadata. Without `track_order`, HDF5 would
    # forget which recording is the oldest.
    with (
        atomic_path(path) as draft,
        h5py.File(draft, "w", libver=("v110", "v110"), track_order=True) as file,
    ):
        file.attrs[MARK] = np.bytes_(MARKED)
        if path.exists():
            with opened(path) as old:
                for name in subgroups(old):
                    _copy(old[name], file.create_group(name))
        yield file


def _copy(old: Any, new: Any) -> None:
    """Copy a recording without its unused space."""
    rows = len(epochs_done(old))
    for name in ("about", *dataset_names(old, "inputs"), *dataset_names(old, "targets")):
        put_packed(new, name, read(dataset(old, name)))
    put_packed(new, "history_names", read(dataset(old, "history_names", kinds="S")))
    for name in ("epochs", "history", *dataset_names(old, "weights")):
        node = dataset(old, name)
        copy = put_growing(new, name, rows, node.shape[1:], node.dtype)
        for row in range(rows):
            copy[row] = read(node, row)
