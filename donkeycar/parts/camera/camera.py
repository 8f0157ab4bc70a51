"""Base class of all cameras, real and simulated."""

import zlib
from abc import abstractmethod
from collections import deque

import numpy as np

from donkeycar.driving.moment import exposure_fault
from donkeycar.errors import ConfigError, PartError
from donkeycar.parts.camera.image import Image, grey_from_rgb
from donkeycar.parts.source import Source
from donkeycar.timing import Clock

# A driver that is stuck may go round in its old pictures: V4L2 has 32 of them at most
# (VIDEO_MAX_FRAME of videodev2.h).
KEPT = 32


class Camera(Source[tuple[Image, float, int]]):
    """New frames, each with the time of its exposure and its number.

    Subclasses implement `capture`. The outputs go to three channels: ``cam/image_array``,
    ``cam/exposed_s`` and ``cam/sequence``.

    A picture that is the same to the last bit as one of the newest is not a new frame, whatever its
    time says: a real sensor has noise, so an equal picture means that something between the lens
    and here is frozen. It is dropped and counted, and if no other picture comes for `max_age_s`,
    the car stops.

    Args:
        width_px: Width of a frame.
        height_px: Height of a frame.
        grey: Remove the colour. Frames keep their three channels, which are then equal, so that
            other parts need not know; a pilot with one channel takes any of them.
        may_repeat: Accept the same picture twice as a new frame, for a simulated car that stands
            still or a replay.
        rate_hz: How often the thread captures, in hertz; ``None`` if `capture` itself waits for
            the device.
        max_age_s: The newest frame may have been exposed this long ago, in seconds.
        start_timeout_s: The first frame must arrive within this time, in seconds.
        clock: Source of time.

    Output shape:
        A tuple: the image, a fresh C-contiguous array, ``uint8``,
        ``(height_px, width_px, 3)``, RGB, 0 to 255; the start of its exposure, in seconds on the
        clock; its number, 1 for the first frame, one more for each new one.

    Raises:
        ConfigError: If a size is less than 1.
    """

    def __init__(
        self,
        *,
        width_px: int = 160,
        height_px: int = 120,
        grey: bool = False,
        may_repeat: bool = False,
        rate_hz: float | None = None,
        max_age_s: float = 0.5,
        start_timeout_s: float = 5.0,
        clock: Clock | None = None,
    ) -> None:
        for name, size_px in (("width_px", width_px), ("height_px", height_px)):
            if size_px < 1:
                raise ConfigError(f"`{name}` must be at least 1. Received: {name}={size_px}")
        super().__init__(
            rate_hz=rate_hz, max_age_s=max_age_s, start_timeout_s=start_timeout_s, clock=clock
        )
        self.width_px = width_px
        self.height_px = height_px
        self.grey = grey
        self.may_repeat = may_repeat
        #: Pictures dropped because they were one of the newest once more.
        self.repeats = 0
        self._sequence = 0
        self._checksums: deque[int] = deque(maxlen=KEPT)

    @abstractmethod
    def capture(self) -> tuple[Image, float] | None:
        """Return the next picture and when its exposure began, or ``None`` if none came.

        The array must be a fresh one, ``uint8``, ``(height_px, width_px, 3)``, RGB. The time must
        be on `clock`, and not in the future.
        """

    def read(self) -> tuple[Image, float, int] | None:
        """Return the next frame and count it, or ``None`` if there is no new one."""
        captured = self.capture()
        if captured is None:
            return None
        if not isinstance(captured, tuple | list) or len(captured) != 2:
            raise PartError(
                f"`{type(self).__name__}.capture` must return the image and when it was exposed, "
                f"e.g. self.clock.monotonic(), or None. Received: {_kind(captured)}"
            )
        image, exposed_s = captured
        self._check(image)
        if fault := exposure_fault(exposed_s, self.clock.monotonic()):
            raise PartError(f"{type(self).__name__}: {fault}")
        if not self.may_repeat:
            # Not compared with the images themselves, because other parts hold them by now.
            checksum = zlib.crc32(image.data)
            if checksum in self._checksums:
                self.repeats += 1
                return None
            self._checksums.append(checksum)
        if self.grey:
            image = grey_from_rgb(image)
        self._sequence += 1
        return image, exposed_s, self._sequence

    def measured_s(self, value: tuple[Image, float, int]) -> float:
        """Return when the frame was exposed: its age counts from there."""
        return value[1]

    def _check(self, image: Image) -> None:
        expected = (self.height_px, self.width_px, 3)
        if not isinstance(image, np.ndarray):
            raise PartError(
                f"{type(self).__name__} must capture a uint8 array of shape {expected}. "
                f"Received: {type(image).__name__}"
            )
        if image.shape != expected or image.dtype != np.uint8 or not image.flags.c_contiguous:
            raise PartError(
                f"{type(self).__name__} must capture a C-contiguous uint8 image of shape "
                f"{expected}. Received: shape={image.shape}, dtype={image.dtype}, "
                f"c_contiguous={image.flags.c_contiguous}"
            )

    def _advice(self) -> str:
        frozen = ""
        if self.repeats:
            frozen = f". {self.repeats} pictures were the same as one before: it is frozen"
        return frozen + super()._advice()


def _kind(value: object) -> str:
    """A short description of a value, because a whole picture as text would fill a terminal."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}, without its time"
    size = f" of {len(value)} values" if isinstance(value, tuple | list) else ""
    return f"{type(value).__name__}{size}"
