"""How values are spread: histogram, box plot, scatter plot; counted inside the engine."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from donkeycar.analysis.bins import Counts, Floats, bins_of, check_bins
from donkeycar.analysis.column import Column
from donkeycar.analysis.scratch import Scratch
from donkeycar.errors import AnalysisError

# Tukey, "Exploratory Data Analysis", 1977: whiskers reach at most so many interquartile ranges.
TUKEY_K = 1.5
BINS = 20
SCATTER_BINS = 50
MOST_SCATTER_BINS = 1000


@dataclass(frozen=True)
class Histogram:
    """How many values lie in each bin.

    Attributes:
        name: The column.
        edges: Limits of the bins, one more than there are bins.
        counts: Values in each bin.
        outside: Values below the first or above the last limit.
    """

    name: str
    edges: Floats
    counts: Counts
    outside: int = 0


@dataclass(frozen=True)
class Histogram2D:
    """How many pairs of values lie in each field of a grid, without those that miss a value.

    Attributes:
        x: The first column.
        y: The second column.
        x_edges: Limits of its bins.
        y_edges: Limits of its bins.
        counts: Pairs in each field, `(bins of x, bins of y)`.
    """

    x: str
    y: str
    x_edges: Floats
    y_edges: Floats
    counts: Counts


@dataclass(frozen=True)
class Box:
    """A box plot after Tukey.

    Attributes:
        name: The column.
        q1: First quartile.
        median: Median.
        q3: Third quartile.
        low: Lower whisker: the lowest value that is not further than `k` times ``q3 - q1`` from q1.
        high: Upper whisker.
        num: How many values there are.
        num_outliers: How many lie beyond the whiskers.
    """

    name: str
    q1: float
    median: float
    q3: float
    low: float
    high: float
    num: int
    num_outliers: int


def histogram(
    scratch: Scratch,
    column: Column,
    bins: int = BINS,
    limits: tuple[float, float] | None = None,
) -> dict[Any, Histogram]:
    """A histogram for each group, all with the same bins.

    Args:
        scratch: Holds the column.
        column: A column of numbers.
        bins: How many bins, 1 to 10,000.
        limits: Lowest and highest value; ``None`` means those of the column.
    """
    divided = bins_of(scratch, column, bins, limits)
    rows = scratch.rows(
        f"SELECT {scratch.by}{divided.sql} AS bin, count(*) FROM {{t}} "
        f"WHERE {column.ident} IS NOT NULL GROUP BY ALL"
    )
    counts: dict[Any, Counts] = {}
    outside: dict[Any, int] = {}
    for row in rows:
        key, (place, number) = scratch.split(row)
        if place is None:
            outside[key] = number
        else:
            counts.setdefault(key, np.zeros(len(divided), np.int64))[place] = number
    empty = np.zeros(len(divided), np.int64)
    return {
        key: Histogram(column.name, divided.edges, counts.get(key, empty), outside.get(key, 0))
        for key in scratch.keys
    }


def grid(
    scratch: Scratch, x: Column, y: Column, bins: int = SCATTER_BINS
) -> dict[Any, Histogram2D]:
    """A scatter plot for each group: pairs of values, counted in the fields of a grid.

    Args:
        scratch: Holds the columns.
        x: A column of numbers.
        y: Another one.
        bins: Bins of each column, 1 to 1,000.
    """
    check_bins(bins)
    if bins > MOST_SCATTER_BINS:
        raise AnalysisError(f"`bins` must be at most {MOST_SCATTER_BINS}. Received: bins={bins}")
    across, up = bins_of(scratch, x, bins), bins_of(scratch, y, bins)
    rows = scratch.rows(
        f"SELECT {scratch.by}{across.sql} AS across, {up.sql} AS up, count(*) FROM {{t}} "
        f"WHERE {x.ident} IS NOT NULL AND {y.ident} IS NOT NULL GROUP BY ALL"
    )
    counts = {key: np.zeros((bins, bins), np.int64) for key in scratch.keys}
    for row in rows:
        key, (column, line, number) = scratch.split(row)
        if key in counts:
            counts[key][column, line] = number
    return {
        key: Histogram2D(x.name, y.name, across.edges, up.edges, one) for key, one in counts.items()
    }


def boxes(scratch: Scratch, column: Column, k: float = TUKEY_K) -> dict[Any, Box | None]:
    """A box plot for each group; ``None`` where there is no value.

    Args:
        scratch: Holds the column.
        column: A column of numbers.
        k: How far whiskers reach, in interquartile ranges, 0 or more.
    """
    if not k >= 0:
        raise AnalysisError(f"`k` must be 0 or more. Received: k={k}")
    x = column.number
    same = " AND ".join(f"q.{one} IS NOT DISTINCT FROM t.{one}" for one in scratch.groups) or "true"
    groups = "".join(f"q.{one}, " for one in scratch.groups)
    reach = f"{float(k)!r} * (q.q[3] - q.q[1])"
    is_low, is_high = f"x < q.q[1] - {reach}", f"x > q.q[3] + {reach}"
    rows = scratch.rows(
        f"WITH v AS (SELECT {scratch.by}{x} AS x FROM {{t}} WHERE {column.ident} IS NOT NULL), "
        f"q AS (SELECT {scratch.by}quantile_cont(x, [0.25, 0.5, 0.75]) AS q FROM v "
        f"GROUP BY {scratch.by}true) "
        f"SELECT {groups}q.q, min(x) FILTER (NOT {is_low}), max(x) FILTER (NOT {is_high}), "
        f"count(*), count(*) FILTER ({is_low} OR {is_high}) "
        f"FROM v t JOIN q ON {same} GROUP BY {groups}q.q"
    )
    found: dict[Any, Box | None] = dict.fromkeys(scratch.keys)
    for row in rows:
        key, ((q1, median, q3), low, high, num, outliers) = scratch.split(row)
        if key in found:
            found[key] = Box(column.name, q1, median, q3, low, high, num, outliers)
    return found
