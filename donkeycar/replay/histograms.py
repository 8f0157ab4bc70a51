"""Histograms of the predicted probabilities, and of the loss of each row."""

from typing import TYPE_CHECKING

import numpy as np

from donkeycar.replay.paper import BLUE, INK, SOFT, class_colour, dress, legend, wipe
from donkeycar.replay.probe_data import Array
from donkeycar.replay.scene import Scene
from donkeycar.replay.study import Study

if TYPE_CHECKING:
    from matplotlib.figure import SubFigure

BINS = 25
# With more classes than this, they all share one colour.
MOST_CLASSES = 6
# Room above the highest bar for text, as a factor.
HEADROOM = 1.2
# Share of rows whose loss may exceed the axis; they are counted in its last bin.
BEYOND = 0.01


class Probability(Scene):
    """The predicted probability of a class, by the right class."""

    title = "probability"

    @classmethod
    def obstacle(cls, study: Study) -> str:
        """It needs classes."""
        return "" if _classified(study) else "needs an output of classes"

    def set_up(self, sheet: "SubFigure") -> None:
        """Make axes, high enough for every epoch."""
        self._axes = sheet.subplots()
        self._output = _classified(self.study)[0]
        self._binary = self.study.meanings[self._output] == "binary"
        self._classes = self.study.classes(self._output)
        self._numbers = np.unique(self._classes)
        highest = [counts.max() for place in self.places for counts in self._counts(place)]
        self._top = max(1, *highest) * HEADROOM
        whose = "yes" if self._binary else "the right class"
        dress(self._axes, x=f"probability of {whose}", y="rows")

    def draw(self, place: int) -> None:
        """Show the histograms of an epoch."""
        wipe(self._axes)
        edges = np.linspace(0, 1, BINS + 1)
        for number, counts in zip(self._shown(), self._counts(place), strict=True):
            colour = class_colour(self._colour(number))
            self._axes.stairs(counts, edges, fill=True, color=colour, alpha=0.35)
            self._axes.stairs(counts, edges, color=colour, lw=1.2, label=self._name(number))
        self._axes.set(xlim=(0, 1), ylim=(0, self._top))
        legend(self._axes, loc="upper center", labelcolor=INK)

    def _shown(self) -> list[int | None]:
        """Classes that have a histogram of their own; ``None`` means all of them together."""
        return [None] if len(self._numbers) > MOST_CLASSES else [int(n) for n in self._numbers]

    def _counts(self, place: int) -> list[Array]:
        answers = self.study.answers(place)[self._output]
        chances = self.study.probabilities(self._output, answers)
        rows = np.arange(len(chances))
        shown = chances[:, 1] if self._binary else chances[rows, self._classes]
        edges = np.linspace(0, 1, BINS + 1)
        return [
            np.histogram(shown if number is None else shown[self._classes == number], edges)[0]
            for number in self._shown()
        ]

    def _colour(self, number: int | None) -> int:
        return number or 0

    def _name(self, number: int | None) -> str:
        if self._binary:
            return "right: yes" if number else "right: no"
        return "all classes" if number is None else f"class {number}"


class LossHistogram(Scene):
    """The loss of each row of the probe; it shows whether few rows or all of them make the mean."""

    title = "loss of each row"

    def set_up(self, sheet: "SubFigure") -> None:
        """Make axes, wide and high enough for every epoch."""
        self._axes = sheet.subplots()
        dress(self._axes, x="loss", y="rows")
        losses = [self.study.losses(place) for place in self.places]
        ends = [np.quantile(part[np.isfinite(part)], 1 - BEYOND) for part in losses
                if np.isfinite(part).any()]  # fmt: skip
        self._edges = np.linspace(0, max([1e-6, *map(float, ends)]), BINS + 1)
        self._top = HEADROOM * max(1, *(self._counts(place).max() for place in self.places))

    def draw(self, place: int) -> None:
        """Show the histogram of an epoch, and its mean."""
        losses = self.study.losses(place)
        wipe(self._axes)
        self._axes.stairs(self._counts(place), self._edges, fill=True, color=BLUE, alpha=0.35)
        self._axes.stairs(self._counts(place), self._edges, color=BLUE, lw=1.2)
        mean = float(losses.mean())
        self._axes.axvline(mean, color=SOFT, lw=1.0, ls="--")
        self._axes.text(
            0.97, 0.95, f"mean {mean:.4f}", ha="right", va="top", color=INK, fontsize=8,
            transform=self._axes.transAxes,
        )  # fmt: skip
        self._axes.set(xlim=(0, self._edges[-1]), ylim=(0, self._top))

    def _counts(self, place: int) -> Array:
        losses = np.nan_to_num(self.study.losses(place), nan=np.inf, posinf=np.inf)
        counts: Array = np.histogram(np.clip(losses, 0, self._edges[-1]), self._edges)[0]
        return counts


def _classified(study: Study) -> list[str]:
    return [name for name, meaning in study.meanings.items() if meaning != "regression"]
