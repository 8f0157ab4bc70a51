"""Other values in records: vectors, places, and options of the pilot."""

from collections.abc import Callable, Sequence
from typing import Any, TypeGuard

import numpy as np

from donkeycar.pilots.kinds.options import Options
from donkeycar.pilots.kinds.registry import ALIKE, PilotType
from donkeycar.training.records.recordings import Recordings

# Smallest distance between the first and the last bin.
MIN_RANGE = 0.1
# Smallest divisor, for a sensor that never changes.
MIN_SPREAD = 1e-3


def found_options(kind: PilotType, given: Options, recordings: Recordings) -> dict[str, Any]:
    """Complete the options of a pilot that is about to be trained.

    Args:
        kind: Its type.
        given: Chosen options; they stay unchanged.
        recordings: The records of the training.

    Returns:
        Every option of the type, none of them ``None``; the choices of the network are left out.

    Raises:
        PilotError: If an option is not possible.
    """
    options = kind.complete(given)
    for name, value in options.items():
        if value is None:
            options[name] = FOUND[name](recordings, kind)
    return kind.complete(options)


def throttle_range(recordings: Recordings, kind: PilotType | None = None) -> list[float]:
    """Throttle of the first and the last bin: the driven range, reverse only if driven."""
    throttles = recordings.labels[:, 1]
    low = min(0.0, float(throttles.min()))
    high = max(float(throttles.max()), low + MIN_RANGE)
    return [round(low, 3), round(min(high, 1.0), 3)]


def _straight(recordings: Recordings, kind: PilotType) -> float:
    return _throttle_by_angle(recordings)[0]


def _bend(recordings: Recordings, kind: PilotType) -> float:
    return _throttle_by_angle(recordings)[1]


def _throttle_by_angle(recordings: Recordings) -> tuple[float, float]:
    """Throttle straight ahead and at full lock: the best-fitting line through the driven values."""
    turn, throttle = np.abs(recordings.labels[:, 0]), recordings.labels[:, 1]
    line, *_ = np.linalg.lstsq(np.stack([1 - turn, turn], axis=1), throttle, rcond=None)
    straight, bend = np.clip(line, throttle.min(), throttle.max())
    return round(float(straight), 3), round(float(bend), 3)


def _reverse(recordings: Recordings, kind: PilotType) -> bool:
    return bool(recordings.labels[:, 1].min() < 0)


def _mean(recordings: Recordings, kind: PilotType) -> list[float]:
    table = _vectors(recordings, kind)
    return [round(float(value), 6) for value in table.mean(axis=0)]


def _spread(recordings: Recordings, kind: PilotType) -> list[float]:
    table = _vectors(recordings, kind)
    return [max(MIN_SPREAD, round(float(value), 6)) for value in table.std(axis=0)]


def _vectors(recordings: Recordings, kind: PilotType) -> np.ndarray:
    """Vectors of the records that have them; zeros if none has, which is refused later."""
    table = vectors(recordings, kind.vector_channels).astype(float)
    known = table[np.isfinite(table).all(axis=1)]
    return known if len(known) else np.zeros((1, len(kind.vector_channels)))


# Every option whose default is `None`.
FOUND: dict[str, Callable[[Recordings, PilotType], Any]] = {
    "throttle_range": throttle_range,
    "throttle_straight": _straight,
    "throttle_bend": _bend,
    "reverse": _reverse,
    "imu_mean": _mean,
    "imu_spread": _spread,
}


INDEX = "_index"

# Columns with the place of a record: in donkeycar 6 and 5.x, in 3.x, and in the simulator.
LOCATION_COLUMNS = ("localizer/location", "location/one_hot_state_array", "track/loc")


def vectors(recordings: Recordings, channels: Sequence[str]) -> np.ndarray:
    """Read channels of every record, and join their values.

    Args:
        recordings: The records.
        channels: Names of channels, each with a number or a list of numbers. A record without
            them may have those of `ALIKE`.

    Returns:
        float32, ``(rows, numbers)``; NaN in every column of a record that lacks a channel, or has
        another number of values than most.
    """
    alike = ALIKE.get(tuple(channels), ())
    rows = [
        _numbers(record, channels) or (_numbers(record, alike) if alike else [])
        for _, record in recordings.sources
    ]
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
        Numbers from 0, ``(rows,)``; -1 for a record without a place.
    """
    return np.array([_place(record) for _, record in recordings.sources], np.int64)


def run_ages(recordings: Recordings) -> np.ndarray:
    """Count the records directly before each one, without a gap and in the same session.

    A record that was deleted or left out is a gap, because the car would seem to jump.

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
    """Numbers of one record; empty if one is missing."""
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
