"""Safe reading of HDF5 files that may be damaged, foreign or malicious.

Only plain numbers of the expected type, shape and size that are in the file itself are read.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from donkeycar.commands import install_extra
from donkeycar.errors import TrainingError
from donkeycar.replay.probe_data import NUMBERS, Array

if TYPE_CHECKING:
    import h5py

# An attribute that marks a file as a replay.
MARK, MARKED = "format", b"donkeycar replay 1"
# More than any replay needs; a damaged size must not fill the memory.
LARGEST_BYTES = 4 << 30


def import_h5py() -> Any:
    """Import h5py.

    Raises:
        TrainingError: If it is not installed.
    """
    try:
        import h5py
    except ImportError as error:
        raise TrainingError(f"A replay needs h5py: {install_extra('train')} ({error})") from error
    return h5py


@contextmanager
def opened(path: Path) -> "Iterator[h5py.File]":
    """Open a replay for reading, even while it is being recorded.

    Raises:
        TrainingError: If it does not exist, is not a replay, or is damaged.
    """
    h5py = import_h5py()
    if not path.is_file():
        raise TrainingError(f"There is no replay at {path}. Record one with donkey train --replay")
    if not h5py.is_hdf5(path):
        raise TrainingError(f"A replay is an HDF5 file. Received: {path}, which is not one")
    try:
        with h5py.File(path, "r") as file:
            _check_mark(file, path)
            yield file
    except TrainingError:
        raise
    except (OSError, KeyError, ValueError, RuntimeError, TypeError, MemoryError) as error:
        raise TrainingError(f"The replay {path} is damaged: {error}") from error


def _check_mark(file: "h5py.File", path: Path) -> None:
    mark = b""
    # Text of variable length is not read at all: where it is damaged, HDF5 may hang for ever.
    if MARK in file.attrs and file.attrs.get_id(MARK).dtype.kind == "S":
        mark = bytes(file.attrs[MARK])
    if not mark.startswith(b"donkeycar replay"):
        raise TrainingError(f"{path} is an HDF5 file, but no replay of donkeycar")
    if mark != MARKED:
        raise TrainingError(
            f"A replay must be of the kind {MARKED!r}. Received: {mark!r} in {path}. "
            "Next step: update donkeycar"
        )


def subgroups(group: Any) -> list[str]:
    """Names of the groups within a group that are in the same file, the oldest first."""
    h5py = import_h5py()
    return [
        name
        for name in group
        # A link may lead to any other file.
        if isinstance(group.get(name, getlink=True), h5py.HardLink)
        and isinstance(group[name], h5py.Group)
    ]


def dataset(
    group: Any, name: str, *, kinds: str = NUMBERS, shape: tuple[int | None, ...] | None = None
) -> Any:
    """Find a dataset of numbers in a group.

    Args:
        group: An open group.
        name: Path of the dataset below the group.
        kinds: Letters of the allowed number types, as numpy's ``dtype.kind``.
        shape: Required shape; ``None`` in it stands for any length.

    Returns:
        The ``h5py.Dataset``.

    Raises:
        TrainingError: If it is missing, of another type, not in this file, or huge.
    """
    h5py = import_h5py()
    node = group
    for step in name.split("/"):
        if not isinstance(node.get(step, getlink=True), h5py.HardLink):
            raise TrainingError(f"{group.file.filename} is damaged: {group.name} has no {name}")
        node = node[step]
    what = f"{name} of {group.name} in {group.file.filename}"
    if not isinstance(node, h5py.Dataset) or node.is_virtual or node.external:
        raise TrainingError(f"{what} must be numbers within the file")
    if node.dtype.kind not in kinds or node.dtype.subdtype is not None:
        raise TrainingError(f"{what} must be numbers of kind {kinds}. Received: {node.dtype}")
    fits = shape is None or (
        len(shape) == node.ndim
        and all(want in (None, is_) for want, is_ in zip(shape, node.shape, strict=True))
    )
    if not fits:
        raise TrainingError(f"{what} must have the shape {shape}. Received: {node.shape}")
    return node


def read(node: Any, row: int | None = None) -> Array:
    """Read a whole dataset, or one row of it.

    Raises:
        TrainingError: If it is too large.
    """
    num_bytes = node.nbytes if row is None else node.nbytes // max(1, node.shape[0])
    if num_bytes > LARGEST_BYTES:
        raise TrainingError(
            f"{node.name} in {node.file.filename} must be at most {LARGEST_BYTES >> 30} GiB. "
            f"Received: {num_bytes} bytes"
        )
    values: Array = node[()] if row is None else node[row]
    return values
