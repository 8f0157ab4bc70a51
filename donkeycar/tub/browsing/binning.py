"""Many records on few pixels: smallest and largest value of each bin, and histograms."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


class Bins(NamedTuple):
    """A column in bins of neighbouring records.

    Attributes:
        starts: Position of the first record of each bin.
        low, high: Smallest and largest value of each bin; NaN where it has none.
    """

    starts: npt.NDArray[np.int64]
    low: Floats
    high: Floats


def binned(values: Floats, first: int, stop: int, count: int) -> Bins:
    """Some records of a column in bins, so that no spike is lost.

    Args:
        values: The column; NaN where missing.
        first: Position of the first record.
        stop: Position after the last.
        count: Most bins, at least 1.
    """
    part = values[first:stop]
    starts = np.unique(np.linspace(0, len(part), min(count, len(part)), endpoint=False, dtype=int))
    if not len(part):
        return Bins(starts, part, part)
    low = np.fmin.reduceat(part, starts)
    high = np.fmax.reduceat(part, starts)
    return Bins(starts + first, low, high)


def histogram(values: Floats, count: int) -> tuple[list[float], list[int]]:
    """Edges of equally wide bins, one more than bins, and the number of values in each.

    Args:
        values: The values; missing ones do not count.
        count: Number of bins.
    """
    known = values[np.isfinite(values)]
    if not len(known):
        return [], []
    numbers, edges = np.histogram(known, bins=count)
    return edges.tolist(), numbers.tolist()
