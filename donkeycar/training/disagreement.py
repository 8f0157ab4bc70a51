"""Disagreement of an ensemble: its usual size, and whether a large one means a large error.

Each record was used for validation by one pilot and for training by all others. So this measures
the spread of pilots of which all but one were trained on the frame. On a new drive none was trained
on it, and they disagree a little more: on the last fifths of two real recordings that none of them
was trained on, the median spread was larger by 2 % and 10 %, and the disagreement was above 1 in
1.5 % and 1.0 % of the frames.

To find out whether a large disagreement means a large error, the error of the one pilot is compared
with the spread of the others. That pilot must not be part of the spread, because it is far from the
others wherever it is wrong.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from donkeycar.pilots.files.folds_file import UsualSpread
from donkeycar.pilots.files.keras_file import load_keras
from donkeycar.pilots.inference.ensemble import spread_of
from donkeycar.training.progress import Progress
from donkeycar.training.records.samples import Samples
from donkeycar.training.records.split import Split
from donkeycar.training.validation import predict

# Number of records that are measured, in pieces of this many in a row: a pilot may look back.
MAX_RECORDS = 5000
PIECE = 100
# Fewer records are not enough.
MIN_RECORDS = 20
# The share of the records that counts as those with the largest disagreement.
LARGEST_SHARE = 0.1
# The share of the records whose disagreement is at most 1.
USUAL_SHARE = 0.99
# In steering: if pilots hardly ever differ, a tiny spread must not count as disagreement.
MIN_RANGE = 1e-3


@dataclass(frozen=True)
class Disagreement:
    """Disagreement of the pilots of an ensemble, and its relation to their errors.

    Attributes:
        usual: Their usual disagreement.
        records: Number of records on which it was measured.
        disputed_error: Mean steering error of the pilot that was not trained on a record, in the
            tenth of the records where the others disagree most; ``None`` for two pilots, because a
            single other pilot cannot disagree.
        other_error: The same in the other nine tenths.
    """

    usual: UsualSpread
    records: int
    disputed_error: float | None
    other_error: float | None

    def to_json(self) -> dict[str, Any]:
        """Convert to JSON for ``folds.json``, with the keys of existing files."""
        return {
            **asdict(self.usual),
            "records": self.records,
            "error_of_most_doubtful_tenth": self.disputed_error,
            "error_of_the_others": self.other_error,
        }


def measure_disagreement(
    pilots: Sequence[Path],
    samples: Samples,
    splits: Sequence[Split],
    *,
    batch_size: int,
    progress: Progress,
) -> Disagreement | None:
    """Run all pilots on the same records, and measure their disagreement.

    It runs the Keras networks on all records at once; the LiteRT files that drive give the same
    answers to about 0.001. Pilots that remember their answers remember their own here.

    Args:
        pilots: The ``.keras`` file of each.
        samples: All records, as this type of pilot sees them.
        splits: The training and validation rows of each pilot.
        batch_size: Samples at once.
        progress: Reports the progress.

    Returns:
        ``None`` if there are too few records.

    Raises:
        PilotError: If one of the files cannot be opened.
    """
    fold = np.full(int(max(split.validation[-1] for split in splits)) + 1, -1)
    for number, split in enumerate(splits):
        fold[split.validation] = number
    rows = _some(np.intersect1d(samples.rows, np.flatnonzero(fold >= 0)))
    if len(rows) < MIN_RECORDS:
        return None
    with progress.task("disagreement", len(rows) * len(pilots)) as advance:
        given = [predict(load_keras(path), samples, rows, batch_size, advance) for path in pilots]
    angles = np.stack([one[:, 0] for one in given], axis=1)
    middle, limit = np.quantile(spread_of(angles), (0.5, USUAL_SHARE))
    usual = UsualSpread(float(middle), float(max(limit, middle + MIN_RANGE)))
    wrong, other = errors_by_disagreement(angles, samples.driven(rows)[:, 0], fold[rows])
    return Disagreement(usual, len(rows), wrong, other)


def errors_by_disagreement(
    angles: np.ndarray, driver: np.ndarray, fold: np.ndarray
) -> tuple[float | None, float | None]:
    """Compare the error where pilots disagree most with the error elsewhere.

    Args:
        angles: Answer of each pilot to each record, ``(records, pilots)``.
        driver: Steering of the driver, ``(records,)``.
        fold: Number of the pilot that was not trained on the record, ``(records,)``.

    Returns:
        Mean error of the pilots that were not trained on a record, in the tenth of the records
        where the others disagree most, and in the rest; ``None`` for two pilots.
    """
    count, members = angles.shape
    if members < 3:
        return None, None
    alone = np.eye(members, dtype=bool)[fold]
    error = np.abs(np.clip(angles[alone], -1, 1) - driver)
    spread = spread_of(angles[~alone].reshape(count, members - 1))
    order = np.argsort(spread, kind="stable")
    disputed = order[-max(1, round(LARGEST_SHARE * count)) :]
    others = order[: -len(disputed)]
    return float(error[disputed].mean()), float(error[others].mean())


def _some(rows: np.ndarray) -> np.ndarray:
    """At most `MAX_RECORDS` of the rows, in pieces from all parts."""
    if len(rows) <= MAX_RECORDS:
        return rows
    pieces = np.array_split(rows, -(-len(rows) // PIECE))
    picks = np.linspace(0, len(pieces) - 1, MAX_RECORDS // PIECE).astype(int)
    return np.concatenate([pieces[number] for number in picks])
