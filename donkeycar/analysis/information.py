"""Entropy and mutual information, in bits.

Numbers are divided into bins of equal width between their lowest and highest value; every text is
a class of its own. The estimator is the plug-in one: probabilities are shares of the records. With
`n` records it comes out too low, for an entropy of `m` classes by about ``(m - 1) / (2 n ln 2)``
bits (Miller 1955), and mutual information too high by as much for each field of the grid: so look
at the number of records before believing hundredths.

Source:
    Cover and Thomas, "Elements of Information Theory", 2nd edition, equations 2.1 and 2.28;
    G. A. Miller, "Note on the bias of information estimates", 1955.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from donkeycar.analysis.bins import Floats, bins_of
from donkeycar.analysis.column import Column
from donkeycar.analysis.scratch import Scratch

BINS = 20


def entropy(scratch: Scratch, column: Column, bins: int = BINS) -> dict[Any, float | None]:
    """Entropy of a column for each group, in bits; ``None`` where there is no value.

    Args:
        scratch: Holds the column.
        column: A column of any kind.
        bins: Bins of a column of numbers, the same for all groups.
    """
    return _entropy(scratch, [_classes(scratch, column, bins)], [column])


def mutual_information(
    scratch: Scratch, columns: Sequence[Column], bins: int = BINS
) -> dict[Any, Floats]:
    """Mutual information of each two columns, in bits; an entropy on the diagonal.

    Of each two columns those records count that have both values.

    Args:
        scratch: Holds the columns.
        columns: Columns of any kind.
        bins: Bins of a column of numbers.

    Returns:
        For each group a symmetric matrix, in the order of the columns; NaN where no record has
        both values.
    """
    classes = [_classes(scratch, one, bins) for one in columns]
    number = len(columns)
    found = {key: np.full((number, number), np.nan) for key in scratch.keys}
    for i in range(number):
        for j in range(i, number):
            both = [columns[i], columns[j]]
            parts = [
                _entropy(scratch, chosen, both)
                for chosen in ([classes[i]], [classes[j]], [classes[i], classes[j]])
            ]
            for key, matrix in found.items():
                x, y, xy = (part.get(key) for part in parts)
                if x is not None and y is not None and xy is not None:
                    # Rounding may leave a little less than nothing.
                    matrix[i, j] = matrix[j, i] = max(0.0, x + y - xy)
    return found


def _classes(scratch: Scratch, column: Column, bins: int) -> str:
    """The class of a value, in SQL."""
    if column.kind == "number":
        return bins_of(scratch, column, bins).sql
    return column.ident


def _entropy(
    scratch: Scratch, classes: Sequence[str], columns: Sequence[Column]
) -> dict[Any, float | None]:
    """Entropy of classes together, over the records that have a value in all columns."""
    known = " AND ".join(f"{one.ident} IS NOT NULL" for one in columns)
    named = ", ".join(f"{one} AS c{number}" for number, one in enumerate(classes))
    groups = "".join(f"{one}, " for one in scratch.groups)
    rows = scratch.rows(
        f"WITH c AS (SELECT {groups}{named}, count(*) AS n FROM {{t}} WHERE {known} GROUP BY ALL) "
        # log2(total) - sum(n log2 n) / total is -sum(p log2 p) with one division.
        f"SELECT {groups}log2(sum(n)) - sum(n * log2(n)) / sum(n) FROM c GROUP BY {groups}true"
    )
    found = {key: value for key, (value,) in map(scratch.split, rows)}
    return {key: found.get(key) for key in scratch.keys}
