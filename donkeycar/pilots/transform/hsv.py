"""Transforms to and from hue, saturation, value.

Hue is 0 to 179 (in steps of two degrees), saturation and value 0 to 255. These are the ranges of
OpenCV, on which the thresholds in owners' code are based.

Source: A. R. Smith, "Color Gamut Transform Pairs", SIGGRAPH 1978.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from donkeycar.pilots.transform.colour import Gray
from donkeycar.pilots.transform.step import Shape, Step, needs_colour

# Steps of hue in a sixth of the colour circle: from red to yellow, from yellow to green, and so on.
SIXTH = 30


@dataclass(frozen=True)
class ToHsv(Step):
    """Red, green, blue to hue, saturation, value."""

    first_is_red: ClassVar[bool] = True

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """Convert a copy."""
        red, green, blue = np.moveaxis(image[:, :, :: 1 if self.first_is_red else -1], 2, 0)
        value = np.maximum(np.maximum(red, green), blue)
        spread = value - np.minimum(np.minimum(red, green), blue)
        red, green, blue = (channel.astype(np.int16) for channel in (red, green, blue))
        # The nearest of red, green and blue, in that order, and the distance from it, up to the
        # spread.
        is_red, is_green = red == value, green == value
        ahead = np.where(is_red, green, np.where(is_green, blue, red))
        behind = np.where(is_red, blue, np.where(is_green, red, green))
        corner = np.where(is_red, 0, np.where(is_green, 2 * SIXTH, 4 * SIXTH))
        nonzero = np.maximum(spread, 1).astype(np.float32)
        hue = np.floor(SIXTH * (ahead - behind) / nonzero + corner + 0.5)
        hue += (hue < 0) * np.float32(6 * SIXTH)
        saturation = np.floor(np.float32(255) * spread / np.maximum(value, 1) + np.float32(0.5))
        return np.stack((hue, saturation, value), axis=2).astype(np.uint8)

    def output_shape(self, shape: Shape) -> Shape:
        """Same as what came in."""
        return needs_colour(shape, self)


@dataclass(frozen=True)
class ToHsvOfBlueGreenRed(ToHsv):
    """Blue, green, red to hue, saturation, value."""

    first_is_red: ClassVar[bool] = False


@dataclass(frozen=True)
class FromHsv(Step):
    """Hue, saturation, value to red, green, blue."""

    first_is_red: ClassVar[bool] = True

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """Convert a copy."""
        hue, saturation, value = np.moveaxis(image.astype(np.float32), 2, 0)
        channels = []
        for corner in (0, 2, 4) if self.first_is_red else (4, 2, 0):
            # Full near its own corner of the circle, zero two sixths away, linear in between.
            away = np.abs((hue / SIXTH - corner + 3) % 6 - 3)
            share = 1 - saturation / 255 * np.clip(away - 1, 0, 1)
            channels.append(np.floor(value * share))
        return np.stack(channels, axis=2).astype(np.uint8)

    def output_shape(self, shape: Shape) -> Shape:
        """Same as what came in."""
        return needs_colour(shape, self)


@dataclass(frozen=True)
class FromHsvToBlueGreenRed(FromHsv):
    """Hue, saturation, value to blue, green, red."""

    first_is_red: ClassVar[bool] = False


@dataclass(frozen=True)
class GrayOfHsv(Step):
    """Brightness, in one channel, of hue, saturation, value."""

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """Weigh red, green and blue as the eye does."""
        return Gray()(FromHsv()(image))

    def output_shape(self, shape: Shape) -> Shape:
        """One channel."""
        return (*needs_colour(shape, self)[:2], 1)
