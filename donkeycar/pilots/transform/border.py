"""Transforms that remove a border of the frame, by blackening it or cutting it off."""

from dataclasses import asdict, dataclass

import numpy as np

from donkeycar.errors import PilotError
from donkeycar.pilots.transform.step import Shape, Step


@dataclass(frozen=True)
class Border(Step):
    """The area within four margins.

    Args:
        top_px: Rows at the top, 0 or more; the other three likewise.
    """

    top_px: int = 0
    bottom_px: int = 0
    left_px: int = 0
    right_px: int = 0

    def within(self, image: np.ndarray) -> tuple[slice, slice]:
        """The rows and columns of a frame that remain."""
        height, width = image.shape[:2]
        rows = slice(self.top_px, height - self.bottom_px)
        return rows, slice(self.left_px, width - self.right_px)

    def size_left(self, shape: Shape) -> tuple[int, int]:
        """Height and width of the remaining area.

        Raises:
            PilotError: If nothing remains, or a margin is below 0.
        """
        rows = shape[0] - self.top_px - self.bottom_px
        columns = shape[1] - self.left_px - self.right_px
        if min(rows, columns) < 1 or min(asdict(self).values()) < 0:
            raise PilotError(
                f"A {type(self).__name__.lower()} must leave something of the frame. "
                f"Received: height={shape[0]}, width={shape[1]}, {self}"
            )
        return rows, columns


class Crop(Border):
    """Blacken a border of the frame, so that a pilot does not learn the ceiling."""

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """Blacken the border of a copy."""
        masked = np.zeros_like(image)
        masked[self.within(image)] = image[self.within(image)]
        return masked

    def output_shape(self, shape: Shape) -> Shape:
        """The same shape as the input: a masked frame keeps its size."""
        self.size_left(shape)
        return shape

    def visible(self, shown: np.ndarray) -> np.ndarray:
        """All but the border."""
        return self(shown)


class Cut(Border):
    """Cut off a border of the frame, as donkeycar 3 did by ``ROI_CROP_TOP`` and ``_BOTTOM``."""

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """Copy the remaining area."""
        return np.ascontiguousarray(image[self.within(image)])

    def output_shape(self, shape: Shape) -> Shape:
        """The remaining area."""
        return (*self.size_left(shape), shape[2])

    def visible(self, shown: np.ndarray) -> np.ndarray:
        """The visible pixels of the remaining area."""
        return self(shown)
