"""A transform that smooths the frame."""

import math
from dataclasses import dataclass

import numpy as np

from donkeycar.errors import PilotError
from donkeycar.pilots.transform.step import Shape, Step, spread

MAX_KERNEL_PX = 99

# Rounded Gaussian kernels of small sizes, in powers of two.
SMALL_BELLS = {
    3: (1, 2, 1),
    5: (1, 4, 6, 4, 1),
    7: (2, 7, 14, 18, 14, 7, 2),
}


@dataclass(frozen=True)
class Blur(Step):
    """Average each pixel with its neighbours.

    Args:
        kernel_px: Width of the neighbourhood, odd, 1 to 99.
        kernel_y_px: Its height; ``None`` is the width.
        gaussian: Whether near neighbours count more.
    """

    kernel_px: int = 5
    kernel_y_px: int | None = None
    gaussian: bool = True

    def __post_init__(self) -> None:
        for size in (self.kernel_px, self.kernel_y_px):
            if size is not None and (not 1 <= size <= MAX_KERNEL_PX or size % 2 == 0):
                raise PilotError(
                    f"The kernel of a blur must be odd, 1 to {MAX_KERNEL_PX}. Received: {self}"
                )

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """Smooth a copy."""
        height, width = self.kernel_y_px or self.kernel_px, self.kernel_px
        smooth = _along(image.astype(np.float32), 0, self._weights(height))
        smooth = _along(smooth, 1, self._weights(width))
        return np.floor(smooth + np.float32(0.5)).astype(np.uint8)

    def output_shape(self, shape: Shape) -> Shape:
        """The same shape as the input; the mirrored border must fit."""
        if max(self.kernel_px, self.kernel_y_px or 0) >= 2 * min(shape[:2]):
            raise PilotError(
                f"The kernel must be smaller than the frame. Received: {shape}, {self}"
            )
        return shape

    def visible(self, shown: np.ndarray) -> np.ndarray:
        """The visible pixels, and those that blur spreads them to."""
        return spread(shown, (self.kernel_y_px or self.kernel_px) // 2, self.kernel_px // 2)

    def _weights(self, size: int) -> np.ndarray:
        """Weight of each neighbour, float32, ``(size,)``, 1 in total.

        Source: OpenCV documentation of `getGaussianKernel`, for the width of the bell curve.
        """
        if not self.gaussian:
            weights = np.ones(size)
        elif size in SMALL_BELLS:
            weights = np.array(SMALL_BELLS[size], float)
        else:
            sigma = 0.3 * ((size - 1) / 2 - 1) + 0.8
            weights = np.exp(-((np.arange(size) - size // 2) ** 2) / (2 * sigma**2))
        return (weights / math.fsum(weights)).astype(np.float32)


def _along(image: np.ndarray, axis: int, weights: np.ndarray) -> np.ndarray:
    """Average along one axis; beyond the border the frame is mirrored."""
    reach = len(weights) // 2
    padded = np.pad(image, [(reach, reach) if i == axis else (0, 0) for i in range(3)], "reflect")
    total = np.zeros_like(image)
    for place, weight in enumerate(weights):
        part = (slice(None),) * axis + (slice(place, place + image.shape[axis]),)
        total += weight * padded[part]
    return total
