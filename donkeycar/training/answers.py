"""Inference on recordings: what a pilot answers to each record, in order."""

from collections.abc import Iterator

import numpy as np

from donkeycar.pilots.inference.ensemble import LoadedPilot
from donkeycar.training.records.found import run_ages, vectors
from donkeycar.training.records.frames import Frames
from donkeycar.training.records.recordings import Recordings


def answers(pilot: LoadedPilot, recordings: Recordings, frames: Frames) -> np.ndarray:
    """Show a pilot all records in order, and write down its answers.

    It forgets what was before wherever the records have a gap. One that remembers its answers
    remembers its own, not the driver's.

    Args:
        pilot: A loaded pilot; it is left fresh.
        recordings: What was recorded.
        frames: The pictures as the camera gave them, ``uint8``, ``(rows, height, width, 3)``.

    Returns:
        Angle and throttle, float32, ``(rows, 2)``; NaN where a record lacks what the pilot needs.
    """
    given = np.full((len(recordings), 2), np.nan, np.float32)
    for row, answer in answer_each(pilot, recordings, frames):
        if answer is not None:
            given[row] = answer
    return given


def answer_each(
    pilot: LoadedPilot, recordings: Recordings, frames: Frames
) -> Iterator[tuple[int, tuple[float, float] | None]]:
    """Show a pilot one record after the other, as `answers` does.

    Yields:
        Each row and the answer to it, while ``pilot.shown`` still holds what it was given for;
        the answer is ``None`` where the record lacks what the pilot needs.
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
