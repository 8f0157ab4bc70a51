"""Learning curves: loss, metrics and learning rate, from the first epoch on."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from donkeycar.replay.paper import INK, SOFT, class_colour, dress, legend, limits, wipe
from donkeycar.replay.probe_data import Array
from donkeycar.replay.scene import Scene
from donkeycar.replay.study import Study

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import SubFigure

LOSSES = {"loss": "training", "val_loss": "validation"}
RATE = "learning_rate"
# From this ratio of largest to smallest value on, the axis is logarithmic.
WIDE_RANGE = 30


class LossCurve(Scene):
    """Training and validation loss, and the learning rate below them."""

    title = "loss"

    @classmethod
    def obstacle(cls, study: Study) -> str:
        """It needs an epoch of training."""
        return "" if "loss" in study.recording.history else "needs an epoch of training"

    def set_up(self, sheet: "SubFigure") -> None:
        """Make two axes, one above the other."""
        history = self.study.recording.history
        above, below = sheet.subplots(2, 1, sharex=True, height_ratios=(3, 1))
        losses = {words: history[name] for name, words in LOSSES.items() if name in history}
        self._losses = Curves(above, self.study, losses, y="loss")
        self._rate = Curves(below, self.study, {RATE: history[RATE]}, y="rate", named=False)
        above.set_xlabel("")
        above.tick_params(labelbottom=False)

    def draw(self, place: int) -> None:
        """Show the values up to that epoch."""
        self._losses.draw(place)
        self._rate.draw(place)


class MetricCurves(Scene):
    """All other metrics; dots are training, lines are validation."""

    title = "metrics"

    @classmethod
    def obstacle(cls, study: Study) -> str:
        """It needs metrics."""
        return "" if _metrics(study) else "needs a metric"

    def set_up(self, sheet: "SubFigure") -> None:
        """Make one pair of axes."""
        found = _metrics(self.study)
        paired = any(f"val_{name}" in found for name in found)
        words = "validation (dotted: training)" if paired else ""
        self._curves = Curves(sheet.subplots(), self.study, found, y=words)

    def draw(self, place: int) -> None:
        """Show the values up to that epoch."""
        self._curves.draw(place)


class Curves:
    """Values by epoch: those up to the present epoch, and in a pale colour the later ones.

    Args:
        axes: The axes to draw on.
        study: The study that knows the epochs.
        curves: The values, by name.
        y: Label of the axis.
        named: Whether each curve is labelled.
    """

    def __init__(
        self,
        axes: "Axes",
        study: Study,
        curves: Mapping[str, Array],
        *,
        y: str,
        named: bool = True,
    ) -> None:
        self._axes, self._curves, self._named = axes, curves, named
        self._epochs = study.recording.epochs
        dress(axes, x="epoch", y=y)
        values = np.concatenate([part[np.isfinite(part)] for part in curves.values()])
        if values.size and 0 < values.min() < values.max() / WIDE_RANGE:
            axes.set_yscale("log")
            low, high = np.exp(limits([np.log(values)]))
            axes.set_ylim(low, high)
        else:
            axes.set_ylim(*limits([values]))
        axes.set_xlim(*limits([np.array(self._epochs)], margin=0.02))
        axes.locator_params(axis="x", integer=True)

    def draw(self, place: int) -> None:
        """Show the values up to that epoch."""
        wipe(self._axes)
        epochs = self._epochs[1:]
        colours: dict[str, str] = {}
        for name, values in self._curves.items():
            colour = colours.setdefault(name.removeprefix("val_"), class_colour(len(colours)))
            paired = f"val_{name}" in self._curves
            self._axes.plot(epochs, values, color=colour, lw=0.8, alpha=0.25)
            self._axes.plot(
                epochs[:place], values[:place], color=colour, lw=1.4, ls=":" if paired else "-",
                label="" if paired else name.removeprefix("val_").replace("_", " "),
            )  # fmt: skip
            if place:
                self._axes.plot(epochs[place - 1], values[place - 1], "o", ms=3.5, color=colour)
        self._axes.axvline(self._epochs[place], color=SOFT, lw=0.6)
        if self._named:
            # Above the axes, because a corner that is free now may not be free at another epoch.
            legend(
                self._axes, labelcolor=INK, ncols=3, columnspacing=0.8, handlelength=1.2,
                loc="lower left", bbox_to_anchor=(0, 1),
            )  # fmt: skip


def _metrics(study: Study) -> dict[str, Array]:
    """The metrics besides loss and learning rate, with their validation values if there are any.

    Other values, for example the duration of an epoch, do not belong on the same axis.
    """
    history = study.recording.history
    known = (*LOSSES, RATE)
    found = {name: part for name, part in history.items() if name not in known}
    pairs = {
        name: part
        for name, part in found.items()
        if f"val_{name}" in found or name.removeprefix("val_") in set(found) - {name}
    }
    return pairs or found
