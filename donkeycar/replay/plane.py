"""Decision boundary: the answers of a network over a plane, also as a background for dots."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from donkeycar.replay.paper import INK, class_colour, dress, left_to_right, limits, no_to_yes, wipe
from donkeycar.replay.probe_data import Array
from donkeycar.replay.scene import Scene
from donkeycar.replay.study import Study
from donkeycar.replay.target_colours import TargetColours

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Points along each side of the plane.
FINENESS = 100
# Lines of the grid in each direction, and points along each.
LINES, ALONG = 13, 60

Answer = Callable[[Array], "dict[str, Array] | None"]


def plane_input(study: Study) -> str:
    """Name of the input if it is the only one and has two numbers, otherwise ``""``."""
    inputs = study.probe.inputs
    [name, *others] = inputs
    return name if not others and inputs[name].ndim == 2 and inputs[name].shape[1] == 2 else ""


def grid_lines(points: Array) -> Array:
    """Lines of a straight grid around some points, float32, ``(lines, places, 2)``."""
    ends = [limits([points[:, side]]) for side in (0, 1)]
    lines = np.empty((2, LINES, ALONG, 2), np.float32)
    for fixed in (0, 1):
        lines[fixed, :, :, fixed] = np.linspace(*ends[fixed], LINES)[:, None]
        lines[fixed, :, :, 1 - fixed] = np.linspace(*ends[1 - fixed], ALONG)
    return lines.reshape(2 * LINES, ALONG, 2)


def paint(
    axes: "Axes",
    study: Study,
    x: tuple[float, float],
    y: tuple[float, float],
    answer: Answer,
) -> None:
    """Colour a plane by the network's answer at each point.

    Args:
        axes: The axes to draw on.
        study: The study that knows the meaning of the first output.
        x: Limits of the plane, horizontally.
        y: Limits of the plane, vertically.
        answer: Returns the answers to points ``(points, 2)``; ``None`` leaves the plane white.
    """
    from matplotlib.colors import to_rgb

    across, up = np.meshgrid(np.linspace(*x, FINENESS), np.linspace(*y, FINENESS))
    points = np.stack((across.ravel(), up.ravel()), axis=1).astype(np.float32)
    answers = answer(points)
    if answers is None:
        return
    axes.grid(visible=False)
    output = next(iter(study.meanings))
    values = answers[output]
    look: dict[str, Any] = {
        "extent": (*x, *y), "origin": "lower", "aspect": "auto", "interpolation": "bilinear",
        "zorder": 0,
    }  # fmt: skip
    if study.meanings[output] == "binary":
        heights = study.probabilities(output, values)[:, 1].reshape(across.shape)
        axes.imshow(heights, cmap=no_to_yes(), vmin=0, vmax=1, **look)
        if heights.min() < 0.5 < heights.max():
            axes.contour(across, up, heights, [0.5], colors=INK, linewidths=1.2)
    elif study.meanings[output] == "classes":
        colours = np.array([to_rgb(class_colour(n)) for n in range(values.shape[1])])
        mixed = study.probabilities(output, values) @ colours
        axes.imshow(np.clip(mixed, 0, 1).reshape(*across.shape, 3), alpha=0.4, **look)
    else:
        heights = values.reshape(len(values), -1)[:, 0].reshape(across.shape)
        low, high = limits([study.probe.targets[output].astype(float)], margin=0)
        axes.imshow(heights, cmap=left_to_right(), vmin=low, vmax=high, alpha=0.5, **look)


if TYPE_CHECKING:
    from matplotlib.figure import SubFigure


class DecisionBoundary(Scene):
    """The plane of two inputs, coloured by the answer, with the rows of the probe as dots."""

    title = "decision boundary"

    @classmethod
    def obstacle(cls, study: Study) -> str:
        """It needs two inputs."""
        return "" if plane_input(study) else "needs one input of two numbers"

    def set_up(self, sheet: "SubFigure") -> None:
        """Make one pair of axes."""
        self._axes = sheet.subplots()
        self._name = plane_input(self.study)
        dress(self._axes, x=f"{self._name} 1", y=f"{self._name} 2")
        self._colours = TargetColours(self.study)
        self._colours.scale(sheet, self._axes)

    def draw(self, place: int) -> None:
        """Show the answers of the network after an epoch."""
        points = self.study.probe.inputs[self._name]
        x, y = (limits([points[:, side]], margin=0.08) for side in (0, 1))
        wipe(self._axes)
        paint(
            self._axes, self.study, x, y,
            lambda plane: self.study.answers_to(place, {self._name: plane}),
        )  # fmt: skip
        self._colours.dots(self._axes, points[:, 0], points[:, 1])
        self._axes.set(xlim=x, ylim=y)
