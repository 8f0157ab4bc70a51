"""What a pilot that can drive says to recordings, as if it had been there."""

import numpy as np

from donkeycar.pilots.pilot import Pilot
from donkeycar.training.columns import run_ages, vectors
from donkeycar.training.frames import Frames
from donkeycar.training.recordings import Recordings


def answers(pilot: Pilot, recordings: Recordings, frames: Frames) -> np.ndarray:
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
    ages = run_ages(recordings)
    beside = vectors(recordings, pilot.vector_channels) if pilot.vector_channels else None
    given = np.full((len(recordings), 2), np.nan, np.float32)
    for row in range(len(recordings)):
        if ages[row] == 0:
            pilot.reset()
        vector = None if beside is None else beside[row]
        if vector is not None and not (
            vector.shape == (pilot.vector_size,) and np.isfinite(vector).all()
        ):
            continue
        given[row] = pilot.infer(frames[row], vector)
    pilot.reset()
    return given
