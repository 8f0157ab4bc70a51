"""Mean absolute error and correlation of pilot and driver: overall, by bend and by session."""

from dataclasses import dataclass

import numpy as np

from donkeycar.evaluation.bootstrap import Blocks, Interval
from donkeycar.training.records.recordings import Recordings

# Less than this to either side is driving straight on: the play of a joystick.
STRAIGHT = 0.1
# What the driver's steering is called; left is negative.
RANGES = ("left", "straight", "right")


@dataclass(frozen=True)
class Quantity:
    """One answer of a pilot beside the driver's.

    Attributes:
        mae: Mean absolute error, 0 to 2.
        bias: Mean of pilot minus driver: above 0 is further to the right, or faster.
        r: Correlation, -1 to +1; ``None`` where one of the two never changes.
    """

    mae: Interval
    bias: Interval
    r: Interval | None


@dataclass(frozen=True)
class Share:
    """Some of the records, and the steering error on them.

    Attributes:
        records: How many.
        mae: Mean absolute error of the steering; ``None`` if there are no such records.
        bias: Mean of pilot minus driver; ``None`` as well.
    """

    records: int
    mae: Interval | None
    bias: Interval | None


@dataclass(frozen=True)
class Agreement:
    """A pilot beside its driver.

    Attributes:
        records: On how many records.
        angle: The steering.
        throttle: The throttle.
        ranges: Steering error where the driver steered ``left``, ``straight`` on and ``right``.
        sessions: Steering error by session.
    """

    records: int
    angle: Quantity
    throttle: Quantity
    ranges: dict[str, Share]
    sessions: dict[str, Share]


def agree(recordings: Recordings, answers: np.ndarray, blocks: Blocks) -> Agreement:
    """Compare answers with the driver's.

    Args:
        recordings: What the driver did.
        answers: Angle and throttle of the pilot for each of them, ``(rows, 2)``, all numbers.
        blocks: Of the same rows.
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
    """Number in `RANGES` of each of the driver's angles.

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
