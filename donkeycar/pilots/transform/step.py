"""The interface of a transform."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from donkeycar.errors import PilotError

Shape = tuple[int, int, int]

# No camera of a car gives more, and no file may ask for a frame that fills the memory.
MAX_SIDE_PX = 4096

# The beginning of the names of transforms that the owner of a car wrote.
CUSTOM = "CUSTOM"


@dataclass(frozen=True)
class Step(ABC):
    """One transform: a frozen dataclass of plain numbers, so that it can be stored as JSON.

    Attributes:
        takes_colours_out: Whether it makes a frame grey.
        is_own: Whether the owner of the car wrote its code.

    Raises:
        PilotError: If an argument is out of range.
    """

    takes_colours_out: ClassVar[bool] = False
    is_own: ClassVar[bool] = False

    @abstractmethod
    def __call__(self, image: np.ndarray) -> np.ndarray:
        """Return a changed copy of `image`."""

    def output_shape(self, shape: Shape) -> Shape:
        """Shape of the result for a frame of `shape`.

        Raises:
            PilotError: If it does not fit such frames.
        """
        return shape

    def visible(self, shown: np.ndarray) -> np.ndarray:
        """Say which pixels are still visible, that is, not blackened by a mask.

        Args:
            shown: The visible pixels of the input frame, ``bool``, ``(height, width)``.

        Returns:
            The visible pixels of the output frame. Most steps blacken nothing.
        """
        return shown


def needs_colour(shape: Shape, step: Step) -> Shape:
    """Refuse a frame without colours."""
    if shape[2] != 3:
        raise PilotError(f"{step} needs three channels. Received: shape={shape}")
    return shape


def needs_grey(shape: Shape, step: Step) -> Shape:
    """Refuse a frame with colours."""
    if shape[2] != 1:
        raise PilotError(f"{step} needs one channel. Received: shape={shape}")
    return shape


def spread(shown: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """Mark every pixel within this many rows and columns of a marked one (dilation).

    Args:
        shown: Marked pixels, ``bool``, ``(height, width)``.
        rows: How far up and down, in pixels.
        columns: How far to the left and right.
    """
    wide = shown.copy()
    for away in range(1, min(rows, len(shown) - 1) + 1):
        wide[away:] |= shown[:-away]
        wide[:-away] |= shown[away:]
    both = wide.copy()
    for away in range(1, min(columns, shown.shape[1] - 1) + 1):
        both[:, away:] |= wide[:, :-away]
        both[:, :-away] |= wide[:, away:]
    return both


def describe(shape: tuple[int, ...]) -> str:
    """Describe the shape of a frame in words.

    Example:
        >>> describe((120, 160, 3))
        '160x120 pixels in colour'
    """
    height, width, channels = shape
    return f"{width}x{height} pixels in {'colour' if channels == 3 else 'grey'}"
