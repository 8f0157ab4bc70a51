"""`donkey tub check`: finds everything that is wrong with a tub."""

import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from donkeycar import commands
from donkeycar.errors import TubError
from donkeycar.tub.bad_record import number_wrong_with
from donkeycar.tub.catalog import ReadLines, Record, remembered
from donkeycar.tub.contents import Skipped
from donkeycar.tub.faults import Fault, Mend
from donkeycar.tub.filesystem import Rehearsal
from donkeycar.tub.format import (
    INDEX,
    TIMESTAMP,
    catalog_number,
    image_file,
    image_index,
    images_folder,
)
from donkeycar.tub.oddity import ODDITIES, Values, grey_in_words
from donkeycar.tub.pictures import Pictures, Progress, Shapes
from donkeycar.tub.reader import TubReader
from donkeycar.tub.recovery import look_over
from donkeycar.tub.schema import guess_types
from donkeycar.tub.v1 import MISSING
from donkeycar.words import count, count_are, either, shown


@dataclass
class TubReport:
    """The result of `check`.

    Attributes:
        path: The tub's folder.
        version: Its format, 1 or 2.
        num_records: Number of readable records, including deleted ones.
        num_deleted: Number of deleted records.
        sessions: Session ids, oldest first.
        skipped: Lines and files that could not be read.
        faults: Everything that is wrong or odd; `donkeycar.tub.faults` lists the kinds.
        bad_images: Records that are not deleted and whose image cannot be read.
        orphan_images: Image files without a record.
        image_shapes: Number of images of each shape, by input.
        num_steps_back: How often the time runs backwards from one record to the next.
        num_grey: Number of images without colours among those of colour inputs, by input.
        first_out_of_place: As in `TubReader`.
    """

    path: Path
    version: int
    num_records: int
    num_deleted: int
    sessions: list[str]
    skipped: list[Skipped]
    faults: list[Fault] = field(default_factory=list)
    bad_images: list[Skipped] = field(default_factory=list)
    orphan_images: list[str] = field(default_factory=list)
    image_shapes: Shapes = field(default_factory=dict)
    num_steps_back: int = 0
    num_grey: Counter[str] = field(default_factory=Counter)
    first_out_of_place: int | None = None

    @property
    def problems(self) -> list[str]:
        """One sentence for each thing that is lost or in danger; empty for an undamaged tub."""
        return [fault.what for fault in self.faults if fault.kind.is_damage]

    @property
    def remarks(self) -> list[str]:
        """One sentence for each thing that is odd, but need not be mended."""
        return [fault.what for fault in self.faults if not fault.kind.is_damage]

    @property
    def next_steps(self) -> list[str]:
        """What to do, the owner's steps first because repair needs them; empty for a good tub."""
        whose = {fault.kind.mend for fault in self.faults if fault.kind.is_damage}
        if Mend.OWNER in whose:
            # One of each kind: a hostile manifest lists any number of absent catalogs.
            first = {f.name: f for f in reversed(self.faults) if f.kind.mend is Mend.OWNER}
            return list(dict.fromkeys(f.advice(self.path) for f in reversed(first.values())))
        return [commands.donkey("tub", "repair", self.path)] if Mend.REPAIR in whose else []


class _Way(NamedTuple):
    """How a tub is looked at; see `check`."""

    decode: bool
    progress: Progress | None
    read_lines: ReadLines


def check(path: str | Path, *, decode: bool = True, progress: Progress | None = None) -> TubReport:
    """Read everything in a tub, including every image, and change nothing.

    Args:
        path: The tub's folder.
        decode: Whether to decode every image; otherwise it only has to be there and not be empty.
        progress: Called now and then with the number of checked records and of all records.

    Raises:
        TubError: If there is no tub at `path`, or its images are outside it.
    """
    read_lines = remembered()
    tub = TubReader(path, read_lines=read_lines)
    records = tub.records(include_deleted=True)
    num_deleted = len(records) - len(tub)
    report = TubReport(tub.path, tub.version, len(records), num_deleted, tub.sessions, tub.skipped)
    look = _look_at_v2 if tub.version == 2 else _look_at_v1
    look(tub, report, _Way(decode, progress, read_lines))
    report.num_steps_back = _num_steps_back(tub, records)
    report.faults += [
        Fault(name, text) for name, find in REMARKS if (text := find(report)) is not None
    ]
    values = Values(tub.manifest.input_types, records, tub=tub.path)
    report.faults += [
        Fault(name, text) for name, tell in ODDITIES if (text := tell(values)) is not None
    ]
    return report


def _num_steps_back(tub: TubReader, records: list[Record]) -> int:
    """How often the time runs backwards; from tub to tub of a merged one does not count."""
    starts = tub.manifest.origin_starts
    times = [(r[TIMESTAMP], r[INDEX]) for r in records if type(r.get(TIMESTAMP)) is int]
    return sum(
        after < before and index not in starts
        for (before, _), (after, index) in itertools.pairwise(times)
    )


