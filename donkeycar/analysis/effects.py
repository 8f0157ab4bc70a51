"""How much a step of a cleaning changes, counted in the engine."""

from donkeycar.analysis.applying import far_records
from donkeycar.analysis.cleanable import Cleanable
from donkeycar.cleaning import Counts
from donkeycar.cleaning.fence import Blank, Fence, Outliers
from donkeycar.cleaning.fill import Fill, Interpolate
from donkeycar.cleaning.step import Step


def effect(before: Cleanable, step: Step) -> Counts:
    """What a step does to the records of a frame.

    Args:
        before: The frame before the step.
        step: The step.
    """
    counts = Counts(_count(before))
    if isinstance(step, Fill | Interpolate):
        missing, left = (_missing(frame, step.column) for frame in (before, before.then(step)))
        counts.filled[step.column] = missing - left
        counts.unfilled[step.column] = left
    elif isinstance(step, Fence | Blank):
        found = counts.fenced if isinstance(step, Fence) else counts.blanked
        found[step.column] = _far(before, Outliers(step.column, step.k, step.fences))
    else:
        counts.left_out[step.in_words()] = counts.records - _count(before.then(step))
    return counts


def _count(frame: Cleanable) -> int:
    return int(frame.engine.run(f"SELECT count(*) FROM ({frame.relation([])})")[0][0])


def _missing(frame: Cleanable, name: str) -> int:
    column = frame.column(name)
    sql = f"SELECT count(*) - count({column.ident}) FROM ({frame.relation([column])})"
    return int(frame.engine.run(sql)[0][0])


def _far(frame: Cleanable, step: Outliers) -> int:
    table, far = far_records(frame, step)
    sql = f"SELECT count(*) FILTER (WHERE {far.sql}) FROM ({table.relation(far.needs)})"
    return int(frame.engine.run(sql)[0][0])
