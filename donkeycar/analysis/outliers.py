"""Fits outlier steps of either method."""

from collections.abc import Sequence
from typing import Literal

from donkeycar.analysis.distance import fit_mahalanobis
from donkeycar.analysis.fitting import fit_fences
from donkeycar.analysis.strata import Division
from donkeycar.analysis.table import Table
from donkeycar.cleaning.fence import Outliers
from donkeycar.cleaning.mahalanobis import MahalanobisOutliers
from donkeycar.errors import AnalysisError

Names = str | Sequence[str]
Method = Literal["tukey", "mahalanobis"]


def named(columns: Names) -> list[str]:
    """Names of columns as a list.

    Raises:
        AnalysisError: If there are none.
    """
    names = [columns] if isinstance(columns, str) else list(columns)
    if not names:
        raise AnalysisError("At least one column must be named. Received: none")
    return names


def fit_outliers(
    table: Table,
    columns: Names,
    method: str = "tukey",
    *,
    k: float = 1.5,
    probability: float = 0.999,
    robust: bool = False,
    divisions: Sequence[Division] = (),
) -> dict[str, Outliers | MahalanobisOutliers]:
    """Outlier steps by what they judge, all fitted to the same records.

    Raises:
        AnalysisError: If an argument is out of range, or they do not go together.
    """
    names = named(columns)
    if method == "tukey":
        return {
            name: Outliers(name, float(k), fit_fences(table, name, k, divisions)) for name in names
        }
    if method != "mahalanobis":
        raise AnalysisError(f"`method` must be tukey or mahalanobis. Received: {method!r:.60}")
    if divisions:
        raise AnalysisError(
            "Mahalanobis judges all records together. Received: stratify. Use Tukey's fences, or "
            "call it without strata"
        )
    step = fit_mahalanobis(table, names, probability=probability, robust=robust)
    return {", ".join(names): step}
