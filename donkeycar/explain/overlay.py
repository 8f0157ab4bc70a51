"""Overlay: draws commands of driver and pilot, and the saliency map, into a camera frame."""

import math
from functools import lru_cache
from typing import NamedTuple, TypeAlias

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from donkeycar.errors import ConfigError

Colour: TypeAlias = tuple[int, int, int]

# As in the movies of donkeycar 5: driver green, pilot blue; bright enough for dark tarmac.
DRIVER, PILOT = (110, 231, 130), (77, 166, 255)
PAPER, INK, FAINT = (18, 23, 29), (226, 232, 238), (62, 72, 83)
HEAT = np.array([(255, 236, 90), (255, 40, 20)], np.float32)  # a little, and much
# A steering of 1 is drawn as this angle from straight ahead.
FULL_LOCK_DEG = 60.0
MIN_WIDTH_PX = 240
# At this scale a frame of 160x120 is as large as anybody would watch it.
MAX_SCALE = 16
# Saliency below the first value says little and is not coloured. The second is the most opaque a
# colour gets, so that the frame stays visible below it.
FAINTEST, STRONGEST = 0.15, 0.75


class Answer(NamedTuple):
    """The commands of a driver or a pilot for one frame.

    Attributes:
        angle: -1 (left) to +1.
        throttle: -1 (reverse) to +1. If both are NaN, there is no command.
    """

    angle: float
    throttle: float

    @property
    def given(self) -> bool:
        """Whether there is a command."""
        return math.isfinite(self.angle) and math.isfinite(self.throttle)


