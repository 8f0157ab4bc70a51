"""Columns that a function of Python computes from other columns, piece by piece."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

import numpy as np

from donkeycar.analysis.column import INDEX, TUB, Column, Kind
from donkeycar.analysis.engine import Engine
from donkeycar.analysis.relation import Relation
from donkeycar.analysis.table import Table
from donkeycar.errors import AnalysisError, text_of

# Rows of a piece when the safety limit is switched off.
PIECE = 100_000
# The square of a larger number, summed up for a standard deviation, is no number any more.
MOST = 1e140

Function = Callable[..., Any]


class Assigned:
    """A relation with one more column, whose values lie in a table of the engine.

    Args:
        below: The relation that it comes from; it may say a record's place.
        column: The new column.
        place: Columns that say which record it is: tub and index.
        values: Name of the table of the engine, with the columns t, i and v.
    """

    def __init__(
        self, below: Relation, column: Column, place: Sequence[Column], values: str
    ) -> None:
        self._below = below
        self._column = column
        self._place = tuple(place)
        self._values = values

    def sql(self, columns: Collection[Column]) -> str:
        """A SELECT over the relation below, joined with the values if they are asked for."""
        if self._column not in columns:
            return self._below.sql(columns)
        kept = [one for one in columns if one != self._column]
        tub, index = self._place
        below = self._below.sql(list(dict.fromkeys([*kept, tub, index])))
        chosen = [f"b.{one.ident}" for one in kept] + [f"a.v AS {self._column.ident}"]
        return (
            f"SELECT {', '.join(chosen)} FROM ({below}) b LEFT JOIN {self._values} a "
            f"ON a.t = b.{tub.ident} AND a.i = b.{index.ident}"
        )


def assign(
    table: Table, name: str, function: Function, columns: Sequence[str], *, piece: int
) -> tuple[Relation, Column]:
    """Compute a column.

    Args:
        table: The records.
        name: The new column.
        function: Takes one array for each of `columns`, and returns an array of the same length.
        columns: What it is computed from.
        piece: How many records the function gets at once; there are never more in memory.

    Returns:
        A relation that has the column, and the column.

    Raises:
        AnalysisError: If the function fails, or returns something else.
    """
    sources, place = table.chosen(columns), table.chosen([TUB, INDEX])
    chosen = [one.number if one.is_numeric else one.ident for one in sources]
    idents = ", ".join([*(one.ident for one in place), *chosen])
    by = ", ".join(one.ident for one in place)
    values = table.engine.new_name("assigned_")
    kind: Kind | None = None
    pieces = table.engine.pieces(
        f"SELECT {idents} FROM ({table.relation([*sources, *place])}) ORDER BY {by}", piece
    )
    for rows in pieces:
        tubs, indexes, *arguments = zip(*rows, strict=True)
        arrays = [
            np.array(one, np.float64 if source.is_numeric else object)
            for one, source in zip(arguments, sources, strict=True)
        ]
        result, found = _checked(_called(function, arrays, name), len(rows), name)
        if kind is None:
            kind = found
            _make(table.engine, values, kind)
        elif kind != found:
            raise AnalysisError(
                f"The function of {name} must return numbers for all records, or words for all. "
                f"Received: {kind} for the first records, then {found}"
            )
        content = {"t": np.array(tubs, object), "i": np.array(indexes, np.int64), "v": result}
        table.engine.take_arrays(values, content)
    if kind is None:
        kind = "number"
        _make(table.engine, values, kind)
    column = Column(name, kind, table.engine.new_name("a"))
    return Assigned(table.base, column, place, values), column


def _make(engine: Engine, values: str, kind: Kind) -> None:
    sql_type = "VARCHAR" if kind == "text" else "DOUBLE"
    engine.run(f"CREATE TEMP TABLE {values} (t VARCHAR, i BIGINT, v {sql_type})")


def _called(function: Function, arrays: Sequence[Any], name: str) -> Any:
    try:
        return function(*arrays)
    except Exception as error:  # the caller's code may raise anything
        raise AnalysisError(
            f"The function of {name} failed: {type(error).__name__}: {text_of(error):.200}. It "
            "gets one array of numpy for each column"
        ) from error


def _checked(result: Any, length: int, name: str) -> tuple[Any, Kind]:
    """What a function returned, as numbers or as words."""
    try:
        array = np.asarray(result)
    except (TypeError, ValueError):
        array = np.zeros(())
    if result is None:
        raise AnalysisError(
            f"The function of {name} must return one value for each record. Received: None. End it "
            "with `return`, or use a lambda"
        )
    if array.shape != (length,):
        raise AnalysisError(
            f"The function of {name} must return one value for each record. Received: shape "
            f"{array.shape}, and not ({length},)"
        )
    if array.dtype.kind in "biuf":
        numbers = array.astype(np.float64)
        far = np.isfinite(numbers) & (np.abs(numbers) > MOST)
        if far.any():
            raise AnalysisError(
                f"The function of {name} must return numbers from {-MOST:g} to {MOST:g}: means of "
                f"larger ones are infinite. Received: {numbers[far][0]:g}. Return nan for a record "
                "without a value"
            )
        return np.where(np.isfinite(numbers), numbers, np.nan), "number"
    words = array.astype(object)
    if all(word is None or isinstance(word, str) for word in words):
        return words, "text"
    raise AnalysisError(
        f"The function of {name} must return numbers or words. Received: {array.dtype}, such as "
        f"{words[0]!r:.60}"
    )
