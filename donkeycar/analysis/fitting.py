"""Fits the steps of a cleaning to the records of a table, in the engine."""

from collections.abc import Sequence

from donkeycar.analysis.column import OWN, Column
from donkeycar.analysis.lookup import check_divisions, fitted, needs_of, per_stratum
from donkeycar.analysis.sql import double
from donkeycar.analysis.strata import Division
from donkeycar.analysis.table import Table
from donkeycar.cleaning.fence import Fences, tukey_fences
from donkeycar.cleaning.fields import check_changeable
from donkeycar.cleaning.fill import MOST_GAP, STRATEGIES, Fill, Interpolate
from donkeycar.cleaning.rows import PAUSE_S
from donkeycar.cleaning.strata import PerStratum
from donkeycar.errors import AnalysisError, ConfigError

INTERPOLATE = "interpolate"
FORMULAS = {"mean": "avg({x})", "median": "quantile_cont({x}, 0.5)"}


def fit_fill(table: Table, name: str, strategy: str, divisions: Sequence[Division] = ()) -> Fill:
    """Fit what a column is filled with.

    Args:
        table: The records.
        name: The column.
        strategy: ``mean``, ``median`` or ``mode``; of texts only ``mode``. Of values that come
            equally often, the mode is the lowest.
        divisions: The strata.

    Raises:
        AnalysisError: If the strategy does not exist, or does not fit the column, or no record has
            a value.
    """
    if strategy not in STRATEGIES:
        raise AnalysisError(
            f"`strategy` must be one of {', '.join([*STRATEGIES, INTERPOLATE])}. Received: "
            f"{strategy!r:.60}"
        )
    column = changeable(table, name, texts=strategy == "mode")
    if strategy == "mode":
        values = _modes(table, column, divisions)
    else:
        values = fitted(table, column, FORMULAS[strategy], divisions)
    if values.otherwise is None:
        raise _without_values(name)
    return Fill(name, strategy, values)


def fit_interpolation(
    table: Table, name: str, *, max_gap: int = 20, pause_s: float = PAUSE_S
) -> Interpolate:
    """Check what a column is filled with along a drive.

    Raises:
        AnalysisError: If a number is out of range, or the column holds no numbers.
    """
    changeable(table, name)
    if type(max_gap) is not int or not 1 <= max_gap <= MOST_GAP:
        raise AnalysisError(f"`max_gap` must be 1 to {MOST_GAP} records. Received: {max_gap!r:.60}")
    if not 0 <= pause_s <= 3600:
        raise AnalysisError(f"`pause_s` must be 0 to 3600 seconds. Received: {pause_s!r:.60}")
    return Interpolate(name, max_gap, float(pause_s))


def fit_fences(
    table: Table,
    name: str,
    k: float | None,
    divisions: Sequence[Division] = (),
    *,
    within: Fences | None = None,
) -> PerStratum[Fences]:
    """Fit Tukey's fences of a column, or take those that are given.

    Args:
        table: The records.
        name: The column.
        k: Distance of the fences from the quartiles, in interquartile ranges.
        divisions: The strata.
        within: Lower and upper fence, instead of `k`.

    Raises:
        AnalysisError: If `k` is negative, the fences are none, or the column holds no numbers.
    """
    if within is not None:
        changeable(table, name)
        low, high = map(float, within)
        if not low <= high:
            raise AnalysisError(
                f"`within` must be a lower and an upper number. Received: {low:g} and {high:g}"
            )
        return PerStratum((), {}, (low, high))
    if k is None or not 0 <= k <= 1e6:
        raise AnalysisError(f"`k` must be 0 or more. Received: k={k!r:.60}")
    column = changeable(table, name)
    quartiles = f"quantile_cont({{x}}, [{double(0.25)}, {double(0.75)}])"
    found = fitted(table, column, quartiles, divisions)
    whole = found.otherwise
    if whole is None:
        raise _without_values(name)
    if whole[0] == whole[1]:
        raise AnalysisError(
            f"Tukey's fences need values that differ. Received: {name}, half of which or more are "
            f"{whole[0]:g}, so that every other value would lie beyond them. Give a lower and an "
            "upper number instead"
        )
    return PerStratum(
        found.keys,
        # A stratum with such values takes the fences of all records.
        {one: tukey_fences(q1, q3, k) for one, (q1, q3) in found.values.items() if q1 < q3},
        tukey_fences(whole[0], whole[1], k),
    )


def changeable(table: Table, name: str, *, texts: bool = False) -> Column:
    """A column that cleaning may change.

    Raises:
        AnalysisError: If it holds something else, a place or a picture.
    """
    column = table.column(name)
    try:
        check_changeable(name, "A step")
    except ConfigError as error:
        raise AnalysisError(str(error)) from error
    if column.kind != "number" and not (texts and column.kind == "text"):
        raise AnalysisError(
            f"The column must hold numbers{' or words' if texts else ''}. Received: {name}, "
            f"{column.kind}"
        )
    if name in OWN or len(column.keys) > 1 or (column.keys and column.keys[0] != name):
        raise AnalysisError(
            f"A step changes whole columns. Received: {name}. Name a column that records have"
        )
    return column


def _without_values(name: str) -> AnalysisError:
    return AnalysisError(
        f"What is fitted needs values. Received: {name}, which no record has. Fit to tubs that "
        "have it, or leave the step out"
    )


def _modes(table: Table, column: Column, divisions: Sequence[Division]) -> PerStratum[float | str]:
    """The most frequent value of each stratum, and of all."""
    check_divisions(divisions)
    relation = table.relation([column, *needs_of(divisions)])

    def ask(groups: Sequence[str]) -> list[tuple[object, ...]]:
        # The groups get names, because a window cannot say their number.
        named = [f"{group} AS g{place}" for place, group in enumerate(groups)]
        names = [f"g{place}" for place in range(len(groups))]
        by = f"PARTITION BY {', '.join(names)} " if names else ""
        counts = (
            f"SELECT {', '.join([*named, ''])}{column.ident} AS v, count(*) AS n "
            f"FROM ({relation}) WHERE {column.ident} IS NOT NULL GROUP BY ALL"
        )
        return table.engine.run(
            f"SELECT {', '.join([*names, 'v'])} FROM ({counts}) "
            f"QUALIFY row_number() OVER ({by}ORDER BY n DESC, v) = 1 ORDER BY ALL"
        )

    whole = ask([])
    rows = ask([one.group.formula.sql for one in divisions]) if divisions else []
    return per_stratum(divisions, rows, whole[0][0] if whole else None)
