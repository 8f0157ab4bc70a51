"""Transforms between red, green, blue, and grey."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from donkeycar.pilots.transform.step import Shape, Step, needs_colour, needs_grey

# Shares of red, green and blue in brightness, in 1 / 32768. Source: ITU-R BT.601.
LUMA = (9798, 19235, 3735)
HALF, BITS = 1 << 14, 15


@dataclass(frozen=True)
class SwapRedBlue(Step):
    """Exchange the first and the last channel."""

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """Reverse the channels of a copy."""
        return np.ascontiguousarray(image[:, :, ::-1])

    def output_shape(self, shape: Shape) -> Shape:
        """Same as what came in."""
        return needs_colour(shape, self)


@dataclass(frozen=True)
class Gray(Step):
    """Keep only the brightness, in one channel."""

    takes_colours_out = True
    weights: ClassVar[tuple[int, int, int]] = LUMA

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """Weigh red, green and blue as the eye does."""
        brightness = np.full(image.shape[:2], HALF, np.uint32)
        for channel, weight in enumerate(self.weights):
            brightness += image[:, :, channel].astype(np.uint32) * np.uint32(weight)
        return (brightness >> BITS).astype(np.uint8)[:, :, None]

    def output_shape(self, shape: Shape) -> Shape:
        """One channel."""
        return (*needs_colour(shape, self)[:2], 1)


@dataclass(frozen=True)
class GrayOfBlueGreenRed(Gray):
    """Keep brightness only, of a frame whose first channel is blue."""

    weights: ClassVar[tuple[int, int, int]] = LUMA[::-1]


@dataclass(frozen=True)
class ThreeChannels(Step):
    """Repeat the brightness in three channels."""

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """Repeat the channel three times."""
        return np.repeat(image, 3, axis=2)

    def output_shape(self, shape: Shape) -> Shape:
        """Three channels."""
        return (*needs_grey(shape, self)[:2], 3)
