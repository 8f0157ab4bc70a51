"""Transforms that change the size of the frame, and with it that of the network."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from donkeycar.errors import PilotError
from donkeycar.pilots.transform.step import MAX_SIDE_PX, Shape, Step


@dataclass(frozen=True)
class Resize(Step):
    """Resize the frame by bilinear interpolation.

    Args:
        width_px: New width, 1 to 4096.
        height_px: New height, 1 to 4096.
    """

    width_px: int
    height_px: int

    def __post_init__(self) -> None:
        if not (1 <= self.width_px <= MAX_SIDE_PX and 1 <= self.height_px <= MAX_SIDE_PX):
            raise PilotError(f"A frame must be 1 to {MAX_SIDE_PX} pixels a side. Received: {self}")

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """Stretch a copy."""
        height, width = image.shape[:2]
        if (height, width) == (self.height_px, self.width_px):
            return image.copy()
        rows = _neighbours(height, self.height_px, height / self.height_px)
        return _mixed(image, rows, _neighbours(width, self.width_px, width / self.width_px))

    def output_shape(self, shape: Shape) -> Shape:
        """The new size."""
        return (self.height_px, self.width_px, shape[2])

    def visible(self, shown: np.ndarray) -> np.ndarray:
        """Every pixel with a visible one among its nearest pixels."""
        return _any_shown(self, shown)


@dataclass(frozen=True)
class Scale(Step):
    """Resize the frame by factors, with bilinear interpolation.

    Args:
        width_factor: New width divided by the old one, greater than 0.
        height_factor: New height divided by the old one; ``None`` is the same factor.
    """

    width_factor: float = 1.0
    height_factor: float | None = None

    def __post_init__(self) -> None:
        for factor in (self.width_factor, self.height_factor):
            if factor is not None and not 0 < factor <= MAX_SIDE_PX:
                raise PilotError(f"A factor must be greater than 0. Received: {self}")

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """Stretch a copy."""
        height, width, _ = self.output_shape((*image.shape[:2], 1))
        rows = _neighbours(image.shape[0], height, 1 / self._factors[0])
        return _mixed(image, rows, _neighbours(image.shape[1], width, 1 / self._factors[1]))

    def output_shape(self, shape: Shape) -> Shape:
        """The new size."""
        height, width = (round(old * f) for old, f in zip(shape, self._factors, strict=False))
        return Resize(width, height).output_shape(shape)

    def visible(self, shown: np.ndarray) -> np.ndarray:
        """Every pixel with a visible one among its nearest pixels."""
        return _any_shown(self, shown)

    @property
    def _factors(self) -> tuple[float, float]:
        upwards = self.width_factor if self.height_factor is None else self.height_factor
        return upwards, self.width_factor


# For each new row: the old rows before and after it, and its position between the two, 0 to 1.
Neighbours = tuple[np.ndarray, np.ndarray, np.ndarray]


@lru_cache(maxsize=8)
def _neighbours(old: int, new: int, step: float) -> Neighbours:
    """Find the old neighbours of `new` rows that are `step` old rows apart."""
    centre = np.clip((np.arange(new) + 0.5) * step - 0.5, 0, old - 1)
    before = np.floor(centre).astype(np.intp)
    return before, np.minimum(before + 1, old - 1), (centre - before).astype(np.float32)


def _mixed(image: np.ndarray, rows: Neighbours, columns: Neighbours) -> np.ndarray:
    """Interpolate each pixel from the four nearest."""
    (above, below, down), (left, right, across) = rows, columns
    pixels = image.astype(np.float32)
    rough = pixels[above] + (pixels[below] - pixels[above]) * down[:, None, None]
    mixed = rough[:, left] + (rough[:, right] - rough[:, left]) * across[None, :, None]
    rounded: np.ndarray = np.floor(mixed + np.float32(0.5)).astype(np.uint8)
    return rounded


def _any_shown(step: Step, shown: np.ndarray) -> np.ndarray:
    """Mark the pixels that are interpolated from at least one visible pixel."""
    mixed: np.ndarray = step(shown[:, :, None].astype(np.uint8) * np.uint8(255))[:, :, 0] > 0
    return mixed
