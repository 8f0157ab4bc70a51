"""Finds records with damaged images or numbers, and marks them as deleted."""

import os
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from donkeycar.errors import TubError
from donkeycar.tub.bad_record import (
    ABSENT,
    IMAGE,
    NO_NUMBER,
    NUMBER,
    UNREADABLE,
    Bad,
    lack_of,
    number_wrong_with,
)
from donkeycar.tub.catalog import Record
from donkeycar.tub.faults import Fault
from donkeycar.tub.format import INDEX, checked_image_path, image_file, without_images_folder
from donkeycar.tub.images import decoded, refuse_no_depth
from donkeycar.tub.manifest import Manifest
from donkeycar.tub.schema import depth_keys, image_keys
from donkeycar.words import count

Progress = Callable[[int, int], None]
Shapes = dict[str, Counter[tuple[int, ...]]]

# Number of records whose images a crash may have damaged: donkeycar 5 once lost 30 s at 60 Hz.
MAX_SPOILT = 2000


class Pictures:
    """Checks the images of records.

    Args:
        folder: Folder of the images.
        input_types: Type of each input of a record; those that are images are checked.
        decode: Whether to decode each image; otherwise it only has to be there and not be empty.

    Attributes:
        shapes: Number of decoded images of each shape, by input.
        num_grey: Number of decoded images without colours among those of colour inputs, by input.
    """

    def __init__(self, folder: Path, input_types: dict[str, str], *, decode: bool = True) -> None:
        self.shapes: Shapes = {}
        self.num_grey: Counter[str] = Counter()
        self._folder = folder
        self._keys = image_keys(input_types)
        self._depth_keys = depth_keys(input_types)
        self._there = None if decode else _files_in(folder)

    def wrong_with(self, record: Record) -> Bad | None:
        """What is wrong with the images of a record; ``None`` if nothing is, or it has none."""
        for key in self._keys:
            if key not in record:
                continue
            if self._there is not None and _is_in(record[key], self._there):
                continue
            try:
                path = checked_image_path(self._folder, record[key])
                image, is_grey = decoded(path)
                if key in self._depth_keys:
                    refuse_no_depth(image, path.name)
            except TubError as error:
                # A name with a folder says nothing about the image: it was not copied, or lies
                # in images/ and a repair takes its name.
                absent = isinstance(error.__cause__, FileNotFoundError) or _has_folder(record[key])
                return Bad(ABSENT if absent else UNREADABLE, str(error))
            self.shapes.setdefault(key, Counter())[image.shape] += 1
            self.num_grey[key] += is_grey and image.ndim == 3
        return None


def _has_folder(name: object) -> bool:
    file = image_file(name)
    return file is not None and file != without_images_folder(str(name))


def _is_in(name: object, there: set[str]) -> bool:
    return isinstance(name, str) and name in there


def _files_in(folder: Path) -> set[str]:
    """Names of the ordinary files of a folder that are not empty."""
    if not folder.is_dir():
        return set()
    with os.scandir(folder) as entries:
        return {
            entry.name
            for entry in entries
            if entry.is_file(follow_symlinks=False) and entry.stat(follow_symlinks=False).st_size
        }


def mark_newest(pictures: Pictures, manifest: Manifest, records: Sequence[Record]) -> list[Fault]:
    """Mark the newest records whose images a crash has damaged, back to the first good image.

    If no image is good, missing ones are not marked: the tub was copied without its images.
    """
    bad: dict[int, str] = {}
    crashed = False
    for record in reversed(records[-MAX_SPOILT:]):
        if record[INDEX] in manifest.deleted_indexes:
            continue
        wrong = pictures.wrong_with(record)
        if wrong is None:
            crashed = True
            break
        bad[record[INDEX]] = wrong.reason
    if not crashed:
        bad = {index: reason for index, reason in bad.items() if reason != ABSENT}
    if not bad:
        return []
    _mark(manifest, bad)
    return [Fault("bad image", "", IMAGE.marked(len(bad)))]


def mark_all(
    pictures: Pictures,
    manifest: Manifest,
    records: Sequence[Record],
    *,
    accept_loss: bool,
    progress: Progress | None = None,
) -> tuple[list[Fault], dict[int, Bad]]:
    """Check every record; mark the bad ones, and remove the mark of those that are good again.

    A record is bad if its image is missing or damaged, or if its angle or throttle is not a number.
    If most of the tub is bad, nothing is marked: its images are somewhere else, or nobody drove.

    Args:
        pictures: Checks the images.
        manifest: Changed in place.
        records: All records of the tub.
        accept_loss: Mark bad records even if they are most of the tub.
        progress: Called now and then with the number of checked records and of all records.

    Returns:
        The faults, and the records that are not deleted and have no good image.
    """
    before = manifest.marked
    deleted = manifest.deleted_indexes
    looked = [r for r in records if r[INDEX] not in deleted or r[INDEX] in before]
    bad: dict[int, Bad] = {}
    for done, record in enumerate(looked):
        if progress is not None and done % 100 == 0:
            progress(done, len(looked))
        wrong = pictures.wrong_with(record) or number_wrong_with(record)
        if wrong is not None:
            bad[record[INDEX]] = wrong
    if progress is not None:
        progress(len(looked), len(looked))
    faults: list[Fault] = []
    back = (before.keys() - bad.keys()) & {record[INDEX] for record in looked}
    if back:
        manifest.marked = {index: why for index, why in before.items() if index not in back}
        manifest.deleted_indexes = deleted - back
    new = {index: wrong for index, wrong in bad.items() if index not in before}
    for lack in (IMAGE, NUMBER):
        mended = [index for index in back if lack_of(before[index]) is lack]
        still = [i for i, wrong in bad.items() if i in before and lack_of(wrong.reason) is lack]
        if mended:
            faults.append(lack.back(len(mended)))
        if still:
            faults.append(lack.stay(len(still)))
    if new and 2 * len(bad) > len(looked) and not accept_loss:
        faults.append(_most(list(bad.values()), len(looked)))
    elif new:
        _mark(manifest, {index: wrong.reason for index, wrong in new.items()})
        for lack in (IMAGE, NUMBER):
            lacking = {i: wrong for i, wrong in new.items() if lack_of(wrong.reason) is lack}
            told = lack.marked(len(lacking))
            for index, wrong in lacking.items():
                faults.append(Fault(lack.fault, f"record {index}: {wrong.text}", told))
                told = ""
    return faults, {i: wrong for i, wrong in new.items() if lack_of(wrong.reason) is IMAGE}


def _most(bad: Sequence[Bad], num_looked_at: int) -> Fault:
    """The fault of a tub that lacks most of its images or numbers."""
    of = f"of {len(bad)} of {count(num_looked_at, 'record')}"
    absent = sum(wrong.reason == ABSENT for wrong in bad)
    if 2 * absent > len(bad):
        return Fault("images absent", f"the images {of} are not there")
    numbers = [wrong.text for wrong in bad if wrong.reason == NO_NUMBER]
    if 2 * len(numbers) > len(bad):
        return Fault("numbers absent", f"angle or throttle {of} is not a number: {numbers[0]}")
    unreadable = next(wrong.text for wrong in bad if wrong.reason != NO_NUMBER)
    return Fault("images unreadable", f"the images {of} cannot be read: {unreadable}")


def _mark(manifest: Manifest, bad: dict[int, str]) -> None:
    manifest.deleted_indexes = manifest.deleted_indexes | bad.keys()
    manifest.marked = manifest.marked | bad
