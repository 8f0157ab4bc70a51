"""What records hold beside picture, angle and throttle, for the types of pilots that need it."""

from collections.abc import Sequence
from typing import Any, TypeGuard

import numpy as np

from donkeycar.training.records.recordings import Recordings

INDEX = "_index"

# Where records say the place they were taken at: as donkeycar 6 and 5.x name it, as 3.x did, and
# as the simulator does.
LOCATION_COLUMNS = ("localizer/location", "location/one_hot_state_array", "track/loc")


def vectors(recordings: Recordings, channels: Sequence[str]) -> np.ndarray:
    """Read channels of every record, one behind the other.

    Args:
        recordings: Where they are.
        channels: Names; each holds a number or a list of numbers.

    Returns:
        float32, ``(rows, numbers)``; NaN in every column of a record that lacks one of them, or
        has another number of them than most.
    """
    rows = [_numbers(record, channels) for _, record in recordings.sources]
    lengths = [len(row) for row in rows if row]
    width = max(set(lengths), key=lengths.count) if lengths else len(channels)
    table = np.full((len(rows), width), np.nan, np.float32)
    for number, row in enumerate(rows):
        if len(row) == width:
            table[number] = row
    table[~np.isfinite(table).all(axis=1)] = np.nan
    return table


def locations(recordings: Recordings) -> np.ndarray:
    """Read the place of every record.

    Returns:
        Numbers from 0, ``(rows,)``; -1 where a record does not say it.
    """
    return np.array([_place(record) for _, record in recordings.sources], np.int64)


def run_ages(recordings: Recordings) -> np.ndarray:
    """Count how many records come right before each, without a gap and in the same session.

    A record that was deleted or left out is a gap: whoever looks back over it sees the car jump.

    Returns:
        ``(rows,)``, 0 for the first record of a run.
    """
    if not len(recordings):
        return np.zeros(0, np.int64)
    indexes = np.array([int(record[INDEX]) for _, record in recordings.sources])
    starts = np.ones(len(recordings), bool)
    starts[1:] = (np.diff(recordings.sessions) != 0) | (np.diff(indexes) != 1)
    rows = np.arange(len(recordings))
    place: np.ndarray = rows - np.maximum.accumulate(np.where(starts, rows, 0))
    return place


def _numbers(record: dict[str, Any], channels: Sequence[str]) -> list[float]:
    """Numbers of one record, none if one is missing."""
    numbers: list[float] = []
    for channel in channels:
        value = record.get(channel)
        parts = value if isinstance(value, list) else [value]
        if not parts or not all(_is_number(part) for part in parts):
            return []
        numbers += [float(part) for part in parts if part is not None]
    return numbers


def _place(record: dict[str, Any]) -> int:
    for column in LOCATION_COLUMNS:
        value = record.get(column)
        if isinstance(value, list) and value and all(map(_is_number, value)):
            return int(np.argmax(value))
        if _is_number(value) and float(value).is_integer() and value >= 0:
            return int(value)
    return -1


def _is_number(value: Any) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
