"""Sample weights: shows bends more often than they were recorded.

On most tracks a car goes straight most of the time, and a pilot that always goes straight is right
most of the time.
"""

import numpy as np

from donkeycar.errors import TrainingError

# Steering is counted in so many ranges.
NUM_RANGES = 21
# However rare its steering, a record is shown at most so often in an epoch.
MOST_OFTEN = 10.0


def balance_weights(angles: np.ndarray, strength: float) -> np.ndarray:
    """How often each record is shown in an epoch, on average.

    Args:
        angles: Steering of the records, -1 to +1, ``(rows,)``.
        strength: 0 shows each once; 1 shows every range of steering as often as every other; 0.5
            lies between: a range that is a hundred times rarer is shown ten times less.

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
    # What is cut off a few very rare ones goes to the others.
    capped = weights > MOST_OFTEN
    if capped.any() and not capped.all():
        weights[capped] = MOST_OFTEN
        rest = len(weights) - weights[capped].sum()
        if rest > 0:
            weights[~capped] *= rest / weights[~capped].sum()
    return weights


def draw(rows: np.ndarray, weights: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw as many rows as there are, each as often as it should be shown, in random order.

    A row of weight 2.3 is drawn twice or three times, never once: chance decides the fraction only.

    Args:
        rows: Row numbers.
        weights: Of each, 1 on average.
        rng: Decides the fractions and the order.
    """
    ends = np.cumsum(weights)
    marks = (np.arange(len(rows)) + rng.random()) * (ends[-1] / len(rows))
    drawn = rows[np.minimum(np.searchsorted(ends, marks, side="right"), len(rows) - 1)]
    return rng.permutation(drawn)
