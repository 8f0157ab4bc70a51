"""From what a USB camera sends, a JPEG or YUYV, to a frame of the size that the car wants."""

import numpy as np

from donkeycar.parts.camera.image import Image

# Y, U and V to R, G and B; source: ITU-R BT.601-7, sections 2.5.1 and 2.5.3. Cameras give values
# of Y from 16 to 235 unless their driver says that they use all 256.
LIMITED = (16.0, 255 / 219, 1.596, 0.392, 0.813, 2.017)
FULL = (0.0, 1.0, 1.402, 0.344, 0.714, 1.772)


def cut(
    width_px: float, height_px: float, wanted_w: int, wanted_h: int
) -> tuple[float, float, float, float]:
    """The largest part in the middle of a picture that has the proportions of a frame.

    Returns:
        Its left, upper, right and lower edge, in pixels.

    Example:
        >>> cut(640, 480, 160, 120), cut(1280, 720, 160, 120)
        ((0.0, 0.0, 640.0, 480.0), (160.0, 0.0, 1120.0, 720.0))
    """
    scale = min(width_px / wanted_w, height_px / wanted_h)
    left, top = (width_px - scale * wanted_w) / 2, (height_px - scale * wanted_h) / 2
    return left, top, width_px - left, height_px - top


def from_mjpeg(data: bytes, width_px: int, height_px: int) -> Image:
    """Decode a JPEG, as small as the frame allows, which takes the least time.

    Raises:
        ValueError: If it is damaged, cut off, or smaller than the frame.
    """
    import simplejpeg

    picture: Image = simplejpeg.decode_jpeg(data, "RGB", min_height=height_px, min_width=width_px)
    return resized(picture, width_px, height_px)


def from_yuyv(
    data: bytes, size: tuple[int, int], stride: int, full_range: bool, width_px: int, height_px: int
) -> Image:
    """Turn YUYV into a frame: brightness of each pixel, colour of every second.

    Args:
        data: Rows, each padded to `stride` bytes.
        size: Width and height of the picture.
        stride: Bytes from one row to the next.
        full_range: Whether values are 0 to 255.
        width_px: Width of the frame.
        height_px: Height of the frame.

    Raises:
        ValueError: If bytes are missing.
    """
    width, height = size
    if len(data) < (height - 1) * stride + 2 * width:
        raise ValueError(f"{len(data)} bytes of {height * stride}")
    # The last row may come without its padding.
    padded = np.zeros(height * stride, np.uint8)
    seen = np.frombuffer(data, np.uint8)[: height * stride]
    padded[: seen.size] = seen
    rows = padded.reshape(height, stride)[:, : 2 * width]
    planes = rows[:, 0::2], rows[:, 1::4], rows[:, 3::4]
    return from_planes(planes, size, full_range, width_px, height_px)


def from_planes(
    planes: tuple[Image, Image, Image],
    size: tuple[int, int],
    full_range: bool,
    width_px: int,
    height_px: int,
) -> Image:
    """Turn planes of brightness and colour into a frame.

    Args:
        planes: Y, U and V, each ``(height, width)`` or smaller.
        size: Width and height of the picture.
        full_range: Whether values are 0 to 255.
        width_px: Width of the frame.
        height_px: Height of the frame.

    Raises:
        ValueError: If the picture is smaller than the frame.
    """
    # Smaller first, then colours: so only the pixels of the frame are converted.
    y, u, v = (resized(plane, width_px, height_px, size).astype(np.float32) for plane in planes)
    u -= 128
    v -= 128
    black, gain, r_v, g_u, g_v, b_u = FULL if full_range else LIMITED
    grey = (y - black) * gain
    picture = np.stack([grey + r_v * v, grey - g_u * u - g_v * v, grey + b_u * u], axis=2)
    frame: Image = np.clip(np.rint(picture), 0, 255).astype(np.uint8)
    return frame


def resized(
    plane: Image, width_px: int, height_px: int, size: tuple[int, int] | None = None
) -> Image:
    """Cut and scale a picture, or one of its planes; `size` is that of the whole picture."""
    from PIL import Image as Picture

    height, width = plane.shape[:2]
    whole_w, whole_h = size or (width, height)
    if whole_w < width_px or whole_h < height_px:
        raise ValueError(f"a picture of {whole_w}x{whole_h}")
    if (width, height) == (width_px, height_px) == (whole_w, whole_h):
        return np.ascontiguousarray(plane)
    left, top, right, bottom = cut(whole_w, whole_h, width_px, height_px)
    # The edges of a plane with fewer columns or rows than its picture.
    across, down = width / whole_w, height / whole_h
    box = (left * across, top * down, right * across, bottom * down)
    picture = Picture.fromarray(np.ascontiguousarray(plane))
    return np.array(picture.resize((width_px, height_px), Picture.Resampling.BILINEAR, box=box))
