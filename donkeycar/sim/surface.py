"""Ground texture: floor, lane and lines, drawn once with Pillow."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from PIL import Image as PillowImage
from PIL import ImageDraw

from donkeycar.sim.arrays import Floats, Image
from donkeycar.sim.track_file import Colour, Paint, SurfaceStyle

# Masks are drawn larger by this factor and then reduced, because Pillow draws hard edges.
OVERSAMPLING = 3
# A larger picture costs memory and drawing time for detail that no camera resolves.
MAX_PIXELS = 6_000_000
# Grain: size of a spot in metres, and its strength in grey levels.
SPOTS = ((0.02, 5.0), (0.12, 4.0), (0.6, 5.0), (2.5, 6.0))
JOINT_WIDTH_M = 0.012
START_LINE_WIDTH_M = 0.08
START_LINE_COLOUR: Colour = (225, 225, 222)


@dataclass(frozen=True)
class GroundPlan:
    """The lines on the ground, in metres.

    Attributes:
        low: Lower left corner of the ground.
        high: Upper right corner of the ground.
        centre: Closed centre line, shape ``(n, 2)``.
        left: Closed left edge of the lane, shape ``(n, 2)``.
        right: Closed right edge of the lane, shape ``(n, 2)``.
        start_index: Sample at which the start line crosses the lane.
    """

    low: Floats
    high: Floats
    centre: Floats
    left: Floats
    right: Floats
    start_index: int


@dataclass(frozen=True)
class Surface:
    """The ground, seen from above.

    Attributes:
        pixels: Shape ``(height, width, 3)``, RGB; row 0 is the smallest y.
        pixels_per_m: Resolution.
        low: World position of the outer corner of pixel ``[0, 0]``, metres.
    """

    pixels: Image
    pixels_per_m: float
    low: Floats


def draw_surface(plan: GroundPlan, style: SurfaceStyle) -> Surface:
    """Draw the ground of `plan` in `style`; the same arguments always give the same picture."""
    size_m = plan.high - plan.low
    scale = min(float(style.pixels_per_m), float(np.sqrt(MAX_PIXELS / np.prod(size_m))))
    return Surface(_Painter(plan, style, scale).paint(), scale, plan.low)


class _Painter:
    """Paints colours on the ground through masks."""

    def __init__(self, plan: GroundPlan, style: SurfaceStyle, scale: float) -> None:
        self.plan = plan
        self.style = style
        self.scale = scale
        width, height = np.ceil((plan.high - plan.low) * scale).astype(int)
        self.size = (int(width), int(height))

    def paint(self) -> Image:
        plan, style = self.plan, self.style
        ground = PillowImage.new("RGB", self.size, style.floor)
        if style.tile_m:
            joint = tuple(int(part * 0.8) for part in style.floor)
            ground.paste(joint, mask=self._mask(self._draw_joints))
        ground.paste(style.lane, mask=self._mask(self._draw_lane))
        for paint, lines in ((style.edge, (plan.left, plan.right)), (style.centre, (plan.centre,))):
            if paint.width_m:
                ground.paste(paint.colour, mask=self._mask(partial(self._draw_lines, paint, lines)))
        ground.paste(START_LINE_COLOUR, mask=self._mask(self._draw_start))
        return self._with_grain(np.asarray(ground))

    def _mask(self, draw_on: Callable[[ImageDraw.ImageDraw], None]) -> PillowImage.Image:
        large = (self.size[0] * OVERSAMPLING, self.size[1] * OVERSAMPLING)
        mask = PillowImage.new("L", large, 0)
        draw_on(ImageDraw.Draw(mask))
        return mask.reduce(OVERSAMPLING)

    def _pixels(self, points: Floats) -> list[tuple[float, float]]:
        scaled = (points - self.plan.low) * (self.scale * OVERSAMPLING)
        return [(float(x), float(y)) for x, y in scaled]

    def _width(self, width_m: float) -> int:
        return max(1, round(width_m * self.scale * OVERSAMPLING))

    def _draw_lane(self, draw: ImageDraw.ImageDraw) -> None:
        # Quadrilaterals instead of one polygon: a ring has a hole, and a polygon has none.
        left, right = self._pixels(self.plan.left), self._pixels(self.plan.right)
        for i in range(len(left)):
            j = (i + 1) % len(left)
            draw.polygon([left[i], left[j], right[j], right[i]], fill=255)

    def _draw_lines(self, paint: Paint, lines: Sequence[Floats], draw: ImageDraw.ImageDraw) -> None:
        for line in lines:
            points = self._pixels(np.concatenate([line, line[:2]]))
            for dash in _dashes(points, paint, self._width(1.0)):
                draw.line(dash, fill=255, width=self._width(paint.width_m), joint="curve")

    def _draw_start(self, draw: ImageDraw.ImageDraw) -> None:
        index = self.plan.start_index
        ends = np.stack([self.plan.left[index], self.plan.right[index]])
        draw.line(self._pixels(ends), fill=255, width=self._width(START_LINE_WIDTH_M))

    def _draw_joints(self, draw: ImageDraw.ImageDraw) -> None:
        step = self.style.tile_m * self.scale * OVERSAMPLING
        width, height = (side * OVERSAMPLING for side in self.size)
        for x in np.arange(step / 2, width, step).tolist():
            draw.line([(x, 0), (x, height)], fill=255, width=self._width(JOINT_WIDTH_M))
        for y in np.arange(step / 2, height, step).tolist():
            draw.line([(0, y), (width, y)], fill=255, width=self._width(JOINT_WIDTH_M))

    def _with_grain(self, ground: Image) -> Image:
        """Add stains and grain: without texture, speed cannot be seen."""
        if not self.style.grain:
            return ground.copy()
        random = np.random.default_rng(self.style.seed)
        width, height = self.size
        grain = np.zeros((height, width), np.float32)
        for spot_m, strength in SPOTS:
            spot = max(1.0, spot_m * self.scale)
            small = random.standard_normal(
                (int(height / spot) + 2, int(width / spot) + 2), dtype=np.float32
            )
            spots = PillowImage.fromarray(small).resize(self.size, PillowImage.Resampling.BILINEAR)
            grain += np.float32(strength * self.style.grain) * np.asarray(spots)
        shift = np.clip(grain, -60, 60).astype(np.int16)
        grainy: Image = np.clip(ground + shift[..., None], 0, 255).astype(np.uint8)
        return grainy


def _dashes(
    points: list[tuple[float, float]], paint: Paint, pixels_per_m: float
) -> list[list[tuple[float, float]]]:
    """Cut a line into dashes, measured along the line."""
    if not paint.dash_m or not paint.gap_m:
        return [points]
    steps = np.hypot(*np.diff(np.array(points), axis=0).T) / pixels_per_m
    along = np.concatenate([[0.0], np.cumsum(steps)])
    # Only whole dashes, so that there is no short one where the line closes.
    period = along[-1] / max(1, round(along[-1] / (paint.dash_m + paint.gap_m)))
    dashes: list[list[tuple[float, float]]] = []
    previous = -1
    for at, point in zip(along, points, strict=True):
        number = int(at / period)
        if at - number * period > paint.dash_m:
            continue
        if number != previous:
            dashes.append([])
            previous = number
        dashes[-1].append(point)
    return [dash for dash in dashes if len(dash) > 1]
