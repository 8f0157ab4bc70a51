"""A table for the length of one action: the catalogs are read once, then asked several times."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from donkeycar.analysis.column import Column
from donkeycar.analysis.engine import Row
from donkeycar.analysis.group import Group, key_of
from donkeycar.analysis.table import Table


@dataclass(frozen=True)
class Scratch:
    """Columns of all records, and the group of each.

    Attributes:
        table: Where they come from.
        name: The table in the engine.
        groups: Its columns that hold the groups: ``g0, g1``; empty if the records are not divided.
        divided: How the records are divided.
    """

    table: Table
    name: str
    groups: tuple[str, ...]
    divided: tuple[Group, ...] = ()

    @property
    def by(self) -> str:
        """The groups as the beginning of a list of columns: ``g0, g1, `` or nothing."""
        return "".join(f"{one}, " for one in self.groups)

    def rows(self, sql: str) -> list[Row]:
        """All rows of a question about the table; its name stands for ``{t}``."""
        return self.table.engine.run(sql.replace("{t}", self.name))

    def split(self, row: Row) -> tuple[Any, Row]:
        """The key of a row's group, and the rest of the row; the key is ``()`` without groups."""
        number = len(self.groups)
        return (key_of(row[:number], self.divided) if number else ()), row[number:]

    @cached_property
    def keys(self) -> list[Any]:
        """The groups there are, in order, at most as many as the safety limit."""
        if not self.groups:
            return [()]
        listed = ", ".join(self.groups)
        rows = self.table.pull(
            f"SELECT DISTINCT {listed} FROM {self.name} ORDER BY {listed}", "groups"
        )
        return [key_of(row, self.divided) for row in rows]


@contextmanager
def scratch(
    table: Table, columns: Sequence[Column], groups: Sequence[Group] = ()
) -> Iterator[Scratch]:
    """Read columns into a table of the engine; it is dropped at the end of the block."""
    needs = [*columns, *(need for one in groups for need in one.formula.needs)]
    names = tuple(f"g{number}" for number in range(len(groups)))
    chosen = [f"{one.formula.sql} AS {name}" for one, name in zip(groups, names, strict=True)]
    chosen += dict.fromkeys(one.ident for one in columns)
    name = table.engine.new_name("scratch_")
    table.engine.run(
        f"CREATE TEMP TABLE {name} AS SELECT {', '.join(chosen)} FROM ({table.relation(needs)})"
    )
    try:
        yield Scratch(table, name, names, tuple(groups))
    finally:
        table.engine.run(f"DROP TABLE {name}")
