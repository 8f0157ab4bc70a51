"""Canny edge detection: a transform that leaves only edges."""

from dataclasses import dataclass

import numpy as np

from donkeycar.errors import PilotError
from donkeycar.pilots.transform.step import Shape, Step, spread

# Gradient and smoothing kernels, as in OpenCV's Sobel filters.
SLOPES = {3: (-1, 0, 1), 5: (-1, -2, 0, 2, 1), 7: (-1, -4, -5, 0, 5, 4, 1)}
SMOOTHS = {3: (1, 2, 1), 5: (1, 4, 6, 4, 1), 7: (1, 6, 15, 20, 15, 6, 1)}
# The values of the widest filter are divided by this, and its thresholds, too.
SEVEN_SCALE = 16
TAN_22_5 = 0.41421356


@dataclass(frozen=True)
class Canny(Step):
    """Find edges: white lines on black, in one channel.

    Args:
        low: Gradient that continues an edge, in grey levels summed by the filter; 0 or more.
        high: Gradient that begins an edge. The smaller of the two counts as `low`.
        aperture_px: Size of the filter: 3, 5 or 7.

    Source:
        J. Canny, "A Computational Approach to Edge Detection", IEEE PAMI 8(6), 1986. The gradient
        is the sum of its horizontal and vertical parts; of three channels the largest counts.
        OpenCV's `Canny` does the same, and this agrees with it pixel by pixel.
    """

    low: int = 60
    high: int = 110
    aperture_px: int = 3

    def __post_init__(self) -> None:
        if self.aperture_px not in SLOPES:
            raise PilotError(f"The aperture must be one of {list(SLOPES)}. Received: {self}")
        if min(self.low, self.high) < 0:
            raise PilotError(f"Thresholds must be 0 or more. Received: {self}")

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """Draw the edges of a frame."""
        across, down = self._slopes(image)
        steepness = np.abs(across) + np.abs(down)
        ridge = _ridges(across, down, steepness)
        scale = SEVEN_SCALE if self.aperture_px == 7 else 1
        low, high = sorted((self.low // scale, self.high // scale))
        edges = _grow(ridge & (steepness > high), ridge & (steepness > low))
        return edges.astype(np.uint8)[:, :, None] * np.uint8(255)

    def output_shape(self, shape: Shape) -> Shape:
        """One channel."""
        return (*shape[:2], 1)

    def visible(self, shown: np.ndarray) -> np.ndarray:
        """The visible pixels, and the edge around them."""
        return spread(shown, self.aperture_px // 2, self.aperture_px // 2)

    def _slopes(self, image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Both gradients of the channel with the largest one, int32, ``(height, width)``."""
        # The values of the two small filters fit into 16 bits, which is twice as fast.
        kind = np.int16 if self.aperture_px < 7 else np.int32
        reach = self.aperture_px // 2
        border = ((reach, reach), (reach, reach), (0, 0))
        pixels = np.pad(image, border, "edge").astype(kind)
        slope, smooth = SLOPES[self.aperture_px], SMOOTHS[self.aperture_px]
        across = _filtered(_filtered(pixels, smooth, 0), slope, 1)
        down = _filtered(_filtered(pixels, slope, 0), smooth, 1)
        if self.aperture_px == 7:
            across, down = (np.rint(s / SEVEN_SCALE).astype(kind) for s in (across, down))
        if image.shape[2] == 1:
            return across[:, :, 0], down[:, :, 0]
        steepest = (np.abs(across) + np.abs(down)).argmax(axis=2)[:, :, None]
        pick = np.take_along_axis
        return pick(across, steepest, 2)[:, :, 0], pick(down, steepest, 2)[:, :, 0]


def _filtered(pixels: np.ndarray, weights: tuple[int, ...], axis: int) -> np.ndarray:
    """Weigh neighbours along an axis; this removes the border that they need."""
    length = pixels.shape[axis] - len(weights) + 1
    first, *others = (
        pixels[(slice(None),) * axis + (slice(place, place + length),)] * pixels.dtype.type(weight)
        for place, weight in enumerate(weights)
        if weight
    )
    total: np.ndarray = first
    for part in others:
        total += part
    return total


def _ridges(across: np.ndarray, down: np.ndarray, steepness: np.ndarray) -> np.ndarray:
    """Non-maximum suppression: mark pixels that are steeper than both neighbours."""
    height, width = steepness.shape
    around = np.zeros((height + 2, width + 2), steepness.dtype)
    around[1:-1, 1:-1] = steepness

    def beside(rows: int, columns: int) -> np.ndarray:
        return around[1 + rows : 1 + rows + height, 1 + columns : 1 + columns + width]

    wide, tall = np.abs(across).astype(np.float32), np.abs(down).astype(np.float32)
    level, upright = tall < wide * TAN_22_5, wide < tall * TAN_22_5
    falls = (across ^ down) < 0
    # Among equal pixels in a row or a column, the first one counts.
    in_row = (steepness > beside(0, -1)) & (steepness >= beside(0, 1))
    in_column = (steepness > beside(-1, 0)) & (steepness >= beside(1, 0))
    rising = (steepness > beside(-1, -1)) & (steepness > beside(1, 1))
    falling = (steepness > beside(-1, 1)) & (steepness > beside(1, -1))
    slanted = np.where(falls, falling, rising)
    found: np.ndarray = np.where(level, in_row, np.where(upright, in_column, slanted))
    return found


def _grow(seeds: np.ndarray, allowed: np.ndarray) -> np.ndarray:
    """Return the allowed pixels that are connected to a seed, in eight directions.

    A whole frame is one long integer, with one bit for each pixel. Growing by a pixel in every
    direction takes eight shifts and ORs, whatever the frame shows.
    """
    height, width = seeds.shape
    columns = width + 1  # a forbidden column separates the rows
    edges, room = _number(seeds, columns), _number(allowed, columns)
    before = 0
    while edges != before:
        before = edges
        wide = edges | edges << 1 | edges >> 1
        edges = (wide | wide << columns | wide >> columns) & room
    num_bytes = -(-height * columns // 8)
    bits = np.unpackbits(np.frombuffer(edges.to_bytes(num_bytes, "big"), np.uint8))
    return bits[-height * columns :].reshape(height, columns)[:, :width].astype(bool)


def _number(mask: np.ndarray, columns: int) -> int:
    """Turn a mask into a number, first pixel first."""
    height, width = mask.shape
    bits = np.zeros((height, columns), bool)
    bits[:, :width] = mask
    spare = -bits.size % 8
    packed = np.packbits(np.concatenate((np.zeros(spare, bool), bits.ravel())))
    return int.from_bytes(packed.tobytes(), "big")
