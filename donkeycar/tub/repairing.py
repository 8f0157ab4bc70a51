"""`donkey tub repair` and `restore`: mend a tub, and restore deleted records."""

import errno
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from donkeycar import commands
from donkeycar.errors import DeviceError, TubError, text_of
from donkeycar.files import refusal
from donkeycar.tub.bad_record import lack_of, number_wrong_with
from donkeycar.tub.catalog import Record, every_record
from donkeycar.tub.contents import MAX_MANIFEST_BYTES
from donkeycar.tub.deletion import changeable, whole_manifest
from donkeycar.tub.faults import Mend
from donkeycar.tub.filesystem import FileSystem, Rehearsal, replace_file
from donkeycar.tub.format import INDEX, MANIFEST, RECOVERED, images_folder, read_tub_file
from donkeycar.tub.keeping import Keeping
from donkeycar.tub.lock import TubLock
from donkeycar.tub.pictures import Pictures, Progress
from donkeycar.tub.recovery import look_over
from donkeycar.tub.selection import Indexes
from donkeycar.tub.undo import take_back


class Restored(NamedTuple):
    """The result of `restore`.

    Attributes:
        indexes: Records that are no longer deleted.
        bad: Records that stay deleted, because they have no good image, or no number for angle or
            throttle.
        why: What is wrong with the first of these.
        step: What the owner must do.
        absent: Indexes and ranges of which the tub has no record.
    """

    indexes: list[int]
    bad: list[int]
    why: str
    step: str = ""
    absent: Sequence[str] = ()


def repair(
    path: str | Path,
    *,
    fs: FileSystem | None = None,
    accept_loss: bool = False,
    progress: Progress | None = None,
) -> list[str]:
    """Repair a damaged tub, so that this and other programs can read everything that is readable.

    Nothing is thrown away: unreadable lines move to `recovered/`. Records whose image is missing or
    damaged, or whose angle or throttle is not a number, are marked as deleted until that is mended.
    A lost manifest is made again. A tub that lacks a catalog or most of its images was not copied
    completely, and stays unchanged. `undo_repair` takes a repair back.

    Args:
        path: The tub's folder, format v2.
        fs: How to reach the disk.
        accept_loss: Whether missing files are lost for good.
        progress: Called now and then with the number of checked records and of all records. Each
            record is checked once without a change, and again if that found something to repair.

    Returns:
        What was wrong and what was done about it, one sentence each.

    Raises:
        TubError: If there is no tub of format v2 at `path`, if a program records into it, or if the
            owner must do something first.
        DeviceError: If the disk refuses.
    """
    tub = changeable(path)
    lock = TubLock(tub)
    try:
        rehearsal = Rehearsal()
        found = look_over(tub, rehearsal, accept_loss=accept_loss, progress=progress)
        for fault in found.faults:
            if fault.kind.mend is Mend.OWNER:
                raise TubError(
                    f"{tub} must be whole before it is repaired. Received: {fault}. "
                    f"Next step: {fault.advice(tub)}"
                )
        if not found.notes and not rehearsal.has_changes:
            return []  # to decode every image again would find nothing either
        before = _content(tub)
        keeping = Keeping(fs or FileSystem(), tub)
        try:
            again = look_over(tub, keeping, accept_loss=accept_loss, progress=progress)
            for fault in again.faults:
                if fault.kind.mend is Mend.OWNER:  # it was not there a moment ago: the disk
                    raise OSError(errno.EIO, str(fault))
            keeping.seal()
            notes = again.notes
        except OSError as error:
            _end(keeping)
            raise _given_up(tub, keeping, fs, error) from error
        finally:
            _end(keeping)
        if not notes and _content(tub) != before:
            notes = ["manifest.json brought up to date"]
        return notes
    except OSError as error:
        if isinstance(error, DeviceError):
            raise
        raise DeviceError(f"{tub} cannot be repaired: {text_of(error)}") from error
    finally:
        lock.release()


def _end(keeping: Keeping) -> None:
    with suppress(OSError):  # each of its notes is on the disk already
        keeping.end()


def _given_up(tub: Path, keeping: Keeping, fs: FileSystem | None, error: OSError) -> DeviceError:
    """Take back a repair that the disk refused, and say whether that worked."""
    why = refusal(error, tub, tub / RECOVERED)
    is_back = take_back(tub, keeping.folder, fs or FileSystem())
    step = "Everything is as it was. Next step: check the disk, or free some space on it"
    if not is_back:
        step = (
            "Next step: check the disk, or free some space on it, then "
            f"{commands.donkey('tub', 'repair', '--undo', tub)}"
        )
    return DeviceError(f"{tub} cannot be repaired: {why.strerror or text_of(why)}. {step}")


def restore(
    path: str | Path,
    *,
    start: int = 0,
    end: int | None = None,
    indexes: Indexes | None = None,
    fs: FileSystem | None = None,
) -> Restored:
    """Restore deleted records, also those that a page, a repair or donkeycar 5 deleted.

    Args:
        path: The tub's folder, format v2.
        start: Index of the first record.
        end: Index after the last; ``None`` or a negative one is the end of the tub.
        indexes: Only these; ``None`` for all.
        fs: How to reach the disk.

    Raises:
        TubError: If there is no tub of format v2 at `path`, if no record has one of these indexes,
            if its manifest is damaged, or if a program records into it.
        DeviceError: If the disk refuses.
    """
    tub = changeable(path)
    lock = TubLock(tub)
    try:
        manifest = whole_manifest(tub, "restored")
        last = None if end is None or end < 0 else end
        pictures = Pictures(images_folder(tub), manifest.input_types)
        back: list[int] = []
        bad: list[int] = []
        why = step = ""
        wanted = manifest.deleted_indexes
        absent: list[str] = []
        if indexes is not None:
            there = list(dict.fromkeys(record[INDEX] for record in every_record(tub)))
            wanted = wanted & set(indexes.checked(there, tub))
            absent = indexes.without(there)
        # Of two records with one index the later one counts.
        records = {
            record[INDEX]: record
            for record in every_record(tub)
            if record[INDEX] in wanted and _within(record, start, last)
        }
        for index, record in records.items():
            wrong = pictures.wrong_with(record) or number_wrong_with(record)
            (back if wrong is None else bad).append(index)
            if wrong is not None and not why:
                why, step = wrong.text, lack_of(wrong.reason).step
        if back:
            marked = manifest.marked
            manifest.deleted_indexes -= set(back)
            manifest.marked = {i: reason for i, reason in marked.items() if i not in set(back)}
            replace_file(fs or FileSystem(), tub / MANIFEST, manifest.to_bytes())
        return Restored(back, bad, why, step, absent)
    except OSError as error:
        raise DeviceError(f"{tub} cannot be changed: {text_of(error)}") from error
    finally:
        lock.release()


def _within(record: Record, start: int, end: int | None) -> bool:
    return bool(start <= record[INDEX] and (end is None or record[INDEX] < end))


def _content(tub: Path) -> bytes:
    try:
        return read_tub_file(tub, MANIFEST, max_bytes=MAX_MANIFEST_BYTES)
    except (TubError, OSError):
        return b""
