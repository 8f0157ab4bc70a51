"""Draws the ground as a camera sees it, by texture look-up."""

import math

import numpy as np

from donkeycar.sim.arrays import Floats32, Packed
from donkeycar.sim.atlas import Atlas
from donkeycar.sim.camera import RayTable

# Rows whose pixels are smaller than this many texels are interpolated; other rows are not.
SMOOTH_BELOW_TEXELS = 1.0


class GroundPainter:
    """Looks up the ground for all pixels of a frame at once.

    Everything that does not depend on the position of the car is computed in advance, in tables: a
    frame costs eight array operations and a look-up. In the lowest rows, where a pixel is smaller
    than a texel, the colour is interpolated between four texels. The fractional part of each texel
    coordinate gives weights in 16 steps, and 16-bit colours are added without unpacking.

    Args:
        atlas: The ground.
        rays: The camera.

    Attributes:
        first_row: First row of the frame that is painted.
    """

    def __init__(self, atlas: Atlas, rays: RayTable) -> None:
        self._atlas = atlas
        self.first_row = first = rays.first_ground_row
        texels = rays.footprint_m * np.float32(atlas.pixels_per_m)
        level = np.clip(np.round(np.log2(np.maximum(texels, 1e-3))), 0, len(atlas.offsets) - 1)
        smooth = np.flatnonzero((texels[first:] >= SMOOTH_BELOW_TEXELS).any(axis=1))
        self._num_plain = int(smooth[-1]) + 1 if len(smooth) else 0
        self._plain = _Lookup(rays, atlas, level, slice(first, first + self._num_plain))
        # Interpolation uses level 0, shifted by half a texel: a texel's colour is that of its
        # centre.
        self._near = _Lookup(
            rays, atlas, np.zeros_like(level), slice(first + self._num_plain, None), shift=-0.5
        )
        self._unpacked = np.zeros((*self._near.shape, 4), np.uint8)

    def paint(self, frame: Packed, x: float, y: float, yaw: float) -> None:
        """Paint the rows from `first_row` on.

        Args:
            frame: Packed pixels, shape ``(h, w)``.
            x: Position of the car in metres.
            y: Position of the car in metres.
            yaw: Heading of the car in radians.
        """
        split = self.first_row + self._num_plain
        if self._num_plain:
            column, row = self._plain.texels(x, y, yaw)
            index = row.astype(np.int32)
            index *= self._atlas.width
            index += column.astype(np.int32)
            self._atlas.packed.take(index, mode="clip", out=frame[self.first_row : split])
        if split < len(frame):
            frame[split:] = self._smooth(x, y, yaw)

    def _smooth(self, x: float, y: float, yaw: float) -> Packed:
        column, row = self._near.texels(x, y, yaw)
        left, top = column.astype(np.int32), row.astype(np.int32)
        # In sixteenths: 16 * 16 * 255 still fits in 16 bits.
        u = ((column - left) * 16).astype(np.uint64)
        v = ((row - top) * 16).astype(np.uint64)
        width, wide = self._atlas.level0_width, self._atlas.wide
        index = top * width
        index += left
        both = u * v
        total = wide.take(index, mode="clip") * (256 - 16 * (u + v) + both)
        total += wide.take(index + 1, mode="clip") * (16 * u - both)
        index += width
        total += wide.take(index, mode="clip") * (16 * v - both)
        total += wide.take(index + 1, mode="clip") * both
        # Divide by 256: the colour is the upper byte of the 16 bits.
        colours = total.view(np.uint8).reshape(*total.shape, 4, 2)[..., 1]
        for colour in range(3):
            self._unpacked[..., colour] = colours[..., colour]
        packed: Packed = self._unpacked.view(np.uint32)[..., 0]
        return packed


class _Lookup:
    """Turns positions of the car into texel coordinates for some rows of the frame."""

    def __init__(
        self, rays: RayTable, atlas: Atlas, level: Floats32, rows: slice, *, shift: float = 0.0
    ) -> None:
        level_at = level[rows].astype(int)
        self._scale = (atlas.pixels_per_m / 2.0**level_at).astype(np.float32)
        low_x, low_y = (np.float32(value) for value in atlas.low)
        self._column0 = atlas.offsets[level_at, 0] - low_x * self._scale + np.float32(shift)
        self._row0 = atlas.offsets[level_at, 1] - low_y * self._scale + np.float32(shift)
        self._ahead = rays.ground_x[rows] * self._scale
        self._left = rays.ground_y[rows] * self._scale
        self.shape = self._scale.shape
        self._column = np.empty_like(self._scale)
        self._row = np.empty_like(self._scale)
        self._part = np.empty_like(self._scale)

    def texels(self, x: float, y: float, yaw: float) -> tuple[Floats32, Floats32]:
        """Column and row of the texel under each pixel; the next call overwrites them."""
        cos, sin = np.float32(math.cos(yaw)), np.float32(math.sin(yaw))
        for out, base, at, along, across in (
            (self._column, self._column0, x, cos, -sin),
            (self._row, self._row0, y, sin, cos),
        ):
            np.multiply(self._ahead, along, out=out)
            np.multiply(self._left, across, out=self._part)
            out += self._part
            np.multiply(self._scale, np.float32(at), out=self._part)
            out += self._part
            out += base
        return self._column, self._row
