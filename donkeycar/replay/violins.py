"""Violin plots of the numbers inside a network, layer by layer."""

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from donkeycar.replay.inside import ByLayer, Kind
from donkeycar.replay.layers import kernels, watched, with_z_values
from donkeycar.replay.paper import (
    INK,
    LABEL_PT,
    PALETTE,
    SOFT,
    TICK_PT,
    dress,
    limits,
    short,
    wipe,
)
from donkeycar.replay.probe_data import Array
from donkeycar.replay.scene import Scene
from donkeycar.replay.study import Study

if TYPE_CHECKING:
    from matplotlib.figure import SubFigure

BINS = 120
# Half the height of a violin; rows have a distance of 1.
HALF = 0.42
# Share of numbers at either end that may lie outside the axis.
BEYOND = 0.002
SMOOTHING = np.array([1, 4, 6, 4, 1]) / 16


class Violins(Scene):
    """A violin for each layer, in the order of the network, all on one axis."""

    kind: ClassVar[Kind]
    colour: ClassVar[str]

    def set_up(self, sheet: "SubFigure") -> None:
        """Make axes, wide enough for every epoch."""
        self._axes = sheet.subplots()
        parts = [part for place in self.places for part in self._values(place).values()]
        self._ends = limits(parts, outside=BEYOND)
        names = list(self._values(self.places[0]))
        dress(self._axes)
        self._axes.grid(visible=False, axis="y")
        self._axes.set_yticks(range(len(names)), names, fontsize=LABEL_PT - 0.5)
        self._axes.locator_params(axis="x", nbins=5)
        self._axes.set(xlim=self._ends, ylim=(len(names) - 0.4, -0.6))

    def draw(self, place: int) -> None:
        """Show the violins of an epoch, with their standard deviations."""
        axes, found = self._axes, self._values(place)
        wipe(axes)
        for row, values in enumerate(found.values()):
            heights, numbers = self._shape(values)
            axes.fill_between(
                numbers, row - heights, row + heights, color=self.colour, alpha=0.55, lw=0
            )
            finite = values[np.isfinite(values)]
            if finite.size:
                low, middle, high = np.quantile(finite, (0.25, 0.5, 0.75))
                axes.plot((low, high), (row, row), color=INK, lw=2.0, solid_capstyle="butt")
                axes.plot(middle, row, marker="o", ms=3, color="white", mec=INK, mew=0.8)
            axes.text(
                1.01, row, short(float(values.std())), transform=axes.get_yaxis_transform(),
                va="center", fontsize=TICK_PT, color=INK,
            )  # fmt: skip
        axes.text(
            1.01, -0.75, "sd", transform=axes.get_yaxis_transform(), va="center",
            fontsize=TICK_PT, color=SOFT,
        )  # fmt: skip
        axes.axvline(0, color=SOFT, lw=0.6, zorder=0)

    def _values(self, place: int) -> ByLayer:
        return self.study.values(self.kind, place)

    def _shape(self, values: Array) -> tuple[Array, Array]:
        """Half the height of a violin at points along the axis."""
        counts, edges = np.histogram(values[np.isfinite(values)], BINS, range=self._ends)
        smooth = np.convolve(counts, SMOOTHING, mode="same")
        return HALF * smooth / max(1e-9, np.max(smooth)), (edges[:-1] + edges[1:]) / 2


class Weights(Violins):
    """Kernels, without biases."""

    title, kind, colour = "weights", "weights", PALETTE[0]

    @classmethod
    def obstacle(cls, study: Study) -> str:
        """It needs a layer with a kernel."""
        return "" if any(map(kernels, watched(study.model))) else "needs a layer with weights"


class Activations(Violins):
    """Z-values (pre-activations): the values of layers before their activation function."""

    title, kind, colour = "activations (z-values)", "activations", PALETTE[2]

    @classmethod
    def obstacle(cls, study: Study) -> str:
        """It needs a layer whose z-values are known."""
        return "" if with_z_values(study.model) else "needs a layer with an activation"


class OutputViolins(Violins):
    """Outputs of the layers."""

    title, kind, colour = "outputs", "outputs", PALETTE[4]

    @classmethod
    def obstacle(cls, study: Study) -> str:
        """It needs a layer that computes something."""
        return "" if watched(study.model) else "needs a layer that computes something"


class Gradients(Violins):
    """Gradients of the mean loss of the probe, with respect to the kernels."""

    title, kind, colour = "gradients", "gradients", PALETTE[1]

    @classmethod
    def obstacle(cls, study: Study) -> str:
        """It needs a trainable kernel."""
        return "" if study.values("gradients", 0) else "needs a layer that is trained"
