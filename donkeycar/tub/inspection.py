"""Looking a tub over, and putting it right."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from donkeycar.errors import DeviceError, TubError
from donkeycar.tub.catalog import Record
from donkeycar.tub.contents import Skipped
from donkeycar.tub.filesystem import FileSystem
from donkeycar.tub.format import INDEX, TIMESTAMP, image_index
from donkeycar.tub.lock import TubLock
from donkeycar.tub.reader import TubReader
from donkeycar.tub.recovery import recover
from donkeycar.tub.schema import image_keys

Progress = Callable[[int, int], None]


@dataclass
class TubReport:
    """What `check` found.

    Attributes:
        num_records: Readable records, deleted ones included.
        num_deleted: Those of them that are deleted.
        sessions: Session ids, oldest first.
        skipped: What could not be read.
        bad_images: Records that are not deleted and whose image cannot be read.
        orphan_images: Image files without a record.
        image_shapes: How many images there are of each shape.
        num_steps_back: How often the time runs backwards from one record to the next.
        first_out_of_place: As of `TubReader`.
    """

    num_records: int
    num_deleted: int
    sessions: list[str]
    skipped: list[Skipped]
    bad_images: list[Skipped] = field(default_factory=list)
    orphan_images: list[str] = field(default_factory=list)
    image_shapes: Counter[tuple[int, ...]] = field(default_factory=Counter)
    num_steps_back: int = 0
    first_out_of_place: int | None = None

    @property
    def problems(self) -> list[str]:
        """One sentence for everything that is wrong, the gravest first; empty for a whole tub."""
        found = [str(skipped) for skipped in self.skipped + self.bad_images]
        if self.orphan_images:
            found.append(f"{len(self.orphan_images)} images belong to no record")
        if len(self.image_shapes) > 1:
            shapes = ", ".join(f"{count} of {shape}" for shape, count in self.image_shapes.items())
            found.append(f"images of several shapes: {shapes}")
        if self.num_steps_back:
            found.append(f"the time runs backwards {self.num_steps_back} times")
        if self.first_out_of_place is not None:
            found.append(
                f"from record {self.first_out_of_place} on, donkeycar 5 would delete other "
                "records than those it is told to"
            )
        return found


def check(path: str | Path, *, progress: Progress | None = None) -> TubReport:
    """Read everything in a tub, every image included, and change nothing.

    Args:
        path: The tub's folder.
        progress: Called now and then with the number of records looked at, and of all.

    Raises:
        TubError: If there is no tub at `path`.
    """
    tub = TubReader(path)
    records = tub.records(include_deleted=True)
    live = tub.records()
    report = TubReport(len(records), len(records) - len(live), tub.sessions, tub.skipped)
    keys = image_keys(tub.manifest.input_types)
    for done, record in enumerate(live):
        if progress is not None and done % 100 == 0:
            progress(done, len(live))
        _look_at_images(tub, record, keys, report)
    if progress is not None:
        progress(len(live), len(live))
    times = [record[TIMESTAMP] for record in records if type(record.get(TIMESTAMP)) is int]
    report.num_steps_back = sum(b < a for a, b in zip(times, times[1:], strict=False))
    if tub.version == 2:
        report.orphan_images = _orphans(tub, records)
        report.first_out_of_place = tub.first_out_of_place
    return report


def repair(path: str | Path, *, fs: FileSystem | None = None) -> list[str]:
    """Put a damaged tub right, so that everything that can be read is read, here and elsewhere.

    Nothing is deleted: unreadable lines and images without a record move to `recovered/`, records
    whose image is damaged are marked as deleted, a lost manifest is made anew.

    Args:
        path: The tub's folder, format v2.
        fs: How to reach the disk.

    Returns:
        What was wrong and what became of it, one sentence each.

    Raises:
        TubError: If there is no tub of format v2 at `path`, or somebody records into it.
        DeviceError: If the disk refuses.
    """
    tub = TubReader(path)
    if tub.version != 2:
        raise TubError(f"{tub.path} is of format v1, which is only read. Nothing was changed")
    lock = TubLock(tub.path)
    try:
        return recover(tub.path, fs or FileSystem(), check_all_images=True).notes
    except OSError as error:
        raise DeviceError(f"{tub.path} cannot be repaired: {error}") from error
    finally:
        lock.release()


def _look_at_images(tub: TubReader, record: Record, keys: list[str], report: TubReport) -> None:
    for key in keys:
        try:
            report.image_shapes[tub.image(record, key).shape] += 1
        except TubError as error:
            report.bad_images.append(Skipped(f"record {record[INDEX]}", str(error)))


def _orphans(tub: TubReader, records: list[Record]) -> list[str]:
    folder = tub.path / "images"
    if not folder.is_dir():
        return []
    named = {value for record in records for value in record.values() if isinstance(value, str)}
    return sorted(
        file.name
        for file in folder.iterdir()
        if image_index(file.name) is not None and file.name not in named
    )
