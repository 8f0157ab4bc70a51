"""Filters: which records of a tub fulfil a condition.

A condition on a value that a record does not have is neither true nor false, and ``not`` does not
change that: such a record is not chosen. ``missing(column)`` asks for it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol

import numpy as np
import numpy.typing as npt

from donkeycar.tub.browsing.syntax import (
    COMPARISONS,
    Call,
    FilterError,
    Name,
    Node,
    Number,
    Text,
    parse,
    place_in,
)
from donkeycar.words import did_you_mean

Floats = npt.NDArray[np.float64]
Truths = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Words:
    """Texts of records.

    Attributes:
        codes: Place of each record's text in `known`; -1 where it has none.
        known: The different texts.
    """

    codes: npt.NDArray[np.int64]
    known: list[str]


class Table(Protocol):
    """Records with columns; see `TubIndex`."""

    def __len__(self) -> int:
        """Number of records."""

    def names(self) -> list[str]:
        """Names of the columns that a filter may use."""

    def column(self, name: str) -> Floats | Words | Truths:
        """The values of a column; NaN is a missing number."""

    def tagged(self, name: str) -> Truths:
        """Which records have a tag."""


@dataclass(frozen=True)
class _Answer:
    """What is known to be true, and what to be false; a record may be neither."""

    yes: Truths
    no: Truths


_Value = float | str | Floats | Words | _Answer
_KINDS = {"number": "a number", "text": "a text", "truth": "a condition"}


def where(table: Table, text: str) -> Truths:
    """Which records fulfil a filter.

    Args:
        table: The records.
        text: The filter, e.g. ``abs(user/angle) > 0.9 and user/mode == "user"``.

    Returns:
        ``bool``, one for each record.

    Raises:
        FilterError: If it is no filter, names an unknown column, or mixes numbers and texts.
    """
    node = parse(text)
    value = _Filter(table, text).value(node)
    if not isinstance(value, _Answer):
        raise FilterError(
            "A filter must be a condition, e.g. abs(angle) > 0.9. Received: "
            f"{text[:60]!r}, which is {_KINDS[_kind(value)]}",
            0,
        )
    return value.yes


class _Filter:
    def __init__(self, table: Table, text: str) -> None:
        self._table = table
        self._text = text

    def value(self, node: Node) -> _Value:
        """The value of a node for every record."""
        if isinstance(node, Number | Text):
            return node.value
        if isinstance(node, Name):
            return self._column(node)
        if node.name in ("missing", "tag"):
            return self._special(node)
        function = FUNCTIONS.get(node.name)
        if function is None:
            self._fail("A function must be one of abs, min, max, missing, tag", node)
        values = [self.value(one) for one in node.values]
        wanted = function.takes
        if node.name in ("==", "!=") and "text" in map(_kind, values):
            wanted = "text"
        for value, inner in zip(values, node.values, strict=True):
            if _kind(value) != wanted:
                rule = f"{_shown(node.name)} takes {_KINDS[wanted]} on each side"
                self._fail(f"{rule}, not {_KINDS[_kind(value)]}", inner)
        if not function.fewest <= len(values) <= function.most:
            self._fail(f"{node.name} takes {function.count}", node)
        if wanted == "text":
            return self._same_text(node, values)
        with np.errstate(all="ignore"):
            return self._checked(function.call(*[self._spread(one) for one in values]))

    def _checked(self, value: Any) -> _Value:
        """Numbers that cannot be, such as 1/0, are missing."""
        if isinstance(value, _Answer):
            return value
        return np.where(np.isfinite(value), value, np.nan)

    def _spread(self, value: Any) -> Any:
        return np.full(len(self._table), value) if isinstance(value, float) else value

    def _column(self, node: Name) -> _Value:
        value = self._table.column(self._full_name(node))
        if isinstance(value, Words):
            return value
        if value.dtype == np.bool_:
            return _Answer(value.astype(bool), ~value.astype(bool))
        return value.astype(np.float64)

    def _full_name(self, node: Name) -> str:
        names = self._table.names()
        if node.name in names:
            return node.name
        if f"user/{node.name}" in names:
            return f"user/{node.name}"
        ends = [name for name in names if name.endswith(f"/{node.name}")]
        if len(ends) == 1:
            return ends[0]
        if ends:
            self._fail(f"A name must mean one column, not {' or '.join(ends)}", node)
        near = did_you_mean(node.name, names).removeprefix(". ")
        hint = f"{near} " if near else ""
        if "/" in node.name:
            hint += "A division needs blanks around its / . "
        known = ", ".join(names[:12])
        self._fail(f"A name must be a column: {known}", node, hint)

    def _special(self, node: Call) -> _Value:
        (one, *more) = node.values
        if node.name == "missing":
            if more or not isinstance(one, Name):
                self._fail("missing takes the name of one column", node)
            value = self._table.column(self._full_name(one))
            if isinstance(value, Words):
                absent: Truths = value.codes < 0
            else:
                absent = np.isnan(value.astype(np.float64))
            return _Answer(absent, ~absent)
        if more or not isinstance(one, Text):
            self._fail('tag takes one tag in quotes, e.g. tag("corner")', node)
        tagged = self._table.tagged(one.value)
        return _Answer(tagged, ~tagged)

    def _same_text(self, node: Call, values: list[_Value]) -> _Answer:
        first, second = (self._words(one) for one in values)
        known = {word: place for place, word in enumerate({*first.known, *second.known})}
        codes = [
            np.array([*(known[word] for word in one.known), -1])[one.codes]
            for one in (first, second)
        ]
        there = (codes[0] >= 0) & (codes[1] >= 0)
        same = codes[0] == codes[1]
        if node.name == "!=":
            same = ~same
        return _Answer(there & same, there & ~same)

    def _words(self, value: _Value) -> Words:
        if isinstance(value, Words):
            return value
        return Words(np.zeros(len(self._table), np.int64), [str(value)])

    def _fail(self, rule: str, node: Node, hint: str = "") -> NoReturn:
        place = place_in(self._text, node.position)
        end = f". {hint.strip()}" if hint else ""
        raise FilterError(f"{rule}. Received: {place}{end}", node.position)


def _kind(value: _Value) -> str:
    if isinstance(value, _Answer):
        return "truth"
    return "text" if isinstance(value, str | Words) else "number"


def _shown(name: str) -> str:
    return "-" if name == "minus" else name


@dataclass(frozen=True)
class _Function:
    """A function of the language.

    Attributes:
        call: Computes it for all records.
        takes: Kind of its values.
        fewest, most: How many values.
        count: How many, in words.
    """

    call: Callable[..., Any]
    takes: str = "number"
    fewest: int = 2
    most: int = 2
    count: str = "two numbers"


def _compare(compare: Callable[[Floats, Floats], Truths]) -> Callable[[Floats, Floats], _Answer]:
    def answer(left: Floats, right: Floats) -> _Answer:
        known = ~(np.isnan(left) | np.isnan(right))
        yes = compare(left, right)
        return _Answer(known & yes, known & ~yes)

    return answer


def _extreme(choose: "np.ufunc") -> Callable[..., Floats]:
    def extreme(*values: Floats) -> Floats:
        found: Floats = choose.reduce(np.stack(values))
        return found

    return extreme


_COMPARED = (np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal)
FUNCTIONS: dict[str, _Function] = {
    **{
        sign: _Function(_compare(compare))
        for sign, compare in zip(COMPARISONS, _COMPARED, strict=True)
    },
    "+": _Function(np.add),
    "-": _Function(np.subtract),
    "*": _Function(np.multiply),
    "/": _Function(np.divide),
    "minus": _Function(np.negative, fewest=1, most=1),
    "abs": _Function(np.abs, fewest=1, most=1, count="one number"),
    "min": _Function(_extreme(np.minimum), most=20, count="2 to 20 numbers"),
    "max": _Function(_extreme(np.maximum), most=20, count="2 to 20 numbers"),
    "and": _Function(lambda a, b: _Answer(a.yes & b.yes, a.no | b.no), "truth"),
    "or": _Function(lambda a, b: _Answer(a.yes | b.yes, a.no & b.no), "truth"),
    "not": _Function(lambda a: _Answer(a.no, a.yes), "truth", fewest=1, most=1),
}
