"""Bins of equal width, with the same edges and the same counts as ``numpy.histogram``."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from donkeycar.analysis.column import Column
from donkeycar.analysis.scratch import Scratch
from donkeycar.errors import AnalysisError

MOST_BINS = 10_000
# The number of bins divided by a smaller range would be infinite.
SMALLEST_RANGE = 1e-300

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Bins:
    """The bins of one column.

    Attributes:
        edges: Their limits, rising; a value on a limit belongs to the bin above it, except on the
            last one.
        sql: The number of the bin of a value, counted from 0; NULL outside the range.
    """

    edges: Floats
    sql: str

    def __len__(self) -> int:
        return len(self.edges) - 1


def check_bins(bins: int) -> None:
    """Refuse a number of bins that makes no sense.

    Raises:
        AnalysisError: If it is not a whole number from 1 to 10,000.
    """
    if type(bins) is not int or not 1 <= bins <= MOST_BINS:
        raise AnalysisError(
            f"`bins` must be a whole number of 1 to {MOST_BINS}. Received: bins={bins!r}"
        )


def bins_of(
    scratch: Scratch, column: Column, bins: int, limits: tuple[float, float] | None = None
) -> Bins:
    """Divide the range of a column.

    Args:
        scratch: Holds the column.
        column: A column of numbers.
        bins: How many, 1 to 10,000.
        limits: Lowest and highest value; ``None`` means those of the column, over all groups.

    Raises:
        AnalysisError: If the limits are not two finite numbers in rising order.
    """
    check_bins(bins)
    value = column.number
    if limits is None:
        low, high = scratch.rows(f"SELECT min({value}), max({value}) FROM {{t}}")[0]
        low, high = _widened(0.0, 1.0) if low is None else _widened(float(low), float(high))
    else:
        low, high = (float(limit) for limit in limits)
        if not (np.isfinite(high - low) and high - low > SMALLEST_RANGE):
            raise AnalysisError(
                f"The limits must be two numbers, the lower one first. Received: {limits}"
            )
    edges = np.linspace(low, high, bins + 1)
    return Bins(edges, _bin_sql(value, edges))


def _widened(low: float, high: float) -> tuple[float, float]:
    """A range that can be divided, as NumPy makes one where all numbers are equal."""
    if high - low > SMALLEST_RANGE:
        return low, high
    half = 0.5 if low - 0.5 < low else abs(low) * 1e-6
    return low - half, high + half


def _bin_sql(value: str, edges: Floats) -> str:
    """The number of a value's bin: first by its place in the range, then corrected by the edges."""
    last = len(edges) - 2
    low, high = float(edges[0]), float(edges[-1])
    listed = "[" + ", ".join(repr(float(edge)) for edge in edges) + "]::DOUBLE[]"
    norm = (last + 1) / (high - low)
    guess = f"least(CAST(trunc(({value} - {low!r}) * {norm!r}) AS INTEGER), {last})"
    return (
        f"CASE WHEN {value} >= {low!r} AND {value} <= {high!r} THEN {guess} "
        f"- CASE WHEN {value} < ({listed})[{guess} + 1] THEN 1 ELSE 0 END "
        f"+ CASE WHEN {guess} < {last} AND {value} >= ({listed})[{guess} + 2] THEN 1 ELSE 0 END END"
    )
