"""Sample weights: shows bends more often than they were recorded.

On most tracks a car goes straight most of the time, and a pilot that always goes straight is right
most of the time.
"""

import numpy as np

from donkeycar.errors import TrainingError

# Number of ranges of steering.
NUM_RANGES = 21
# A record is shown at most this often in an epoch, however rare its steering.
MOST_OFTEN = 10.0


def balance_weights(angles: np.ndarray, strength: float) -> np.ndarray:
    """Sample weights: how often each record is shown in an epoch, on average.

    Args:
        angles: Steering of the records, -1 to +1, ``(rows,)``.
        strength: 0 shows each record once; 1 shows every range of steering equally often; with 0.5,
            a range that is a hundred times rarer is shown ten times less often.

    Returns:
        float64, ``(rows,)``, 0 to 10, 1 on average.

    Raises:
        TrainingError: If `strength` is out of range.

    Example:
        >>> balance_weights(np.array([0.0, 0.0, 0.0, 0.9]), 1.0).round(2).tolist()
        [0.67, 0.67, 0.67, 2.0]
    """
    if not 0 <= strength <= 1:
        raise TrainingError(f"`balance` must be 0 to 1. Received: balance={strength}")
    ranges = np.clip(((angles + 1) / 2 * NUM_RANGES).astype(int), 0, NUM_RANGES - 1)
    counts = np.bincount(ranges, minlength=NUM_RANGES)
    weights: np.ndarray = counts[ranges].astype(np.float64) ** -strength
    weights *= len(weights) / weights.sum()
    # The weight that is cut from a few very rare records goes to the others.
    capped = weights > MOST_OFTEN
    if capped.any() and not capped.all():
        weights[capped] = MOST_OFTEN
        rest = len(weights) - weights[capped].sum()
        if rest > 0:
            weights[~capped] *= rest / weights[~capped].sum()
    return weights


def draw(rows: np.ndarray, weights: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw the same number of rows by their weights, in random order.

    A row of weight 2.3 is drawn twice or three times, never once: only the fraction is random.

    Args:
        rows: Row numbers.
        weights: Weight of each row, 1 on average.
        rng: Random numbers for the fractions and the order.
    """
    ends = np.cumsum(weights)
    marks = (np.arange(len(rows)) + rng.random()) * (ends[-1] / len(rows))
    drawn = rows[np.minimum(np.searchsorted(ends, marks, side="right"), len(rows) - 1)]
    return rng.permutation(drawn)
