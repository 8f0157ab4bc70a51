"""Statistics of columns: each is one query, and only its answer leaves the engine."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from donkeycar.analysis.column import INDEX, TUB, Column
from donkeycar.analysis.counting import correlations, modes, value_counts
from donkeycar.analysis.distribution import (
    BINS,
    SCATTER_BINS,
    TUKEY_K,
    boxes,
    grid,
    histogram,
)
from donkeycar.analysis.group import Group, key_of
from donkeycar.analysis.information import BINS as ENTROPY_BINS
from donkeycar.analysis.information import entropy, mutual_information
from donkeycar.analysis.scratch import Scratch, scratch
from donkeycar.analysis.summary import summaries
from donkeycar.analysis.table import Table
from donkeycar.errors import AnalysisError


class Cols:
    """One column of a frame, or several, perhaps for groups of records.

    A statistic of one column is a value; of several it is a dictionary by their names. With
    groups it is a dictionary of that by the group: its value, or a tuple of one value for each way
    of dividing. Missing values do not count; `None` means that there was no value at all.

    Args:
        table: The records.
        columns: The columns.
        groups: How the records are divided; none means all records together.
        is_single: Whether a column was named by itself, not in a list.
    """

    def __init__(
        self,
        table: Table,
        columns: Sequence[Column],
        groups: Sequence[Group] = (),
        *,
        is_single: bool = False,
    ) -> None:
        self._table = table
        self._columns = list(columns)
        self._groups = list(groups)
        self._is_single = is_single

    def count(self) -> Any:
        """How many records have a value."""
        return self._aggregate("count({x})", numeric=False)

    def min(self) -> Any:
        """The lowest value; of texts the first in the order of letters."""
        return self._aggregate("min({x})", numeric=False)

    def max(self) -> Any:
        """The highest value; of texts the last in the order of letters."""
        return self._aggregate("max({x})", numeric=False)

    def mean(self) -> Any:
        """The mean."""
        return self._aggregate("avg({x})")

    def std(self) -> Any:
        """The standard deviation of a sample: the divisor is one less than the number of values."""
        return self._aggregate("stddev_samp({x})")

    def stddev(self) -> Any:
        """Another name for `std`."""
        return self.std()

    def median(self) -> Any:
        """The median."""
        return self.percentile(50)

    def q1(self) -> Any:
        """The first quartile."""
        return self.percentile(25)

    def q3(self) -> Any:
        """The third quartile."""
        return self.percentile(75)

    def percentile(self, percent: float) -> Any:
        """The value below which so many percent of the values lie, interpolated linearly.

        It is exact; the same as ``numpy.percentile``.

        Args:
            percent: 0 to 100.
        """
        if not 0 <= percent <= 100:
            raise AnalysisError(f"`percent` must be 0 to 100. Received: percent={percent}")
        return self._aggregate(f"quantile_cont({{x}}, {percent / 100!r})")

    def nunique(self) -> Any:
        """How many different values there are."""
        return self._aggregate("count(DISTINCT {x})", numeric=False)

    def mode(self) -> Any:
        """The most frequent value; the lowest of several that come equally often."""
        return self._each(
            lambda one, table: {key: value for key, (value, _) in modes(table, one).items()}
        )

    def value_counts(self) -> Any:
        """How often each value comes, as a dictionary, the most frequent first."""
        return self._each(lambda one, table: value_counts(table, one))

    def hist(self, bins: int = BINS, limits: tuple[float, float] | None = None) -> Any:
        """A `Histogram` with bins of equal width, as ``numpy.histogram`` makes it.

        Args:
            bins: How many bins, 1 to 10,000.
            limits: Lowest and highest value; ``None`` means those of the column. With groups all
                have the same limits.
        """
        self._check_numbers()
        return self._each(lambda one, table: histogram(table, one, bins, limits))

    def boxplot(self, k: float = TUKEY_K) -> Any:
        """A `Box`: quartiles, whiskers and the number of values beyond them.

        Args:
            k: How far whiskers reach, in interquartile ranges.
        """
        self._check_numbers()
        return self._each(lambda one, table: boxes(table, one, k))

    def scatterplot(self, bins: int = SCATTER_BINS) -> Any:
        """A `Histogram2D` of two columns: pairs of values, counted in the fields of a grid.

        Args:
            bins: Bins of each column, 1 to 1,000.
        """
        self._check_numbers()
        if len(self._columns) != 2:
            names = ", ".join(one.name for one in self._columns)
            raise AnalysisError(f"A scatter plot needs two columns. Received: {names}")
        with scratch(self._table, self._columns, self._groups) as table:
            return self._grouped(grid(table, self._columns[0], self._columns[1], bins))

    def corr(self) -> Any:
        """Pearson's correlation of each two columns: a matrix, in the order of the columns."""
        self._check_numbers()
        with scratch(self._table, self._columns, self._groups) as table:
            return self._grouped(correlations(table, self._columns))

    def entropy(self, bins: int = ENTROPY_BINS) -> Any:
        """Entropy in bits, with the estimator of `donkeycar.analysis.information`.

        Args:
            bins: Bins of a column of numbers; of other columns each value is a class.
        """
        return self._each(lambda one, table: entropy(table, one, bins))

    def mutual_info(self, bins: int = ENTROPY_BINS) -> Any:
        """Mutual information of each two columns in bits: a matrix, in the order of the columns.

        Args:
            bins: Bins of a column of numbers; of other columns each value is a class.
        """
        with scratch(self._table, self._columns, self._groups) as table:
            return self._grouped(mutual_information(table, self._columns, bins))

    def describe(self, bins: int = BINS) -> Any:
        """The usual numbers about each column, from one reading: `Numbers` or `Words`.

        Args:
            bins: Bins of the histograms.
        """
        with scratch(self._table, self._columns, self._groups) as table:
            found = summaries(table, self._columns, bins)
        named = {
            key: next(iter(one.values())) if self._is_single else one for key, one in found.items()
        }
        return self._grouped(named)

    def to_numpy(self) -> "np.ndarray[Any, Any]":
        """The values themselves, `(records,)`, or `(records, columns)` for several columns.

        At most as many records as the safety limit, tub after tub in the order of their indexes;
        a missing number is NaN, a missing text ``None``.
        """
        order = [self._table.column(TUB), self._table.column(INDEX)]
        rows = self._table.pull(
            f"SELECT {', '.join(one.number for one in self._columns)} "
            f"FROM ({self._table.relation([*self._columns, *order])}) "
            f"ORDER BY {', '.join(one.ident for one in order)}",
            "records",
        )
        kind = float if all(one.is_numeric for one in self._columns) else object
        values = np.array(rows, dtype=kind).reshape(len(rows), len(self._columns))
        return values[:, 0] if self._is_single else values

    def _each(self, ask: Callable[[Column, Scratch], dict[Any, Any]]) -> Any:
        """One answer for each column and group."""
        with scratch(self._table, self._columns, self._groups) as table:
            answers = [ask(one, table) for one in self._columns]
            keys = table.keys
        return self._grouped(
            {key: self._named([answer.get(key) for answer in answers]) for key in keys}
        )

    def _grouped(self, answers: dict[Any, Any]) -> Any:
        return answers if self._groups else answers[()]

    def _aggregate(self, formula: str, *, numeric: bool = True) -> Any:
        """One number for each column and group."""
        if numeric:
            self._check_numbers()
        values = [formula.format(x=one.number if numeric else one.ident) for one in self._columns]
        groups = [one.formula.sql for one in self._groups]
        needs = [*self._columns, *(need for one in self._groups for need in one.formula.needs)]
        sql = f"SELECT {', '.join([*groups, *values])} FROM ({self._table.relation(needs)})"
        if not groups:
            return self._named(self._table.engine.run(sql)[0])
        places = ", ".join(str(number + 1) for number in range(len(groups)))
        rows = self._table.pull(f"{sql} GROUP BY {places} ORDER BY {places}", "groups")
        return {
            key_of(row[: len(groups)], self._groups): self._named(row[len(groups) :])
            for row in rows
        }

    def _named(self, values: Sequence[Any]) -> Any:
        if self._is_single:
            return values[0]
        return {one.name: value for one, value in zip(self._columns, values, strict=True)}

    def _check_numbers(self) -> None:
        for one in self._columns:
            if not one.is_numeric:
                raise AnalysisError(
                    f"The column must hold numbers. Received: {one.name}, {one.kind}"
                )


class Choice:
    """``frame.cols``: chooses columns, and whether for groups.

    Args:
        frame: The frame.
        groups: How to divide the records; every answer then has one entry for each group.
    """

    def __init__(self, frame: Table, groups: Sequence[Group] = ()) -> None:
        self._frame = frame
        self._groups = tuple(groups)

    def __getitem__(self, names: str | Sequence[str]) -> Cols:
        """Statistics of one column, or of several.

        Raises:
            AnalysisError: If there is no such column.
        """
        single = isinstance(names, str)
        columns = self._frame.chosen([names] if isinstance(names, str) else names)
        if not columns:
            raise AnalysisError("At least one column must be named. Received: none")
        return Cols(self._frame, columns, self._groups, is_single=single)
