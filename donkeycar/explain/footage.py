"""Footage: the records of a tub that have a picture, whatever other data they have."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from donkeycar.errors import TubError
from donkeycar.training.records.pace import pace_of
from donkeycar.training.records.recordings import (
    ANGLE,
    IMAGE,
    SESSION,
    THROTTLE,
    Recordings,
    with_angle,
)
from donkeycar.tub import TubReader
from donkeycar.tub.sizes import letterboxed

INDEX = "_index"


class Pictures:
    """The pictures of recordings; each is decoded on request, and the newest is kept.

    Args:
        recordings: The recordings.
        shape: The shape in which pictures are shown; a picture of another shape is letterboxed.
        others: How many pictures have each of the other shapes.
    """

    def __init__(
        self, recordings: Recordings, shape: tuple[int, ...], others: "Counter[tuple[int, ...]]"
    ) -> None:
        self.others = others
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
            picture = self._recordings.image(row)
            if picture.shape != self._shape[1:]:
                picture = letterboxed(picture, self._shape[1:])
            self._newest = (row, picture)
        return self._newest[1]

    def fits(self, row: int) -> bool:
        """Whether the picture of a row has the most frequent shape."""
        return self._recordings.image_shape(row) == self._shape[1:]


def footage(
    tub: str | Path,
    *,
    start: int = 0,
    end: int | None = None,
    shape: tuple[int, ...] | None = None,
) -> tuple[Recordings, Pictures, int]:
    """Read the records of a tub that can be shown.

    Deleted records are left out, and so are records whose picture is missing or damaged. Pictures
    whose size is not the most frequent one are letterboxed.

    Args:
        tub: Folder of the tub.
        start: Index of the first record, as the car's page shows it.
        end: Index after the last record; ``None`` or a negative number means the end of the tub.
        shape: Shape of all pictures; ``None`` takes the most frequent one.

    Returns:
        The records with the driver's angle and throttle, NaN where the driver did nothing; their
        pictures; and how many records were left out because of their picture.

    Raises:
        TubError: If there is no tub, or that range has no picture.
    """
    reader = TubReader(tub)
    records = [with_angle(record) for record in reader.records()]
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
    kept, shapes = _watchable(reader, chosen)
    shape = shapes.most_common(1)[0][0] if shape is None else shape
    del shapes[shape]
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
    return recordings, Pictures(recordings, shape, shapes), len(chosen) - len(kept)


def rate_of(recordings: Recordings) -> float:
    """Records per second, from the times of the records; 20 if the records have no usable times."""
    return round(pace_of(recordings).rate_hz, 2)


def _watchable(
    reader: TubReader, records: Sequence[dict[str, Any]]
) -> tuple[list[dict[str, Any]], "Counter[tuple[int, ...]]"]:
    """Records whose picture can be decoded, and the number of pictures of each shape."""
    shapes: Counter[tuple[int, ...]] = Counter()
    kept: list[dict[str, Any]] = []
    problem = f"they have no {IMAGE}"
    for record in records:
        try:
            picture = reader.image(record)
        except TubError as error:
            problem = str(error)
            continue
        if picture.dtype == np.uint8:
            shapes[picture.shape] += 1
            kept.append(record)
    if not kept:
        raise TubError(f"None of {len(records)} pictures in {reader.path} can be shown: {problem}")
    return kept, shapes


def _number(value: object) -> float:
    """A value of a record; NaN if it is not a number."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number else np.nan  # type: ignore[arg-type]
