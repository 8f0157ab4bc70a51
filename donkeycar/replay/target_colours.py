"""Colours of the rows of a probe, by their targets."""

from typing import TYPE_CHECKING, Any

import numpy as np

from donkeycar.replay.paper import (
    INK,
    LABEL_PT,
    TICK_PT,
    class_colour,
    left_to_right,
    legend,
    limits,
)
from donkeycar.replay.study import Study

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import SubFigure

# More classes than this get a colour scale, such as the bins of a steering angle.
MOST_CLASSES = 7


class TargetColours:
    """Draws the rows as dots, coloured by the target of the first output.

    Args:
        study: The study to show.
    """

    def __init__(self, study: Study) -> None:
        self.output = next(iter(study.meanings))
        targets = study.probe.targets[self.output]
        self.by_class = study.meanings[self.output] != "regression"
        if self.by_class:
            self.values = study.classes(self.output)
        else:
            self.values = targets.reshape(len(targets), -1)[:, 0].astype(float)
        self.numbers = np.unique(self.values) if self.by_class else np.array([])
        self._scale = not self.by_class or len(self.numbers) > MOST_CLASSES
        self.ends = limits([self.values.astype(float)], margin=0)

    def dots(self, axes: "Axes", x: Any, y: Any, *, size: float = 14) -> None:
        """Draw a dot for each row."""
        look: dict[str, Any] = {"s": size, "lw": 0.4, "ec": "white", "zorder": 3}
        if self._scale:
            axes.scatter(
                x, y, c=self.values, cmap=left_to_right(), vmin=self.ends[0], vmax=self.ends[1],
                **look,
            )  # fmt: skip
            return
        for number in self.numbers:
            chosen = self.values == number
            axes.scatter(
                x[chosen], y[chosen], color=class_colour(int(number)), label=f"{number:g}", **look
            )
        # Above the axes, because dots may be in every corner.
        legend(
            axes, labelcolor=INK, handletextpad=0.1, borderpad=0.1, columnspacing=0.8,
            loc="lower right", bbox_to_anchor=(1, 1), ncols=len(self.numbers),
        )  # fmt: skip

    def scale(self, sheet: "SubFigure", axes: "Axes") -> None:
        """Draw the colour bar; once for all epochs."""
        if not self._scale:
            return
        from matplotlib.cm import ScalarMappable
        from matplotlib.colors import Normalize

        colours = ScalarMappable(Normalize(*self.ends), left_to_right())
        bar = sheet.colorbar(colours, ax=axes, pad=0.02, aspect=30)
        bar.outline.set_visible(False)
        bar.ax.tick_params(labelsize=TICK_PT, length=2)
        bar.set_label(f"right {self.output}", fontsize=LABEL_PT, color=INK)
