"""A frame that is divided into strata: every statistic, fill and fence for each of them."""

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from donkeycar.analysis.applying import far_records
from donkeycar.analysis.cleanable import Cleanable
from donkeycar.analysis.cols import Choice
from donkeycar.analysis.group import key_of
from donkeycar.analysis.lookup import needs_of
from donkeycar.analysis.outliers import Names, fit_outliers
from donkeycar.analysis.strata import By, divide

F = TypeVar("F", bound=Cleanable)


class Strata(Generic[F]):
    """The strata of a frame, from `TubFrame.stratify`.

    Answers are dictionaries by stratum: a word, a `Range`, or a tuple of these; ``None`` is where
    records have no value.

    Args:
        frame: The frame.
        by: What divides it.
    """

    def __init__(self, frame: F, by: Sequence[By]) -> None:
        self._frame = frame
        self._divisions = divide(frame, by)
        self._groups = [one.group for one in self._divisions]

    @property
    def cols(self) -> Choice:
        """Statistics of columns, for each stratum."""
        return Choice(self._frame, self._groups)

    def count(self) -> dict[Any, int]:
        """Number of records of each stratum."""
        return {stratum: row[0] for stratum, row in self._ask(["count(*)"], []).items()}

    def isnull(self, ratio: bool = False) -> dict[Any, dict[str, float]]:
        """How many records of each stratum lack each column.

        Args:
            ratio: Whether to return shares, 0 to 1, instead of numbers.
        """
        columns = self._frame.chosen(self._frame.columns)
        counts = [f"count({one.ident})" for one in columns]
        found = {}
        for stratum, (total, *there) in self._ask(["count(*)", *counts], columns).items():
            found[stratum] = {
                one.name: (total - number) / total if ratio else total - number
                for one, number in zip(columns, there, strict=True)
            }
        return found

    def fill(self, columns: Names, strategy: str = "mean") -> F:
        """Fill missing values, each with the ``mean``, ``median`` or ``mode`` of its stratum."""
        return self._frame.fill(columns, strategy, divisions=self._divisions)

    def fence(self, columns: Names, k: float = 1.5) -> F:
        """Clip values to the fences of their stratum."""
        return self._frame.fence(columns, k, divisions=self._divisions)

    def blank(self, columns: Names, k: float = 1.5) -> F:
        """Take values beyond the fences of their stratum as missing, for `fill`."""
        return self._frame.blank(columns, k, divisions=self._divisions)

    def remove_outliers(self, columns: Names, k: float = 1.5) -> F:
        """A frame without the records beyond the fences of their stratum."""
        return self._frame.remove_outliers(columns, k=k, divisions=self._divisions)

    def outliers(
        self, columns: Names, k: float = 1.5, *, ratio: bool = False
    ) -> dict[Any, dict[str, float]]:
        """Count the records of each stratum beyond its fences; see `TubFrame.outliers`."""
        steps = fit_outliers(self._frame, columns, k=k, divisions=self._divisions)
        found: dict[Any, dict[str, float]] = {}
        for name, step in steps.items():
            _, far = far_records(self._frame, step)
            asked = ["count(*)", f"count(*) FILTER (WHERE {far.sql})"]
            for stratum, (total, number) in self._ask(asked, far.needs).items():
                found.setdefault(stratum, {})[name] = number / total if ratio else number
        return found

    def _ask(self, asked: Sequence[str], columns: Sequence[Any]) -> dict[Any, tuple[Any, ...]]:
        groups = ", ".join(one.formula.sql for one in self._groups)
        places = ", ".join(str(place + 1) for place in range(len(self._groups)))
        relation = self._frame.relation([*columns, *needs_of(self._divisions)])
        rows = self._frame.pull(
            f"SELECT {groups}, {', '.join(asked)} FROM ({relation}) GROUP BY {places} "
            f"ORDER BY {places}",
            "strata",
        )
        num = len(self._groups)
        return {key_of(row[:num], self._groups): row[num:] for row in rows}
