"""Pictures of several sizes: which is the usual one, and pictures in another size."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np
from PIL import Image

Shape = tuple[int, ...]

# Two shapes are the same picture in another size if their sides differ by no more than rounding.
SAME_SHAPE = 0.02


def most_frequent(shapes: Iterable[Shape]) -> Shape | None:
    """The most frequent shape of colour pictures, the earlier of two; ``None`` without pictures."""
    counts = Counter(shape for shape in shapes if len(shape) == 3)
    return counts.most_common(1)[0][0] if counts else None


def resized(image: np.ndarray, shape: Shape) -> np.ndarray | None:
    """A picture in another size; ``None`` if it would be distorted, or is not in colour.

    Args:
        image: ``uint8``, ``(height, width, 3)``.
        shape: Height, width and channels of the result.
    """
    if image.dtype != np.uint8 or image.ndim != 3:
        return None
    (height, width), (high, wide) = image.shape[:2], shape[:2]
    if abs(width * high / (height * wide) - 1) > SAME_SHAPE:
        return None
    return _scaled(image, wide, high)


def letterboxed(image: np.ndarray, shape: Shape) -> np.ndarray:
    """The whole picture in another size, with black bars where the shapes differ.

    Args:
        image: ``uint8``, ``(height, width, 3)``.
        shape: Height, width and channels of the result.
    """
    (height, width), (high, wide) = image.shape[:2], shape[:2]
    scale = min(high / height, wide / width)
    inner = _scaled(image, max(1, round(width * scale)), max(1, round(height * scale)))
    frame = np.zeros((high, wide, 3), np.uint8)
    top, left = (high - inner.shape[0]) // 2, (wide - inner.shape[1]) // 2
    frame[top : top + inner.shape[0], left : left + inner.shape[1]] = inner
    return frame


def size_in_words(shape: Shape) -> str:
    """Width and height, such as ``160x120``."""
    return f"{shape[1]}x{shape[0]}"


def counted(shapes: "Counter[Any]") -> str:
    """The number of pictures of each size, such as ``1 of 640x480``."""
    return ", ".join(f"{count} of {size_in_words(shape)}" for shape, count in shapes.most_common(3))


def have(number: int) -> str:
    """The verb for a number of pictures."""
    return "has" if number == 1 else "have"


def _scaled(image: np.ndarray, width: int, height: int) -> np.ndarray:
    scaled = Image.fromarray(image).resize((width, height), Image.Resampling.BILINEAR)
    return np.asarray(scaled)
