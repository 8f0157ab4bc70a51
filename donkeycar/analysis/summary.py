"""The usual numbers about columns, for each group, from one reading of the catalogs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from donkeycar.analysis.column import Column
from donkeycar.analysis.counting import modes
from donkeycar.analysis.distribution import BINS, Histogram, histogram
from donkeycar.analysis.scratch import Scratch


@dataclass(frozen=True)
class Numbers:
    """About a column of numbers; all but the counts are ``None`` if there is no value.

    Attributes:
        count: Records with a value.
        missing: Records without one.
        mean: The mean.
        std: Standard deviation of a sample; ``None`` for a single value.
        min: The lowest value.
        q1: First quartile.
        median: Median.
        q3: Third quartile.
        max: The highest value.
        histogram: How the values are spread.
    """

    count: int
    missing: int
    mean: float | None
    std: float | None
    min: float | None
    q1: float | None
    median: float | None
    q3: float | None
    max: float | None
    histogram: Histogram


@dataclass(frozen=True)
class Words:
    """About a column that holds no numbers.

    Attributes:
        count: Records with a value.
        missing: Records without one.
        nunique: How many different values there are.
        mode: The most frequent value; ``None`` if there is none.
        mode_count: How often it comes.
    """

    count: int
    missing: int
    nunique: int
    mode: Any
    mode_count: int


def summaries(
    scratch: Scratch, columns: Sequence[Column], bins: int = BINS
) -> dict[Any, dict[str, Numbers | Words]]:
    """What there is to say about columns.

    Args:
        scratch: Holds the columns.
        columns: Columns of any kind.
        bins: Bins of the histograms, the same for all groups.

    Returns:
        For each group, in order, a summary of each column.
    """
    described: dict[Any, dict[str, Numbers | Words]] = {key: {} for key in scratch.keys}
    for column in columns:
        one = _numbers(scratch, column, bins) if column.is_numeric else _words(scratch, column)
        for key, summary in one.items():
            if key in described:
                described[key][column.name] = summary
    return described


def _numbers(scratch: Scratch, column: Column, bins: int) -> dict[Any, Numbers]:
    x = column.number
    rows = scratch.rows(
        f"SELECT {scratch.by}count({x}), count(*) - count({x}), avg({x}), stddev_samp({x}), "
        f"min({x}), quantile_cont({x}, [0.25, 0.5, 0.75]), max({x}) FROM {{t}} "
        f"GROUP BY {scratch.by}true"
    )
    found = dict(map(scratch.split, rows))
    shapes = histogram(scratch, column, bins)
    nothing = (0, 0, None, None, None, None, None)
    described = {}
    for key, shape in shapes.items():
        count, missing, mean, std, low, quartiles, high = found.get(key, nothing)
        q1, median, q3 = quartiles or (None, None, None)
        described[key] = Numbers(count, missing, mean, std, low, q1, median, q3, high, shape)
    return described


def _words(scratch: Scratch, column: Column) -> dict[Any, Words]:
    x = column.ident
    rows = scratch.rows(
        f"SELECT {scratch.by}count({x}), count(*) - count({x}), count(DISTINCT {x}) FROM {{t}} "
        f"GROUP BY {scratch.by}true"
    )
    found = dict(map(scratch.split, rows))
    most = modes(scratch, column)
    described = {}
    for key in scratch.keys:
        count, missing, different = found.get(key, (0, 0, 0))
        mode, number = most.get(key, (None, 0))
        described[key] = Words(count, missing, different, mode, number)
    return described
