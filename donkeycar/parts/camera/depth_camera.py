"""Cameras that see distance: a picture, and the distance of what each of its pixels shows."""

from abc import abstractmethod
from typing import Any, TypeAlias, Unpack

import numpy as np
from numpy.typing import NDArray

from donkeycar.parts.camera.image import Image
from donkeycar.parts.camera.live import LiveCamera, LiveOptions

#: ``uint16``, ``(height, width)``, in millimetres; 0 where nothing was measured.
Depth: TypeAlias = NDArray[np.uint16]
Box: TypeAlias = tuple[float, float, float, float]

FARTHEST_MM = 65535


def scaled(depth: Depth, box: Box, width_px: int, height_px: int) -> Depth:
    """Cut a depth picture and scale it, each pixel a value that was measured.

    A mean of two distances, or of one and of "not measured", would be where nothing is.

    Args:
        depth: ``(height, width)``.
        box: Left, upper, right and lower edge of what is kept, in its pixels.
        width_px: Width of the result.
        height_px: Height of the result.

    Example:
        >>> scaled(np.array([[1000, 0, 3000, 4000]], np.uint16), (0, 0, 4, 1), 2, 1)
        array([[   0, 4000]], dtype=uint16)
    """
    left, top, right, bottom = box
    height, width = depth.shape
    across = left + (np.arange(width_px) + 0.5) * (right - left) / width_px
    down = top + (np.arange(height_px) + 0.5) * (bottom - top) / height_px
    columns = np.clip(across.astype(np.intp), 0, width - 1)
    rows = np.clip(down.astype(np.intp), 0, height - 1)
    return np.ascontiguousarray(depth[np.ix_(rows, columns)])


def millimetres(raw: Depth, unit_m: float) -> Depth:
    """Distances in millimetres, of a camera that counts in another unit.

    Args:
        raw: Its values.
        unit_m: Its unit, in metres.

    Returns:
        What is farther than 65.535 m counts as that far.

    Example:
        >>> millimetres(np.array([[0, 5000, 65535]], np.uint16), 0.0001)
        array([[   0,  500, 6554]], dtype=uint16)
    """
    factor = 1000 * unit_m
    if abs(factor - 1) < 1e-6:
        return raw
    distances: Depth = np.minimum(np.rint(raw * factor), FARTHEST_MM).astype(np.uint16)
    return distances


class DepthCamera(LiveCamera):
    """A camera that gives more than pictures: depth, or what a motion sensor measured.

    Subclasses implement `capture_all`. All values of one turn belong to the same moment: a turn
    without one of them is dropped, and if that goes on, the car stops.

    Args:
        options: As those of `LiveCamera`.

    Output shape:
        As those of `Camera`, and then what the subclass says.
    """

    def __init__(self, **options: Unpack[LiveOptions]) -> None:
        super().__init__(**options)
        #: Turns dropped because depth or motion was missing, or was that of the turn before.
        self.lacking = 0
        self._besides: tuple[Any, ...] = ()

    @abstractmethod
    def capture_all(self) -> tuple[Image, float, tuple[Any, ...]] | None:
        """Return the picture, the start of its exposure, and what belongs to it, in order.

        ``None`` if no new one came. Picture and time are as `capture` returns them.
        """

    def capture(self) -> tuple[Image, float] | None:
        """Return the next picture and when its exposure began, or ``None`` if none came."""
        taken = self.capture_all()
        if taken is None:
            return None
        image, exposed_s, self._besides = taken
        return image, exposed_s

    def read(self) -> Any:
        """Return the next frame and what belongs to it, or ``None`` if there is no new one."""
        frame = super().read()
        return None if frame is None else (*frame, *self._besides)

    def turned_depth(self, depth: Depth) -> Depth:
        """A depth picture, turned as the pictures are."""
        down, across = -1 if self.vflip else 1, -1 if self.hflip else 1
        return np.ascontiguousarray(depth[::down, ::across])

    def _advice(self) -> str:
        told = f". Depth or motion was missing {self.lacking} times" if self.lacking else ""
        return told + super()._advice()
