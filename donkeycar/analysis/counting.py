"""How often each value comes."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from donkeycar.analysis.bins import Floats
from donkeycar.analysis.column import Column
from donkeycar.analysis.scratch import Scratch


def value_counts(scratch: Scratch, column: Column) -> dict[Any, dict[Any, int]]:
    """How often each value comes, for each group; the most frequent value first.

    At most as many values as the safety limit, counted over all groups; among values that come
    equally often the lowest is first.

    Args:
        scratch: Holds the column.
        column: A column of any kind.
    """
    x = column.ident
    order = "".join(f"{one}, " for one in scratch.groups)
    rows = scratch.table.pull(
        f"SELECT {scratch.by}{x}, count(*) AS n FROM {scratch.name} WHERE {x} IS NOT NULL "
        f"GROUP BY ALL ORDER BY {order}n DESC, {x}",
        "values",
    )
    found: dict[Any, dict[Any, int]] = {} if scratch.groups else {(): {}}
    for row in rows:
        key, (value, number) = scratch.split(row)
        found.setdefault(key, {})[value] = number
    return found


def modes(scratch: Scratch, column: Column) -> dict[Any, tuple[Any, int]]:
    """The most frequent value of each group, and how often it comes; the lowest of several.

    Args:
        scratch: Holds the column.
        column: A column of any kind.
    """
    x = column.ident
    part = f"PARTITION BY {', '.join(scratch.groups)} " if scratch.groups else ""
    rows = scratch.rows(
        f"SELECT {scratch.by}{x}, count(*) AS n FROM {{t}} WHERE {x} IS NOT NULL "
        f"GROUP BY {scratch.by}{x} QUALIFY row_number() OVER ({part}ORDER BY n DESC, {x}) = 1"
    )
    return {key: (value, number) for key, (value, number) in map(scratch.split, rows)}


def correlations(scratch: Scratch, columns: Sequence[Column]) -> dict[Any, Floats]:
    """Pearson's correlation of each two columns, for each group.

    Of each two columns those records count that have both values.

    Args:
        scratch: Holds the columns.
        columns: Columns of numbers.

    Returns:
        For each group a symmetric matrix, in the order of the columns; NaN where a column does not
        change.
    """
    number = len(columns)
    pairs = [(i, j) for i in range(number) for j in range(i, number)]
    asked = ", ".join(f"corr({columns[i].number}, {columns[j].number})" for i, j in pairs)
    group = f" GROUP BY {', '.join(scratch.groups)}" if scratch.groups else ""
    found = {}
    for row in scratch.rows(f"SELECT {scratch.by}{asked} FROM {{t}}{group}"):
        key, values = scratch.split(row)
        matrix = np.full((number, number), np.nan)
        for (i, j), value in zip(pairs, values, strict=True):
            matrix[i, j] = matrix[j, i] = np.nan if value is None else value
        found[key] = matrix
    return {key: found[key] for key in scratch.keys if key in found}
