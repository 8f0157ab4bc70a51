"""A recorded drive as a person wants to look at it: commands, ages, states, and what happened.

Shared by the formats for looking at drives (MCAP, Rerun), so that they show the same.
"""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from donkeycar.errors import TubError
from donkeycar.formats.drive_commands import (
    FINAL,
    NOTHING,
    RECORDED,
    Answers,
    Command,
    command_in,
    final_command,
    number,
)
from donkeycar.formats.drive_events import Event, drive_events, text
from donkeycar.formats.drive_times import drive_times, wall_ms
from donkeycar.tub.catalog import Record
from donkeycar.tub.drive import EXPOSED, MODE, WHEEL_AGE
from donkeycar.tub.format import IMAGE_KEY, INDEX, SESSION, TIMESTAMP, read_regular_file
from donkeycar.tub.images import MAX_IMAGE_BYTES
from donkeycar.tub.reader import TubReader
from donkeycar.words import count

STOP_REASON = "stop/reason"
# Their content is shown elsewhere.
SHOWN = {
    INDEX, SESSION, TIMESTAMP, EXPOSED, WHEEL_AGE, MODE, STOP_REASON, *FINAL,
    *(name for names in RECORDED.values() for name in names),
}  # fmt: skip

FORMATS = {b"\xff\xd8\xff": "jpeg", b"\x89PNG\r\n\x1a\n": "png"}

# A tub from somebody else may name any number of columns, each as long as a line.
MOST_COLUMNS = 200
LONGEST_NAME = 100
LONGEST_TEXT = 2_000
# So many of the columns that are left out are named.
NAMED = 5


class Picture(NamedTuple):
    """An image file as it lies in the tub.

    Attributes:
        data: Its bytes; nothing is decoded.
        format: ``"jpeg"`` or ``"png"``.
    """

    data: bytes
    format: str


class Column(NamedTuple):
    """A column that has no view of its own.

    Attributes:
        name: Its name in the tub.
        kind: ``"number"``, ``"boolean"``, ``"string"`` or ``"array"``, a list of numbers.
        values: Value of each record; ``None`` where it has none of this kind.
    """

    name: str
    kind: str
    values: list[Any]


@dataclass
class Written:
    """What was written.

    Attributes:
        num_records: Records, deleted ones included.
        num_pictures: Images of all columns.
        num_missing: Images that records name, and that are missing or no JPEG or PNG.
        left_out: Columns that are not shown, by the reason.
    """

    num_records: int = 0
    num_pictures: int = 0
    num_missing: int = 0
    left_out: dict[str, set[str]] = field(default_factory=dict)

    def count_picture(self, picture: Picture | None, *, named: bool) -> None:
        """Count an image of a record, or its absence if the record names one."""
        self.num_pictures += picture is not None
        self.num_missing += named and picture is None

    def leave_out(self, column: str, why: str) -> None:
        """Note that a column is not shown."""
        self.left_out.setdefault(why, set()).add(column)

    def facts(self) -> dict[str, Any]:
        """What an export tells of this."""
        return {
            "num_records": self.num_records,
            "num_pictures": self.num_pictures,
            "notes": self.notes(),
        }

    def notes(self) -> list[str]:
        """What a person should know, in sentences."""
        told = []
        if self.num_missing:
            told.append(f"{count(self.num_missing, 'image')} missing, or no JPEG or PNG")
        for why, columns in self.left_out.items():
            names = ", ".join(sorted(columns)[:NAMED])
            more = ", ..." if len(columns) > NAMED else ""
            told.append(f"{count(len(columns), 'column')} left out, {why}: {names}{more}")
        return told


