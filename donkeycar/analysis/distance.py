"""Fits the centre and the covariance of a Mahalanobis distance, in the engine.

Outliers pull mean and covariance towards themselves, until they no longer look far away (masking).
`robust` keeps them out: it begins with the median and the scaled median absolute deviation of each
number, takes the records within the 97.5 % quantile of that, and computes mean and covariance of
these once. The covariance is then divided by P(chi2 of d + 2 <= q) / 0.975, because a normal
distribution without its tails is narrower. Sources: P. J. Rousseeuw and B. C. van Zomeren,
"Unmasking multivariate outliers and leverage points", JASA 85, 1990; C. Croux and G. Haesbroeck,
"Influence function and efficiency of the MCD", Journal of Multivariate Analysis 71, 1999.

It is meant for numbers that are nearly normal. The steering of most drives is not: it is straight
ahead for more than half of the time, so that all bends together count as outliers. On five real
tubs, angle, throttle and change of angle mark 1.0 to 2.6 % of the records at 0.999 with plain mean
and covariance, and 3 to 52 % with `robust`, which is therefore off unless asked for.
"""

from collections.abc import Sequence
from itertools import combinations_with_replacement

import numpy as np
import numpy.typing as npt

from donkeycar.analysis.along import added, change
from donkeycar.analysis.column import Column
from donkeycar.analysis.relation import Formula, Held, Relation
from donkeycar.analysis.sql import double
from donkeycar.analysis.table import Table
from donkeycar.cleaning.chi_square import chi_square_cdf, chi_square_quantile
from donkeycar.cleaning.mahalanobis import MAX_COMPONENTS, Component, MahalanobisOutliers
from donkeycar.errors import AnalysisError

CHANGE = "change of "
CORE = 0.975
# The median absolute deviation of a normal distribution is 0.6745 of its standard deviation, its
# interquartile range 1.349 of it.
MAD, IQR = 1 / 0.6745, 1 / 1.349
Matrix = npt.NDArray[np.float64]


def component(name: str) -> Component:
    """A number to judge by its name: ``user/angle``, or ``change of user/angle``.

    Example:
        >>> component("change of user/angle")
        Component(column='user/angle', change=True)
    """
    return Component(name.removeprefix(CHANGE), change=name.startswith(CHANGE))


def fit_mahalanobis(
    table: Table, names: Sequence[str], *, probability: float = 0.999, robust: bool = False
) -> MahalanobisOutliers:
    """Fit the distance to the records of a table.

    Args:
        table: The records.
        names: Columns, and ``change of`` columns.
        probability: Share of a normal distribution within the threshold, 0.5 to 0.999999.
        robust: Whether to keep outliers out of centre and covariance.

    Raises:
        AnalysisError: If a number never changes, or follows from the others, or there are too few
            records.
    """
    components = tuple(map(component, names))
    if not 1 <= len(components) <= MAX_COMPONENTS or len(set(components)) < len(components):
        raise AnalysisError(
            f"Mahalanobis takes 1 to {MAX_COMPONENTS} different columns. Received: {[*names]!r:.80}"
        )
    if not 0.5 <= probability <= 0.999999:
        raise AnalysisError(f"`probability` must be 0.5 to 0.999999. Received: {probability!r:.60}")
    relation, columns = judged(table, components)
    held = Held(table.engine, relation, columns)
    everywhere = " AND ".join(f"{one.ident} IS NOT NULL" for one in columns)
    if robust:
        centre, spread = _robust_start(table, held, columns, everywhere, names)
        limit = chi_square_quantile(CORE, len(columns))
        core = distance(columns, centre, np.diag(spread**2))
        centre, covariance = _moments(
            table, held, columns, f"{everywhere} AND {core} <= {double(float(np.sqrt(limit)))}"
        )
        covariance /= chi_square_cdf(limit, len(columns) + 2) / CORE
    else:
        centre, covariance = _moments(table, held, columns, everywhere)
    _check(covariance, names)
    return MahalanobisOutliers(
        components,
        tuple(map(float, centre)),
        tuple(tuple(map(float, row)) for row in covariance),
        probability,
        robust,
    )


