"""Loss, metrics and learning rate, from the first epoch on."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from donkeycar.training.replay.paper import INK, SOFT, class_colour, fresh, legend, limits
from donkeycar.training.replay.probe import Array
from donkeycar.training.replay.scene import Scene
from donkeycar.training.replay.study import Study

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import SubFigure

LOSSES = ("loss", "val_loss")
RATE = "learning_rate"
WORDS = {"loss": "training", "val_loss": "validation"}
# From this ratio of largest to smallest on, a logarithmic axis shows more.
WIDE_RANGE = 30


def metric_names(history: Mapping[str, Array]) -> list[str]:
    """What was measured besides the loss."""
    return [name for name in history if name not in (*LOSSES, RATE)]


class LossCurve(Scene):
    """Training and validation loss, and the learning rate below them."""

    title = "loss"

    @classmethod
    def obstacle(cls, study: Study) -> str:
        """It needs an epoch of training."""
        return "" if "loss" in study.recording.history else "needs an epoch of training"

    def set_up(self, sheet: "SubFigure") -> None:
        """One axes above the other."""
        with_rate = RATE in self.study.recording.history
        if with_rate:
            self._axes, self._rate = sheet.subplots(2, 1, sharex=True, height_ratios=(3, 1))
        else:
            self._axes, self._rate = sheet.subplots(), None

    def draw(self, place: int) -> None:
        """Show what was known after that epoch."""
        history = self.study.recording.history
        losses = {WORDS[name]: history[name] for name in LOSSES if name in history}
        _draw(self._axes, self.study, losses, place, y="loss")
        if self._rate is not None:
            _draw(self._rate, self.study, {"rate": history[RATE]}, place, y="rate", named=False)
            self._axes.set_xlabel("")
            self._axes.tick_params(labelbottom=False)


class MetricCurves(Scene):
    """Everything else that was measured; validation in full colour, training pale."""

    title = "metrics"

    @classmethod
    def obstacle(cls, study: Study) -> str:
        """It needs metrics."""
        return "" if metric_names(study.recording.history) else "needs a metric"

    def set_up(self, sheet: "SubFigure") -> None:
        """One axes."""
        self._axes = sheet.subplots()

    def draw(self, place: int) -> None:
        """Show what was known after that epoch."""
        history = self.study.recording.history
        curves = {name: history[name] for name in metric_names(history)}
        _draw(self._axes, self.study, curves, place, y="")


def _draw(
    axes: "Axes",
    study: Study,
    curves: Mapping[str, Array],
    place: int,
    *,
    y: str,
    named: bool = True,
) -> None:
    fresh(axes, x="epoch", y=y)
    epochs = np.array(study.recording.epochs[1:])
    colours: dict[str, str] = {}
    for name, values in curves.items():
        colour = colours.setdefault(name.removeprefix("val_"), class_colour(len(colours)))
        paired = f"val_{name}" in curves
        shown = values[:place]
        axes.plot(epochs, values, color=colour, lw=0.8, alpha=0.25)
        axes.plot(
            epochs[:place], shown, color=colour, lw=1.4, label=name.replace("_", " "),
            ls=":" if paired else "-",
        )  # fmt: skip
        if place:
            axes.plot(epochs[place - 1], shown[-1], marker="o", ms=3.5, color=colour)
    all_values = np.concatenate([values[np.isfinite(values)] for values in curves.values()])
    positive = all_values.size and all_values.min() > 0
    if positive and all_values.max() > WIDE_RANGE * all_values.min():
        axes.set_yscale("log")
        low, high = limits([np.log(all_values)])
        axes.set_ylim(np.exp(low), np.exp(high))
    else:
        axes.set_ylim(*limits([all_values]))
    axes.set_xlim(*limits([np.array(study.recording.epochs)], margin=0.02))
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.axvline(study.recording.epochs[place], color=SOFT, lw=0.6)
    if named:
        legend(axes, ncols=1 + len(curves) // 5, labelcolor=INK)
