"""Parts for pictures that owners' own files import from donkeycar 5; they need no OpenCV here."""

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image


class ImgBGR2RGB:
    """Exchanges red and blue."""

    def run(self, img_arr: np.ndarray | None) -> np.ndarray | None:
        """The frame with red and blue exchanged; ``None`` without one."""
        return None if img_arr is None else np.ascontiguousarray(img_arr[..., ::-1])

    def shutdown(self) -> None:
        """Nothing to do."""


class ImgRGB2BGR(ImgBGR2RGB):
    """The same in the other direction."""


class ImageScale:
    """Scales a frame.

    Args:
        scale: Factor of the width.
        scale_height: Factor of the height; that of the width if ``None``.
    """

    def __init__(self, scale: float, scale_height: float | None = None) -> None:
        if scale <= 0 or (scale_height is not None and scale_height <= 0):
            raise ValueError(
                f"`scale` must be greater than 0. Received: scale={scale}, "
                f"scale_height={scale_height}"
            )
        self.scale = scale
        self.scale_height = scale if scale_height is None else scale_height

    def run(self, img_arr: np.ndarray | None) -> np.ndarray | None:
        """The scaled frame; ``None`` without one."""
        if img_arr is None:
            return None
        height, width = img_arr.shape[:2]
        return _resized(img_arr, round(width * self.scale), round(height * self.scale_height))

    def shutdown(self) -> None:
        """Nothing to do."""


class ImageResize:
    """Gives every frame the same size.

    Args:
        width: Pixels.
        height: Pixels.
    """

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height

    def run(self, img_arr: np.ndarray | None) -> np.ndarray | None:
        """The frame in that size; ``None`` without one."""
        return None if img_arr is None else _resized(img_arr, self.width, self.height)

    def shutdown(self) -> None:
        """Nothing to do."""


class ImgWriter:
    """Writes each frame into a file, which the next one replaces.

    Args:
        filename: The file; its ending is the format.
    """

    def __init__(self, filename: str | Path) -> None:
        self.filename = filename

    def run(self, img_arr: np.ndarray | None) -> None:
        """Write the frame, if there is one."""
        if img_arr is not None:
            Image.fromarray(img_arr).save(self.filename)

    def shutdown(self) -> None:
        """Nothing to do."""


def _resized(frame: np.ndarray, width: int, height: int) -> np.ndarray:
    flat = frame[..., 0] if frame.ndim == 3 and frame.shape[2] == 1 else frame
    size = (max(width, 1), max(height, 1))
    scaled = np.array(Image.fromarray(flat).resize(size, Image.Resampling.BILINEAR))
    return scaled if scaled.ndim == frame.ndim else scaled[..., None]


def __getattr__(name: str) -> Any:
    from donkeycar.gone import missing

    raise missing(__name__, name)
