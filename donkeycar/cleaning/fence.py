"""Fences: values beyond them are clipped or count as missing, or their records are left out.

Tukey's fences lie `k` times the interquartile range below the first and above the third quartile.
Source: J. W. Tukey, Exploratory Data Analysis, 1977, which calls values beyond k = 1.5 outside and
beyond k = 3 far out. Fences may also be given as numbers.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from donkeycar.cleaning.fields import Fields
from donkeycar.cleaning.rows import Mask, Numbers, Rows
from donkeycar.cleaning.step import Counts
from donkeycar.cleaning.strata import PerStratum
from donkeycar.json_text import is_number

# Lowest and highest value inside the fences.
Fences = tuple[float, float]


def tukey_fences(q1: float, q3: float, k: float) -> Fences:
    """Tukey's fences of two quartiles.

    Example:
        >>> tukey_fences(0.0, 1.0, 1.5)
        (-1.5, 2.5)
    """
    return q1 - k * (q3 - q1), q3 + k * (q3 - q1)


@dataclass(frozen=True)
class _Fenced:
    """What both steps share.

    Attributes:
        column: The column whose values are judged.
        k: Distance of the fences in interquartile ranges; ``None`` if they were given.
        fences: The fences of each stratum.
    """

    column: str
    k: float | None
    fences: PerStratum[Fences]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that records must have."""
        return (self.column, *self.fences.columns)

    def to_json(self) -> dict[str, Any]:
        """The step for a file, without its word."""
        return {"column": self.column, "k": self.k, "fences": self.fences.to_json()}

    @classmethod
    def from_json(cls, fields: Fields) -> Self:
        """Read a step.

        Raises:
            ConfigError: If a field is missing or wrong.
        """
        column = fields.column("column", changed=True)
        k = fields.take("k")
        if k is not None:
            k = Fields({"k": k}, fields.where).number("k", 0, 1e6)
        fences: PerStratum[Fences] = PerStratum.from_json(
            fields.take("fences"), f"{fields.where}, fences", _read
        )
        return cls(column, k, fences)

    def _bounds(self, rows: Rows) -> tuple[Numbers, Numbers]:
        """Fences of each row; infinite where there are none."""
        nothing = (-np.inf, np.inf)
        bounds = [nothing if fence is None else fence for fence in self.fences.of(rows)]
        low, high = np.array(bounds, np.float64).reshape(-1, 2).T
        return low, high

    def _beyond(self, rows: Rows) -> Mask:
        low, high = self._bounds(rows)
        values = rows.numbers(self.column)
        return rows.kept & ((values < low) | (values > high))

    @property
    def name(self) -> str:
        """The fences in words."""
        if self.k is not None:
            return f"Tukey's fences of {self.column}"
        low, high = self.fences.otherwise or (0.0, 0.0)
        return f"{low:g} to {high:g} of {self.column}"

    @property
    def how(self) -> str:
        """How they were fitted; "" if they were given."""
        by = self.fences.columns
        if self.k is None:
            return ""
        return f" (k = {self.k:g}" + (f", by {', '.join(by)})" if by else ")")


@dataclass(frozen=True)
class Fence(_Fenced):
    """Clips the values of a column to its fences."""

    word: ClassVar[str] = "fence"

    def apply(self, rows: Rows, counts: Counts) -> None:
        """Clip what lies beyond the fences, and count that."""
        beyond = self._beyond(rows)
        low, high = self._bounds(rows)
        rows.set_numbers(self.column, np.clip(rows.numbers(self.column), low, high), beyond)
        if beyond.any():
            counts.fenced[self.column] += int(beyond.sum())

    def in_words(self) -> str:
        """Say in one line what the step does."""
        return f"clip to {self.name}{self.how}"


@dataclass(frozen=True)
class Blank(_Fenced):
    """Makes values beyond the fences missing, for a step that fills them."""

    word: ClassVar[str] = "blank"

    def apply(self, rows: Rows, counts: Counts) -> None:
        """Take what lies beyond the fences away, and count that."""
        beyond = self._beyond(rows)
        rows.set_numbers(self.column, np.full(len(rows), np.nan), beyond)
        if beyond.any():
            counts.blanked[self.column] += int(beyond.sum())

    def in_words(self) -> str:
        """Say in one line what the step does."""
        return f"treat values beyond {self.name} as missing{self.how}"


@dataclass(frozen=True)
class Outliers(_Fenced):
    """Leaves out records with a value beyond the fences."""

    word: ClassVar[str] = "outliers"

    def apply(self, rows: Rows, counts: Counts) -> None:
        """Leave records out, and count them."""
        beyond = self._beyond(rows)
        rows.leave_out(beyond, f"beyond {self.name}", counts.left_out)

    def in_words(self) -> str:
        """Say in one line what the step does."""
        return f"leave out records beyond {self.name}{self.how}"


def _read(value: object, where: str) -> Fences:
    if (
        not isinstance(value, list)
        or len(value) != 2
        or not all(map(is_number, value))
        or value[0] > value[1]
    ):
        raise Fields({}, where).wrong("value", "a lower and an upper number", value)
    return float(value[0]), float(value[1])
