"""Episodes: the drives of tubs, cut where they pause, at an even rate."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, groupby, islice

from donkeycar.formats.exporting.lerobot.layout import FEWEST_FRAMES, LONGEST_S
from donkeycar.formats.exporting.selection import Frame
from donkeycar.tub.format import INDEX, SESSION, TIMESTAMP
from donkeycar.tub.pace import Pace

# Records say milliseconds; seconds since 1970 are rounded to less than a microsecond.
ROUNDING_S = 1e-5
TOO_SHORT = "no other record before and after a pause"


@dataclass(frozen=True)
class Rhythm:
    """How frames become episodes.

    Attributes:
        fps: Frames a second of the dataset.
        paces: How fast each tub was recorded, by its name.
        pause_s: A longer step from record to record ends an episode.
        resample: Whether frames are chosen at even times; else each record is one frame.
    """

    fps: int
    paces: dict[str, Pace]
    pause_s: float
    resample: bool

    def time_s(self, frame: Frame) -> float | None:
        """When a record was made; by its number, if the times of its tub are not those of a car."""
        pace = self.paces[frame.row.tub.origin]
        if not pace.is_timed:
            return float(frame.row.record[INDEX]) / pace.rate_hz
        stamp = frame.values.get(TIMESTAMP)
        return None if stamp is None else stamp / 1000


def episodes(
    frames: Iterable[Frame], rhythm: Rhythm, left_out: Counter[str]
) -> Iterator[Iterator[Frame]]:
    """Each episode, frame by frame.

    An episode ends with its session, before a pause or a step back in time, and after 512 s. Read
    each to its end before the next.

    Args:
        frames: The frames, in the order of recording.
        rhythm: How they become episodes.
        left_out: Counts the frames of episodes that are too short.
    """
    for _, group in groupby(frames, key=_Numbering(rhythm)):
        drive = _timed(group, rhythm)
        first = list(islice(drive, FEWEST_FRAMES))
        if len(first) == FEWEST_FRAMES:
            yield chain(first, drive)
        else:
            left_out[TOO_SHORT] += len(first)


def _timed(frames: Iterator[Frame], rhythm: Rhythm) -> Iterator[Frame]:
    return _resampled(frames, rhythm) if rhythm.resample else frames


class _Numbering:
    """Tells the number of the episode of each frame; called in the order of recording."""

    def __init__(self, rhythm: Rhythm) -> None:
        self._rhythm = rhythm
        self._number = 0
        self._num_frames = 0
        self._start_s = 0.0
        self._before: tuple[object, float | None] | None = None

    def __call__(self, frame: Frame) -> int:
        time_s = self._rhythm.time_s(frame)
        drive = (frame.row.tub.origin, frame.values.get(SESSION))
        if self._before is not None and self._ends(drive, time_s):
            self._number += 1
            self._num_frames = 0
        if not self._num_frames:
            self._start_s = time_s or 0.0
        self._num_frames += 1
        self._before = (drive, time_s)
        return self._number

    def _ends(self, drive: object, time_s: float | None) -> bool:
        if self._before is None:
            return False
        drive_before, before_s = self._before
        if drive != drive_before or time_s is None or before_s is None:
            return True
        if self._rhythm.resample:
            long_s = time_s - self._start_s
        else:
            long_s = (self._num_frames + 1) / self._rhythm.fps
        return not 0 <= time_s - before_s <= self._rhythm.pause_s or long_s > LONGEST_S


def _resampled(frames: Iterator[Frame], rhythm: Rhythm) -> Iterator[Frame]:
    """At each even time the frame that was made next to it; some twice, others never."""
    before: Frame | None = None
    before_s = start_s = 0.0
    number = 0
    for frame in frames:
        time_s = rhythm.time_s(frame) or 0.0
        if before is None:
            start_s = time_s
        time_s -= start_s
        while (wanted_s := number / rhythm.fps) <= time_s + ROUNDING_S:
            is_nearer = wanted_s - before_s <= time_s - wanted_s + ROUNDING_S
            yield before if before is not None and is_nearer else frame
            number += 1
        before, before_s = frame, time_s
