"""Two traces as a picture: steering and throttle over the records."""

from pathlib import Path
from typing import Any

from donkeycar.commands import pip_install
from donkeycar.errors import ConfigError
from donkeycar.files import atomic_path
from donkeycar.replay_drive.compare import STEERING, THROTTLE
from donkeycar.replay_drive.trace import Place, Trace


def write_picture(path: Path, one: Trace, other: Trace, names: tuple[str, str]) -> None:
    """Draw steering and throttle of two traces, and where the first one stopped.

    Raises:
        ConfigError: If matplotlib is not installed, or cannot write such a file.
        OSError: If the disk does not take it.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ConfigError(
            f"`--png` needs matplotlib. Received: none. {pip_install('matplotlib')}"
        ) from error
    figure: Any = Figure(figsize=(12, 6), layout="constrained")
    rows = figure.subplots(2, 1, sharex=True)
    position = {place: row for row, place in enumerate(one.places)}
    for axes, channel, what in zip(
        rows, (STEERING, THROTTLE), ("steering, left -1", "throttle"), strict=True
    ):
        for trace, name, style in zip((one, other), names, ("-", "--"), strict=True):
            axes.plot(*_line(trace, channel, position), style, label=name, linewidth=1)
        for stop in one.stops:
            axes.axvline(position.get(stop.place, 0), color="tab:red", alpha=0.3, linewidth=1)
        axes.set_ylabel(what)
        axes.set_ylim(-1.05, 1.05)
    # Above the curves: inside, it would hide some of them.
    figure.legend(
        *rows[0].get_legend_handles_labels(), loc="outside upper left", frameon=False, ncols=2
    )
    rows[1].set_xlabel("records of the replay; red: the car stopped")
    try:
        with atomic_path(path) as draft:
            figure.savefig(draft)
    except ValueError as error:
        raise ConfigError(f"`--png` must end in .png. Received: {path} ({error})") from error


def _line(trace: Trace, channel: str, position: dict[Place, int]) -> tuple[list[int], list[float]]:
    column = trace.channels.get(channel) or [None] * len(trace.places)
    points = [
        (position[place], value)
        for place, value in zip(trace.places, column, strict=True)
        if place in position and isinstance(value, float)
    ]
    return [x for x, _ in points], [y for _, y in points]