def _look_at_v2(tub: TubReader, report: TubReport, way: _Way) -> None:
    """Run repair without writing."""
    try:
        found = look_over(
            tub.path, Rehearsal(), decode=way.decode, progress=way.progress,
            read_lines=way.read_lines,
        )  # fmt: skip
    except TubError as error:
        # The error says what the owner must do first.
        report.faults.append(Fault("recovered is not a folder", str(error)))
        return
    report.faults += found.faults
    report.image_shapes, report.num_grey = found.shapes, found.num_grey
    report.bad_images = [
        Skipped(f"record {index}", wrong.text) for index, wrong in found.bad_images.items()
    ]
    report.orphan_images = _orphans(tub, tub.records(include_deleted=True))
    report.first_out_of_place = tub.first_out_of_place


def _look_at_v1(tub: TubReader, report: TubReport, way: _Way) -> None:
    """Check a tub of format v1, which is only read; every reader skips its damaged files."""
    for skipped in tub.skipped:
        # The records are readable without meta.json; some simulators write none.
        name = "no meta.json" if skipped.reason == MISSING else "file of format v1"
        report.faults.append(Fault(name, str(skipped)))
    records = tub.records()
    types = tub.manifest.input_types or dict(zip(*guess_types(records), strict=True))
    pictures = Pictures(tub.images, types, decode=way.decode)
    no_numbers: list[Skipped] = []
    for done, record in enumerate(records):
        if way.progress is not None and done % 100 == 0:
            way.progress(done, len(records))
        wrong = pictures.wrong_with(record)
        if wrong is not None:
            report.bad_images.append(Skipped(f"record {record[INDEX]}", wrong.text))
        elif (number := number_wrong_with(record)) is not None:
            no_numbers.append(Skipped(f"record {record[INDEX]}", number.text))
    if way.progress is not None:
        way.progress(len(records), len(records))
    report.faults += [
        Fault("file of format v1", str(bad)) for bad in (*report.bad_images, *no_numbers)
    ]
    report.image_shapes, report.num_grey = pictures.shapes, pictures.num_grey


def _orphans(tub: TubReader, records: list[Record]) -> list[str]:
    folder = images_folder(tub.path)
    if not folder.is_dir():
        return []
    named = {
        image_file(value)
        for record in records
        for value in record.values()
        if isinstance(value, str)
    }
    return sorted(
        file.name
        for file in folder.iterdir()
        if image_index(file.name) is not None and file.name not in named
    )


def _all_deleted(report: TubReport) -> str | None:
    if not report.num_records or report.num_deleted < report.num_records:
        return None
    command = commands.donkey("tub", "restore", report.path)
    return f"all records are deleted; this takes them back: {command}"


def _other_catalogs(report: TubReport) -> str | None:
    names = sorted(
        shown(file.name)
        for file in report.path.glob("[!.]*.catalog")
        if catalog_number(file.name) is None
    )
    if not names:
        return None
    return (
        f"{count_are(len(names), 'catalog')} not read, because the name must be catalog_N.catalog: "
        f"{', '.join(names[:3])}. Rename what holds records of this tub"
    )


def _orphan_images(report: TubReport) -> str | None:
    number = len(report.orphan_images)
    belong = either(number, "belongs", "belong")
    return f"{count(number, 'image')} {belong} to no record" if number else None


def _several_sizes(report: TubReport) -> str | None:
    texts = [
        f"{key} has {_counted(shapes)}"
        for key, shapes in report.image_shapes.items()
        if len(shapes) > 1
    ]
    return "; ".join(texts) or None


def _counted(shapes: Counter[tuple[int, ...]]) -> str:
    return ", ".join(
        f"{count(number, 'image')} of {_size(shape)}" for shape, number in shapes.most_common()
    )


def _size(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, (shape[1], shape[0])))


def _steps_back(report: TubReport) -> str | None:
    number = report.num_steps_back
    return f"the clock was set back {count(number, 'time')} while it recorded" if number else None


def _grey(report: TubReport) -> str | None:
    numbers = {name: sum(shapes.values()) for name, shapes in report.image_shapes.items()}
    return grey_in_words(report.num_grey, numbers)


def _out_of_place(report: TubReport) -> str | None:
    if report.first_out_of_place is None:
        return None
    return (
        f"from record {report.first_out_of_place} on, donkeycar 5 would delete other records than "
        "those it is told to: delete with this version"
    )


# Remarks on the whole tub: the kind of remark, and the function that finds it.
REMARKS: tuple[tuple[str, Callable[[TubReport], str | None]], ...] = (
    ("all deleted", _all_deleted),
    ("catalog of another name", _other_catalogs),
    ("orphan images", _orphan_images),
    ("several sizes", _several_sizes),
    ("clock", _steps_back),
    ("out of place", _out_of_place),
    ("several kinds", _grey),
)
