"""Messages of the stub of ``depthai``: pictures in its formats, in rows with padding.

Sources: docs.luxonis.com, ImgFrame; depthai 2.33.0 and 3.12.0 (`fb`: width, height, stride, offsets
of the planes); ITU-R BT.601-7, for the colours.

Not modelled: other kinds of pixels than the four of `Kind`.
"""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Kind = Literal["YUV420p", "NV12", "RAW8", "RAW16"]
# Bytes, stride, and where U and V begin.
Laid = tuple[Bytes, int, tuple[int, int]]

# Value of the padding at the end of a row: no colour of a test, so that a leak shows.
PADDING = 0xAA


def padded(plane: Bytes, align: int) -> Laid:
    """A plane of bytes in padded rows."""
    height, width = plane.shape
    stride = -(-width // align) * align
    rows = np.full((height, stride), PADDING, np.uint8)
    rows[:, :width] = plane
    return rows.ravel(), stride, (0, 0)


def _planes(image: Bytes) -> tuple[Bytes, Bytes, Bytes]:
    """Y, U and V of a picture; source: ITU-R BT.601-7, values of Y from 16 to 235."""
    red, green, blue = (image[:, :, index].astype(np.float64) / 255 for index in range(3))
    y = 16 + 65.481 * red + 128.553 * green + 24.966 * blue
    u = 128 - 37.797 * red - 74.203 * green + 112.0 * blue
    v = 128 + 112.0 * red - 93.786 * green - 18.214 * blue
    half = slice(0, image.shape[0] // 2 * 2), slice(0, image.shape[1] // 2 * 2)
    small = [
        plane[half].reshape(image.shape[0] // 2, 2, image.shape[1] // 2, 2).mean(axis=(1, 3))
        for plane in (u, v)
    ]
    whole, first, second = (np.rint(plane).astype(np.uint8) for plane in (y, *small))
    return whole, first, second


def grey(image: Bytes, align: int) -> Laid:
    """A grey picture: the red of an RGB one."""
    return padded(image[:, :, 0], align)


def yuv420(image: Bytes, align: int) -> Laid:
    """A picture as three planes, the rows of colour half as long."""
    y, u, v = _planes(image)
    luma, stride, _ = padded(y, 2 * align)
    chroma = [padded(plane, align)[0] for plane in (u, v)]
    short = [data.reshape(len(u), -1)[:, : stride // 2] for data in chroma]
    data = np.concatenate([luma, *(rows.ravel() for rows in short)])
    return data, stride, (len(luma), len(luma) + short[0].size)


def nv12(image: Bytes, align: int) -> Laid:
    """A picture as a plane of brightness and one of colour pairs."""
    y, u, v = _planes(image)
    luma, stride, _ = padded(y, align)
    pairs = np.stack([u, v], axis=2).reshape(len(u), -1)
    colour = np.full((len(u), stride), PADDING, np.uint8)
    colour[:, : pairs.shape[1]] = pairs
    return np.concatenate([luma, colour.ravel()]), stride, (len(luma), 0)


class ImgFrame:
    """``depthai.ImgFrame``; its description is in ``fb``, and in version 2 in ``getRaw().fb``."""

    def __init__(
        self,
        data: Bytes,
        size: tuple[int, int],
        kind: Kind,
        stride: int,
        offsets: tuple[int, int],
        stamped_s: float,
        exposure_us: int,
        version: str,
    ) -> None:
        self._data, self._kind = data, kind
        self._stamped, self._exposure_us = timedelta(seconds=stamped_s), exposure_us
        specs = SimpleNamespace(
            width=size[0], height=size[1], stride=stride, p1Offset=0, p2Offset=offsets[0],
            p3Offset=offsets[1],
        )  # fmt: skip
        if version.startswith("2"):
            self.getRaw = lambda: SimpleNamespace(fb=specs)
        else:
            self.fb = specs

    def getData(self) -> Bytes:  # noqa: N802
        """Return its bytes, padding included."""
        return self._data

    def getType(self) -> Any:  # noqa: N802
        """Return the kind of its pixels."""
        return SimpleNamespace(name=self._kind)

    def getTimestamp(self, offset: Any) -> timedelta:  # noqa: N802
        """Return a moment of its exposure, on the monotonic clock of the computer."""
        share = {"START": 1.0, "MIDDLE": 0.5, "END": 0.0}[offset.name]
        return self._stamped - timedelta(microseconds=share * self._exposure_us)
