"""Blur: a lens out of focus, or a car that shakes."""

import math
from dataclasses import dataclass

import numpy as np

from donkeycar.training.augmentation.change import Change, Effect, Range, is_range

MAX_SIGMA_PX = 10.0
# The Gaussian is cut off beyond this many standard deviations.
REACH_SIGMAS = 2.2


@dataclass(frozen=True)
class Blur(Change):
    """Smooth the frame by a Gaussian.

    Args:
        sigma_px: Smallest and largest standard deviation, in pixels, 0 to 10.
    """

    sigma_px: Range = (0.0, 3.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        good = is_range(self.sigma_px, 0, MAX_SIGMA_PX)
        self._demand(good, f"`sigma_px` must go up, from 0 to {MAX_SIGMA_PX:.0f}")

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Effect:
        """Draw the standard deviation."""
        weights = _bell(rng.uniform(*self.sigma_px))
        return Effect(lambda frame: _smoothed(frame, weights))


def _bell(sigma: float) -> list[int]:
    """Weights of a pixel and its neighbours on one side, 256 in total with both sides."""
    reach = math.ceil(REACH_SIGMAS * sigma)
    curve = np.exp(-(np.arange(reach + 1) ** 2) / (2 * max(sigma, 1e-3) ** 2))
    weights = np.floor(256 * curve / (2 * curve.sum() - 1)).astype(int)
    weights[0] = 256 - 2 * weights[1:].sum()
    return [int(weight) for weight in weights]


def _smoothed(frame: np.ndarray, weights: list[int]) -> np.ndarray:
    """Weigh neighbours, first vertically, then horizontally; the border pixel is repeated."""
    height, width, channels = frame.shape
    down = _weighed(frame.reshape(height, width * channels), weights).reshape(frame.shape)
    # After transposing, horizontal neighbours are vertical ones.
    return np.ascontiguousarray(_weighed(down.swapaxes(0, 1), weights).swapaxes(0, 1))


def _weighed(frame: np.ndarray, weights: list[int]) -> np.ndarray:
    """Weigh each row with its neighbours, in 16-bit integers."""
    reach, height = len(weights) - 1, len(frame)
    padded = np.pad(frame, [(reach, reach)] + [(0, 0)] * (frame.ndim - 1), "edge")
    padded = padded.astype(np.uint16)
    total = padded[reach : reach + height] * np.uint16(weights[0])
    total += 128  # rounds
    pair = np.empty_like(total)
    for away, weight in enumerate(weights[1:], start=1):
        above, below = padded[reach - away :][:height], padded[reach + away :][:height]
        np.add(above, below, out=pair)
        np.multiply(pair, np.uint16(weight), out=pair)
        total += pair
    return (total >> 8).astype(np.uint8)
