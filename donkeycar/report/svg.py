"""SVG plots in the colours of the page: drawn once, readable in light and in dark mode.

The SVG is part of the page, and its colours are variables of the page's style sheet.
"""

import io
import re
from typing import TYPE_CHECKING

from donkeycar.report.figures import new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Colours that matplotlib draws with; each is replaced by a variable of `page.STYLE`.
INK, SOFT, LINE = "#16202b", "#566272", "#e3e7ec"
# The first is the colour of a single pilot in every plot of donkeycar. The others are those of
# Okabe and Ito (2008) and two more, in an order in which neighbours differ for any kind of colour
# sight.
SERIES = ("#0b6bcb", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c564b", "#9467bd")
VARIABLES = {
    INK: "var(--ink)", SOFT: "var(--soft)", LINE: "var(--line)",
    **{colour: f"var(--series-{number})" for number, colour in enumerate(SERIES)},
}  # fmt: skip
# Width of a phone, so that letters have their real size there, in inches.
PHONE_IN = 4.8
LETTERS_PT = 11
# Space that a name takes above a plot, in inches.
COLUMN_IN, ROW_IN = 2.3, 0.22


def series_colour(number: int) -> str:
    """Colour of a pilot by its number; after eight pilots the colours repeat."""
    return SERIES[number % len(SERIES)]


def plain_axes(width_in: float = PHONE_IN, height_in: float = 3.0) -> "tuple[Figure, Axes]":
    """Empty axes in the colours of the page; `as_svg` turns the figure into a picture.

    Raises:
        DeviceError: If matplotlib is not installed.
    """
    figure = new_figure(width_in, height_in)
    axes = figure.add_subplot()
    figure.patch.set_visible(False)
    axes.patch.set_visible(False)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(LINE)
    axes.tick_params(colors=SOFT, labelsize=LETTERS_PT, length=0)
    for label in (axes.xaxis.label, axes.yaxis.label):
        label.set(color=SOFT, size=LETTERS_PT)
    axes.grid(color=LINE, lw=0.8)
    axes.set_axisbelow(True)
    return figure, axes


def legend_above(figure: "Figure", axes: "Axes") -> None:
    """Draw a legend above the plot, where it covers nothing; a single series gets none."""
    handles, names = axes.get_legend_handles_labels()
    if len(names) < 2:
        return
    columns = min(len(names), int(figure.get_figwidth() // COLUMN_IN))
    rows = -(-len(names) // columns)
    figure.set_figheight(figure.get_figheight() + ROW_IN * rows)
    figure.legend(
        handles, names, loc="outside upper left", ncols=columns, frameon=False,
        fontsize=LETTERS_PT, labelcolor=INK, handlelength=1.2, columnspacing=1.2, borderpad=0,
    )  # fmt: skip


def as_svg(figure: "Figure") -> bytes:
    """The figure as SVG for `page.Picture`, in the colours of the page."""
    from matplotlib import rc_context

    buffer = io.StringIO()
    # Text stays text: it has the font of the page, the file is a tenth of the size, and is
    # searchable.
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "donkeycar"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    for colour, variable in VARIABLES.items():
        text = text.replace(colour, variable)
    # A page holds several plots, and the names of groups would not be unique any more.
    for pattern, instead in (
        (r"<metadata>.*?</metadata>", ""),
        (r'<g id="[^"]*"', "<g"),
        (r"font-family: [^;\"]*", "font-family: inherit"),
    ):
        text = re.sub(pattern, instead, text, flags=re.DOTALL)
    return text.encode()