@dataclass(frozen=True)
class DriveView:
    """The records of one tub, in the order of recording, deleted ones included.

    Attributes:
        tub: The tub.
        records: Its records.
        deleted: Whether each is deleted.
        times_ns: When each is shown, see `drive_times`.
        events: What happened, in the order of the records.
        pictures: Columns of images, the camera's first.
        others: All other columns that are not shown by a view of their own.
    """

    tub: TubReader
    records: list[Record]
    deleted: npt.NDArray[np.bool_]
    times_ns: npt.NDArray[np.int64]
    events: list[Event] = field(default_factory=list)
    pictures: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    def commands(self, source: str) -> list[Command]:
        """The commands of ``"user"``, ``"pilot"`` or ``"final"``, one for each record."""
        if source != "final":
            return [command_in(record, *RECORDED[source]) for record in self.records]
        return [final_command(record) for record in self.records]

    def answers(self, answers: Answers) -> list[Command]:
        """The answers of a pilot, one for each record."""
        path = self.tub.path
        return [answers.commands.get((path, record[INDEX]), NOTHING) for record in self.records]

    def ages(self) -> Iterator[dict[str, float]]:
        """How old pictures were, in seconds, as far as each record says."""
        before: float | None = None
        session: Any = None
        for record in self.records:
            exposed_s, wheel_s = number(record.get(EXPOSED)), number(record.get(WHEEL_AGE))
            ages = {}
            if wheel_s is not None:
                ages["camera_to_wheel_s"] = wheel_s
            if exposed_s is not None:
                ages["exposed_s"] = exposed_s
                step_s = 0.0 if before is None else exposed_s - before
                if step_s > 0 and session == record.get(SESSION):
                    ages["frame_interval_s"] = step_s
            yield ages
            before, session = exposed_s, record.get(SESSION)

    def columns(self, written: Written) -> Iterator[Column]:
        """The columns that have no view of their own; those that cannot be shown are noted."""
        for name in self.others[MOST_COLUMNS:]:
            written.leave_out(name[:LONGEST_NAME], "too many")
        for name in self.others[:MOST_COLUMNS]:
            if len(name) > LONGEST_NAME or not name.isprintable():
                written.leave_out(repr(name[:LONGEST_NAME]), "not a name")
                continue
            raw = [record.get(name) for record in self.records]
            kind = next((kind for kind in map(_kind, raw) if kind), None)
            if kind is None:
                if any(value is not None for value in raw):
                    written.leave_out(name, "no numbers, texts or plain lists of numbers")
                continue
            values = [value if _kind(value) == kind else None for value in raw]
            if any(value is not None and _kind(value) != kind for value in raw):
                written.leave_out(name, "values of another kind than the first")
            yield Column(name, kind, values)

    def facts(self) -> dict[str, str]:
        """What is known of the tub as a whole, as texts."""
        sessions = [event.text for event in self.events if event.text.startswith("Session")]
        return {
            "tub": text(self.tub.path),
            "records": str(len(self.records)),
            "deleted": str(int(self.deleted.sum())),
            "sessions": str(len(sessions)),
            **{
                text(f"metadata {key}")[:LONGEST_NAME]: text(value)[:LONGEST_TEXT]
                for key, value in itertools.islice(self.tub.manifest.metadata.items(), MOST_COLUMNS)
            },
        }

    def states(self) -> Iterator[dict[str, Any]]:
        """Mode, reason of a stop and the like, one for each record."""
        name = text(self.tub.path)
        for record, deleted in zip(self.records, self.deleted.tolist(), strict=True):
            yield {
                "record": record[INDEX],
                "mode": text(record.get(MODE)),
                "stop_reason": text(record.get(STOP_REASON)),
                "deleted": deleted,
                "session": text(record.get(SESSION)),
                "tub": name,
                "recorded_ms": wall_ms(record),
            }

    def picture(self, record: Record, key: str) -> Picture | None:
        """The image of a record; ``None`` if there is none, or the file is no JPEG or PNG."""
        if key not in record:
            return None
        try:
            data = read_regular_file(self.tub.image_path(record, key), max_bytes=MAX_IMAGE_BYTES)
        except (TubError, OSError):
            return None
        for begin, name in FORMATS.items():
            if data.startswith(begin):
                return Picture(data, name)
        return None


def drive_views(rows: Iterable[tuple[TubReader, Record]]) -> Iterator[DriveView]:
    """Records of any number of tubs, each tub after the one before it on one time line.

    Args:
        rows: The records with their tubs, tub by tub.
    """
    after_ns: int | None = None
    for tub, ours in itertools.groupby(rows, key=lambda row: row[0]):
        view = drive_view(tub, [record for _, record in ours], after_ns=after_ns)
        after_ns = int(view.times_ns[-1])
        yield view


def drive_view(
    tub: TubReader, records: list[Record] | None = None, *, after_ns: int | None = None
) -> DriveView:
    """Prepare the records of a tub for being looked at.

    Args:
        tub: The tub.
        records: Some of its records; ``None`` takes all, deleted ones included.
        after_ns: Time of the last record that is shown before it.
    """
    if records is None:
        records = tub.records(include_deleted=True)
    gone = tub.manifest.deleted_indexes
    deleted = np.array([record[INDEX] in gone for record in records], bool)
    times = drive_times(records, after_ns=after_ns)
    types = tub.manifest.input_types
    images = [key for key, kind in types.items() if kind in ("image_array", "gray16_array")]
    if IMAGE_KEY not in images and any(IMAGE_KEY in record for record in records):
        images.insert(0, IMAGE_KEY)  # the manifest is lost
    images.sort(key=lambda key: key != IMAGE_KEY)
    columns = dict.fromkeys(key for record in records for key in record)
    others = tuple(key for key in columns if key not in SHOWN and key not in images)
    events = drive_events(records, deleted, times)
    return DriveView(tub, records, deleted, times.times_ns, events, tuple(images), others)


def _kind(value: Any) -> str:
    """Which kind of value a column has; "" for one that cannot be shown."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "string"
    if isinstance(value, list):
        return "array" if value and all(number(each) is not None for each in value) else ""
    return "" if number(value) is None else "number"