class Overlay:
    """Turns camera frames into pictures of one size.

    The frame is enlarged. For driver and pilot, a line from its lower edge points in the direction
    of the steering; its length is the throttle. A strip below shows wheel, throttle and numbers.

    Args:
        frame_shape: Height and width of the frames, in pixels.
        scale: How much larger they are shown, 1 to 16.

    Raises:
        ConfigError: If `scale` is out of range.
    """

    def __init__(self, frame_shape: tuple[int, ...], *, scale: int = 2) -> None:
        if not 1 <= scale <= MAX_SCALE:
            raise ConfigError(f"`scale` must be 1 to {MAX_SCALE}. Received: {scale}")
        height, width = frame_shape[:2]
        self._size_px = (width * scale, height * scale)
        # Even, because H.264 stores one colour for every two pixels.
        self._width_px = _even(max(MIN_WIDTH_PX, width * scale))
        self._row_px = max(20, self._width_px // 16)
        self._font = _font(round(0.62 * self._row_px))

    def draw(
        self,
        frame: np.ndarray,
        *,
        driver: Answer | None = None,
        pilot: Answer | None = None,
        saliency: np.ndarray | None = None,
        title: str = "",
    ) -> np.ndarray:
        """Make a picture.

        Args:
            frame: ``uint8`` RGB, ``(height, width, 3)``, of the given size.
            driver: The driver's commands, ``None`` to leave them out.
            pilot: The pilot's commands, ``None`` without a pilot.
            saliency: How much each pixel matters to the pilot, 0 to 1, ``(height, width)``.
            title: A few words at the right of the strip, such as the number of the record.

        Returns:
            ``uint8`` RGB with even sides; all pictures with the same rows have one size.
        """
        seen = frame if saliency is None else heated(frame, saliency)
        enlarged = Image.fromarray(seen).resize(self._size_px, Image.Resampling.BICUBIC)
        guests = [
            (name, answer, colour)
            for name, answer, colour in (("user", driver, DRIVER), ("pilot", pilot, PILOT))
            if answer is not None
        ]
        rows = max(1, len(guests))
        height_px = _even(self._size_px[1] + rows * self._row_px)
        picture = Image.new("RGB", (self._width_px, height_px), PAPER)
        picture.paste(enlarged, ((self._width_px - self._size_px[0]) // 2, 0))
        draw = ImageDraw.Draw(picture, "RGBA")
        for row, (name, answer, colour) in enumerate(guests):
            if answer.given:
                self._line(draw, answer, colour, number=row)
            self._strip(draw, name, answer, colour, self._size_px[1] + row * self._row_px)
        if title:
            middle_y = self._size_px[1] + self._row_px / 2
            right = (self._width_px - self._row_px * 0.4, middle_y)
            draw.text(right, title, INK, self._font, anchor="rm")
        return np.asarray(picture)

    def _line(
        self, draw: ImageDraw.ImageDraw, answer: Answer, colour: Colour, *, number: int
    ) -> None:
        """Draw a line from the middle of the lower edge; its length is the throttle."""
        width_px, height_px = self._width_px, self._size_px[1]
        turn = math.radians(FULL_LOCK_DEG * _within(answer.angle))
        length_px = height_px * (0.25 + 0.35 * abs(_within(answer.throttle)))
        start = (width_px / 2, height_px - 2)
        end = (start[0] + length_px * math.sin(turn), start[1] - length_px * math.cos(turn))
        thick_px = max(2, height_px // (60 + 40 * number))
        draw.line((start, end), (0, 0, 0, 150), thick_px + 2)
        draw.line((start, end), (*colour, 235), thick_px)

    def _strip(
        self, draw: ImageDraw.ImageDraw, name: str, answer: Answer, colour: Colour, top_px: int
    ) -> None:
        """Draw name, wheel, steering, throttle bar and throttle in one row."""
        unit, middle_y = self._row_px, top_px + self._row_px / 2
        draw.text((0.4 * unit, middle_y), name, colour, self._font, anchor="lm")
        if not answer.given:
            draw.text((3.7 * unit, middle_y), "no answer", INK, self._font, anchor="lm")
            return
        _wheel(draw, (3.1 * unit, middle_y), 0.36 * unit, answer.angle, colour)
        draw.text((3.7 * unit, middle_y), f"{answer.angle:+.2f}", INK, self._font, anchor="lm")
        left, right = 6.2 * unit, 9.0 * unit
        _bar(draw, (left, middle_y, right), 0.14 * unit, answer.throttle, colour)
        words = f"{answer.throttle:+.2f}"
        draw.text((9.3 * unit, middle_y), words, INK, self._font, anchor="lm")


def heated(frame: np.ndarray, saliency: np.ndarray) -> np.ndarray:
    """Colour the pixels of a frame that matter, from yellow to red.

    Args:
        frame: ``uint8`` RGB, ``(height, width, 3)``.
        saliency: 0 to 1, ``(height, width)``; a map of another size is stretched.
    """
    height, width = frame.shape[:2]
    much = np.clip(np.nan_to_num(saliency.astype(np.float32)), 0, 1)
    if much.shape != (height, width):
        stretched = Image.fromarray(much).resize((width, height), Image.Resampling.BILINEAR)
        much = np.asarray(stretched)
    much = much[:, :, None]
    colour = HEAT[0] + (HEAT[1] - HEAT[0]) * much
    share = np.where(much < FAINTEST, 0, STRONGEST * much)
    blended: np.ndarray = (frame * (1 - share) + colour * share).astype(np.uint8)
    return blended


def _wheel(
    draw: ImageDraw.ImageDraw, centre: tuple[float, float], radius: float, angle: float,
    colour: Colour,
) -> None:  # fmt: skip
    """Draw a steering wheel with a mark on top that turns with it."""
    x, y = centre
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), outline=FAINT, width=2)
    turn = math.radians(2 * FULL_LOCK_DEG * _within(angle))
    rim = (x + radius * math.sin(turn), y - radius * math.cos(turn))
    draw.line((x, y, *rim), colour, 2)
    draw.ellipse((rim[0] - 2, rim[1] - 2, rim[0] + 2, rim[1] + 2), fill=colour)


def _bar(
    draw: ImageDraw.ImageDraw, place: tuple[float, float, float], half_px: float, value: float,
    colour: Colour,
) -> None:  # fmt: skip
    """Draw a bar from its middle to the right for forward, to the left for reverse."""
    left, y, right = place
    middle = (left + right) / 2
    draw.rectangle((left, y - half_px, right, y + half_px), FAINT)
    ends = sorted((middle, middle + _within(value) * (right - left) / 2))
    draw.rectangle((ends[0], y - half_px, ends[1], y + half_px), colour)
    draw.line((middle, y - 1.6 * half_px, middle, y + 1.6 * half_px), INK, 1)


@lru_cache(maxsize=4)
def _font(size_px: int) -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    return ImageFont.load_default(size_px)


def _within(value: float) -> float:
    return min(max(value, -1.0), 1.0)


def _even(length: int) -> int:
    return length + length % 2
