"""The usual size of the pictures of recordings: that of most pictures, not of the first one."""

import numpy as np

from donkeycar.training.records.recordings import Recordings
from donkeycar.tub.sizes import Shape, most_frequent

# Enough pictures to know the most frequent size, without a delay.
MOST_LOOKED_AT = 4000


def usual_shape(recordings: Recordings) -> Shape | None:
    """The most frequent shape in recordings, in colour; ``None`` if no picture can be read.

    It reads only headers, of at most 4,000 pictures from all parts.
    """
    rows = np.unique(np.linspace(0, len(recordings) - 1, min(len(recordings), MOST_LOOKED_AT)))
    shapes = (recordings.image_shape(int(row)) for row in rows)
    return most_frequent(shape for shape in shapes if shape is not None)
