"""Strata: how records are divided by words and by ranges of numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from donkeycar.analysis.column import Column
from donkeycar.analysis.group import Group
from donkeycar.analysis.relation import Formula
from donkeycar.analysis.sql import double
from donkeycar.analysis.table import Table
from donkeycar.cleaning.strata import MAX_KEYS, Key
from donkeycar.errors import AnalysisError

MAX_RANGES = 1000
# Kinds of columns whose values are groups by themselves.
WORDS = ("text", "boolean", "number")


class Range(NamedTuple):
    """A range of numbers: the name of a stratum.

    Attributes:
        low: The lowest number in it; ``None`` for no end.
        high: The lowest number above it; ``None`` for no end.
    """

    low: float | None
    high: float | None

    def __str__(self) -> str:
        if self.low is None:
            return "all" if self.high is None else f"below {self.high:g}"
        return f"from {self.low:g}" if self.high is None else f"{self.low:g} to {self.high:g}"


@dataclass(frozen=True)
class Bucket:
    """Divides records by ranges of equal width, from the lowest to the highest number.

    Attributes:
        column: The column.
        num_ranges: How many ranges, 2 to 1000.
    """

    column: str
    num_ranges: int

    def edges(self, table: Table, column: Column) -> list[float]:
        """Where one range ends and the next begins."""
        low, high = _ask(table, column, "min({x}), max({x})")
        steps = range(1, self.num_ranges)
        return [low + (high - low) * step / self.num_ranges for step in steps if high > low]


@dataclass(frozen=True)
class Quantile:
    """Divides records into ranges with equally many of them.

    Ranges become fewer where a number comes so often that it would fill several.

    Attributes:
        column: The column.
        num_ranges: How many ranges, 2 to 1000.
    """

    column: str
    num_ranges: int

    def edges(self, table: Table, column: Column) -> list[float]:
        """Where one range ends and the next begins."""
        shares = ", ".join(double(step / self.num_ranges) for step in range(1, self.num_ranges))
        low, edges = _ask(table, column, f"min({{x}}), quantile_cont({{x}}, [{shares}])")
        return [edge for edge in edges if edge > low]


By = str | Bucket | Quantile


@dataclass(frozen=True)
class Division:
    """One way to divide the records of a table, fitted to them.

    Attributes:
        key: What it is in the file of a cleaning.
        group: What it is in a query.
    """

    key: Key
    group: Group


def divide(table: Table, by: Sequence[By]) -> list[Division]:
    """Fit ways of dividing to the records of a table.

    Args:
        table: The records.
        by: Names of columns, one stratum for each of their values; or `Bucket` and `Quantile`.

    Raises:
        AnalysisError: If there is nothing to divide by, or a column cannot be divided by.
    """
    if not 1 <= len(by) <= MAX_KEYS:
        raise AnalysisError(f"`stratify` takes 1 to {MAX_KEYS} columns. Received: {len(by)}")
    return [_divided(table, one) for one in by]


def range_of(column: Column, edges: Sequence[float]) -> Formula:
    """Number of the range of a value; NULL without a value."""
    above = "".join(f" + ({column.number} >= {double(edge)})::INTEGER" for edge in edges)
    return Formula(f"CASE WHEN {column.ident} IS NOT NULL THEN 0{above} END", (column,))


def ranges(edges: Sequence[float]) -> tuple[Range, ...]:
    """The ranges between edges.

    Example:
        >>> [str(one) for one in ranges([0.0, 1.0])]
        ['below 0', '0 to 1', 'from 1']
    """
    ends = [None, *edges, None]
    return tuple(Range(low, high) for low, high in zip(ends, ends[1:], strict=False))


def _divided(table: Table, by: By) -> Division:
    if isinstance(by, str):
        column = table.column(by)
        if column.kind not in WORDS:
            raise AnalysisError(
                f"`stratify` takes words and numbers. Received: {by}, a column of type "
                f"{column.kind}. Divide by another column"
            )
        return Division(Key(by), Group.by(column))
    if not isinstance(by, Bucket | Quantile):
        raise AnalysisError(
            f"`stratify` takes names of columns, Bucket and Quantile. Received: {by!r:.60}"
        )
    if type(by.num_ranges) is not int or not 2 <= by.num_ranges <= MAX_RANGES:
        raise AnalysisError(
            f"The number of ranges must be 2 to {MAX_RANGES}. Received: {by.num_ranges!r:.60}"
        )
    column = table.column(by.column)
    if not column.is_numeric:
        raise AnalysisError(
            f"Only numbers have ranges. Received: {by.column}, {column.kind}. Name the column "
            "alone: each of its values is a stratum then"
        )
    edges = tuple(sorted(set(by.edges(table, column))))
    group = Group(by.column, range_of(column, edges), ranges(edges))
    return Division(Key(by.column, edges), group)


def _ask(table: Table, column: Column, formulas: str) -> tuple[Any, ...]:
    asked = formulas.format(x=column.number)
    row = table.engine.run(f"SELECT {asked} FROM ({table.relation([column])})")[0]
    if row[0] is None:
        raise AnalysisError(
            f"A column with ranges must have values. Received: {column.name}, which no record has"
        )
    return row
