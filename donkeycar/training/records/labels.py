"""Labels: shifts or smooths what was recorded before a pilot learns it.

A driver sees, thinks and moves: the steering that answers a frame is recorded a little later. And
a joystick is never still. `LABEL_SHIFT` takes the label of a later record, `LABEL_WINDOW` the
mean of the labels around it. Neither looks beyond a session, or over records that are deleted or
left out: what the driver did there is not known.
"""

from collections import Counter

import numpy as np

from donkeycar.errors import TrainingError
from donkeycar.training.records.recordings import Recordings

INDEX = "_index"


def check_labels(shift: int, window: int) -> None:
    """Refuse what `relabel` cannot do.

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
    """Return the recordings with the labels that a pilot is to learn.

    Args:
        recordings: As they were recorded.
        shift: Take the label of so many records later; records without a later one are left out.
        window: Take the mean of so many labels, the record's own in the middle; fewer at the
            ends. An odd number, 1 for the label itself.

    Returns:
        Recordings with other labels and perhaps fewer rows; `recordings` stays as it is.

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
    """Rows that follow each other without a gap."""
    breaks = (np.diff(sessions) != 0) | (np.diff(indexes) != 1)
    return np.split(np.arange(len(sessions)), np.flatnonzero(breaks) + 1)


def _smoothed(labels: np.ndarray, window: int) -> np.ndarray:
    """Mean over `window` rows around each row, or over those of them that are there."""
    half = min(window // 2, len(labels) - 1)
    sums = np.cumsum(np.concatenate((np.zeros((1, 2)), labels)), axis=0)
    rows = np.arange(len(labels))
    first, last = np.maximum(rows - half, 0), np.minimum(rows + half + 1, len(labels))
    means: np.ndarray = (sums[last] - sums[first]) / (last - first)[:, None]
    return means.astype(np.float32)
