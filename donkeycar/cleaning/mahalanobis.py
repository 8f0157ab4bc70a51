"""Outliers by Mahalanobis distance: records that are unusual in several numbers together.

The squared distance of a row x from the centre m is (x - m)' S^-1 (x - m), with the covariance S.
Of a normal distribution in d dimensions it has a chi-square distribution with d degrees of freedom,
and a record is left out if it is larger than the quantile of that at `probability`.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from donkeycar.cleaning.chi_square import chi_square_quantile
from donkeycar.cleaning.fields import Fields
from donkeycar.cleaning.rows import Numbers, Rows
from donkeycar.cleaning.step import Counts

MAX_COMPONENTS = 10


@dataclass(frozen=True)
class Component:
    """One of the numbers that are judged together.

    Attributes:
        column: The column.
        change: Whether its change since the record before is meant: unknown where no record comes
            directly before.
    """

    column: str
    change: bool = False

    def of(self, rows: Rows) -> Numbers:
        """The number of each row; NaN where it is not known."""
        values = rows.numbers(self.column)
        if not self.change:
            return values
        changes, order = np.full(len(rows), np.nan), rows.in_order()
        steps = np.diff(values[order], prepend=np.nan)
        changes[order] = np.where(rows.follows(order), steps, np.nan)
        return changes

    def __str__(self) -> str:
        return f"change of {self.column}" if self.change else self.column


@dataclass(frozen=True)
class MahalanobisOutliers:
    """Leaves out records that are far from the centre.

    A record in which one of the numbers is not known is not judged, and stays.

    Attributes:
        components: The numbers that are judged together.
        centre: Their centre.
        covariance: Their covariance.
        probability: Share of a normal distribution within the threshold.
        robust: Whether the outliers themselves were kept out of centre and covariance.
    """

    word: ClassVar[str] = "mahalanobis_outliers"

    components: tuple[Component, ...]
    centre: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    probability: float
    robust: bool

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that records must have."""
        return tuple(dict.fromkeys(component.column for component in self.components))

    @property
    def threshold(self) -> float:
        """The largest distance, not squared, of a record that stays."""
        return float(np.sqrt(chi_square_quantile(self.probability, len(self.components))))

    def distances(self, rows: Rows) -> Numbers:
        """The distance of each row from the centre; NaN where a number is not known."""
        away = np.stack([component.of(rows) for component in self.components], axis=1)
        away = away - np.array(self.centre)
        # |L^-1 (x - m)| with S = L L' is the distance, and never the root of a negative number.
        lower = np.linalg.cholesky(np.array(self.covariance))
        return np.asarray(np.linalg.norm(np.linalg.solve(lower, away.T), axis=0), np.float64)

    def apply(self, rows: Rows, counts: Counts) -> None:
        """Leave records out, and count them."""
        far = self.distances(rows) > self.threshold
        names = ", ".join(map(str, self.components))
        rows.leave_out(far, f"with an unusual {names} (Mahalanobis)", counts.left_out)

    def in_words(self) -> str:
        """Say in one line what the step does."""
        names = ", ".join(map(str, self.components))
        return (
            f"leave out records whose Mahalanobis distance over {names} is more than "
            f"{self.threshold:.3g} (probability {self.probability:g})"
        )

    def to_json(self) -> dict[str, Any]:
        """The step for a file, without its word."""
        return {
            "components": [
                {"column": component.column, "change": component.change}
                for component in self.components
            ],
            "centre": [*self.centre],
            "covariance": [[*row] for row in self.covariance],
            "probability": self.probability,
            "robust": self.robust,
        }

    @classmethod
    def from_json(cls, fields: Fields) -> "MahalanobisOutliers":
        """Read a step.

        Raises:
            ConfigError: If a field is missing or wrong.
        """
        components = tuple(
            _component(item, fields.where) for item in fields.items("components", 1, MAX_COMPONENTS)
        )
        size = len(components)
        centre = tuple(fields.numbers("centre", size, size))
        covariance = tuple(
            tuple(Fields({"row": row}, fields.where).numbers("row", size, size))
            for row in fields.items("covariance", size, size)
        )
        check_covariance(np.array(covariance), fields)
        probability = fields.number("probability", 0.5, 0.999999)
        return cls(components, centre, covariance, probability, fields.flag("robust"))


def check_covariance(matrix: Numbers, fields: Fields) -> None:
    """Refuse a matrix that is no covariance: it must be symmetric and positive definite.

    Raises:
        ConfigError: If it is none.
    """
    try:
        with np.errstate(all="ignore"):
            lower = np.linalg.cholesky(matrix)
        if np.array_equal(matrix, matrix.T) and np.isfinite(np.linalg.inv(lower)).all():
            return
    except np.linalg.LinAlgError:
        pass
    raise fields.wrong("covariance", "symmetric and positive definite", matrix.tolist())


def _component(content: object, where: str) -> Component:
    fields = Fields(content, f"{where}, a component")
    component = Component(fields.column("column"), fields.flag("change"))
    fields.end()
    return component
