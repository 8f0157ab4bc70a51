"""Columns over time and as histograms, in bins: 100,000 records travel as 1,000 numbers."""

import math
from typing import Any

import numpy as np

from donkeycar.errors import ConfigError
from donkeycar.lab.action import JSON
from donkeycar.lab.data.tubs import index_of
from donkeycar.lab.lab import Lab
from donkeycar.tub.browsing.binning import binned, histogram
from donkeycar.tub.browsing.tub_index import TubIndex
from donkeycar.tub.browsing.where import Floats

MOST_COLUMNS = 8
MOST_BINS = 4000


def plot(
    lab: Lab, *, tub: str, columns: list[str], first: int = 0, last: int = -1, bins: int = 800
) -> JSON:
    """Columns of numbers between two records, in bins with smallest and largest value.

    Args:
        lab: The lab.
        tub: Name of the tub.
        columns: Their names, at most 8.
        first: Position of the first record.
        last: Position of the last record; -1 is the last of the tub.
        bins: Most bins, 1 to 4000.

    Returns:
        ``positions`` (first of each bin), and ``columns``: name, ``low`` and ``high`` of each bin,
        null where it has no value.
    """
    if len(columns) > MOST_COLUMNS or not 1 <= bins <= MOST_BINS:
        raise ConfigError(
            f"A plot has at most {MOST_COLUMNS} columns and 1 to {MOST_BINS} bins. Received: "
            f"{len(columns)} columns, bins={bins}"
        )
    index = index_of(lab, tub)
    stop = len(index) if last < 0 else min(last + 1, len(index))
    told = []
    positions: list[int] = []
    for name in columns:
        found = binned(numbers_of(index, name), max(first, 0), stop, bins)
        positions = found.starts.tolist()
        told.append({"name": name, "low": _plain(found.low), "high": _plain(found.high)})
    return {"positions": positions, "columns": told}


def distribution(lab: Lab, *, tub: str, column: str, bins: int = 40) -> JSON:
    """The histogram of a column, deleted records left out.

    Returns:
        ``edges`` of the bins, and ``counts`` of records in each.
    """
    if not 1 <= bins <= 200:
        raise ConfigError(f"`bins` must be 1 to 200. Received: bins={bins}")
    index = index_of(lab, tub)
    edges, counts = histogram(numbers_of(index, column)[~index.deleted], bins)
    return {"edges": edges, "counts": counts}


def numbers_of(index: TubIndex, name: str) -> Floats:
    """A column of numbers.

    Raises:
        ConfigError: If there is none of this name.
    """
    known = [*index.numbers, "time_s"]
    if name not in known:
        raise ConfigError(
            f"A plot needs columns of numbers: {', '.join(known)}. Received: {name[:60]!r}"
        )
    values: Any = index.column(name)
    return np.asarray(values, np.float64)


def _plain(values: Floats) -> list[float | None]:
    return [round(one, 5) if math.isfinite(one) else None for one in values.tolist()]
