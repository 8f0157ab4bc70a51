"""The plots of an evaluation, as SVG in the colours of the page."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from donkeycar.evaluation.bootstrap import Interval
from donkeycar.report.svg import (
    INK,
    PHONE_IN,
    SOFT,
    as_svg,
    legend_above,
    plain_axes,
    series_colour,
)

WIDE_IN = 10.0
# Height of a row of dots, and of the gap between two groups, in inches.
ROW_IN, GROUP_IN, FRAME_IN = 0.2, 0.3, 0.9
MAX_LETTERS = 22
# The driver's steering, from -1 to +1, is divided into this number of bins.
BINS = 9
# A mean of fewer answers than this is not drawn.
FEWEST = 5
# Half a minute at 20 Hz.
STRETCH = 600


def dots(
    categories: Sequence[str], series: Mapping[str, Sequence[Interval | None]], quantity: str
) -> bytes:
    """Dot-and-whisker plot: a dot for each value and a whisker for its confidence interval.

    Args:
        categories: Names of the groups of rows, from the top.
        series: One value for each category, by the name of a pilot.
        quantity: Name of the quantity.
    """
    group_in = ROW_IN * len(series) + GROUP_IN
    figure, axes = plain_axes(PHONE_IN, FRAME_IN + group_in * len(categories))
    for number, (name, intervals) in enumerate(series.items()):
        # The rows of a group lie around its middle, in the order of the legend.
        beside = (number - (len(series) - 1) / 2) * ROW_IN / group_in
        shown = [(row, one) for row, one in enumerate(intervals) if one is not None]
        rows = [row + beside for row, _ in shown]
        colour = series_colour(number)
        axes.hlines(
            rows, [one.low for _, one in shown], [one.high for _, one in shown], color=colour, lw=2
        )
        axes.plot([one.value for _, one in shown], rows, "o", ms=6, color=colour, label=name)
    axes.set_yticks(range(len(categories)), [shortened(name) for name in categories])
    axes.set(ylim=(len(categories) - 0.5, -0.5), xlabel=quantity)
    axes.set_xlim(left=min(0.0, axes.get_xlim()[0]))
    axes.axvline(0, color=SOFT, lw=0.8)
    axes.grid(visible=False, axis="y")
    legend_above(figure, axes)
    return as_svg(figure)


def response(driver: np.ndarray, answers: Mapping[str, np.ndarray]) -> bytes:
    """Response curve: the mean answer of each pilot, by the driver's steering.

    Args:
        driver: Steering, -1 to +1, ``(rows,)``.
        answers: Steering of each pilot, ``(rows,)``, by its name.
    """
    figure, axes = plain_axes(PHONE_IN, PHONE_IN * 0.85)
    axes.plot((-1, 1), (-1, 1), color=SOFT, lw=1, ls=":")
    edges = np.linspace(-1, 1, BINS + 1)
    parts = np.clip(np.digitize(driver, edges) - 1, 0, BINS - 1)
    enough = [part for part in range(BINS) if np.count_nonzero(parts == part) >= FEWEST]
    for number, (name, steering) in enumerate(answers.items()):
        colour = series_colour(number)
        of_part = [steering[parts == part] for part in enough]
        middle = [float(driver[parts == part].mean()) for part in enough]
        if len(answers) <= 2 and enough:  # more than two bands would hide each other
            low, high = np.array([np.percentile(given, (10, 90)) for given in of_part]).T
            axes.fill_between(middle, low, high, color=colour, alpha=0.15, lw=0)
        means = [float(given.mean()) for given in of_part]
        axes.plot(middle, means, marker="o", ms=4, color=colour, label=name)
    axes.set(
        xlabel="the driver's steering", ylabel="the pilot's steering",
        xlim=(-1.05, 1.05), ylim=(-1.05, 1.05),
    )  # fmt: skip
    legend_above(figure, axes)
    return as_svg(figure)


def steering_over_time(driver: np.ndarray, answers: Mapping[str, np.ndarray]) -> bytes:
    """Steering of the driver and of pilots, record by record.

    Args:
        driver: Steering, -1 to +1, ``(rows,)``.
        answers: Steering of each pilot, ``(rows,)``, by its name.
    """
    figure, axes = plain_axes(WIDE_IN, 3.2)
    axes.plot(driver, color=INK, lw=4, alpha=0.25, label="driver")
    for number, (name, steering) in enumerate(answers.items()):
        axes.plot(steering, color=series_colour(number), lw=1.4, label=name)
    axes.set(xlabel="record", ylabel="steering", ylim=(-1.05, 1.05))
    axes.set_xlim(0, max(1, len(driver) - 1))
    legend_above(figure, axes)
    return as_svg(figure)


def liveliest_stretch(driver: np.ndarray, sessions: np.ndarray, length: int = STRETCH) -> slice:
    """Rows of one session in which the driver changed the steering the most.

    Args:
        driver: Steering, ``(rows,)``.
        sessions: Number of the session of each row, ``(rows,)``.
        length: Length of the stretch, in records.

    Example:
        >>> liveliest_stretch(np.array([0, 0, 0, 1, -1, 1, 0.0]), np.zeros(7), length=3)
        slice(3, 6, None)
    """
    best, spread = slice(0, min(length, len(driver))), -1.0
    for session in np.unique(sessions):
        rows = np.flatnonzero(sessions == session)
        first, count = int(rows[0]), len(rows)
        window = min(length, count)
        values = driver[first : first + count].astype(float)
        sums = np.cumsum(np.stack((values, values**2)), axis=1)
        sums = np.concatenate((np.zeros((2, 1)), sums), axis=1)
        mean, square = (sums[:, window:] - sums[:, :-window]) / window
        start = int(np.argmax(square - mean**2))
        # The score grows with the length, so that a short session rarely wins by being lively.
        score = float((square - mean**2)[start]) * window
        if score > spread:
            best, spread = slice(first + start, first + start + window), score
    return best


def shortened(name: str) -> str:
    """Shorten a name so that it leaves room for the plot; its end says more than its start."""
    return name if len(name) <= MAX_LETTERS else "…" + name[-(MAX_LETTERS - 1) :]


def steering_of(answers: Mapping[str, Any], rows: slice | None = None) -> dict[str, np.ndarray]:
    """The first column of all answers."""
    return {name: given[rows or slice(None), 0] for name, given in answers.items()}
