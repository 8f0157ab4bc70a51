"""What was fitted for each stratum, as an expression of the engine; and back."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from donkeycar.analysis.column import Column
from donkeycar.analysis.relation import Formula
from donkeycar.analysis.sql import double, literal
from donkeycar.analysis.strata import Division, range_of, ranges
from donkeycar.analysis.table import Table
from donkeycar.cleaning.rows import category
from donkeycar.cleaning.strata import Key, PerStratum, Stratum
from donkeycar.errors import AnalysisError

# An expression of the engine with more branches takes seconds.
MOST_STRATA = 1000
# Columns that are other words in every tub: what was fitted by them could not be used again.
OF_ONE_TUB = ("tub", "session", "index", "time")


def fitted(
    table: Table, column: Column, formula: str, divisions: Sequence[Division]
) -> PerStratum[Any]:
    """Compute a statistic for all records, and for each stratum.

    Args:
        table: The records.
        column: The column.
        formula: The statistic in SQL, with ``{x}`` for a value.
        divisions: The strata; none means all records together.

    Raises:
        AnalysisError: If there are too many strata, or their words mean one tub only.
    """
    check_divisions(divisions)
    relation = table.relation([column, *needs_of(divisions)])
    asked = formula.format(x=column.number if column.is_numeric else column.ident)
    otherwise = table.engine.run(f"SELECT {asked} FROM ({relation})")[0][0]
    rows = []
    if divisions:
        groups = ", ".join(one.group.formula.sql for one in divisions)
        rows = table.engine.run(
            f"SELECT {groups}, {asked} FROM ({relation}) GROUP BY ALL ORDER BY ALL",
            limit=MOST_STRATA + 1,
        )
    return per_stratum(divisions, rows, otherwise)


def per_stratum(
    divisions: Sequence[Division], rows: Sequence[tuple[Any, ...]], otherwise: Any
) -> PerStratum[Any]:
    """Fitted values from rows of group, group, ..., value.

    Raises:
        AnalysisError: If there are too many.
    """
    if len(rows) > MOST_STRATA:
        raise AnalysisError(
            f"There must be at most {MOST_STRATA} strata. Received: more. Divide by fewer columns "
            "or ranges"
        )
    keys = tuple(one.key for one in divisions)
    values = {
        _stratum(row[:-1], keys): _value(row[-1]) for row in rows if _value(row[-1]) is not None
    }
    return PerStratum(keys, values, _value(otherwise))


def check_divisions(divisions: Sequence[Division]) -> None:
    """Refuse strata that only one tub has.

    Raises:
        AnalysisError: If there are such.
    """
    for one in divisions:
        if one.key.column in OF_ONE_TUB:
            raise AnalysisError(
                "What is fitted by a column must fit other tubs, too. Received: "
                f"{one.key.column}. Divide by car, by words or by ranges"
            )


def needs_of(divisions: Sequence[Division]) -> list[Column]:
    """The columns that the groups are computed from."""
    return [column for one in divisions for column in one.group.formula.needs]


def lookup(table: Table, values: PerStratum[Any], place: int | None = None) -> Formula:
    """The value of the stratum of each record; NULL where there is none.

    Args:
        table: The records.
        values: Numbers, words, or tuples of numbers.
        place: Which number of a tuple; ``None`` for the value itself.
    """
    otherwise = _said(values.otherwise, place)
    if not values.keys:
        return Formula(otherwise)
    columns = [table.column(key.column) for key in values.keys]
    branches = "".join(
        f" WHEN {_is_in(columns, values.keys, stratum)} THEN {_said(value, place)}"
        for stratum, value in values.values.items()
    )
    if not branches:
        return Formula(otherwise, tuple(columns))
    return Formula(f"CASE{branches} ELSE {otherwise} END", tuple(columns))


def labelled(values: PerStratum[Any]) -> Any:
    """Fitted values by the names of the strata; the value itself if there are none."""
    if not values.keys:
        return values.otherwise
    names = [None if key.edges is None else ranges(key.edges) for key in values.keys]
    found = {}
    for stratum, value in values.values.items():
        key = tuple(
            code if name is None or not isinstance(code, int) else name[code]
            for code, name in zip(stratum, names, strict=True)
        )
        found[key[0] if len(key) == 1 else key] = value
    return found


def _stratum(codes: Sequence[Any], keys: Sequence[Key]) -> Stratum:
    return tuple(
        category(code) if key.edges is None else code for code, key in zip(codes, keys, strict=True)
    )


def _value(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(float(one) for one in value)
    return value if value is None or isinstance(value, str) else float(value)


def _is_in(columns: Sequence[Column], keys: Sequence[Key], stratum: Stratum) -> str:
    return " AND ".join(
        _is(column, key, code) for column, key, code in zip(columns, keys, stratum, strict=True)
    )


def _is(column: Column, key: Key, code: str | int | None) -> str:
    if code is None:
        return f"{column.ident} IS NULL"
    if key.edges is not None:
        return f"({range_of(column, key.edges).sql}) = {code}"
    if column.kind == "boolean":
        return f"{column.ident} IS NOT DISTINCT FROM {code == 'true'}"
    if column.kind == "number":
        with suppress(ValueError):
            return f"{column.ident} = {double(float(code))}"
        return "FALSE"
    return f"{column.ident} = {literal(str(code))}"


def _said(value: Any, place: int | None) -> str:
    if value is not None and place is not None:
        value = value[place]
    if value is None:
        return "NULL"
    return literal(value) if isinstance(value, str) else double(value)
