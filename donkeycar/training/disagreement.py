"""How far pilots of different folds usually disagree, and whether they are wrong where they do.

Every record taught all pilots but one, which it judged. So what is measured here is the spread of
pilots of which one has not seen the frame and the others have. On a new drive none of them has, and
they disagree a little further: on the last fifths of two real recordings that nobody had learnt,
the median spread was larger by 2 % and 10 %, and doubt above 1 in 1.5 % and 1.0 % of the frames.

Whether disagreement tells of errors must not be judged by that one pilot on both sides: it is far
from the others wherever it is wrong. Therefore its error is held against the spread of the others.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from donkeycar.pilots.ensemble import spread_of
from donkeycar.pilots.folds_file import UsualSpread
from donkeycar.pilots.keras_file import load_keras
from donkeycar.training.epochs.predict import predict
from donkeycar.training.progress import Progress
from donkeycar.training.records.samples import Samples
from donkeycar.training.records.split import Split

# So many records say what is usual, in pieces of so many: a pilot may look back.
MAX_RECORDS = 5000
PIECE = 100
# Fewer say too little.
MIN_RECORDS = 20
# Of the records, this part is looked at as those with most doubt.
MOST_DOUBT = 0.1
# Of the records, this part has a doubt of at most 1.
USUAL_SHARE = 0.99
# Of steering: pilots that hardly ever disagree must not be in doubt for a trifle.
MIN_RANGE = 1e-3


@dataclass(frozen=True)
class Doubt:
    """What disagreement says about these pilots.

    Attributes:
        usual: How far they usually disagree.
        records: By how many records that was measured.
        doubtful_error: Mean steering error of the pilot that did not learn a record, where the
            others disagree most: in a tenth of the records; ``None`` of two pilots, where there are
            no others to disagree.
        other_error: The same in the other nine tenths.
    """

    usual: UsualSpread
    records: int
    doubtful_error: float | None
    other_error: float | None

    def to_json(self) -> dict[str, Any]:
        """What `folds_file.read_folds` reads, and more for people."""
        return {
            **asdict(self.usual),
            "records": self.records,
            "error_of_most_doubtful_tenth": self.doubtful_error,
            "error_of_the_others": self.other_error,
        }


def measure_doubt(
    pilots: Sequence[Path],
    samples: Samples,
    parts: Sequence[Split],
    *,
    batch_size: int,
    progress: Progress,
) -> Doubt | None:
    """Let pilots answer for the same records, and see how far they disagree.

    It asks the networks that were trained, all records at once: what drives answers the same to
    about 0.001. Of pilots that remember their answers, each remembers its own here.

    Args:
        pilots: The ``.keras`` file of each.
        samples: All records, as this type of pilot sees them.
        parts: Which rows taught and which judged each pilot.
        batch_size: Samples at once.
        progress: Is told how far it is.

    Returns:
        ``None`` if there are too few records to know.

    Raises:
        PilotError: If one of the files cannot be opened.
    """
    judge = np.full(int(max(part.validation[-1] for part in parts)) + 1, -1)
    for number, part in enumerate(parts):
        judge[part.validation] = number
    rows = _some(np.intersect1d(samples.rows, np.flatnonzero(judge >= 0)))
    if len(rows) < MIN_RECORDS:
        return None
    with progress.task("measuring doubt", len(rows) * len(pilots)) as advance:
        given = [predict(load_keras(path), samples, rows, batch_size, advance) for path in pilots]
    angles = np.stack([one[:, 0] for one in given], axis=1)
    middle, limit = np.quantile(spread_of(angles), (0.5, USUAL_SHARE))
    usual = UsualSpread(float(middle), float(max(limit, middle + MIN_RANGE)))
    wrong, other = errors_by_doubt(angles, samples.driven(rows)[:, 0], judge[rows])
    return Doubt(usual, len(rows), wrong, other)


def errors_by_doubt(
    angles: np.ndarray, driver: np.ndarray, judge: np.ndarray
) -> tuple[float | None, float | None]:
    """Compare the error where pilots disagree most with that elsewhere.

    Args:
        angles: What each pilot says to each record, ``(records, pilots)``.
        driver: What the driver did, ``(records,)``.
        judge: Number of the pilot that did not learn the record, ``(records,)``.

    Returns:
        Mean error of the pilots that did not learn, in the tenth of the records where the others
        disagree most, and in the rest; ``None`` of two pilots.
    """
    count, members = angles.shape
    if members < 3:
        return None, None
    alone = np.eye(members, dtype=bool)[judge]
    error = np.abs(np.clip(angles[alone], -1, 1) - driver)
    spread = spread_of(angles[~alone].reshape(count, members - 1))
    order = np.argsort(spread, kind="stable")
    doubtful = order[-max(1, round(MOST_DOUBT * count)) :]
    others = order[: -len(doubtful)]
    return float(error[doubtful].mean()), float(error[others].mean())


def _some(rows: np.ndarray) -> np.ndarray:
    """At most `MAX_RECORDS` of the rows, in pieces from all over them."""
    if len(rows) <= MAX_RECORDS:
        return rows
    pieces = np.array_split(rows, -(-len(rows) // PIECE))
    picks = np.linspace(0, len(pieces) - 1, MAX_RECORDS // PIECE).astype(int)
    return np.concatenate([pieces[number] for number in picks])
