"""What a `TubFrame` does with missing values and outliers, and columns that it computes."""

import time
from collections.abc import Mapping, Sequence
from typing import Any, Self

from donkeycar.analysis.applying import apply_step, far_records
from donkeycar.analysis.assigned import PIECE, Function, assign
from donkeycar.analysis.column import INDEX, OWN, TUB
from donkeycar.analysis.fitting import INTERPOLATE, fit_fences, fit_fill, fit_interpolation
from donkeycar.analysis.lookup import labelled
from donkeycar.analysis.outliers import Method, Names, fit_outliers, named
from donkeycar.analysis.relation import Formula
from donkeycar.analysis.strata import Division
from donkeycar.analysis.table import Table
from donkeycar.cleaning import Cleaning
from donkeycar.cleaning.fence import Blank, Fence, Fences, Outliers
from donkeycar.cleaning.fill import Fill
from donkeycar.cleaning.rows import PAUSE_S
from donkeycar.cleaning.step import Step
from donkeycar.errors import AnalysisError


class Cleanable(Table):
    """A table whose missing values can be filled, and whose outliers can be clipped or left out.

    Nothing here changes a frame, and nothing changes a tub: each method returns another frame.
    What was fitted on the way is in `cleaning`, for `donkeycar.cleaning.write_cleaning` and for
    `donkey train --cleaning`.
    """

    tubs: list[str]
    _steps: tuple[Step, ...] = ()
    _assigned: frozenset[str] = frozenset()
    _before: "Cleanable | None" = None

    def fill(
        self,
        columns: Names,
        strategy: str = "mean",
        *,
        max_gap: int = 20,
        pause_s: float = PAUSE_S,
        divisions: Sequence[Division] = (),
    ) -> Self:
        """Fill missing values.

        Args:
            columns: One column, or several.
            strategy: ``mean``, ``median`` or ``mode``; or ``interpolate``: on the straight line
                between the known values before and after, never across the end of a session, a
                pause or a step back of the clock.
            max_gap: Most missing records in a row that are interpolated, 1 to 1000.
            pause_s: A longer step in time is a pause.
            divisions: What `stratify` fitted; use ``frame.stratify([...]).fill(...)``.
        """
        frame = self
        for name in named(columns):
            if strategy != INTERPOLATE:
                frame = frame.then(fit_fill(frame, name, strategy, divisions))
            elif divisions:
                raise AnalysisError(
                    "`interpolate` goes along the drive, not by strata. Received: stratify. Call "
                    "fill of the frame itself"
                )
            else:
                step = fit_interpolation(frame, name, max_gap=max_gap, pause_s=pause_s)
                frame = frame.then(step)
        return frame

    def fence(
        self,
        columns: Names,
        k: float = 1.5,
        *,
        within: Fences | None = None,
        divisions: Sequence[Division] = (),
    ) -> Self:
        """Clip values to fences.

        Args:
            columns: One column, or several.
            k: Tukey's fences lie `k` interquartile ranges beyond the quartiles.
            within: Lower and upper fence, instead of `k`.
            divisions: What `stratify` fitted; use ``frame.stratify([...]).fence(...)``.
        """
        return self._fenced(Fence, columns, k, within, divisions)

    def blank(
        self,
        columns: Names,
        k: float = 1.5,
        *,
        within: Fences | None = None,
        divisions: Sequence[Division] = (),
    ) -> Self:
        """Take values beyond fences as missing, for `fill`; see `fence` for the arguments."""
        return self._fenced(Blank, columns, k, within, divisions)

    def _fenced(
        self,
        kind: type[Fence] | type[Blank] | type[Outliers],
        columns: Names,
        k: float,
        within: Fences | None,
        divisions: Sequence[Division],
    ) -> Self:
        frame = self
        for name in named(columns):
            fences = fit_fences(frame, name, k, divisions, within=within)
            frame = frame.then(kind(name, None if within else float(k), fences))
        return frame

    def outliers(
        self,
        columns: Names,
        method: Method = "tukey",
        *,
        k: float = 1.5,
        probability: float = 0.999,
        robust: bool = False,
        ratio: bool = False,
    ) -> dict[str, float]:
        """Count outliers: of each column by Tukey's fences, or of all together by their distance.

        Args:
            columns: Columns; for ``mahalanobis`` also ``change of user/angle``, the change since
                the record before.
            method: ``tukey`` or ``mahalanobis``.
            k: Distance of Tukey's fences, in interquartile ranges.
            probability: For ``mahalanobis``: a record counts if its distance is more than
                sqrt(q), with the quantile q of the chi-square distribution at this probability.
            robust: For ``mahalanobis``: keep outliers out of centre and covariance. It suits
                numbers that are nearly normal, which steering is not: see `distance`.
            ratio: Whether to return shares of all records, 0 to 1.
        """
        steps = fit_outliers(self, columns, method, k=k, probability=probability, robust=robust)
        counts = {}
        for name, step in steps.items():
            table, far = far_records(self, step)
            total, number = self.engine.run(
                f"SELECT count(*), count(*) FILTER (WHERE {far.sql}) "
                f"FROM ({table.relation(far.needs)})"
            )[0]
            counts[name] = number / total if ratio and total else number
        return counts

    def get_outliers(
        self,
        columns: Names,
        method: Method = "tukey",
        *,
        k: float = 1.5,
        probability: float = 0.999,
        robust: bool = False,
    ) -> Self:
        """A frame of the outliers alone; see `outliers` for the arguments."""
        frame = self
        far: list[Formula] = []
        steps = fit_outliers(self, columns, method, k=k, probability=probability, robust=robust)
        for step in steps.values():
            frame, formula = far_records(frame, step)
            far.append(formula)
        needs = tuple(need for one in far for need in one.needs)
        return frame.derive(where=Formula(" OR ".join(one.sql for one in far), needs))

    def remove_outliers(
        self,
        columns: Names,
        method: Method = "tukey",
        *,
        k: float = 1.5,
        probability: float = 0.999,
        robust: bool = False,
        within: Fences | None = None,
        divisions: Sequence[Division] = (),
    ) -> Self:
        """A frame without the outliers; see `outliers` and `fence` for the arguments."""
        if within is not None and method == "tukey":
            return self._fenced(Outliers, columns, k, within, divisions)
        frame = self
        steps = fit_outliers(
            self,
            columns,
            method,
            k=k,
            probability=probability,
            robust=robust,
            divisions=divisions,
        )
        for step in steps.values():
            frame = frame.then(step)
        return frame

    def assign(self, name: str, function: Function, columns: Names) -> Self:
        """Compute a new column from others with a function of arrays.

        The function gets the records piece by piece, tub after tub in the order of their indexes:
        never more than the safety limit at a time. ``safety_off().assign(...)`` gives it 100,000.

        Args:
            name: The new column; it may replace one that was assigned before.
            function: Takes one array of numpy for each of `columns`: float64 with NaN for a missing
                number, or objects with ``None`` for a missing word. It returns as many numbers or
                words.
            columns: What it is computed from.

        Example:
            ``frame.assign("turn", lambda angle: np.abs(angle), "user/angle").cols["turn"].mean()``
        """
        if not isinstance(name, str) or not name or name in OWN:
            raise AnalysisError(
                f"A new column needs a name that is not one of {', '.join(OWN)}. Received: {name!r}"
            )
        if name in self._columns and name not in self._assigned:
            raise AnalysisError(
                f"A new column must not hide a recorded one. Received: {name}. Take another name"
            )
        piece = self._safety.take() or PIECE
        relation, column = assign(self, name, function, named(columns), piece=piece)
        frame = self._like(relation=relation, columns={**self._columns, name: column})
        frame._assigned = self._assigned | {name}
        return frame

    def then(self, step: Step) -> Self:
        """The frame after a step that was fitted already, here or elsewhere."""
        frame = apply_step(self, step)
        frame._steps = (*self._steps, step)
        frame._before = self._before or self
        return frame

    def cleaned(self, cleaning: Cleaning) -> Self:
        """The frame after all steps of a cleaning, such as `read_cleaning` returns it."""
        frame = self
        for step in cleaning.steps:
            frame = frame.then(step)
        return frame

    @property
    def cleaning(self) -> Cleaning:
        """The steps that led to this frame, to be saved.

        Raises:
            AnalysisError: If there are none, or one needs a column that tubs do not have.
        """
        made = {name for step in self._steps for name in step.columns} & self._assigned
        if made:
            raise AnalysisError(
                "What is saved may only need columns that are recorded. Received: "
                f"{', '.join(sorted(made))}, which `assign` computed"
            )
        if self._before is None:
            raise AnalysisError(
                "There must be a step to save. Received: none. Call fill, fence or remove_outliers"
            )
        ((number,),) = self.engine.run(f"SELECT count(*) FROM ({self._before.relation([])})")
        return Cleaning(self._steps, tuple(self.tubs), number, time.time())

    @property
    def statistics_(self) -> dict[str, Any]:
        """What `fill` fitted: for each column a value, or the values by stratum."""
        fills = [step for step in self._steps if isinstance(step, Fill)]
        return {step.column: labelled(step.values) for step in fills}

    @property
    def fences_(self) -> dict[str, Any]:
        """What `fence` fitted: for each column the lower and upper fence, or those by stratum."""
        fences = [step for step in self._steps if isinstance(step, Fence)]
        return {step.column: labelled(step.fences) for step in fences}

    def left_out(self) -> Mapping[str, list[int]]:
        """Indexes of the records that the steps left out, by tub, ascending."""
        if self._before is None:
            return {}
        before, after = (
            frame.relation(frame.chosen([TUB, INDEX])) for frame in (self._before, self)
        )
        rows = self.engine.run(
            f"SELECT * FROM ({before}) b ANTI JOIN ({after}) a USING ({TUB}, {INDEX}) ORDER BY ALL"
        )
        found: dict[str, list[int]] = {}
        for tub, index in rows:
            found.setdefault(tub, []).append(int(index))
        return found
