"""Common style of the pictures of a replay: colour-blind safe colours, and axes.

It uses matplotlib's own objects instead of pyplot: no window, no global state, any thread.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from donkeycar.commands import install_extra
from donkeycar.errors import TrainingError
from donkeycar.replay.probe_data import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure

INK, SOFT, GRID = "#16202b", "#5f6b7a", "#e6e8eb"
# Okabe and Ito's colours, "Color Universal Design", 2008, without yellow, which fades on white.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
BLUE, VERMILION = PALETTE[:2]
TITLE_PT, LABEL_PT, TICK_PT = 9.5, 8.0, 7.0
DPI = 100


def new_figure(width_in: float, height_in: float) -> "Figure":
    """Make a white sheet.

    Raises:
        TrainingError: If matplotlib is not installed.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise TrainingError(
            f"Pictures need matplotlib: {install_extra('train')} ({error})"
        ) from error
    figure = Figure(figsize=(width_in, height_in), dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def dress(axes: "Axes", *, x: str = "", y: str = "") -> None:
    """Give axes the common style, and labels."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(SOFT)
    axes.grid(color=GRID, lw=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=TICK_PT, colors=SOFT, length=2)
    axes.set_xlabel(x, fontsize=LABEL_PT, color=INK)
    axes.set_ylabel(y, fontsize=LABEL_PT, color=INK)


def wipe(axes: "Axes") -> None:
    """Remove everything drawn on axes; making new axes would take five times as long."""
    drawn = (*axes.lines, *axes.collections, *axes.patches, *axes.texts, *axes.images)
    for artist in drawn:
        artist.remove()
    if axes.legend_ is not None:
        axes.legend_.remove()
    axes.set_prop_cycle(None)


def class_colour(number: int) -> str:
    """Colour of a class, or of a curve."""
    return PALETTE[number % len(PALETTE)]


def left_to_right() -> "Colormap":
    """Blue over grey to vermilion, all clearly visible on white."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("left_to_right", [BLUE, "#a9b0b8", VERMILION])


def no_to_yes() -> "Colormap":
    """Pale blue over white to pale vermilion, a background to draw on."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("no_to_yes", ["#7fb8d8", "#ffffff", "#eaae7f"])


def limits(
    parts: Sequence[Array], *, outside: float = 0.0, margin: float = 0.04
) -> tuple[float, float]:
    """Limits of an axis on which all parts fit.

    Args:
        parts: Numbers; those that are not finite are left out.
        outside: Share of each part that may lie outside at either end.
        margin: Space left at either end, as a share of the whole.
    """
    ends = []
    for part in parts:
        finite = part[np.isfinite(part)]
        if finite.size:
            ends.append(np.quantile(finite, (outside, 1 - outside)))
    if not ends:
        return -1.0, 1.0
    low, high = float(np.min(ends)), float(np.max(ends))
    room = (high - low) * margin or abs(high) * margin or 1e-6
    return low - room, high + room


def short(value: float) -> str:
    """Format a number with few characters."""
    return f"{value:.2g}" if np.isfinite(value) else "not finite"


def legend(axes: "Axes", **options: Any) -> None:
    """Add a legend."""
    axes.legend(frameon=False, fontsize=TICK_PT, **options)
