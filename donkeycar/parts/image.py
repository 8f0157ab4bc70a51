"""Parts for pictures that owners' own files import from donkeycar 5."""

from typing import Any

import numpy as np

from donkeycar import utils


class ImgArrToJpg:
    """A frame in, the bytes of a JPEG file out."""

    def run(self, img_arr: np.ndarray | None) -> bytes | None:
        """The bytes; ``None`` without a frame."""
        return None if img_arr is None else utils.arr_to_binary(img_arr)


class JpgToImgArr:
    """The bytes of a picture file in, a frame out."""

    def run(self, jpg: bytes | None) -> np.ndarray | None:
        """The frame; ``None`` without a picture."""
        img = utils.binary_to_img(jpg)
        return None if img is None else utils.img_to_arr(img)


class ImgCrop:
    """Cuts the edges off a frame.

    Donkeycar 5 mistook the height for the width here, which counts for frames that are not square.

    Args:
        top: Rows cut off at the top; `bottom`, `left` and `right` likewise.
    """

    def __init__(self, top: int = 0, bottom: int = 0, left: int = 0, right: int = 0) -> None:
        self.top, self.bottom, self.left, self.right = top, bottom, left, right

    def run(self, img_arr: np.ndarray | None) -> np.ndarray | None:
        """The rest of the frame; ``None`` without one."""
        if img_arr is None:
            return None
        height, width = img_arr.shape[:2]
        return img_arr[self.top : height - self.bottom, self.left : width - self.right]

    def shutdown(self) -> None:
        """Nothing to do."""


def __getattr__(name: str) -> Any:
    from donkeycar.gone import missing

    raise missing(__name__, name)
