"""Applies the steps of a cleaning to a table, in the engine: the same as `Cleaning.apply` does."""

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from donkeycar.analysis.along import interpolated
from donkeycar.analysis.distance import distance, judged
from donkeycar.analysis.lookup import lookup
from donkeycar.analysis.relation import Formula
from donkeycar.analysis.sql import double
from donkeycar.analysis.table import Table
from donkeycar.cleaning.fence import Blank, Fence, Outliers
from donkeycar.cleaning.fill import Fill, Interpolate
from donkeycar.cleaning.mahalanobis import MahalanobisOutliers
from donkeycar.cleaning.step import Step

T = TypeVar("T", bound=Table)


def apply_step(table: T, step: Step) -> T:
    """The table after a step."""
    applied: T = APPLIED[type(step)](table, step)
    return applied


def far_records(table: T, step: Outliers | MahalanobisOutliers) -> tuple[T, Formula]:
    """Which records an outlier step would leave out: a table, and a condition in it."""
    if isinstance(step, Outliers):
        column = table.column(step.column)
        low, high = (lookup(table, step.fences, place) for place in (0, 1))
        beyond = f"coalesce({column.number} < {low.sql} OR {column.number} > {high.sql}, FALSE)"
        return table, Formula(beyond, (column, *low.needs))
    relation, columns = judged(table, step.components)
    away = distance(columns, np.array(step.centre), np.array(step.covariance))
    return (
        table.rebased(relation),
        Formula(f"coalesce({away} > {double(step.threshold)}, FALSE)", tuple(columns)),
    )


def _fill(table: T, step: Fill) -> T:
    column, value = table.column(step.column), lookup(table, step.values)
    formula = Formula(f"coalesce({column.ident}, {value.sql})", (column, *value.needs))
    return table.derive({step.column: (column.kind, formula)})


def _interpolate(table: T, step: Interpolate) -> T:
    column = table.column(step.column)
    relation, formula = interpolated(table, column, max_gap=step.max_gap, pause_s=step.pause_s)
    return table.rebased(relation).derive({step.column: ("number", formula)})


def _fence(table: T, step: Fence) -> T:
    column = table.column(step.column)
    low, high = (lookup(table, step.fences, place) for place in (0, 1))
    x = column.ident
    clipped = (
        f"CASE WHEN {x} < {low.sql} THEN {low.sql} WHEN {x} > {high.sql} THEN {high.sql} "
        f"ELSE {x} END"
    )
    return table.derive({step.column: ("number", Formula(clipped, (column, *low.needs)))})


def _blank(table: T, step: Blank) -> T:
    column = table.column(step.column)
    _, far = far_records(table, Outliers(step.column, step.k, step.fences))
    formula = Formula(f"CASE WHEN NOT {far.sql} THEN {column.ident} END", far.needs)
    return table.derive({step.column: ("number", formula)})


def _leave_out(table: T, step: Outliers | MahalanobisOutliers) -> T:
    wider, far = far_records(table, step)
    return wider.derive(where=Formula(f"NOT {far.sql}", far.needs))


APPLIED: dict[type[Step], Callable[[Any, Any], Any]] = {
    Fill: _fill,
    Interpolate: _interpolate,
    Blank: _blank,
    Fence: _fence,
    Outliers: _leave_out,
    MahalanobisOutliers: _leave_out,
}
