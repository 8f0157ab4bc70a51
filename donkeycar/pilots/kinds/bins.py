"""Bins: converts numbers to probabilities of bins (soft labels), and back.

Bins are spaced evenly from the first to the last, both included. If a driver passes a tree on the
left one day and on the right the next, the probabilities have two peaks, and their mean would lead
into the tree; so an answer is one of the peaks. It can lie between two bins, according to their
probabilities. On a real recording, the mean over all bins has a steering error a quarter larger:
see docs/pilots.md.
"""

import numpy as np

from donkeycar.pilots.kinds.head import OutputArrays, in_order, unlike
from donkeycar.pilots.kinds.options import Options

BIN_NAMES = (("angle_bins", "throttle_bins"), ("angle_out", "throttle_out"))
ANGLE_RANGE = (-1.0, 1.0)
Range = tuple[float, float] | list[float]
# Bins of all categorical networks of donkeycar 3 to 5, whose outputs may have lost their names.
OLD_BINS = (15, 20)
# Their throttle bins begin at 0, and the last one is 19/20 of this setting's value.
OLD_TOP = 19 / 20


def to_bins(values: np.ndarray, ends: Range, count: int) -> np.ndarray:
    """Divide each value between its two nearest bins.

    Args:
        values: ``(rows,)``; values beyond the range count as its end.
        ends: Values of the first and of the last bin.
        count: Number of bins.

    Returns:
        Probabilities, float32, ``(rows, count)``; each row adds up to 1.

    Example:
        >>> to_bins(np.array([0.25]), (-1.0, 1.0), 5).tolist()
        [[0.0, 0.0, 0.5, 0.5, 0.0]]
    """
    low, high = ends
    places = np.clip((np.asarray(values, float) - low) / (high - low), 0.0, 1.0) * (count - 1)
    lower = np.minimum(np.floor(places).astype(int), count - 2)
    upper_share = places - lower
    shares = np.zeros((len(places), count), np.float32)
    rows = np.arange(len(places))
    shares[rows, lower] = 1 - upper_share
    shares[rows, lower + 1] = upper_share
    return shares


def from_bins(likelihoods: np.ndarray, ends: Range, choice: str) -> float:
    """Choose a value.

    Args:
        likelihoods: Probability of each bin.
        ends: Values of the first and of the last bin.
        choice: ``likeliest`` is the likeliest bin, as in donkeycar 3 to 5; ``peak`` is the mean
            of that and its two neighbours, weighted by their likelihoods.

    Returns:
        A value within `ends`; NaN if a probability is not a number.

    Example:
        >>> from_bins(np.array([0.4, 0.0, 0.0, 0.3, 0.3]), (-1.0, 1.0), "peak")
        -1.0
    """
    likelihoods = np.asarray(likelihoods, float).ravel()
    if not np.isfinite(likelihoods).all():
        return float("nan")
    best = int(np.argmax(likelihoods))
    if choice == "peak":
        near = slice(max(0, best - 1), best + 2)
        weights = likelihoods[near]
        total = weights.sum()
        place = float(np.arange(len(likelihoods))[near] @ weights / total) if total > 0 else best
    else:
        place = float(best)
    low, high = ends
    return float(low + (high - low) * place / (len(likelihoods) - 1))


def bins_head(outputs: OutputArrays, options: Options) -> tuple[float, float]:
    """Read angle and throttle from bins.

    Args:
        outputs: Probabilities of the bins, by name.
        options: `throttle_range` and `choice`.

    Raises:
        PilotError: If they are missing.
    """
    angle, throttle = _pair(outputs)
    choice = options["choice"]
    return (
        from_bins(angle, ANGLE_RANGE, choice),
        from_bins(throttle, options["throttle_range"], choice),
    )


def _pair(outputs: OutputArrays) -> tuple[np.ndarray, np.ndarray]:
    """Find the bins of angle and throttle."""
    for angle, throttle in BIN_NAMES:
        if angle in outputs and throttle in outputs:
            found = [outputs[angle], outputs[throttle]]
            break
    else:
        found = in_order(outputs)
        if [value.size for value in found] == list(reversed(OLD_BINS)):
            found.reverse()
    if len(found) != 2 or any(value.size < 2 for value in found):
        raise unlike(outputs, "a row of bins for the angle and one for the throttle")
    return found[0], found[1]
