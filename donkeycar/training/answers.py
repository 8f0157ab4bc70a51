"""Inference on recordings: the answers of a pilot to all records, in order."""

from collections.abc import Iterator

import numpy as np

from donkeycar.pilots.inference.ensemble import LoadedPilot
from donkeycar.training.records.found import run_ages, vectors
from donkeycar.training.records.frames import Frames
from donkeycar.training.records.recordings import Recordings


def answers(pilot: LoadedPilot, recordings: Recordings, frames: Frames) -> np.ndarray:
    """Run a pilot on all records in order, and collect its answers.

    The pilot is reset at every gap in the records. A pilot that remembers its answers remembers its
    own, not the driver's.

    Args:
        pilot: A loaded pilot; it is reset afterwards.
        recordings: The records.
        frames: The pictures from the camera, ``uint8``, ``(rows, height, width, 3)``.

    Returns:
        Angle and throttle, float32, ``(rows, 2)``; NaN where a record lacks an input of the pilot.
    """
    given = np.full((len(recordings), 2), np.nan, np.float32)
    for row, answer in answer_each(pilot, recordings, frames):
        if answer is not None:
            given[row] = answer
    return given


def answer_each(
    pilot: LoadedPilot, recordings: Recordings, frames: Frames
) -> Iterator[tuple[int, tuple[float, float] | None]]:
    """Run a pilot on one record after the other, as `answers` does.

    Yields:
        Each row and its answer, while ``pilot.shown`` still contains the inputs for it; the answer
        is ``None`` where the record lacks an input of the pilot.
    """
    ages = run_ages(recordings)
    beside = vectors(recordings, pilot.vector_channels) if pilot.vector_channels else None
    for row in range(len(recordings)):
        if ages[row] == 0:
            pilot.reset()
        vector = None if beside is None else beside[row]
        if vector is not None and not (
            vector.shape == (pilot.vector_size,) and np.isfinite(vector).all()
        ):
            yield row, None
        else:
            yield row, pilot.infer(frames[row], vector)
    pilot.reset()
