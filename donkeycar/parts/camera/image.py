"""Conversion of a picture into a frame: size, colour channels, grey."""

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL import Image as Picture

Image: TypeAlias = NDArray[np.uint8]

# Shares of red, green and blue in the brightness of a pixel, in 256ths. Source: ITU-R BT.601-7,
# section 2.5.1 (0.299, 0.587, 0.114).
LUMA = np.array([77, 150, 29], dtype=np.uint16)


def fit(picture: "Picture.Image", width_px: int, height_px: int) -> Image:
    """Turn any picture into a frame.

    Args:
        picture: Any mode, any size; it is resized, not cropped, if it differs.
        width_px: Width of the frame.
        height_px: Height of the frame.

    Returns:
        A fresh array, ``uint8``, ``(height_px, width_px, 3)``, RGB.
    """
    from PIL import Image as Picture

    picture = picture.convert("RGB")
    if picture.size != (width_px, height_px):
        picture = picture.resize((width_px, height_px), Picture.Resampling.BILINEAR)
    return np.array(picture, dtype=np.uint8)


def grey_from_rgb(image: Image) -> Image:
    """Replace every pixel by its brightness.

    Args:
        image: RGB, ``uint8``, shape ``(height, width, 3)``.

    Returns:
        A fresh image of the same shape, its three channels equal.
    """
    brightness = (image * LUMA).sum(axis=2, dtype=np.uint16) >> 8
    return np.repeat(brightness.astype(np.uint8)[:, :, np.newaxis], 3, axis=2)
