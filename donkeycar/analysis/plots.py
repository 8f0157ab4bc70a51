"""Drawings of statistics, by matplotlib; what is drawn was counted by the engine.

The functions for one plot draw into axes of your own; `draw_overview` makes a whole picture.
"""

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from donkeycar.analysis.distribution import Box, Histogram, Histogram2D
from donkeycar.analysis.overview import Overview
from donkeycar.analysis.summary import Numbers
from donkeycar.commands import install_extra
from donkeycar.errors import AnalysisError, DeviceError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DPI = 130
WIDE_IN, HIGH_IN = 11.0, 2.9  # one row of a picture
# Okabe and Ito, "Color Universal Design", 2008: told apart by everybody, printed as well.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#999999")
MOST_GROUPS = len(COLOURS)
MOST_LETTERS = 24


def draw_histogram(axes: "Axes", histograms: Mapping[str, Histogram]) -> None:
    """Draw histograms over each other, one for each label; shares if there are several.

    Args:
        axes: Axes of matplotlib.
        histograms: Histograms of one column, by the label of their group.
    """
    several = len(histograms) > 1
    for colour, (label, one) in zip(COLOURS, histograms.items(), strict=False):
        counts = one.counts / max(1, int(one.counts.sum())) * 100 if several else one.counts
        axes.stairs(
            counts, one.edges, fill=not several, color=colour, label=label, lw=1.4, alpha=0.9
        )
        axes.set_xlabel(one.name)
    axes.set_ylabel("% of the group's records" if several else "records")
    axes.set_ylim(bottom=0)
    if several:
        axes.legend(frameon=False, fontsize=7)


def draw_boxes(axes: "Axes", boxes: Mapping[str, Box | None]) -> None:
    """Draw box plots below each other, one for each label; values beyond are counted, not drawn.

    Args:
        axes: Axes of matplotlib.
        boxes: Box plots of one column, by the label of their group.
    """
    there = {label: one for label, one in boxes.items() if one is not None}
    if not there:
        axes.text(0.5, 0.5, "no values", ha="center", transform=axes.transAxes)
        return
    drawn = [
        {
            "label": f"{label}\n{100 * one.num_outliers / one.num:.1f} % outliers",
            "med": one.median, "q1": one.q1, "q3": one.q3, "whislo": one.low,
            "whishi": one.high, "fliers": [],
        }
        for label, one in reversed(there.items())
    ]  # fmt: skip
    axes.bxp(drawn, orientation="horizontal", showfliers=False, widths=0.5)
    axes.set_xlabel(next(iter(there.values())).name)
    axes.set_ylim(0.4, len(drawn) + 0.6)
    axes.tick_params(axis="y", labelsize=6.5 if len(drawn) > 4 else 8)


def draw_scatter(axes: "Axes", grid: Histogram2D) -> None:
    """Draw a scatter plot: the more records a field holds, the darker it is.

    Args:
        axes: Axes of matplotlib.
        grid: Pairs of values, counted.
    """
    from matplotlib.colors import LogNorm

    counts = np.ma.masked_equal(grid.counts.T, 0)
    most = max(2, int(grid.counts.max()))
    mesh = axes.pcolormesh(
        grid.x_edges, grid.y_edges, counts, cmap="Blues", norm=LogNorm(0.5, most), rasterized=True
    )
    axes.figure.colorbar(mesh, ax=axes, label="records")
    axes.set(xlabel=grid.x, ylabel=grid.y)


def draw_overview(overview: Overview, title: str) -> bytes:
    """A picture of statistics: for each column a histogram and box plots, then a scatter plot; PNG.

    Args:
        overview: The statistics, asked for with `for_drawing`.
        title: What stands above them.

    Raises:
        AnalysisError: If no column holds numbers.
        DeviceError: If matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise DeviceError(f"Plots need matplotlib: {install_extra('analysis')}") from error
    names = list(overview.boxes)
    if not names:
        raise AnalysisError("A plot needs a column of numbers. Received: none of the columns is")
    keys = _largest(overview, names[0])
    labels = labels_of(overview, keys)
    places: list[Any] = [[f"left{n}", f"right{n}"] for n in range(len(names))]
    if overview.grid is not None:
        places.append(["scatter", "scatter"])
    high_in = HIGH_IN * len(places) + 0.5
    figure = Figure(figsize=(WIDE_IN, high_in), dpi=DPI, layout="constrained")
    axes = figure.subplot_mosaic(places)
    for one in axes.values():
        one.spines[["top", "right"]].set_visible(False)
        one.tick_params(labelsize=8)
    for number, name in enumerate(names):
        left, right = axes[f"left{number}"], axes[f"right{number}"]
        found = {key: overview.groups[key][name] for key in keys}
        shapes = {labels[k]: one.histogram for k, one in found.items() if isinstance(one, Numbers)}
        draw_histogram(left, shapes)
        draw_boxes(right, {labels[key]: overview.boxes[name].get(key) for key in keys})
        right.set_xlim(left.get_xlim())
    if overview.grid is not None:
        draw_scatter(axes["scatter"], overview.grid)
    figure.suptitle(_title(overview, title, len(keys)), fontsize=10)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


def labels_of(overview: Overview, keys: Sequence[Any]) -> dict[Any, str]:
    """What to call each group, in few letters, no two the same.

    Paths of tubs differ at their end, so that is what stays of a long label.
    """
    labels: dict[Any, str] = {}
    for number, key in enumerate(keys, start=1):
        values = ["none" if value is None else str(value) for value in overview.values_of(key)]
        label = ", ".join(values) or "all records"
        if len(label) > MOST_LETTERS:
            label = "..." + label[3 - MOST_LETTERS :]
        labels[key] = f"{label} ({number})" if label in labels.values() else label
    return labels


def _largest(overview: Overview, name: str) -> Sequence[Any]:
    """The groups with the most records, in their order."""
    by_size = sorted(overview.groups, key=lambda key: -overview.groups[key][name].count)
    chosen = by_size[:MOST_GROUPS]
    return [key for key in overview.groups if key in chosen]


def _title(overview: Overview, title: str, drawn: int) -> str:
    left_out = len(overview.groups) - drawn
    parts = [title, f"{overview.records} records"]
    if overview.by:
        parts.append("by " + ", ".join(overview.by))
    if left_out:
        parts.append(f"the {drawn} largest of {len(overview.groups)} groups")
    return "; ".join(parts)
