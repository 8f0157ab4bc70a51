"""A short movie of the camera frames with the steering drawn in; it needs no video library."""

import io
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from PIL import Image, ImageDraw

Values: TypeAlias = "Sequence[float] | np.ndarray[Any, Any]"

ACCENT = (61, 165, 255)
TRACK = (255, 255, 255, 110)


def camera_movie(
    frames: "Sequence[np.ndarray[Any, Any]]",
    angles: Values,
    throttles: Values,
    *,
    rate_hz: float = 20.0,
    scale: int = 2,
) -> bytes:
    """Write frames as an animated WebP, which every browser plays.

    Args:
        frames: ``uint8`` RGB, ``(height, width, 3)`` each.
        angles: Steering of each frame, -1 to +1: the bar at the bottom.
        throttles: Throttle of each frame, -1 to +1: the bar on the right.
        rate_hz: Frames per second.
        scale: Factor by which the movie is larger than a frame.

    Returns:
        The bytes of the file; empty if there are no frames.
    """
    pictures = [
        _picture(frame, angle, throttle, scale)
        for frame, angle, throttle in zip(frames, angles, throttles, strict=True)
    ]
    if not pictures:
        return b""
    buffer = io.BytesIO()
    pictures[0].save(
        buffer, format="WEBP", save_all=True, append_images=pictures[1:],
        duration=round(1000 / rate_hz), loop=0, quality=70, method=2,
    )  # fmt: skip
    return buffer.getvalue()


def _picture(
    frame: "np.ndarray[Any, Any]", angle: float, throttle: float, scale: int
) -> Image.Image:
    height_px, width_px = frame.shape[0] * scale, frame.shape[1] * scale
    picture = Image.fromarray(frame).resize((width_px, height_px), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(picture, "RGBA")
    bar_px = max(3, height_px // 40)
    centre_x = width_px // 2
    reach_px = int(width_px * 0.4)
    top_px = height_px - 3 * bar_px
    draw.rectangle((centre_x - reach_px, top_px, centre_x + reach_px, top_px + bar_px), TRACK)
    draw.rectangle(_span(centre_x, angle * reach_px, top_px, bar_px), ACCENT)
    left_px = width_px - 3 * bar_px
    middle_y, rise_px = height_px // 2, int(height_px * 0.35)
    draw.rectangle((left_px, middle_y - rise_px, left_px + bar_px, middle_y + rise_px), TRACK)
    end_y = middle_y - throttle * rise_px
    draw.rectangle((left_px, min(middle_y, end_y), left_px + bar_px, max(middle_y, end_y)), ACCENT)
    return picture


def _span(start_x: float, length_px: float, top_px: int, bar_px: int) -> tuple[float, ...]:
    end_x = start_x + length_px
    return min(start_x, end_x), top_px, max(start_x, end_x), top_px + bar_px
