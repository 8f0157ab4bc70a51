"""Groups of records: what a statistic is computed for each of."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from donkeycar.analysis.column import Column
from donkeycar.analysis.relation import Formula


@dataclass(frozen=True)
class Group:
    """One way to divide records into groups.

    Attributes:
        name: What people call it: ``car``, ``user/mode``.
        formula: The group of a record, in SQL.
        labels: What people call the groups, if the formula gives their numbers from 0.
    """

    name: str
    formula: Formula
    labels: tuple[Any, ...] | None = None

    @classmethod
    def by(cls, column: Column) -> "Group":
        """One group for each value of a column."""
        return cls(column.name, Formula(column.ident, (column,)))


# The key of a group in an answer: its value, or a tuple of one value for each way of dividing.
Key = Any


def key_of(values: Sequence[Any], groups: Sequence[Group] = ()) -> Key:
    """The key of a group.

    Args:
        values: What the formulas gave.
        groups: The ways of dividing, for their labels.

    Example:
        >>> key_of(["blue"]), key_of(["blue", "user"])
        ('blue', ('blue', 'user'))
    """
    named = [
        value if one is None or one.labels is None or value is None else one.labels[value]
        for value, one in zip_longest(values, groups[: len(values)])
    ]
    return named[0] if len(named) == 1 else tuple(named)
