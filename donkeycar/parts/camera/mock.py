"""A camera without hardware."""

import numpy as np

from donkeycar.parts.camera.image import Image
from donkeycar.parts.camera.late_camera import LateCamera
from donkeycar.parts.camera.latency import Latency
from donkeycar.timing import Clock

# The picture moves this many pixels to the left with every frame.
STEP_PX = 2


class MockCamera(LateCamera):
    """A moving picture that needs no hardware: a track line that wanders below a horizon.

    Use it to try a car, a web page or a recording without a camera.

    Args:
        width_px: Width of a frame.
        height_px: Height of a frame.
        framerate_hz: Frames a second when threaded, more than 1 / `max_age_s`. Without a thread,
            every call gives a new frame.
        grey: Remove the colour.
        max_age_s: The newest frame may have been exposed this long ago, in seconds.
        latency: How old a frame is when it is handed over; ``None`` is as old as a Pi's.
        clock: Source of time.

    Example:
        >>> image, exposed_s, sequence = MockCamera(width_px=160, height_px=120).run()
        >>> image.shape, sequence
        ((120, 160, 3), 1)
    """

    def __init__(
        self,
        *,
        width_px: int = 160,
        height_px: int = 120,
        framerate_hz: float = 20,
        grey: bool = False,
        max_age_s: float = 0.5,
        latency: Latency | None = None,
        clock: Clock | None = None,
    ) -> None:
        super().__init__(
            width_px=width_px,
            height_px=height_px,
            grey=grey,
            rate_hz=framerate_hz,
            max_age_s=max_age_s,
            latency=latency,
            clock=clock,
        )
        self._picture = _picture(width_px, height_px)
        self._shift_px = 0

    def picture(self) -> Image:
        """Return the picture, moved by one step."""
        image = np.roll(self._picture, -self._shift_px, axis=1)
        self._shift_px = (self._shift_px + STEP_PX) % self.width_px
        return image


def _picture(width_px: int, height_px: int) -> Image:
    """Sky, ground, and a yellow line whose course repeats after one width."""
    rows = np.arange(height_px)[:, np.newaxis]
    columns = np.arange(width_px)[np.newaxis, :]
    horizon_px = height_px // 3
    line_px = horizon_px + (height_px - horizon_px) * (
        0.5 + 0.3 * np.sin(2 * np.pi * columns / width_px)
    )
    picture = np.empty((height_px, width_px, 3), dtype=np.uint8)
    picture[:horizon_px] = (150, 190, 230)
    picture[horizon_px:] = (90, 90, 95)
    picture[np.abs(rows - line_px) <= max(height_px / 30, 0.5)] = (240, 200, 40)
    return picture
