"""Tables of the engine as SQL: a scan of catalogs, a table that is held, columns that are added."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from donkeycar.analysis.column import CAR, INDEX, SESSION, TIME, TUB, Column
from donkeycar.analysis.engine import Engine
from donkeycar.analysis.recording import Recording
from donkeycar.analysis.sql import array, pointer
from donkeycar.analysis.survey import Shelf, catalogs
from donkeycar.tub import format as tub_format


class Relation(Protocol):
    """Something that a query may read from."""

    def sql(self, columns: Collection[Column]) -> str:
        """A SELECT whose result has the identifier of each of these columns, and their values."""


# Numbers beyond it are damage, and count as missing.
LARGEST = 1e150
INDEX_TYPE = "BIGINT"
TYPES = {"number": "DOUBLE", "boolean": "BOOLEAN"}


def is_usable(number: str) -> str:
    """Whether a number is one that can be reckoned with, in SQL; NaN and infinity are not.

    Nothing measures beyond the limit; its square would end every question about the spread.
    """
    return f"abs({number}) <= {LARGEST!r}"


def type_of(column: Column) -> str:
    """The type of a column in the engine."""
    is_index = column in OWN_COLUMNS and column.name == INDEX
    return INDEX_TYPE if is_index else TYPES.get(column.kind, "VARCHAR")


class Union:
    """Several relations below each other.

    Args:
        parts: The relations, one or more.
    """

    def __init__(self, parts: Sequence[Relation]) -> None:
        self._parts = list(parts)

    def sql(self, columns: Collection[Column]) -> str:
        """A SELECT over all of them."""
        return " UNION ALL ".join(part.sql(columns) for part in self._parts)


class Scan:
    """The catalogs of tubs, read anew by every query; only the fields that it needs are taken.

    Args:
        engine: The engine; it gets two small tables, one of files and one of deleted records.
        shelves: The files.
        recordings: Their tubs.
        deleted: Whether deleted records count, too.
    """

    def __init__(
        self,
        engine: Engine,
        shelves: Sequence[Shelf],
        recordings: Sequence[Recording],
        *,
        deleted: bool,
    ) -> None:
        self._recordings = recordings
        self._source = catalogs([shelf.path for shelf in shelves])
        self._files = engine.new_name("files_")
        engine.run(
            f"CREATE TEMP TABLE {self._files} (filename VARCHAR, number INTEGER, tub VARCHAR, "
            "car VARCHAR)"
        )
        engine.insert(
            self._files,
            [
                (str(one.path), one.tub, recordings[one.tub].label, recordings[one.tub].car)
                for one in shelves
            ],
        )
        self._gone = "" if deleted else _deleted_table(engine, recordings)

    def sql(self, columns: Collection[Column]) -> str:
        """A SELECT over all catalogs."""
        # The index comes first: a line without one is no record.
        pointers = [pointer(tub_format.INDEX)]
        chosen = []
        for column in columns:
            if column.name in FILE_COLUMNS and not column.keys:
                chosen.append(f"f.{FILE_COLUMNS[column.name]} AS {column.ident}")
            else:
                pointers.append(pointer(*column.keys))
                value = _typed(column, f"r.l[{len(pointers)}]", self._says_true(column))
                chosen.append(f"{value} AS {column.ident}")
        inner = (
            f"SELECT filename, json_extract(json, {array(pointers)}) AS l, "
            f"TRY_CAST(l[1]::VARCHAR AS BIGINT) AS i FROM {self._source}"
        )
        gone = f"SELECT 1 FROM {self._gone} g WHERE g.number = f.number AND g.i = r.i"
        kept = f" AND NOT EXISTS ({gone})" if self._gone else ""
        return (
            f"SELECT {', '.join(chosen) or '1 AS one'} FROM ({inner}) r "
            f"JOIN {self._files} f ON f.filename = r.filename WHERE r.i IS NOT NULL{kept}"
        )

    def _says_true(self, column: Column) -> str:
        """In which tubs true and false are 1 and 0 in a column of numbers, in SQL; "" if in none.

        In those whose column is one of truth values. A tub that declares a number has no number
        there, and a trainer leaves such a record out.
        """
        if column.kind != "number" or len(column.keys) != 1:
            return ""
        name = column.keys[0]
        tubs = [n for n, one in enumerate(self._recordings) if one.kinds.get(name) == {"boolean"}]
        return f"f.number IN ({', '.join(map(str, tubs))})" if tubs else ""


# Columns that come with the file, and columns that are a field of every record.
FILE_COLUMNS = {TUB: "tub", CAR: "car"}
OWN_COLUMNS = (
    Column(TUB, "text", '"tub"'),
    Column(CAR, "text", '"car"'),
    Column(SESSION, "text", '"session"', (tub_format.SESSION,)),
    Column(INDEX, "number", '"index"', (tub_format.INDEX,)),
    Column(TIME, "number", '"time"', (tub_format.TIMESTAMP,)),
)
SHOWN_BY_OWN = {column.keys[0] for column in OWN_COLUMNS if column.keys}


def _deleted_table(engine: Engine, recordings: Sequence[Recording]) -> str:
    if not any(one.deleted for one in recordings):
        return ""
    name = engine.new_name("deleted_")
    engine.run(f"CREATE TEMP TABLE {name} (number INTEGER, i BIGINT)")
    for number, recording in enumerate(recordings):
        # As one list: a row of values for each of a million would take minutes.
        engine.run(
            f"INSERT INTO {name} SELECT ?, unnest(?::BIGINT[])", [number, sorted(recording.deleted)]
        )
    return name


def _typed(column: Column, value: str, says_true: str) -> str:
    """A value of JSON as the kind of its column; NULL if it is none, or no usable number.

    Args:
        column: The column.
        value: The value of JSON, in SQL.
        says_true: Whether true is 1 among numbers, in SQL; "" if it never is.
    """
    if column == OWN_COLUMNS[-1]:
        return f"TRY_CAST({value}::VARCHAR AS DOUBLE) / 1000"
    if column.keys == (tub_format.INDEX,):
        return f"TRY_CAST({value}::VARCHAR AS BIGINT)"
    if column.kind == "number":
        text = f"{value}::VARCHAR"
        if says_true:
            text = (
                f"CASE WHEN {says_true} AND {text} = 'true' THEN '1' "
                f"WHEN {says_true} AND {text} = 'false' THEN '0' ELSE {text} END"
            )
        number = f"TRY_CAST({text} AS DOUBLE)"
        return f"CASE WHEN {is_usable(number)} THEN {number} END"
    if column.kind == "boolean":
        return f"TRY_CAST({value}::VARCHAR AS BOOLEAN)"
    return f"{value} ->> '$'"


class Held:
    """A table that the engine keeps, for several questions about the same columns."""

    def __init__(self, engine: Engine, below: Relation, columns: Collection[Column]) -> None:
        self.name = engine.new_name("held_")
        self.columns = frozenset(columns)
        self._below = below
        engine.run(f"CREATE TEMP TABLE {self.name} AS {below.sql(columns)}")

    def sql(self, columns: Collection[Column]) -> str:
        """A SELECT over the table; over the catalogs if it lacks one of the columns."""
        if not self.columns.issuperset(columns):
            return self._below.sql(columns)
        return f"SELECT {', '.join(one.ident for one in columns) or '1 AS one'} FROM {self.name}"


@dataclass(frozen=True)
class Formula:
    """A value that is computed from other columns.

    Attributes:
        sql: An expression of SQL, with the identifiers of `needs`; window functions are allowed.
        needs: The columns that it uses.
    """

    sql: str
    needs: tuple[Column, ...] = ()


class Derived:
    """A relation with columns that are computed, and with records left out.

    Args:
        below: The relation that it comes from.
        formulas: The computed columns; one that `below` has, too, is replaced.
        where: Which records stay; computed from columns of `below`.
    """

    def __init__(
        self,
        below: Relation,
        formulas: Mapping[Column, Formula],
        where: Formula | None = None,
    ) -> None:
        self._below = below
        self._formulas = dict(formulas)
        self._where = where

    def sql(self, columns: Collection[Column]) -> str:
        """A SELECT over the relation below."""
        kept = [one for one in columns if one not in self._formulas]
        made = [one for one in columns if one in self._formulas]
        needed = dict.fromkeys(kept)
        for one in made:
            needed.update(dict.fromkeys(self._formulas[one].needs))
        if self._where is not None:
            needed.update(dict.fromkeys(self._where.needs))
        chosen = [one.ident for one in kept]
        chosen += [f"{self._formulas[one].sql} AS {one.ident}" for one in made]
        where = "" if self._where is None else f" WHERE {self._where.sql}"
        return (
            f"SELECT {', '.join(chosen) or '1 AS one'} FROM ({self._below.sql(list(needed))}) b"
            f"{where}"
        )
