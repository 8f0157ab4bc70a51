"""What happened in a recorded drive: sessions, deleted ranges, stops, pauses, the clock."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from donkeycar.formats.drive_times import DriveTimes
from donkeycar.tub.catalog import Record
from donkeycar.tub.drive import PAUSE_S
from donkeycar.tub.format import INDEX, SESSION
from donkeycar.words import count

# A text column of such a name says why something does not drive; "" if it does.
REASON = "/reason"

INFO, WARNING, ERROR = "INFO", "WARNING", "ERROR"


class Event(NamedTuple):
    """Something that happened before a record.

    Attributes:
        place: Number of the record.
        level: ``INFO``, ``WARNING`` or ``ERROR``.
        text: A sentence.
    """

    place: int
    level: str
    text: str


def drive_events(
    records: Sequence[Record], deleted: npt.NDArray[np.bool_], times: DriveTimes
) -> list[Event]:
    """Everything that happened, in the order of the records."""
    found = [
        *_sessions(records),
        *_ranges(deleted, records),
        *_stops(records),
        *_clock(times),
        *_pauses(records, times.times_ns),
    ]
    return sorted(found, key=lambda event: event.place)


def text(value: Any) -> str:
    """A value as a text that every program can read; "" if there is none."""
    words = value if isinstance(value, str) else "" if value is None else str(value)
    # JSON can name half of a character, which no file of texts can hold.
    return words if words.isascii() else words.encode("utf-8", "replace").decode()


def _sessions(records: Sequence[Record]) -> Iterator[Event]:
    before: Any = None
    for place, record in enumerate(records):
        session = record.get(SESSION)
        if place == 0 or session != before:
            name = f" {session}" if session else ""
            yield Event(place, INFO, f"Session{name} begins at record {record[INDEX]}.")
        before = session


def _ranges(deleted: npt.NDArray[np.bool_], records: Sequence[Record]) -> Iterator[Event]:
    steps = np.flatnonzero(np.diff(deleted.astype(np.int8), prepend=0, append=0)).tolist()
    for first, end in zip(steps[::2], steps[1::2], strict=True):
        first_index, last_index = records[first][INDEX], records[end - 1][INDEX]
        which = f"{first_index}" if end - first == 1 else f"{first_index} to {last_index}"
        yield Event(first, WARNING, f"{count(end - first, 'record')} deleted: {which}.")


def _stops(records: Sequence[Record]) -> Iterator[Event]:
    names = dict.fromkeys(key for record in records for key in record if key.endswith(REASON))
    for name in names:
        before = ""
        for place, record in enumerate(records):
            reason = text(record.get(name))
            if reason and reason != before:
                yield Event(place, ERROR, f"{name}: {reason}")
            before = reason


def _clock(times: DriveTimes) -> Iterator[Event]:
    for correction in times.corrections:
        why = f"This is not the time of the clock: {correction.why}."
        yield Event(correction.place, WARNING, why)


def _pauses(records: Sequence[Record], times_ns: npt.NDArray[np.int64]) -> Iterator[Event]:
    steps_s = np.diff(times_ns) / 1e9
    for place in (np.flatnonzero(steps_s > PAUSE_S) + 1).tolist():
        if records[place].get(SESSION) == records[place - 1].get(SESSION):
            pause_s = steps_s[place - 1]
            yield Event(
                place, INFO,
                f"Nothing was recorded for {pause_s:.1f} s: the car stood still, was stopped, or "
                "recording was off.",
            )  # fmt: skip
