"""Strata: groups of records by words and by ranges of numbers, as they were fitted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np

from donkeycar.cleaning.fields import Fields
from donkeycar.cleaning.rows import Rows

MAX_STRATA = 10_000
MAX_KEYS = 8
MAX_EDGES = 1000

# For each key, a word or the number of a range from 0; ``None`` where a record has no value.
Stratum = tuple[str | int | None, ...]
T = TypeVar("T")


@dataclass(frozen=True)
class Key:
    """One column by which records are grouped.

    Attributes:
        column: Name of the column.
        edges: Where one range of its numbers ends and the next begins, ascending; a number on an
            edge belongs to the range above it. ``None`` groups by words.
    """

    column: str
    edges: tuple[float, ...] | None = None

    def codes(self, rows: Rows) -> Sequence[str | int | None]:
        """Word or number of the range of each row."""
        if self.edges is None:
            return rows.words(self.column)
        values = rows.numbers(self.column)
        ranges = np.searchsorted(np.array(self.edges), values, side="right")
        return [
            None if missing else int(place)
            for place, missing in zip(ranges, np.isnan(values), strict=True)
        ]

    def to_json(self) -> dict[str, Any]:
        """The key for a file."""
        return {"column": self.column} | ({} if self.edges is None else {"edges": [*self.edges]})

    @classmethod
    def from_json(cls, content: object, where: str) -> "Key":
        """Read a key.

        Raises:
            ConfigError: If it is something else.
        """
        fields = Fields(content, where)
        column = fields.column("column")
        edges = None
        if isinstance(content, dict) and "edges" in content:
            edges = tuple(fields.numbers("edges", 0, MAX_EDGES))
            if list(edges) != sorted(set(edges)):
                raise fields.wrong("edges", "ascending numbers", edges)
        fields.end()
        return cls(column, edges)


@dataclass(frozen=True)
class PerStratum(Generic[T]):
    """A fitted value for each stratum.

    Attributes:
        keys: What records are grouped by; empty for one value for all.
        values: The value of each stratum that had data.
        otherwise: The value of all data together, for records of a stratum that had none; ``None``
            if there was no data at all.
    """

    keys: tuple[Key, ...]
    values: dict[Stratum, T]
    otherwise: T | None

    def of(self, rows: Rows) -> list[T | None]:
        """The value for each row."""
        if not self.keys:
            return [self.otherwise] * len(rows)
        codes = zip(*(key.codes(rows) for key in self.keys), strict=True)
        return [self.values.get(code, self.otherwise) for code in codes]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns by which records are grouped."""
        return tuple(key.column for key in self.keys)

    def to_json(self) -> dict[str, Any]:
        """The values for a file; tuples become lists."""
        return {
            "by": [key.to_json() for key in self.keys],
            "strata": [
                {"stratum": [*stratum], "value": _plain(value)}
                for stratum, value in self.values.items()
            ],
            "otherwise": _plain(self.otherwise),
        }

    @classmethod
    def from_json(cls, content: object, where: str, read: Any) -> "PerStratum[T]":
        """Read values; `read(value, where)` reads one of them.

        Raises:
            ConfigError: If it is something else.
        """
        fields = Fields(content, where)
        keys = tuple(
            Key.from_json(item, f"{where}, by") for item in fields.items("by", 0, MAX_KEYS)
        )
        values: dict[Stratum, T] = {}
        for item in fields.items("strata", 0, MAX_STRATA if keys else 0):
            inner = Fields(item, f"{where}, a stratum")
            stratum = _stratum(inner, keys)
            if stratum in values:
                raise inner.wrong("stratum", "there once", stratum)
            values[stratum] = read(inner.take("value"), inner.where)
            inner.end()
        otherwise = fields.take("otherwise")
        fields.end()
        return cls(keys, values, None if otherwise is None else read(otherwise, where))


def _stratum(fields: Fields, keys: tuple[Key, ...]) -> Stratum:
    codes = fields.items("stratum", len(keys), len(keys))
    for code, key in zip(codes, keys, strict=True):
        kind = str if key.edges is None else int
        if code is not None and type(code) is not kind:
            raise fields.wrong("stratum", "words, or numbers of ranges", codes)
    return tuple(codes)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
