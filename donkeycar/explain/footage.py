"""The records of a tub that have a picture, whatever else they have: what can be watched."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from donkeycar.errors import TubError
from donkeycar.training.records.recordings import ANGLE, IMAGE, SESSION, THROTTLE, Recordings
from donkeycar.tub import TubReader

TIME_MS = "_timestamp_ms"
INDEX = "_index"
# When the records do not say when they were made: what cars drive with unless told otherwise.
USUAL_HZ = 20.0
# Beyond these, the clock of the computer was set while it recorded.
SLOWEST_HZ, FASTEST_HZ = 1.0, 120.0


class Pictures:
    """The pictures of recordings, each decoded when it is asked for; the newest is kept."""

    def __init__(self, recordings: Recordings, shape: tuple[int, ...]) -> None:
        self._recordings = recordings
        self._shape = (len(recordings), *shape)
        self._newest: tuple[int, np.ndarray] | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """Rows, height, width and channels."""
        return self._shape

    def __len__(self) -> int:
        return self._shape[0]

    def __getitem__(self, row: Any, /) -> np.ndarray:
        """Decode the picture of a row."""
        if self._newest is None or self._newest[0] != row:
            self._newest = (row, self._recordings.image(row))
        return self._newest[1]


def footage(
    tub: str | Path, *, start: int = 0, end: int | None = None
) -> tuple[Recordings, Pictures, int]:
    """Read what can be watched of a tub.

    Deleted records are left out, and records whose picture is missing, damaged, or of another
    size than the first.

    Args:
        tub: Folder of the tub.
        start: Index of the first record, as the car's page shows it.
        end: Index after the last; ``None`` or a negative one is the end of the tub.

    Returns:
        The records with the driver's angle and throttle, NaN where he did nothing; their pictures;
        and how many were left out for their picture.

    Raises:
        TubError: If there is no tub, or nothing to watch in that range.
    """
    reader = TubReader(tub)
    records = reader.records()
    last = None if end is None or end < 0 else end
    if start < 0 or (last is not None and last <= start):
        raise TubError(
            f"The range must begin at 0 or later and end after its start. Received: {start} to "
            f"{'the end' if last is None else last}"
        )
    chosen = [
        record
        for record in records
        if start <= record[INDEX] and (last is None or record[INDEX] < last)
    ]
    if not chosen:
        held = f"{records[0][INDEX]} to {records[-1][INDEX]}" if records else "none"
        raise TubError(
            f"There must be records from {start} to {'the end' if last is None else last} in "
            f"{reader.path}. Received: a tub with records {held}"
        )
    kept, shape = _watchable(reader, chosen)
    sessions = [str(record.get(SESSION, "")) for record in kept]
    names = list(dict.fromkeys(sessions))
    recordings = Recordings(
        tubs=[reader.path],
        sources=[(reader, record) for record in kept],
        labels=np.array(
            [[_number(record.get(key)) for key in (ANGLE, THROTTLE)] for record in kept], np.float32
        ),
        sessions=np.array([names.index(session) for session in sessions], np.int64),
        session_names=[f"{reader.path.name}/{name}" for name in names],
    )
    return recordings, Pictures(recordings, shape), len(chosen) - len(kept)


def rate_of(recordings: Recordings) -> float:
    """How many records a second were made, from their own times; 20 where they have none."""
    times_ms = np.array(
        [_number(record.get(TIME_MS)) for _, record in recordings.sources], np.float64
    )
    steps_ms = np.diff(times_ms)
    steps_ms = steps_ms[(steps_ms > 0) & np.isfinite(steps_ms)]
    if not steps_ms.size:
        return USUAL_HZ
    rate_hz = 1000 / float(np.median(steps_ms))
    return round(min(max(rate_hz, SLOWEST_HZ), FASTEST_HZ), 2)


def _watchable(
    reader: TubReader, records: Sequence[dict[str, Any]]
) -> tuple[list[dict[str, Any]], tuple[int, ...]]:
    """Records whose picture can be decoded and has the size of the first, and that size."""
    shape: tuple[int, ...] | None = None
    kept: list[dict[str, Any]] = []
    problem = f"they have no {IMAGE}"
    for record in records:
        try:
            picture = reader.image(record)
        except TubError as error:
            problem = str(error)
            continue
        if picture.dtype == np.uint8 and shape in (None, picture.shape):
            shape = picture.shape
            kept.append(record)
    if shape is None:
        raise TubError(f"None of {len(records)} pictures in {reader.path} can be shown: {problem}")
    return kept, shape


def _number(value: object) -> float:
    """A number of a record, NaN if it is none."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number else np.nan  # type: ignore[arg-type]
