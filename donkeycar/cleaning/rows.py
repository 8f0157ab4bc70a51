"""Records of one tub as columns, with the changes that cleaning made to them so far."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

INDEX, SESSION, TIMESTAMP = "_index", "_session_id", "_timestamp_ms"

# A longer step from record to record is a pause: nobody drives with a picture in two seconds.
PAUSE_S = 2.0
# JSON has whole numbers of any length; a float does not.
MOST = 1e300
PLACE = re.compile(r"(.+)\[(\d{1,4})\]", re.DOTALL)

Numbers = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]


class Rows:
    """Records of one tub, in the order in which they were driven.

    Args:
        records: The records.
        constants: Columns with one value for the whole tub, such as ``car``.

    Attributes:
        kept: Which rows no step has left out, ``(rows,)``.
        sessions: Number of the session of each row, ``(rows,)``.
        indexes: Index of each row in its tub, ``(rows,)``.
        times_s: When each row was recorded, NaN where that is not known, ``(rows,)``.
    """

    def __init__(
        self, records: Sequence[Mapping[str, Any]], constants: Mapping[str, str] | None = None
    ) -> None:
        self._records = records
        self._constants = constants or {}
        self._numbers: dict[str, Numbers] = {}
        self._words: dict[str, list[str | None]] = {}
        self._changed: dict[str, Mask] = {}
        self.kept: Mask = np.ones(len(records), bool)
        numbers: dict[Any, int] = {}
        self.sessions = np.array(
            [numbers.setdefault(repr(record.get(SESSION)), len(numbers)) for record in records],
            np.int64,
        )
        self.indexes = np.array(
            [int(record.get(INDEX, row)) for row, record in enumerate(records)], np.int64
        )
        self.times_s: Numbers = self.numbers(TIMESTAMP) / 1000

    def __len__(self) -> int:
        return len(self._records)

    def numbers(self, column: str) -> Numbers:
        """Numbers of a column, NaN where a record has none, ``(rows,)``."""
        if column not in self._numbers:
            values = [number_of(value_of(record, column)) for record in self._records]
            self._numbers[column] = np.array(values, np.float64)
        return self._numbers[column]

    def words(self, column: str) -> list[str | None]:
        """Words of a column, as `category` writes them; ``None`` where a record has none."""
        if column in self._constants:
            return [self._constants[column]] * len(self)
        if column not in self._words:
            self._words[column] = [category(value_of(record, column)) for record in self._records]
        return self._words[column]

    def set_numbers(self, column: str, values: Numbers, changed: Mask) -> None:
        """Give a column other numbers in the rows that are marked as changed."""
        there, words = self.numbers(column), self.words(column)
        self._numbers[column] = np.where(changed, values, there)
        self._words[column] = [
            category(number) if now else word
            for number, now, word in zip(values.tolist(), changed, words, strict=True)
        ]
        self._changed[column] = self._changed.get(column, np.zeros(len(self), bool)) | changed

    def set_words(self, column: str, values: Sequence[str | None], changed: Mask) -> None:
        """Give a column other words in the rows that are marked as changed."""
        there, numbers = self.words(column), self.numbers(column)
        self._words[column] = [
            value if now else word for value, now, word in zip(values, changed, there, strict=True)
        ]
        self._numbers[column] = np.where(changed, np.nan, numbers)
        self._changed[column] = self._changed.get(column, np.zeros(len(self), bool)) | changed

    def leave_out(self, mask: Mask, reason: str, counted: Counter[str]) -> None:
        """Leave rows out for a reason, and count them."""
        mask = mask & self.kept
        if mask.any():
            counted[reason] += int(mask.sum())
        self.kept = self.kept & ~mask

    def records(self) -> list[dict[str, Any]]:
        """The records of all rows with their changes; those that were given stay as they are."""
        records = [dict(record) for record in self._records]
        for column, changed in self._changed.items():
            numbers, words = self.numbers(column), self.words(column)
            for row in np.flatnonzero(changed):
                number = float(numbers[row])
                records[row][column] = words[row] if math.isnan(number) else number
        return records

    def in_order(self) -> Places:
        """Numbers of the rows that are kept, in the order of their indexes."""
        kept = np.flatnonzero(self.kept)
        order: Places = kept[np.argsort(self.indexes[kept], kind="stable")]
        return order

    def follows(self, order: Places, *, longest_step: int = 1, pause_s: float = PAUSE_S) -> Mask:
        """Whether each row of `order` continues the drive of the one before it, ``(order,)``.

        It does not after a change of the session, after a step of more than `longest_step` in the
        index, after a pause, and after the clock was set back.
        """
        follows = np.zeros(len(order), bool)
        steps, steps_s = np.diff(self.indexes[order]), np.diff(self.times_s[order])
        same = np.diff(self.sessions[order]) == 0
        follows[1:] = same & (steps >= 1) & (steps <= longest_step)
        follows[1:] &= np.isnan(steps_s) | ((steps_s >= 0) & (steps_s <= pause_s))
        return follows


def value_of(record: Mapping[str, Any], column: str) -> Any:
    """A value of a record; ``imu/accel[0]`` is the first place of a list.

    Example:
        >>> value_of({"imu/accel": [0.5, 1.0]}, "imu/accel[1]")
        1.0
    """
    if column in record:
        return record[column]
    place = PLACE.fullmatch(column)
    whole = record.get(place[1]) if place else None
    if place is None or not isinstance(whole, list) or int(place[2]) >= len(whole):
        return None
    return whole[int(place[2])]


def number_of(value: Any) -> float:
    """A value as a number; NaN for a missing one, for text, and for true and false.

    Example:
        >>> number_of(1), number_of("1"), number_of(float("inf"))
        (1.0, nan, nan)
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return math.nan
    number = float(max(-MOST, min(value, MOST))) if isinstance(value, int) else value
    return number if math.isfinite(number) else math.nan


def category(value: Any) -> str | None:
    """A value as a word by which records are grouped; whole numbers have no decimals.

    Example:
        >>> category("user"), category(2.0), category(True), category(None)
        ('user', '2', 'true', None)
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    number = number_of(value)
    if math.isnan(number):
        return None
    return str(int(number)) if number.is_integer() else repr(number)
