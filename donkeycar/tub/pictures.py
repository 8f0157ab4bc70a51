"""Which records have whole images, and which are marked as deleted for theirs.

An image that is absent may come yet: a tub is often copied in pieces. What is marked for its image
is therefore remembered apart from what a driver deleted, and marked no longer once the image is
there.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from donkeycar.errors import TubError
from donkeycar.tub.catalog import Record
from donkeycar.tub.faults import Fault
from donkeycar.tub.format import INDEX, checked_image_path
from donkeycar.tub.images import decode_image
from donkeycar.tub.manifest import Manifest
from donkeycar.words import count

Progress = Callable[[int, int], None]
Shapes = dict[str, Counter[tuple[int, ...]]]

ABSENT, UNREADABLE = "absent", "unreadable"
# Records whose images a crash may have spoilt: donkeycar 5 has lost 30 s at 60 Hz to a power cut.
MAX_SPOILT = 2000


class Bad(NamedTuple):
    """A record without a whole image.

    Attributes:
        reason: `ABSENT` or `UNREADABLE`.
        text: What is wrong.
    """

    reason: str
    text: str


class Pictures:
    """Looks at the images of records.

    Args:
        folder: Where they lie.
        keys: Inputs of a record that are images.

    Attributes:
        shapes: How many images there are of each shape, by input.
    """

    def __init__(self, folder: Path, keys: Sequence[str]) -> None:
        self.shapes: Shapes = {}
        self._folder = folder
        self._keys = keys

    def wrong_with(self, record: Record) -> Bad | None:
        """What is wrong with the images of a record; ``None`` if nothing is, or there are none."""
        for key in self._keys:
            if key not in record:
                continue
            try:
                image = decode_image(checked_image_path(self._folder, record[key]))
            except TubError as error:
                absent = isinstance(error.__cause__, FileNotFoundError)
                return Bad(ABSENT if absent else UNREADABLE, str(error))
            self.shapes.setdefault(key, Counter())[image.shape] += 1
        return None


def mark_newest(pictures: Pictures, manifest: Manifest, records: Sequence[Record]) -> list[Fault]:
    """Mark the newest records whose images a crash has spoilt, back to the first whole one.

    Absent ones are marked only after a whole one: a tub that came without its images keeps all.
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
    return [Fault("bad image", "", _marked(len(bad)))]


def mark_all(
    pictures: Pictures,
    manifest: Manifest,
    records: Sequence[Record],
    *,
    accept_loss: bool,
    progress: Progress | None = None,
) -> tuple[list[Fault], dict[int, Bad]]:
    """Look at every record; mark those without a whole image, and no longer those that have one.

    Nothing is marked if that were most of the tub: its images are somewhere else.

    Args:
        pictures: Looks.
        manifest: Is changed.
        records: All of the tub.
        accept_loss: Mark them all the same.
        progress: Called now and then with the number of records looked at, and of all.

    Returns:
        What was found, and the records that are not deleted and have no whole image.
    """
    before = manifest.marked
    deleted = manifest.deleted_indexes
    looked = [r for r in records if r[INDEX] not in deleted or r[INDEX] in before]
    bad: dict[int, Bad] = {}
    for done, record in enumerate(looked):
        if progress is not None and done % 100 == 0:
            progress(done, len(looked))
        wrong = pictures.wrong_with(record)
        if wrong is not None:
            bad[record[INDEX]] = wrong
    if progress is not None:
        progress(len(looked), len(looked))
    faults: list[Fault] = []
    back = (before.keys() - bad.keys()) & {record[INDEX] for record in looked}
    if back:
        manifest.marked = {index: why for index, why in before.items() if index not in back}
        manifest.deleted_indexes = deleted - back
        what = f"{len(back)} records are marked as deleted for an image that is there now"
        done_about = f"{len(back)} records are marked as deleted no longer: their images are there"
        faults.append(Fault("image is back", what, done_about))
    new = {index: wrong for index, wrong in bad.items() if index not in before}
    still = len(bad) - len(new)
    if still:
        text = "records stay marked as deleted, for their image is absent or damaged"
        faults.append(Fault("marked", f"{still} {text}"))
    if new and 2 * len(bad) > len(looked) and not accept_loss:
        faults.append(_most(list(bad.values()), len(looked)))
    elif new:
        _mark(manifest, {index: wrong.reason for index, wrong in new.items()})
        told = _marked(len(new))
        for index, wrong in new.items():
            faults.append(Fault("bad image", f"record {index}: {wrong.text}", told))
            told = ""
    return faults, new


def _most(bad: Sequence[Bad], num_looked_at: int) -> Fault:
    """That most of a tub is without images."""
    absent = sum(wrong.reason == ABSENT for wrong in bad)
    if 2 * absent > len(bad):
        text = f"the images of {len(bad)} of {num_looked_at} records are not there"
        return Fault("images absent", text)
    text = f"the images of {len(bad)} of {num_looked_at} records cannot be read: {bad[0].text}"
    return Fault("images unreadable", text)


def _mark(manifest: Manifest, bad: dict[int, str]) -> None:
    manifest.deleted_indexes = manifest.deleted_indexes | bad.keys()
    manifest.marked = manifest.marked | bad


def _marked(number: int) -> str:
    return f"{count(number, 'record')} with unreadable images marked as deleted"
