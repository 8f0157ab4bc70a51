"""Top view: a track seen from above, as a picture to draw on."""

from dataclasses import dataclass

import numpy as np
from PIL import Image as PillowImage
from PIL import ImageDraw

from donkeycar.sim.arrays import Floats, Image
from donkeycar.sim.cones import CONE_RADIUS_M
from donkeycar.sim.track import Track

WALL_COLOUR = (70, 72, 76)
CONE_COLOUR = (242, 100, 30)
WALL_WIDTH_M = 0.06


@dataclass(frozen=True)
class TopView:
    """A picture of a track, seen from above.

    Attributes:
        pixels: RGB, shape ``(height, width, 3)``; up in the picture is +y in the world.
        pixels_per_m: Resolution.
        low: World position of the lower left corner of the picture, metres.
    """

    pixels: Image
    pixels_per_m: float
    low: Floats

    def pixel(self, points: Floats) -> Floats:
        """Convert world positions to pixels of the picture.

        Args:
            points: Metres, shape ``(..., 2)``.

        Returns:
            Column and row, shape ``(..., 2)``, not rounded.
        """
        scaled = (np.asarray(points, float) - self.low) * self.pixels_per_m
        scaled[..., 1] = len(self.pixels) - scaled[..., 1]
        return scaled


def draw_topview(track: Track, *, width_px: int = 900) -> TopView:
    """Draw a track seen from above, with its walls and cones.

    Args:
        track: The track.
        width_px: Width of the picture, 16 or more; the height follows.
    """
    size_m = track.high - track.low
    scale = max(width_px, 16) / float(size_m[0])
    size = (max(width_px, 16), max(16, round(float(size_m[1]) * scale)))
    upright = PillowImage.fromarray(np.ascontiguousarray(track.surface.pixels[::-1]))
    picture = upright.resize(size, PillowImage.Resampling.LANCZOS)
    view = TopView(np.asarray(picture), scale, track.low)
    draw = ImageDraw.Draw(picture)
    for wall in track.walls:
        ends = [(float(x), float(y)) for x, y in view.pixel(wall.reshape(2, 2))]
        draw.line(ends, fill=WALL_COLOUR, width=max(2, round(WALL_WIDTH_M * scale)))
    radius = max(2.0, CONE_RADIUS_M * scale)
    for column, row in view.pixel(track.cones):
        box = (column - radius, row - radius, column + radius, row + radius)
        draw.ellipse(box, fill=CONE_COLOUR)
    return TopView(np.array(picture), scale, track.low)
