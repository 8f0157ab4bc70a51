"""Labels: shifts or smooths the recorded values before a pilot learns them.

A driver needs time to react, so the steering that answers a frame is recorded a little later, and a
joystick is never still. `LABEL_SHIFT` takes the label of a later record, `LABEL_WINDOW` the mean of
the labels around it. Neither crosses the end of a session, or records that are deleted or left out,
because the driver's actions there are not known.
"""

from collections import Counter

import numpy as np

from donkeycar.errors import TrainingError
from donkeycar.training.records.recordings import Recordings

INDEX = "_index"


def check_labels(shift: int, window: int) -> None:
    """Refuse arguments that `relabel` cannot use.

    Raises:
        TrainingError: If a number is out of range.
    """
    if not 0 <= shift <= 100:
        raise TrainingError(f"`label_shift` must be 0 to 100 records. Received: {shift}")
    if not 1 <= window <= 101 or window % 2 == 0:
        raise TrainingError(
            f"`label_window` must be an odd number of records, 1 to 101. Received: {window}"
        )


def relabel(recordings: Recordings, *, shift: int = 0, window: int = 1) -> Recordings:
    """Return the recordings with the labels that a pilot should learn.

    Args:
        recordings: The records as they were recorded.
        shift: Take the label from this many records later; leave out records without one.
        window: Take the mean of this many labels, with the record's own in the middle; fewer at the
            ends. An odd number, 1 for the label itself.

    Returns:
        Recordings with other labels and perhaps fewer rows; `recordings` stays unchanged.

    Raises:
        TrainingError: If a number is out of range, or no record is left.
    """
    check_labels(shift, window)
    if shift == 0 and window == 1:
        return recordings
    indexes = np.array([int(record[INDEX]) for _, record in recordings.sources])
    runs = _runs(recordings.sessions, indexes)
    labels = np.concatenate([_smoothed(recordings.labels[run], window) for run in runs])
    rows = np.concatenate([run[: max(0, len(run) - shift)] for run in runs])
    if not rows.size:
        raise TrainingError(
            f"`label_shift` must leave records to learn from. Received: {shift}, and no record "
            "has one so many later in the same session"
        )
    kept = recordings.keep(list(rows))
    kept.labels = labels[rows + shift]
    without = Counter({"without a label so many records later": len(recordings) - len(kept)})
    kept.dropped = recordings.dropped + without
    return kept


def _runs(sessions: np.ndarray, indexes: np.ndarray) -> list[np.ndarray]:
    """Runs of rows that follow each other without a gap."""
    breaks = (np.diff(sessions) != 0) | (np.diff(indexes) != 1)
    return np.split(np.arange(len(sessions)), np.flatnonzero(breaks) + 1)


def _smoothed(labels: np.ndarray, window: int) -> np.ndarray:
    """Mean over `window` rows around each row, or over those that exist."""
    half = min(window // 2, len(labels) - 1)
    sums = np.cumsum(np.concatenate((np.zeros((1, 2)), labels)), axis=0)
    rows = np.arange(len(labels))
    first, last = np.maximum(rows - half, 0), np.minimum(rows + half + 1, len(labels))
    means: np.ndarray = (sums[last] - sums[first]) / (last - first)[:, None]
    return means.astype(np.float32)
