"""The plots of a report, as PNG.

They use matplotlib's own objects instead of pyplot: no window, no global state, any thread.
"""

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from donkeycar.commands import install_extra
from donkeycar.errors import DeviceError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Values: TypeAlias = "Sequence[float] | np.ndarray[Any, Any]"

DPI = 150
DRIVER, PILOT = "#5f6b7a", "#0b6bcb"  # the same two colours for person and pilot in every plot
ON_ROAD, OFF_ROAD = "#4db8ff", "#ff5252"  # readable on dark tarmac


def loss_curve(history: Mapping[str, Sequence[float]], *, best_epoch: int | None = None) -> bytes:
    """Learning curve: training and validation loss by epoch, on a logarithmic scale.

    Args:
        history: ``"loss"`` and ``"val_loss"``, one value per epoch.
        best_epoch: Epoch whose weights were kept, counted from 1; marked if given.
    """
    figure, axes = _paper(6.4, 4.2)
    for key, label, colour in (("loss", "training", DRIVER), ("val_loss", "validation", PILOT)):
        values = history.get(key, ())
        axes.plot(range(1, len(values) + 1), values, marker="o", ms=3, color=colour, label=label)
    if best_epoch is not None:
        axes.axvline(best_epoch, color=PILOT, lw=0.8, ls=":")
        axes.annotate(
            "kept", (best_epoch, 1), xycoords=("data", "axes fraction"), xytext=(3, -10),
            textcoords="offset points", fontsize=8, color=PILOT,
        )  # fmt: skip
    axes.set(xlabel="epoch", ylabel="loss (mean squared error)", yscale="log")
    axes.locator_params(axis="x", integer=True)
    axes.legend(frameon=False)
    return _png(figure)


def prediction_over_time(driver: Values, pilot: Values, *, quantity: str = "steering") -> bytes:
    """Plot the driver's values and the pilot's answers, record by record.

    Args:
        driver: Recorded values, -1 to +1.
        pilot: The pilot's answers to the same pictures.
        quantity: Label of the axis.
    """
    figure, axes = _paper(11, 3.4)
    axes.plot(driver, color=DRIVER, lw=3.2, alpha=0.45, label="driver")
    axes.plot(pilot, color=PILOT, lw=1.0, label="pilot")
    axes.set(xlabel="validation record", ylabel=quantity, ylim=(-1.05, 1.05))
    axes.set_xlim(0, max(1, len(driver) - 1))
    axes.legend(frameon=False, ncols=2, loc="lower right")
    return _png(figure)


def prediction_scatter(driver: Values, pilot: Values, *, quantity: str = "steering") -> bytes:
    """Scatter plot of pilot against driver; dots on the diagonal agree."""
    figure, axes = _paper(6.4, 4.2)
    axes.plot((-1, 1), (-1, 1), color=DRIVER, lw=0.8)
    axes.scatter(driver, pilot, s=5, alpha=0.35, color=PILOT, linewidths=0)
    axes.set(
        xlabel=f"driver's {quantity}", ylabel=f"pilot's {quantity}", xlim=(-1.05, 1.05),
        ylim=(-1.05, 1.05), aspect="equal",
    )  # fmt: skip
    return _png(figure)


def driven_line(
    ground: "np.ndarray[Any, Any]",
    extent_m: tuple[float, float, float, float],
    line_m: "np.ndarray[Any, Any]",
    off_track: "np.ndarray[Any, Any]",
) -> bytes:
    """Draw the line that a car drove over a top view of the track.

    Args:
        ground: Top view of the track, ``uint8`` RGB, ``(height, width, 3)``, first row at the
            largest y.
        extent_m: ``(x_min, x_max, y_min, y_max)`` of `ground`, in metres.
        line_m: Positions, ``(steps, 2)``, in metres.
        off_track: Whether the car was off the track at each position, ``(steps,)``, bool.
    """
    width_m, height_m = extent_m[1] - extent_m[0], extent_m[3] - extent_m[2]
    figure, axes = _paper(8, 8 * height_m / width_m + 0.4)
    axes.imshow(ground, extent=extent_m)
    axes.plot(line_m[:, 0], line_m[:, 1], color=ON_ROAD, lw=1.8)
    if off_track.any():
        x_m, y_m = line_m[off_track].T
        axes.scatter(x_m, y_m, s=6, color=OFF_ROAD, zorder=3, label="off the track")
        axes.legend(frameon=True, fontsize=8)
    axes.plot(*line_m[0], marker="o", color="white", ms=7, mec=ON_ROAD, zorder=4)
    axes.grid(visible=False)
    axes.set(xlabel="m", ylabel="m", xlim=extent_m[:2], ylim=extent_m[2:], aspect="equal")
    return _png(figure)


def new_figure(width_in: float, height_in: float) -> "Figure":
    """An empty figure without a window.

    Raises:
        DeviceError: If matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise DeviceError(f"Plots need matplotlib: {install_extra('train')}") from error
    return Figure(figsize=(width_in, height_in), dpi=DPI, layout="constrained")


def _paper(width_in: float, height_in: float) -> "tuple[Figure, Axes]":
    figure = new_figure(width_in, height_in)
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="#e6e8eb", lw=0.6)
    axes.set_axisbelow(True)
    return figure, axes


def _png(figure: "Figure") -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()
