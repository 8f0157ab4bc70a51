"""Filling of missing values (imputation): by a value per stratum, or along a drive."""

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from donkeycar.cleaning.fields import Fields
from donkeycar.cleaning.rows import PAUSE_S, Mask, Numbers, Rows
from donkeycar.cleaning.step import Counts
from donkeycar.cleaning.strata import PerStratum
from donkeycar.json_text import is_number

STRATEGIES = ("mean", "median", "mode")
MAX_WORD = 200
# Largest number of missing values in a row that may be interpolated: 50 seconds at 20 Hz.
MOST_GAP = 1000


@dataclass(frozen=True)
class Fill:
    """Fills missing values with the mean, the median or the mode of their stratum.

    Attributes:
        column: The column to fill.
        strategy: One of `STRATEGIES`: how the values were found.
        values: The values: numbers, or words.
    """

    word: ClassVar[str] = "fill"

    column: str
    strategy: str
    values: PerStratum[float | str]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that records must have."""
        return (self.column, *self.values.columns)

    def apply(self, rows: Rows, counts: Counts) -> None:
        """Fill what is missing, and count that."""
        values = self.values.of(rows)
        missing: Mask = np.array([word is None for word in rows.words(self.column)], bool)
        if not any(isinstance(value, str) for value in values):
            missing = np.isnan(rows.numbers(self.column))
        missing &= rows.kept
        known = missing & np.array([value is not None for value in values], bool)
        if any(isinstance(value, str) for value in values):
            words = [value if isinstance(value, str) else None for value in values]
            rows.set_words(self.column, words, known)
        else:
            numbers = [math.nan if value is None else float(value) for value in values]
            rows.set_numbers(self.column, np.array(numbers, np.float64), known)
        note(counts, self.column, known, missing)

    def in_words(self) -> str:
        """Say in one line what the step does."""
        return f"fill {self.column} with the {self.strategy}{_by(self.values)}"

    def to_json(self) -> dict[str, Any]:
        """The step for a file, without its word."""
        return {"column": self.column, "strategy": self.strategy, "values": self.values.to_json()}

    @classmethod
    def from_json(cls, fields: Fields) -> "Fill":
        """Read a step; a column is filled with numbers or with words, never with both.

        Raises:
            ConfigError: If a field is missing or wrong.
        """
        column = fields.column("column", changed=True)
        strategy = fields.choice("strategy", STRATEGIES)
        values: PerStratum[float | str] = PerStratum.from_json(
            fields.take("values"), f"{fields.where}, values", _value
        )
        kinds = {type(value) for value in (*values.values.values(), values.otherwise)}
        if {str, float} <= kinds or (str in kinds and strategy != "mode"):
            raise fields.wrong("values", "numbers; of a mode they may all be words", kinds)
        return cls(column, strategy, values)


@dataclass(frozen=True)
class Interpolate:
    """Fills missing numbers on the straight line between the known ones before and after.

    It never crosses the end of a session, a pause, a step back of the clock, or a longer gap; and
    it never goes on beyond the first or the last known number.

    Attributes:
        column: The column to fill.
        max_gap: Largest distance in the index from one known number to the next, minus 1.
        pause_s: A longer step in time is a pause.
    """

    word: ClassVar[str] = "interpolate"

    column: str
    max_gap: int = 20
    pause_s: float = PAUSE_S

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that records must have."""
        return (self.column,)

    def apply(self, rows: Rows, counts: Counts) -> None:
        """Fill what is missing, and count that."""
        there = rows.numbers(self.column)
        missing = np.isnan(there) & rows.kept
        order = rows.in_order()
        values = there.copy()
        values[order] = interpolated(
            there[order],
            rows.indexes[order],
            rows.follows(order, longest_step=self.max_gap + 1, pause_s=self.pause_s),
            max_gap=self.max_gap,
        )
        known = missing & ~np.isnan(values)
        rows.set_numbers(self.column, values, known)
        note(counts, self.column, known, missing)

    def in_words(self) -> str:
        """Say in one line what the step does."""
        return f"fill {self.column} along the drive, at most {self.max_gap} records in a row"

    def to_json(self) -> dict[str, Any]:
        """The step for a file, without its word."""
        return {"column": self.column, "max_gap": self.max_gap, "pause_s": self.pause_s}

    @classmethod
    def from_json(cls, fields: Fields) -> "Interpolate":
        """Read a step.

        Raises:
            ConfigError: If a field is missing or wrong.
        """
        return cls(
            fields.column("column", changed=True),
            fields.whole("max_gap", 1, MOST_GAP),
            fields.number("pause_s", 0, 3600),
        )


def interpolated(values: Numbers, indexes: Any, follows: Mask, *, max_gap: int) -> Numbers:
    """Fill NaN linearly between its neighbours of the same run.

    Args:
        values: Numbers, NaN where they are missing, ``(rows,)``.
        indexes: Place of each row on the line, ascending within a run, ``(rows,)``.
        follows: Whether each row continues the run of the row before it, ``(rows,)``.
        max_gap: Largest distance of the two neighbours, minus 1.

    Example:
        >>> nan = np.nan
        >>> values = np.array([0.0, nan, 1.0, nan, 5.0])
        >>> follows = np.array([False, True, True, True, False])
        >>> interpolated(values, np.arange(5), follows, max_gap=3).tolist()
        [0.0, 0.5, 1.0, nan, 5.0]
    """
    filled = values.copy()
    rows = np.arange(len(values))
    known = np.flatnonzero(~np.isnan(values))
    if known.size < 2:
        return filled
    place = np.searchsorted(known, rows)
    between = np.isnan(values) & (place > 0) & (place < known.size)
    gaps = rows[between]
    before, after = known[place[between] - 1], known[place[between]]
    runs = np.cumsum(~follows)
    near = (runs[before] == runs[after]) & (indexes[after] - indexes[before] <= max_gap + 1)
    gaps, before, after = gaps[near], before[near], after[near]
    share = (indexes[gaps] - indexes[before]) / (indexes[after] - indexes[before])
    filled[gaps] = values[before] * (1 - share) + values[after] * share
    return filled


def note(counts: Counts, column: str, filled: Mask, missing: Mask) -> None:
    """Count what was filled; what is still missing counts once, after the last step."""
    if filled.any():
        counts.filled[column] += int(filled.sum())
    counts.unfilled[column] = int(missing.sum() - filled.sum())
    if not counts.unfilled[column]:
        del counts.unfilled[column]


def _by(values: PerStratum[Any]) -> str:
    return f" by {', '.join(values.columns)}" if values.keys else ""


def _value(value: object, where: str) -> float | str:
    if isinstance(value, str) and len(value) <= MAX_WORD:
        return value
    if not is_number(value):
        raise Fields({}, where).wrong("value", "a number or a word", value)
    return float(value)  # type: ignore[arg-type]
