"""Values along a drive: what the record before says, and the known values around a gap."""

from collections.abc import Mapping

from donkeycar.analysis.column import INDEX, SESSION, TIME, TUB, Column, Kind
from donkeycar.analysis.relation import Derived, Formula, Relation
from donkeycar.analysis.sql import double
from donkeycar.analysis.table import Table
from donkeycar.cleaning.rows import PAUSE_S


def follows(table: Table, *, longest_step: int = 1, pause_s: float = PAUSE_S) -> Formula:
    """Whether a record continues the drive of the record before it in its tub.

    The same rule as `donkeycar.cleaning.rows.Rows.follows`.
    """
    tub, index, session, time = table.chosen([TUB, INDEX, SESSION, TIME])
    over = f"OVER (PARTITION BY {tub.ident} ORDER BY {index.ident})"
    step = f"{index.ident} - lag({index.ident}) {over}"
    seconds = f"{time.ident} - lag({time.ident}) {over}"
    return Formula(
        f"coalesce({session.ident} IS NOT DISTINCT FROM lag({session.ident}) {over} "
        f"AND {step} BETWEEN 1 AND {longest_step} "
        f"AND ({seconds} IS NULL OR {seconds} BETWEEN 0 AND {double(pause_s)}), FALSE)",
        (tub, index, session, time),
    )


def change(table: Table, column: Column) -> Formula:
    """The change of a value since the record before; NULL if none comes directly before."""
    tub, index = table.chosen([TUB, INDEX])
    joined = follows(table)
    before = f"lag({column.number}) OVER (PARTITION BY {tub.ident} ORDER BY {index.ident})"
    return Formula(
        f"CASE WHEN {joined.sql} THEN {column.number} - {before} END", (*joined.needs, column)
    )


def interpolated(
    table: Table, column: Column, *, max_gap: int, pause_s: float
) -> tuple[Relation, Formula]:
    """Fill a column on the straight line between the known values before and after.

    The same rule as `donkeycar.cleaning.fill.Interpolate`.

    Returns:
        A relation, and the filled value in it.
    """
    tub, index = table.chosen([TUB, INDEX])
    joined = follows(table, longest_step=max_gap + 1, pause_s=pause_s)
    begins = Formula(f"(NOT {joined.sql})::INTEGER", joined.needs)
    relation, (begin,) = added(table, table.base, {"begin": ("number", begins)})
    number = f"sum({begin.ident}) OVER (PARTITION BY {tub.ident} ORDER BY {index.ident})"
    relation, (run,) = added(
        table, relation, {"run": ("number", Formula(number, (begin, tub, index)))}
    )
    over = f"OVER (PARTITION BY {tub.ident}, {run.ident} ORDER BY {index.ident} ROWS BETWEEN"
    back = f"{over} UNBOUNDED PRECEDING AND CURRENT ROW)"
    ahead = f"{over} CURRENT ROW AND UNBOUNDED FOLLOWING)"
    known = f"CASE WHEN {column.ident} IS NOT NULL THEN {index.ident} END"
    needs = (tub, run, index, column)
    relation, (i0, x0, i1, x1) = added(
        table,
        relation,
        {
            "i0": ("number", Formula(f"max({known}) {back}", needs)),
            "x0": ("number", Formula(f"last_value({column.number} IGNORE NULLS) {back}", needs)),
            "i1": ("number", Formula(f"min({known}) {ahead}", needs)),
            "x1": ("number", Formula(f"first_value({column.number} IGNORE NULLS) {ahead}", needs)),
        },
    )
    gap = f"({i1.ident} - {i0.ident})"
    share = f"(({index.ident} - {i0.ident})::DOUBLE / {gap})"
    return relation, Formula(
        f"CASE WHEN {column.ident} IS NOT NULL THEN {column.number} "
        f"WHEN {gap} <= {max_gap + 1} "
        f"THEN {x0.ident} * (1 - {share}) + {x1.ident} * {share} END",
        (column, index, i0, x0, i1, x1),
    )


def added(
    table: Table, below: Relation, formulas: Mapping[str, tuple[Kind, Formula]]
) -> tuple[Relation, list[Column]]:
    """A relation with computed columns that a frame does not show."""
    made = {
        Column(name, kind, table.engine.new_name("h")): formula
        for name, (kind, formula) in formulas.items()
    }
    return Derived(below, made), list(made)
