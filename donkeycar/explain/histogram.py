"""Histograms: how often each value was recorded."""

import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from donkeycar.errors import TubError
from donkeycar.report.figures import PILOT, new_figure
from donkeycar.training.records.recordings import ANGLE, THROTTLE
from donkeycar.tub import TubReader

# An odd number, so that straight on has a bar of its own.
BINS = 51
WIDE_IN, HIGH_IN = 6.0, 3.6
SHOWN = (ANGLE, THROTTLE)
# Most places of a list that are drawn, side by side.
MOST_PLACES = 8


def values_of(tubs: Sequence[Path], record: str | None = None) -> dict[str, np.ndarray]:
    """Read the numbers in a field of all records that are not deleted.

    Args:
        tubs: Folders of tubs.
        record: Name of the field; ``None`` means angle and throttle of the driver. A list of
            numbers, e.g. ``imu/accel``, counts as several fields.

    Returns:
        The numbers of each field, by the field's name; ``imu/accel[0]`` for one of a list.

    Raises:
        TubError: If there is no tub, or the field has no number.
    """
    records = [one for path in tubs for one in TubReader(path)]
    names = SHOWN if record is None else (record,)
    found: dict[str, np.ndarray] = {}
    for name in names:
        found |= _columns(name, [one.get(name) for one in records])
    if not found:
        there = sorted({name for one in records for name in one if not name.startswith("_")})
        numeric = [name for name in there if _columns(name, [one.get(name) for one in records])]
        raise TubError(
            f"There must be numbers in {' or '.join(names)}. Received: {len(records)} records with "
            f"numbers in {', '.join(numeric) or 'nothing'}"
        )
    return found


def draw_histograms(values: Mapping[str, np.ndarray], title: str) -> bytes:
    """Draw a histogram for each field, side by side; PNG.

    Args:
        values: Numbers, by the name of their field.
        title: Title of the picture.

    Raises:
        DeviceError: If matplotlib is not installed.
    """
    figure = new_figure(WIDE_IN * len(values), HIGH_IN)
    for name, axes in zip(values, figure.subplots(1, len(values), squeeze=False)[0], strict=True):
        numbers = values[name]
        # Steering and throttle keep their full scale, so that a tub without right bends shows it.
        reach = (-1, 1) if np.abs(numbers).max() <= 1 else (numbers.min(), numbers.max())
        axes.hist(numbers, bins=BINS, range=reach, color=PILOT)
        axes.axvline(float(numbers.mean()), color="#16202b", lw=1, ls=":")
        axes.spines[["top", "right"]].set_visible(False)
        axes.set(xlabel=name, ylabel="records", title=in_words(numbers))
        axes.title.set_fontsize(9)
    figure.suptitle(title, fontsize=11)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


def in_words(numbers: np.ndarray) -> str:
    """Describe the values of a field in one line.

    Example:
        >>> in_words(np.array([-1.0, 0.0, 0.0, 0.5]))
        '4 records, mean -0.12, 50 % zero, 25 % below, 25 % above'
    """
    parts = ((numbers == 0, "zero"), (numbers < 0, "below"), (numbers > 0, "above"))
    shares = ", ".join(f"{100 * which.mean():.0f} % {name}" for which, name in parts)
    return f"{len(numbers)} records, mean {numbers.mean():.2f}, {shares}"


def _columns(name: str, values: Sequence[object]) -> dict[str, np.ndarray]:
    """The numbers of a field, or of each place of its lists; empty if there are none."""
    widest = max((len(value) for value in values if isinstance(value, list)), default=0)
    lists = [value for value in values if isinstance(value, list)]
    places = {
        f"{name}[{place}]": [value[place] for value in lists if len(value) > place]
        for place in range(min(widest, MOST_PLACES))
    }
    found = {column: _numbers(items) for column, items in {name: list(values), **places}.items()}
    return {column: numbers for column, numbers in found.items() if numbers.size}


def _numbers(values: Iterable[object]) -> np.ndarray:
    """The finite numbers among the values."""
    kept = [
        float(value)
        for value in values
        if isinstance(value, int | float) and not isinstance(value, bool)
    ]
    numbers = np.array(kept)
    finite: np.ndarray = numbers[np.isfinite(numbers)]
    return finite
