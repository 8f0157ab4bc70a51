"""What a network makes of a plane: the ground below dots in two dimensions."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from donkeycar.replay.paper import INK, class_colour, left_to_right, limits, no_to_yes
from donkeycar.replay.probe_data import Array
from donkeycar.replay.study import Study

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Places along each side of the plane.
FINENESS = 100
# Lines of the grid in each direction, and places along each.
LINES, ALONG = 13, 60

Answer = Callable[[Array], "dict[str, Array] | None"]


def plane_input(study: Study) -> str:
    """Name of the one input if it has two numbers, otherwise ``""``."""
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
    """Colour a plane by what a network answers at each place of it.

    Args:
        axes: Where.
        study: Says what the first output means.
        x: Ends of the plane.
        y: The same, upwards.
        answer: Gives the answers to points ``(places, 2)``; ``None`` leaves the plane white.
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
