"""Mean absolute error and correlation of pilot and driver: overall, by bend and by session."""

from dataclasses import dataclass

import numpy as np

from donkeycar.evaluation.bootstrap import Blocks, Interval
from donkeycar.training.records.recordings import Recordings

# Less steering than this to either side counts as straight on: the play of a joystick.
STRAIGHT = 0.1
# Names of the ranges of the driver's steering; left is negative.
RANGES = ("left", "straight", "right")


@dataclass(frozen=True)
class Quantity:
    """One output of a pilot, compared with the driver's.

    Attributes:
        mae: Mean absolute error, 0 to 2.
        bias: Mean of pilot minus driver: above 0 is farther to the right, or faster.
        r: Correlation, -1 to +1; ``None`` if the pilot's or the driver's values never change.
    """

    mae: Interval
    bias: Interval
    r: Interval | None


@dataclass(frozen=True)
class Share:
    """A subset of the records, and the steering error on it.

    Attributes:
        records: How many records.
        mae: Mean absolute error of the steering; ``None`` if there are no such records.
        bias: Mean of pilot minus driver; ``None`` in the same case.
    """

    records: int
    mae: Interval | None
    bias: Interval | None


@dataclass(frozen=True)
class Agreement:
    """A pilot, compared with its driver.

    Attributes:
        records: How many records were compared.
        angle: Comparison of the steering.
        throttle: Comparison of the throttle.
        ranges: Steering error where the driver steered ``left``, ``straight`` and ``right``.
        sessions: Steering error by session.
    """

    records: int
    angle: Quantity
    throttle: Quantity
    ranges: dict[str, Share]
    sessions: dict[str, Share]


def agree(recordings: Recordings, answers: np.ndarray, blocks: Blocks) -> Agreement:
    """Compare a pilot's answers with the driver's.

    Args:
        recordings: What the driver did.
        answers: Angle and throttle of the pilot for each record, ``(rows, 2)``, all numbers.
        blocks: Blocks of the same rows.
    """
    off = answers.astype(float) - recordings.labels
    ranges = range_of(recordings.labels[:, 0])
    return Agreement(
        records=len(off),
        angle=_quantity(recordings.labels[:, 0], answers[:, 0], blocks),
        throttle=_quantity(recordings.labels[:, 1], answers[:, 1], blocks),
        ranges={
            name: _share(off[:, 0], ranges == number, blocks) for number, name in enumerate(RANGES)
        },
        sessions={
            recordings.session_names[number]: _session(off[recordings.sessions == number, 0])
            for number in np.unique(recordings.sessions)
        },
    )


def range_of(angles: np.ndarray) -> np.ndarray:
    """Index in `RANGES` of each of the driver's angles.

    Example:
        >>> range_of(np.array([-0.5, 0.05, 0.1, 1.0]))
        array([0, 1, 1, 2])
    """
    return np.where(np.abs(angles) <= STRAIGHT, 1, np.where(angles < 0, 0, 2))


def _quantity(driver: np.ndarray, pilot: np.ndarray, blocks: Blocks) -> Quantity:
    driver, pilot = driver.astype(float), pilot.astype(float)
    return Quantity(
        mae=blocks.mean(np.abs(pilot - driver)),
        bias=blocks.mean(pilot - driver),
        r=blocks.correlation(driver, pilot),
    )


def _share(off: np.ndarray, among: np.ndarray, blocks: Blocks) -> Share:
    count = int(among.sum())
    if not count:
        return Share(0, None, None)
    return Share(count, blocks.mean(np.abs(off), among), blocks.mean(off, among))


def _session(off: np.ndarray) -> Share:
    """The interval of a session is drawn from its own blocks, not from those of other sessions."""
    blocks = Blocks(np.zeros(len(off)))
    return Share(len(off), blocks.mean(np.abs(off)), blocks.mean(off))
