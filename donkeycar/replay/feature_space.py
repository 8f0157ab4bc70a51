"""Feature space of a layer, by PCA: each row of the probe data is a dot."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from donkeycar.errors import TrainingError
from donkeycar.replay.layers import hidden, layer_named
from donkeycar.replay.paper import SOFT, dress, limits, wipe
from donkeycar.replay.plane import grid_lines, paint, plane_input
from donkeycar.replay.probe_data import Array
from donkeycar.replay.scene import Scene
from donkeycar.replay.study import Study
from donkeycar.replay.target_colours import TargetColours

if TYPE_CHECKING:
    from matplotlib.figure import SubFigure


class FeatureSpace(Scene):
    """The feature space of a layer: two units directly, more units by principal components.

    The two principal components are those of the layer in the last recorded epoch, and stay the
    same for all epochs. For a layer of two units, the background shows the answer of the rest of
    the network at each point. For a network with two inputs, lines show how the network has
    deformed a straight grid.
    """

    title = "feature space"

    def __init__(self, study: Study, places: Sequence[int], layer: str | None = None) -> None:
        super().__init__(study, places, layer)
        self._name = _layer(study, layer)
        last = study.features(len(study.recording.epochs) - 1, self._name)
        self.direct = last.shape[1] == 2
        self._centre, self._directions, self._shares = _principal(last)
        self._dots = [self.flat(study.features(place, self._name)) for place in self.places]

    @classmethod
    def obstacle(cls, study: Study) -> str:
        """It needs a hidden layer."""
        return "" if hidden(study.model) else "needs a hidden layer"

    @property
    def heading(self) -> str:
        """The title names the layer."""
        return f"feature space of {self._name}"

    def flat(self, features: Array) -> Array:
        """Positions on the sheet, ``(rows, 2)``, of the outputs of the layer."""
        if self.direct:
            return features
        flat: Array = (features - self._centre) @ self._directions
        return flat

    def set_up(self, sheet: "SubFigure") -> None:
        """Make axes that hold the dots of every epoch."""
        self._axes = sheet.subplots()
        self._colours = TargetColours(self.study)
        self._colours.scale(sheet, self._axes)
        dress(self._axes, x=self._label(0), y=self._label(1))
        self._x, self._y = (limits([dots[:, side] for dots in self._dots]) for side in (0, 1))

    def draw(self, place: int) -> None:
        """Show the dots of an epoch."""
        axes = self._axes
        wipe(axes)
        if self.direct:
            self.study.network.at(place)
            paint(
                axes, self.study, self._x, self._y,
                lambda points: self.study.network.after(self._name, points),
            )  # fmt: skip
            name = plane_input(self.study)
            if name:
                lines = grid_lines(self.study.probe.inputs[name])
                bent = self.study.features_of(place, self._name, {name: lines.reshape(-1, 2)})
                across, up = bent.reshape(lines.shape).transpose(2, 1, 0)
                axes.plot(across, up, color=SOFT, lw=0.5, alpha=0.6)
        dots = self._dots[self.places.index(place)]
        self._colours.dots(axes, dots[:, 0], dots[:, 1])
        axes.set(xlim=self._x, ylim=self._y)

    def _label(self, side: int) -> str:
        if self.direct:
            return f"unit {side + 1}"
        return f"component {side + 1} ({100 * self._shares[side]:.0f} % in the last epoch)"


def _layer(study: Study, layer: str | None) -> str:
    """The layer that was asked for, or the last hidden one, preferably one of two units."""
    if layer is not None:
        return str(layer_named(study.model, layer).name)
    names = hidden(study.model)
    if not names:
        raise TrainingError(f"A feature space {FeatureSpace.obstacle(study)}. Name a --layer")
    flat = [found for found in names if len(found.output.shape) == 2]
    two = [found for found in flat if found.output.shape[1] == 2]
    return str((two or flat or names)[-1].name)


def _principal(features: Array) -> tuple[Array, Array, Array]:
    """Centre, two directions ``(units, 2)`` and their shares of the variance."""
    features = np.nan_to_num(features.astype(np.float64))
    centre = features.mean(axis=0)
    _, lengths, directions = np.linalg.svd(features - centre, full_matrices=False)
    directions = np.vstack((directions, np.zeros((2, features.shape[1]))))[:2]
    # The sign of a component is arbitrary: choose the one that makes its largest entry positive.
    for direction in directions:
        direction *= np.sign(direction[np.abs(direction).argmax()]) or 1
    shares = np.append(lengths**2, (0, 0))[:2] / max(1e-30, float((lengths**2).sum()))
    return centre, directions.T, shares
