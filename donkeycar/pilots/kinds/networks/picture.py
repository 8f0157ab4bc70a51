"""The small picture that the auto-encoder of `latent` reconstructs."""

import numpy as np

# Each of its pixels is the mean of this many by this many pixels of the frame.
FACTOR = 4


def small_sides(height: int, width: int) -> tuple[int, int]:
    """Height and width of the small picture; incomplete pixels at the edge are left out."""
    return height // FACTOR, width // FACTOR


def shrunk(frames: np.ndarray) -> np.ndarray:
    """Make the small picture of some frames.

    Args:
        frames: ``uint8``, ``(rows, height, width, channels)``.

    Returns:
        float32, 0 to 1, ``(rows, height // 4, width // 4, channels)``.
    """
    height, width = small_sides(*frames.shape[1:3])
    cut = frames[:, : height * FACTOR, : width * FACTOR]
    blocks = cut.reshape(len(frames), height, FACTOR, width, FACTOR, -1)
    means: np.ndarray = blocks.mean(axis=(2, 4), dtype=np.float32) / np.float32(255)
    return means
