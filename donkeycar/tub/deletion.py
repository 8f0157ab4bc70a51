"""`donkey tub delete`: marks records as deleted; they stay on the disk."""

from pathlib import Path
from typing import NamedTuple

from donkeycar import commands
from donkeycar.errors import DeviceError, TubError, text_of
from donkeycar.tub.catalog import catalogs_in, every_record
from donkeycar.tub.contents import load_manifest
from donkeycar.tub.filesystem import FileSystem, replace_file
from donkeycar.tub.format import INDEX, MANIFEST
from donkeycar.tub.lock import TubLock
from donkeycar.tub.manifest import Manifest
from donkeycar.tub.reader import TubReader
from donkeycar.tub.selection import Indexes


class Deleted(NamedTuple):
    """The result of `delete`.

    Attributes:
        indexes: Records that are deleted now and were not before.
        already: Records that were deleted before.
        num_left: Number of records that are not deleted.
        absent: Indexes and ranges of which the tub has no record.
    """

    indexes: list[int]
    already: list[int]
    num_left: int
    absent: list[str]


def delete(path: str | Path, indexes: Indexes, *, fs: FileSystem | None = None) -> Deleted:
    """Mark records as deleted, as the page of the car does; `restore` takes them back.

    Args:
        path: The tub's folder, format v2.
        indexes: Which records.
        fs: How to reach the disk.

    Raises:
        TubError: If there is no tub of format v2 at `path`, no record has one of these indexes, its
            manifest is damaged, or a program records into it.
        DeviceError: If the disk refuses; nothing was changed.
    """
    tub = changeable(path)
    lock = TubLock(tub)
    try:
        manifest = whole_manifest(tub, "deleted")
        there = list(dict.fromkeys(record[INDEX] for record in every_record(tub)))
        chosen = indexes.checked(there, tub)
        before = manifest.deleted_indexes
        new = [index for index in chosen if index not in before]
        # What its owner deletes stays deleted, also if its image comes back.
        marked = {i: why for i, why in manifest.marked.items() if i not in set(chosen)}
        if new or len(marked) < len(manifest.marked):
            manifest.deleted_indexes = before | set(new)
            manifest.marked = marked
            replace_file(fs or FileSystem(), tub / MANIFEST, manifest.to_bytes())
        num_left = sum(index not in manifest.deleted_indexes for index in there)
        already = [index for index in chosen if index in before]
        return Deleted(new, already, num_left, indexes.without(there))
    except OSError as error:
        if isinstance(error, DeviceError):
            raise
        raise DeviceError(f"{tub} cannot be changed: {text_of(error)}") from error
    finally:
        lock.release()


def changeable(path: str | Path) -> Path:
    """The folder of a tub whose deleted records may be changed.

    Raises:
        TubError: If there is no tub at `path`, or it is of format v1.
    """
    tub = Path(path).expanduser()
    if tub.is_dir() and ((tub / MANIFEST).exists() or catalogs_in(tub)):
        return tub
    TubReader(tub)  # says what is there instead of a tub
    raise TubError(
        f"{tub} is of format v1, which is only read. Nothing was changed. Next step: "
        f"{commands.donkey('tub', 'check', tub)} says what you can do"
    )


def whole_manifest(tub: Path, what: str) -> Manifest:
    """The manifest of a tub whose records are to be deleted or restored.

    Raises:
        TubError: If it is damaged: what was deleted before would be lost.
    """
    manifest = load_manifest(tub)
    if manifest.problems:
        raise TubError(
            f"{tub} must be whole before records are {what}. Received: {manifest.problems[0]}. "
            f"Next step: {commands.donkey('tub', 'repair', tub)}"
        )
    return manifest
