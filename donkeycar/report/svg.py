"""Plots that follow the page: drawn once, readable in the light and in the dark.

They are SVG inside the page, and their colours are variables of its style sheet.
"""

import io
import re
from typing import TYPE_CHECKING

from donkeycar.report.figures import new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# What matplotlib draws with, and the variable of `page.STYLE` that takes its place.
INK, SOFT, LINE = "#16202b", "#566272", "#e3e7ec"
# The first is that of a pilot in every plot of donkeycar; the rest, in an order in which neighbours
# can be told apart with any kind of colour sight, are those of Okabe and Ito (2008), and two more.
SERIES = ("#0b6bcb", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c564b", "#9467bd")
VARIABLES = {
    INK: "var(--ink)", SOFT: "var(--soft)", LINE: "var(--line)",
    **{colour: f"var(--series-{number})" for number, colour in enumerate(SERIES)},
}  # fmt: skip
# As long as a phone is wide, so that the letters are there what they are here, in inches.
PHONE_IN = 4.8
LETTERS_PT = 11
# Room that a name takes above a plot, in inches.
COLUMN_IN, ROW_IN = 2.3, 0.22


def series_colour(number: int) -> str:
    """Colour of the first, second ... pilot; after eight they come again."""
    return SERIES[number % len(SERIES)]


def plain_axes(width_in: float = PHONE_IN, height_in: float = 3.0) -> "tuple[Figure, Axes]":
    """Empty axes in the colours of the page; `as_svg` makes a picture of the figure.

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
    """Say what the colours mean, above the plot where it hides nothing; nothing for one."""
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
    """The figure as SVG for `page.Picture`, its colours those of the page."""
    from matplotlib import rc_context

    buffer = io.StringIO()
    # Letters stay letters: the page's own font, a tenth of the size, and they can be searched.
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "donkeycar"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    for colour, variable in VARIABLES.items():
        text = text.replace(colour, variable)
    # Several stand in one page: names of groups would not be unique any more.
    for pattern, instead in (
        (r"<metadata>.*?</metadata>", ""),
        (r'<g id="[^"]*"', "<g"),
        (r"font-family: [^;\"]*", "font-family: inherit"),
    ):
        text = re.sub(pattern, instead, text, flags=re.DOTALL)
    return text.encode()
