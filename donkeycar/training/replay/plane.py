"""What a network makes of a plane: the ground below dots in two dimensions."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from donkeycar.training.replay.paper import INK, class_colour, left_to_right, limits, no_to_yes
from donkeycar.training.replay.probe import Array
from donkeycar.training.replay.study import Study

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Places along each side of the plane.
FINENESS = 100
# Lines of the grid in each direction, and places along each.
LINES, ALONG = 13, 60
LEVELS = 17

Answer = Callable[[Array], "dict[str, Array] | None"]


def plane_input(study: Study) -> str:
    """Name of the one input if it has two numbers, otherwise ``""``."""
    inputs = study.probe.inputs
    [name, *others] = inputs
    return name if not others and inputs[name].ndim == 2 and inputs[name].shape[1] == 2 else ""


def grid_lines(points: Array) -> list[Array]:
    """Lines of a straight grid around some points, ``(places, 2)`` each."""
    ends = [limits([points[:, side]]) for side in (0, 1)]
    lines = []
    for fixed in (0, 1):
        for value in np.linspace(*ends[fixed], LINES):
            line = np.full((ALONG, 2), value)
            line[:, 1 - fixed] = np.linspace(*ends[1 - fixed], ALONG)
            lines.append(line.astype(points.dtype if points.dtype.kind == "f" else np.float32))
    return lines


def paint(
    axes: "Axes",
    study: Study,
    x: tuple[float, float],
    y: tuple[float, float],
    answer: Answer,
) -> None:
    """Colour a plane by what a network answers at each place of it.

    Args:
        axes: Where.
        study: Says what the first output means.
        x: Ends of the plane.
        y: The same, upwards.
        answer: Gives the answers to points ``(places, 2)``; ``None`` leaves the plane white.
    """
    across, up = np.meshgrid(np.linspace(*x, FINENESS), np.linspace(*y, FINENESS))
    points = np.stack((across.ravel(), up.ravel()), axis=1).astype(np.float32)
    answers = answer(points)
    if answers is None:
        return
    output = next(iter(study.meanings))
    values = answers[output]
    if study.meanings[output] == "binary":
        heights = study.probabilities(output, values)[:, 1].reshape(across.shape)
        axes.contourf(across, up, heights, np.linspace(0, 1, LEVELS), cmap=no_to_yes(), alpha=0.75)
        axes.contour(across, up, heights, [0.5], colors=INK, linewidths=1.2)
    elif study.meanings[output] == "classes":
        best = values.argmax(axis=1).reshape(across.shape)
        for number in np.unique(best):
            chosen = (best == number).astype(float)
            axes.contourf(
                across, up, chosen, [0.5, 1.5], colors=[class_colour(int(number))], alpha=0.3
            )
    else:
        heights = values.reshape(len(values), -1)[:, 0].reshape(across.shape)
        low, high = limits([study.probe.targets[output].astype(float)], margin=0)
        axes.contourf(
            across, up, heights, np.linspace(low, high, LEVELS), cmap=left_to_right(),
            alpha=0.45, extend="both",
        )  # fmt: skip