def judged(table: Table, components: Sequence[Component]) -> tuple[Relation, list[Column]]:
    """A relation with a column for each number."""
    formulas = {}
    for one in components:
        column = table.column(one.column)
        if not column.is_numeric:
            raise AnalysisError(
                f"The column must hold numbers. Received: {one.column}, {column.kind}"
            )
        formula = change(table, column) if one.change else Formula(column.number, (column,))
        formulas[str(one)] = ("number", formula)
    return added(table, table.base, formulas)  # type: ignore[arg-type]


def distance(columns: Sequence[Column], centre: Matrix, covariance: Matrix) -> str:
    """The distance of a record in SQL: |L^-1 (x - m)|, with the covariance L L'."""
    inverse = np.linalg.inv(np.linalg.cholesky(covariance))
    away = [
        f"({one.ident} - {double(middle)})" for one, middle in zip(columns, centre, strict=True)
    ]
    squares = (
        " + ".join(f"{double(inverse[row, place])} * {away[place]}" for place in range(row + 1))
        for row in range(len(columns))
    )
    return f"sqrt({' + '.join(f'pow({one}, 2)' for one in squares)})"


def _robust_start(
    table: Table, held: Held, columns: Sequence[Column], everywhere: str, names: Sequence[str]
) -> tuple[Matrix, Matrix]:
    """Median and spread of each number."""
    source = f"FROM ({held.sql(columns)}) WHERE {everywhere}"
    asked = ", ".join(
        f"quantile_cont({x}, 0.5), mad({x}), quantile_cont({x}, 0.75) - quantile_cont({x}, 0.25), "
        f"stddev_samp({x})"
        for x in (one.ident for one in columns)
    )
    row = np.array(table.engine.run(f"SELECT {asked} {source}")[0], np.float64).reshape(-1, 4)
    if np.isnan(row).any():
        raise AnalysisError(
            f"Mahalanobis needs records with all of {', '.join(names)}. Received: none, or one"
        )
    # Most steering is exactly 0 on many tracks: then half of the deviations are 0, too.
    spread = np.where(
        row[:, 1] > 0, MAD * row[:, 1], np.where(row[:, 2] > 0, IQR * row[:, 2], row[:, 3])
    )
    for name, wide in zip(names, spread, strict=True):
        if not wide > 0:
            raise _never_changes(name)
    return row[:, 0], spread


def _moments(
    table: Table, held: Held, columns: Sequence[Column], where: str
) -> tuple[Matrix, Matrix]:
    """Mean and covariance of the records for which something is true."""
    pairs = list(combinations_with_replacement(range(len(columns)), 2))
    means = ", ".join(f"avg({one.ident})" for one in columns)
    covariances = ", ".join(
        f"covar_samp({columns[one].ident}, {columns[other].ident})" for one, other in pairs
    )
    row = table.engine.run(
        f"SELECT {means}, {covariances} FROM ({held.sql(columns)}) WHERE {where}"
    )[0]
    values = np.array(row, np.float64)
    covariance = np.zeros((len(columns), len(columns)))
    for (one, other), value in zip(pairs, values[len(columns) :], strict=True):
        covariance[one, other] = covariance[other, one] = value
    return values[: len(columns)], covariance


def _check(covariance: Matrix, names: Sequence[str]) -> None:
    if np.isnan(covariance).any():
        raise AnalysisError(
            f"Mahalanobis needs records with all of {', '.join(names)}. Received: too few of them"
        )
    for name, variance in zip(names, covariance.diagonal(), strict=True):
        if not variance > 0:
            raise _never_changes(name)
    scale = np.sqrt(covariance.diagonal())
    if np.linalg.eigvalsh(covariance / np.outer(scale, scale))[0] < 1e-9:
        raise AnalysisError(
            f"No column may follow from the others. Received: {', '.join(names)}, one of which "
            "does. Leave it out"
        )


def _never_changes(name: str) -> AnalysisError:
    return AnalysisError(
        f"Mahalanobis needs numbers that change. Received: {name}, which is nearly always the "
        "same. Leave it out"
    )
