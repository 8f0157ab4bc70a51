"""`donkey tub repair` and `restore`: mend a tub, and restore deleted records."""

from pathlib import Path
from typing import NamedTuple

from donkeycar import commands
from donkeycar.errors import DeviceError, TubError, text_of
from donkeycar.tub.bad_record import lack_of, number_wrong_with
from donkeycar.tub.catalog import Record
from donkeycar.tub.contents import MAX_MANIFEST_BYTES, load_manifest
from donkeycar.tub.faults import Mend
from donkeycar.tub.filesystem import FileSystem, Rehearsal, replace_file
from donkeycar.tub.format import INDEX, MANIFEST, images_folder, read_tub_file
from donkeycar.tub.lock import TubLock
from donkeycar.tub.pictures import Pictures
from donkeycar.tub.reader import TubReader
from donkeycar.tub.recovery import look_over
from donkeycar.tub.schema import image_keys


class Restored(NamedTuple):
    """The result of `restore`.

    Attributes:
        indexes: Records that are no longer deleted.
        bad: Records that stay deleted, because they have no good image, or no number for angle or
            throttle.
        why: What is wrong with the first of these.
        step: What the owner must do.
    """

    indexes: list[int]
    bad: list[int]
    why: str
    step: str = ""


def repair(
    path: str | Path, *, fs: FileSystem | None = None, accept_loss: bool = False
) -> list[str]:
    """Repair a damaged tub, so that this and other programs can read everything that is readable.

    Nothing is thrown away: unreadable lines move to `recovered/`. Records whose image is missing or
    damaged, or whose angle or throttle is not a number, are marked as deleted until that is mended.
    A lost manifest is made again. A tub that lacks a catalog or most of its images was not copied
    completely, and stays unchanged.

    Args:
        path: The tub's folder, format v2.
        fs: How to reach the disk.
        accept_loss: Whether missing files are lost for good.

    Returns:
        What was wrong and what was done about it, one sentence each.

    Raises:
        TubError: If there is no tub of format v2 at `path`, if a program records into it, or if the
            owner must do something first.
        DeviceError: If the disk refuses.
    """
    tub = _changeable(path)
    lock = TubLock(tub.path)
    try:
        for fault in look_over(tub.path, Rehearsal(), accept_loss=accept_loss).faults:
            if fault.kind.mend is Mend.OWNER:
                raise TubError(
                    f"{tub.path} must be whole before it is repaired. Received: {fault}. "
                    f"Next step: {fault.advice(tub.path)}"
                )
        before = _content(tub.path)
        notes = look_over(tub.path, fs or FileSystem(), accept_loss=accept_loss).notes
        if not notes and _content(tub.path) != before:
            notes = ["manifest.json brought up to date"]
        return notes
    except OSError as error:
        raise DeviceError(f"{tub.path} cannot be repaired: {text_of(error)}") from error
    finally:
        lock.release()


def restore(
    path: str | Path, *, start: int = 0, end: int | None = None, fs: FileSystem | None = None
) -> Restored:
    """Restore deleted records, also those that a page, a repair or donkeycar 5 deleted.

    Args:
        path: The tub's folder, format v2.
        start: Index of the first record.
        end: Index after the last; ``None`` or a negative one is the end of the tub.
        fs: How to reach the disk.

    Raises:
        TubError: If there is no tub of format v2 at `path`, if its manifest is damaged, or if a
            program records into it.
        DeviceError: If the disk refuses.
    """
    tub = _changeable(path)
    lock = TubLock(tub.path)
    try:
        manifest = load_manifest(tub.path)
        if manifest.problems:
            raise TubError(
                f"{tub.path} must be whole before records are restored. Received: "
                f"{manifest.problems[0]}. Next step: "
                f"{commands.donkey('tub', 'repair', tub.path)}"
            )
        last = None if end is None or end < 0 else end
        pictures = Pictures(images_folder(tub.path), image_keys(manifest.input_types))
        back: list[int] = []
        bad: list[int] = []
        why = step = ""
        for record in tub.records(include_deleted=True):
            index = record[INDEX]
            if index not in manifest.deleted_indexes or not _within(record, start, last):
                continue
            wrong = pictures.wrong_with(record) or number_wrong_with(record)
            (back if wrong is None else bad).append(index)
            if wrong is not None and not why:
                why, step = wrong.text, lack_of(wrong.reason).step
        if back:
            marked = manifest.marked
            manifest.deleted_indexes -= set(back)
            manifest.marked = {i: reason for i, reason in marked.items() if i not in set(back)}
            replace_file(fs or FileSystem(), tub.path / MANIFEST, manifest.to_bytes())
        return Restored(back, bad, why, step)
    except OSError as error:
        raise DeviceError(f"{tub.path} cannot be changed: {text_of(error)}") from error
    finally:
        lock.release()


def _changeable(path: str | Path) -> TubReader:
    tub = TubReader(path)
    if tub.version != 2:
        raise TubError(
            f"{tub.path} is of format v1, which is only read. Nothing was changed. Next step: "
            f"{commands.donkey('tub', 'check', tub.path)} says what you can do"
        )
    return tub


def _within(record: Record, start: int, end: int | None) -> bool:
    return bool(start <= record[INDEX] and (end is None or record[INDEX] < end))


def _content(tub: Path) -> bytes:
    try:
        return read_tub_file(tub, MANIFEST, max_bytes=MAX_MANIFEST_BYTES)
    except (TubError, OSError):
        return b""
