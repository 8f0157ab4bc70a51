"""From the messages of depthai, planes of bytes in padded rows, to a frame and its depth."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from donkeycar.parts.camera.depth_camera import Depth, scaled
from donkeycar.parts.camera.image import Image
from donkeycar.parts.camera.usb_picture import cut, from_planes


def image_of(message: Any, width_px: int, height_px: int) -> Image:
    """The frame in a message of depthai: YUV420 in planes, NV12 or grey.

    Args:
        message: An ``ImgFrame``.
        width_px: Width of the frame.
        height_px: Height of the frame.

    Raises:
        ValueError: If bytes are missing, the picture is too small, or of another kind.
    """
    layout = _layout(message)
    width, height, stride = layout.width, layout.height, layout.stride
    size, half = (width, height), (height // 2, width // 2)
    y = _rows(message, stride, height, width)
    kind = message.getType().name
    if kind in ("GRAY8", "RAW8"):
        neutral = np.full(half, 128, np.uint8)
        return from_planes((y, neutral, neutral), size, True, width_px, height_px)
    if kind == "YUV420p":
        u = _rows(message, stride // 2, *half, layout.u_first)
        v = _rows(message, stride // 2, *half, layout.v_first)
    elif kind == "NV12":
        pairs = _rows(message, stride, half[0], 2 * half[1], layout.u_first)
        u, v = pairs[:, 0::2], pairs[:, 1::2]
    else:
        raise ValueError(f"pictures of the kind {kind}")
    return from_planes((y, u, v), size, False, width_px, height_px)


def depth_of(
    message: Any, view: tuple[float, float, float, float], width_px: int, height_px: int
) -> Depth:
    """The distances in a message of depthai, of the part of the whole that a frame shows.

    Args:
        message: An ``ImgFrame`` of the kind RAW16, in millimetres.
        view: What pictures show of the whole: left, upper, right and lower edge, 0 to 1.
        width_px: Width of the frame.
        height_px: Height of the frame.

    Raises:
        ValueError: If bytes are missing.
    """
    layout = _layout(message)
    raw = _rows(message, layout.stride, layout.height, 2 * layout.width).view("<u2")
    left, top = view[0] * layout.width, view[1] * layout.height
    right, bottom = view[2] * layout.width, view[3] * layout.height
    # Of that, the part in the middle with the proportions of a frame.
    inner = cut(right - left, bottom - top, width_px, height_px)
    box = (left + inner[0], top + inner[1], left + inner[2], top + inner[3])
    return scaled(raw, box, width_px, height_px)


class _Layout(NamedTuple):
    """How the bytes of a message lie."""

    width: int
    height: int
    stride: int
    u_first: int
    v_first: int


def _layout(message: Any) -> _Layout:
    # depthai 2 keeps it one level deeper than depthai 3. Offsets and stride of 0 mean no padding.
    specs = message.fb if hasattr(message, "fb") else message.getRaw().fb
    width, height = int(specs.width), int(specs.height)
    stride = int(specs.stride) or width * (2 if message.getType().name == "RAW16" else 1)
    u_first = int(specs.p2Offset) or stride * height
    v_first = int(specs.p3Offset) or u_first + stride // 2 * (height // 2)
    return _Layout(width, height, stride, u_first, v_first)


def _rows(message: Any, stride: int, height: int, width: int, first: int = 0) -> NDArray[np.uint8]:
    """Rows of so many bytes, without their padding, which the last row may lack."""
    data: NDArray[np.uint8] = np.asarray(message.getData(), np.uint8)[first:]
    if len(data) < (height - 1) * stride + width:
        raise ValueError(f"{len(data)} bytes of {height * stride}")
    if len(data) < height * stride:
        data = np.concatenate([data, np.zeros(height * stride - len(data), np.uint8)])
    return np.ascontiguousarray(data[: height * stride].reshape(height, stride)[:, :width])
