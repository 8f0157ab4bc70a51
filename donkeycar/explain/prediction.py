"""Predictions: the driver's commands and the pilot's answers, record by record."""

import io
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from donkeycar.errors import ConfigError, PilotError, TrainingError
from donkeycar.pilots import LoadedPilot
from donkeycar.pilots.transform import describe
from donkeycar.report.figures import DRIVER, PILOT, new_figure
from donkeycar.training.answers import answers
from donkeycar.training.progress import Progress, Silent
from donkeycar.training.records.frames import decode
from donkeycar.training.records.recordings import Recordings, gather
from donkeycar.training.validation import agreement

# The most records that can be told apart across a screen.
LIMIT = 1000
WIDE_IN, HIGH_IN = 12.0, 6.5


@dataclass(frozen=True)
class Predictions:
    """The answers of a pilot, beside the commands of its driver.

    Attributes:
        recordings: The records, with the driver's angle and throttle.
        pilot: The pilot's angle and throttle, ``(rows, 2)``; NaN where it has no answer.
    """

    recordings: Recordings
    pilot: np.ndarray

    def in_words(self) -> str:
        """How well the two agree, in one sentence."""
        usable = np.isfinite(self.pilot).all(axis=1)
        report = agreement(self.recordings.labels[usable], self.pilot[usable])
        words = [f"{report['records']} records"]
        for key, name in (("angle", "steering"), ("throttle", "throttle")):
            r = report[key]["r"]
            goes_with = "" if r is None else f" (r {r:.3f})"
            words.append(f"{name} error {report[key]['mae']:.3f}{goes_with}")
        return ", ".join(words)


def predict(
    pilot: LoadedPilot,
    tubs: list[Path],
    *,
    start: int = 0,
    end: int | None = None,
    limit: int = LIMIT,
    progress: Progress | None = None,
) -> Predictions:
    """Let a pilot answer records.

    Args:
        pilot: The pilot.
        tubs: Folders of tubs.
        start: Index of the first record.
        end: Index after the last record; ``None`` or a negative number means the end of each tub.
        limit: Maximum number of records; 0 takes all of them.
        progress: Called with the progress.

    Raises:
        TrainingError: If there are no records, or the pilot can answer none of them.
        ConfigError: If the range is empty.
        PilotError: If the pilot takes frames of another kind.
    """
    last = None if end is None or end < 0 else end
    if start < 0 or limit < 0 or (last is not None and last <= start):
        raise ConfigError(
            "The range must begin at 0 or later and end after its start, and `limit` must not be "
            f"negative. Received: start={start}, end={end}, limit={limit}"
        )
    whole = gather(tubs)
    rows = [
        row
        for row, (_, record) in enumerate(whole.sources)
        if start <= record["_index"] and (last is None or record["_index"] < last)
    ]
    rows = rows[:limit] if limit else rows
    if not rows:
        raise TrainingError(
            f"There must be records from {start} to {'the end' if last is None else last}. "
            f"Received: {len(whole)} usable records, {whole.name(0)} to {whole.name(-1)}"
        )
    progress = progress or Silent()
    with tempfile.TemporaryDirectory(prefix="donkey-plot-") as folder:
        recordings, frames = decode(whole.keep(rows), folder=Path(folder), progress=progress)
        if frames.shape[1:3] != pilot.input_shape[:2]:
            raise PilotError(
                f"This pilot drives with frames of {describe(pilot.input_shape)}. Received: "
                f"recordings of {describe(frames.shape[1:])}"
            )
        given = answers(pilot, recordings, frames)
        del frames
    if not np.isfinite(given).all(axis=1).any():
        raise TrainingError(
            f"The pilot answers none of these {len(recordings)} records. It needs "
            f"{', '.join(pilot.vector_channels)}, which was not recorded."
        )
    return Predictions(recordings, given)


def draw_predictions(predictions: Predictions, title: str) -> bytes:
    """Plot steering above and throttle below, the driver's line wide and the pilot's thin; PNG.

    Args:
        predictions: The predictions to plot.
        title: Title of the picture.

    Raises:
        DeviceError: If matplotlib is not installed.
    """
    figure = new_figure(WIDE_IN, HIGH_IN)
    driver, pilot = predictions.recordings.labels, predictions.pilot
    for column, (name, axes) in enumerate(
        zip(("steering", "throttle"), figure.subplots(2, 1, sharex=True), strict=True)
    ):
        axes.plot(driver[:, column], color=DRIVER, lw=3.2, alpha=0.45, label="user")
        axes.plot(pilot[:, column], color=PILOT, lw=1.0, label="pilot")
        axes.set(ylabel=name, ylim=(-1.05, 1.05))
        axes.set_xlim(0, max(1, len(driver) - 1))
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(color="#e6e8eb", lw=0.6)
        if not column:  # above the curves, which may be anywhere in the axes
            axes.legend(frameon=False, ncols=2, loc="lower left", bbox_to_anchor=(0, 1))
    axes.set_xlabel(f"{predictions.recordings.name(0)} and those after it")
    figure.suptitle(f"{title}: {predictions.in_words()}", fontsize=11)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()
