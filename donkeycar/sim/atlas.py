"""Mipmap of the ground: the same picture in several sizes side by side, for a single look-up."""

import numpy as np
from PIL import Image as PillowImage

from donkeycar.sim.arrays import Floats32, Image, Packed, Wide
from donkeycar.sim.surface import Surface

NUM_LEVELS = 5


class Atlas:
    """A mipmap: a surface, halved again and again, packed into one array of texels.

    Level 0 is on the left; the smaller levels are stacked to the right of it.

    Args:
        surface: The ground.

    Attributes:
        packed: Texels as ``red | green << 8 | blue << 16``, flat.
        wide: Level 0 again, 16 bits per colour (``red | green << 16 | blue << 32``), flat. Four of
            these texels can be weighted and added without unpacking.
        width: Texels in each row of `packed`.
        level0_width: Texels in each row of `wide`.
        offsets: Column and row of every level, shape ``(levels, 2)``.
        pixels_per_m: Resolution of level 0.
    """

    def __init__(self, surface: Surface) -> None:
        self.pixels_per_m = surface.pixels_per_m
        self.low = surface.low
        levels = [surface.pixels]
        while len(levels) < NUM_LEVELS and min(levels[-1].shape[:2]) >= 4:
            levels.append(np.asarray(PillowImage.fromarray(levels[-1]).reduce(2)))
        height, width = surface.pixels.shape[:2]
        atlas = np.zeros((height + 2 * len(levels), width + (width + 1) // 2 + 1), np.uint32)
        atlas[:height, :width] = pack(surface.pixels)
        offsets = [(0, 0)]
        row = 0
        for level in levels[1:]:
            rows, columns = level.shape[:2]
            atlas[row : row + rows, width + 1 : width + 1 + columns] = pack(level)
            offsets.append((width + 1, row))
            row += rows + 1
        self.width = atlas.shape[1]
        self.packed: Packed = atlas.ravel()
        self.level0_width = width
        self.wide: Wide = widen(surface.pixels).ravel()
        self.offsets: Floats32 = np.array(offsets, np.float32)


def pack(image: Image) -> Packed:
    """Pack red, green and blue of shape ``(..., 3)`` into one number each, shape ``(...)``."""
    packed = np.zeros((*image.shape[:-1], 4), np.uint8)
    packed[..., :3] = image
    return packed.view("<u4")[..., 0].astype(np.uint32, copy=False)


def unpack(packed: Packed) -> Image:
    """The reverse of `pack`: a new array of shape ``(..., 3)``."""
    image = np.empty((*packed.shape, 3), np.uint8)
    parts = packed.astype("<u4", copy=False).view(np.uint8).reshape(*packed.shape, 4)
    # One colour at a time: numpy copies runs of three bytes four times slower.
    for colour in range(3):
        image[..., colour] = parts[..., colour]
    return image


def widen(image: Image) -> Wide:
    """Do the same as `pack`, with 16 bits for each colour."""
    wide = np.zeros((*image.shape[:-1], 4), np.uint16)
    wide[..., :3] = image
    return wide.view("<u8")[..., 0].astype(np.uint64, copy=False)
