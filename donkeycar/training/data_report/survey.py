"""Statistics of recordings for the data report."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from donkeycar.errors import TubError
from donkeycar.training.data_report.lag import COLUMNS, Lag, estimate, profile, slides
from donkeycar.training.progress import Progress
from donkeycar.training.records.pace import pace_of
from donkeycar.training.records.recordings import Recordings
from donkeycar.tub.drive import drive_of
from donkeycar.tub.pace import Pace

INDEX = "_index"
# Pictures are checked in pieces of this many records in a row, from the whole dataset, and this
# many in all.
PIECE = 200
MAX_PICTURES = 4000


@dataclass(frozen=True)
class Survey:
    """The statistics of recordings.

    Attributes:
        recordings: All recordings.
        pace: Rate at which they were made.
        num_looked_at: Number of checked pictures.
        sizes: Number of pictures of each shape.
        num_unreadable: Number of unreadable pictures.
        num_repeated: Number of pictures that equal the one before, to the last bit.
        lag: Delay between steering and picture; ``None`` if it cannot be measured.
    """

    recordings: Recordings
    pace: Pace
    num_looked_at: int
    sizes: Counter[tuple[int, ...]]
    num_unreadable: int
    num_repeated: int
    lag: Lag | None

    @property
    def angles(self) -> np.ndarray:
        """Steering of all records, float32, ``(rows,)``."""
        return self.recordings.labels[:, 0]

    @property
    def throttles(self) -> np.ndarray:
        """Throttle of all records, float32, ``(rows,)``."""
        return self.recordings.labels[:, 1]

    @property
    def interval_s(self) -> float:
        """Time from one record to the next."""
        return self.pace.interval_s

    @property
    def duration_s(self) -> float:
        """Seconds of driving, as `drive_of` defines them for every command.

        If the times cannot be used, it is the number of records at the usual rate.
        """
        if not self.pace.is_timed:
            return len(self.recordings) * self.interval_s
        tubs = {id(tub): tub for tub, _ in self.recordings.sources}
        return sum(drive_of(tub).driven_s for tub in tubs.values())


def survey(recordings: Recordings, progress: Progress) -> Survey:
    """Check all labels and some of the pictures.

    Args:
        recordings: The records, before any label is changed.
        progress: Called for every picture.
    """
    rows = _rows_to_look_at(len(recordings))
    follows = _follows(recordings)
    pace = pace_of(recordings)
    sizes: Counter[tuple[int, ...]] = Counter()
    profiles = np.zeros((len(rows), COLUMNS), np.float32)
    usable = np.zeros(len(rows), bool)
    num_repeated = 0
    before: np.ndarray | None = None
    with progress.task("looking at pictures", len(rows)) as advance:
        for number, row in enumerate(rows):
            advance(1)
            try:
                image = recordings.image(row)
            except TubError:
                before = None
                continue
            sizes[image.shape] += 1
            num_repeated += before is not None and np.array_equal(before, image)
            before = image
            if image.ndim == 3:
                profiles[number] = profile(image)
                usable[number] = True
    joined = usable[:-1] & usable[1:] & (np.diff(rows) == 1) & follows[rows[1:]]
    angles = recordings.labels[rows, 0]
    return Survey(
        recordings=recordings,
        pace=pace,
        num_looked_at=len(rows),
        sizes=sizes,
        num_unreadable=len(rows) - sum(sizes.values()),
        num_repeated=num_repeated,
        lag=estimate(angles, slides(profiles), joined, interval_s=pace.interval_s),
    )


def _rows_to_look_at(count: int) -> np.ndarray:
    """Rows in pieces from the whole dataset, ascending."""
    if count <= MAX_PICTURES:
        return np.arange(count)
    starts = np.linspace(0, count - PIECE, MAX_PICTURES // PIECE).astype(int)
    return np.unique(starts[:, None] + np.arange(PIECE))


def _follows(recordings: Recordings) -> np.ndarray:
    """Whether each row comes right after the one before it, without a gap, ``(rows,)``."""
    indexes = np.array([int(record[INDEX]) for _, record in recordings.sources])
    follows = np.zeros(len(recordings), bool)
    follows[1:] = (np.diff(recordings.sessions) == 0) & (np.diff(indexes) == 1)
    return follows
