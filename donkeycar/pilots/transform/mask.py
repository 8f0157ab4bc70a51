"""Transforms that blacken a part of the frame and keep its size."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from donkeycar.errors import PilotError
from donkeycar.pilots.transform.step import Shape, Step


@dataclass(frozen=True)
class _Corners(Step):
    """The six numbers of a trapeze; subclasses say what they are counted from."""

    upper_left_px: int
    upper_right_px: int
    lower_left_px: int
    lower_right_px: int
    top_px: int
    bottom_px: int


@dataclass(frozen=True)
class Trapeze(_Corners):
    """Blacken everything outside a trapeze with level top and bottom edges.

    Args:
        upper_left_px: Column of the corner at the top left; the other corners likewise.
        top_px: First row of the trapeze.
        bottom_px: Row below the last one.
    """

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """Blacken the outside of a copy."""
        masked: np.ndarray = image * _inside(self, *image.shape[:2])[:, :, None]
        return masked

    def output_shape(self, shape: Shape) -> Shape:
        """Same as what came in: a masked frame keeps its size."""
        if (
            self.upper_left_px >= self.upper_right_px
            or self.lower_left_px >= self.lower_right_px
            or not 0 <= self.top_px < self.bottom_px <= shape[0]
        ):
            raise PilotError(
                "A trapeze must have its left side left of its right side, and lie within the "
                f"rows of the frame. Received: height={shape[0]}, {self}"
            )
        return shape

    def visible(self, shown: np.ndarray) -> np.ndarray:
        """The trapeze."""
        both: np.ndarray = shown & _inside(self, *shown.shape).astype(bool)
        return both


@dataclass(frozen=True)
class TrapezeEdge(_Corners):
    """Blacken everything outside a trapeze that is given by its distances from the edges.

    Args:
        upper_left_px: Columns between the left edge and the corner at the top left; the other
            corners likewise, those at the right from the right edge.
        top_px: Rows above the trapeze.
        bottom_px: Rows below it.
    """

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """Blacken the outside of a copy."""
        return self._within(*image.shape[:2])(image)

    def output_shape(self, shape: Shape) -> Shape:
        """Same as what came in: a masked frame keeps its size."""
        return self._within(*shape[:2]).output_shape(shape)

    def visible(self, shown: np.ndarray) -> np.ndarray:
        """The trapeze."""
        return self._within(*shown.shape).visible(shown)

    def _within(self, height: int, width: int) -> Trapeze:
        """Count the distances from the upper left corner of the frame."""
        return Trapeze(
            self.upper_left_px,
            width - self.upper_right_px,
            self.lower_left_px,
            width - self.lower_right_px,
            self.top_px,
            height - self.bottom_px,
        )


@lru_cache(maxsize=8)
def _inside(trapeze: Trapeze, height: int, width: int) -> np.ndarray:
    """1 inside the trapeze and 0 outside, ``uint8``, ``(height, width)``."""
    rows = np.arange(height)[:, None]
    columns = np.arange(width)[None, :]
    down = (rows - trapeze.top_px) / (trapeze.bottom_px - trapeze.top_px)
    left = trapeze.upper_left_px + down * (trapeze.lower_left_px - trapeze.upper_left_px)
    right = trapeze.upper_right_px + down * (trapeze.lower_right_px - trapeze.upper_right_px)
    inside = (down >= 0) & (down < 1) & (columns >= left) & (columns <= right)
    return inside.astype(np.uint8)
