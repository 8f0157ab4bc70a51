"""Image files of a tub: colour as JPEG, depth as 16-bit PNG."""

import contextlib
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from donkeycar.errors import TubError
from donkeycar.tub.format import read_regular_file

JPEG_QUALITY = 75
# Depth of a camera, 160x120: 24.2 kB in 1.3 ms; at the usual level 6, 22.9 kB in 6.4 ms.
PNG_LEVEL = 1
MAX_IMAGE_BYTES = 32 << 20
MAX_PIXELS = 16_000_000

Array = npt.NDArray[Any]


def encode_image(value: object, type_name: str) -> bytes:
    """Content of the image file for a value of an image channel.

    Args:
        value: For ``image_array`` an array `(height, width, 3)` RGB, `(height, width, 1)` or
            `(height, width)` grey, ``uint8``. For ``gray16_array`` `(height, width)`, ``uint16``.
        type_name: ``image_array`` or ``gray16_array``.

    Raises:
        TubError: If the value is not such an array.
    """
    wanted = np.dtype(np.uint8 if type_name == "image_array" else np.uint16)
    if not isinstance(value, np.ndarray) or value.dtype != wanted or not value.size:
        received = type(value).__name__
        if isinstance(value, np.ndarray):
            received = f"{value.dtype} {value.shape}"
        raise TubError(f"{type_name} needs an array of {wanted}. Received: {received}")
    if value.ndim == 3 and value.shape[2] == 1:
        value = value[:, :, 0]
    if value.ndim != 2 and not (value.ndim == 3 and value.shape[2] == 3 and wanted == np.uint8):
        raise TubError(
            f"{type_name} needs the shape (height, width"
            f"{', 3' if wanted == np.uint8 else ''}). Received: {value.shape}"
        )
    value = np.ascontiguousarray(value)
    return _encode_jpeg(value) if wanted == np.uint8 else _encode_png(value)


def decode_image(path: Path) -> Array:
    """Read an image file of a tub.

    Args:
        path: A JPEG or PNG.

    Returns:
        ``uint8`` `(height, width, 3)` RGB, also for a grey picture; for 16-bit grey ``uint16``
        `(height, width)`.

    Raises:
        TubError: If the file is missing, empty, damaged, too large, or another format.
    """
    return decoded(path)[0]


def decoded(path: Path) -> tuple[Array, bool]:
    """As `decode_image`, and whether the file holds no colours.

    Raises:
        TubError: As for `decode_image`.
    """
    with _saying_what_is_wrong(path.name):
        data = read_regular_file(path, max_bytes=MAX_IMAGE_BYTES)
        if not data:
            raise TubError(f"{path.name} cannot be read as an image: it is empty")
        return _decode(data, path.name)


def refuse_no_depth(image: Array, name: str) -> None:
    """Refuse a picture that a reader would take for millimetres.

    Args:
        image: As `decode_image` returns it.
        name: Of its file, for the message.

    Raises:
        TubError: If it was no PNG of 16-bit grey.
    """
    if image.dtype != np.uint16 or image.ndim != 2:
        raise TubError(
            f"{name} must be a PNG of 16-bit grey, because its column is a gray16_array. Received: "
            "another kind of picture"
        )


def decode_bytes(data: bytes, name: str) -> Array:
    """Decode the content of an image file; as `decode_image`.

    Args:
        data: A JPEG or PNG.
        name: How a message names it.

    Raises:
        TubError: If it is damaged, too large, or another format.
    """
    with _saying_what_is_wrong(name):
        return _decode(data, name)[0]


def _decode(data: bytes, name: str) -> tuple[Array, bool]:
    ordinary = _decode_jpeg(data)
    return _decode_with_pillow(data, name) if ordinary is None else ordinary


def image_shape(path: Path) -> tuple[int, ...]:
    """The shape that `decode_image` returns, from the first bytes of a file.

    Raises:
        TubError: If the file is missing, empty, too large, or another format.
    """
    from PIL import Image

    with _saying_what_is_wrong(path.name):
        data = read_regular_file(path, max_bytes=MAX_IMAGE_BYTES)
        try:
            with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as image:
                grey16 = image.mode.startswith("I")
                return image.size[::-1] if grey16 else (*image.size[::-1], 3)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise TubError(f"{path.name} has more than {MAX_PIXELS} pixels") from error


@contextlib.contextmanager
def _saying_what_is_wrong(name: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise TubError(f"{name} cannot be read as an image: it is not there") from error
    except (OSError, ValueError, SyntaxError) as error:
        if isinstance(error, TubError):
            raise
        # Pillow's message for an unknown kind of file contains the address of an object.
        why = "it is not a JPEG or PNG" if "cannot identify" in str(error) else error
        raise TubError(f"{name} cannot be read as an image: {why}") from error


def _decode_with_pillow(data: bytes, name: str) -> tuple[Array, bool]:
    # A car that only records does not need it, and it takes long to load.
    from PIL import Image

    try:
        # It raises an OSError for unknown files.
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as image:
            if image.width * image.height > MAX_PIXELS:
                raise TubError(f"{name} has more than {MAX_PIXELS} pixels")
            if image.mode.startswith("I"):
                return np.asarray(image).astype(np.uint16), True
            return np.array(image.convert("RGB")), image.mode in ("1", "L", "LA")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise TubError(f"{name} has more than {MAX_PIXELS} pixels") from error


def _encode_with_pillow(array: Array) -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, "JPEG", quality=JPEG_QUALITY)
    return buffer.getvalue()


def _encode_png(array: Array) -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, "PNG", compress_level=PNG_LEVEL)
    return buffer.getvalue()


def _choose_jpeg_encoder() -> Callable[[Array], bytes]:
    try:
        import simplejpeg
    except ImportError:
        return _encode_with_pillow

    def encode(array: Array) -> bytes:
        if array.ndim == 2:
            array = array[:, :, None]
        space, sampling = ("RGB", "420") if array.shape[2] == 3 else ("GRAY", "Gray")
        data: bytes = simplejpeg.encode_jpeg(
            array, quality=JPEG_QUALITY, colorspace=space, colorsubsampling=sampling
        )
        return data

    return encode


def _choose_jpeg_decoder() -> Callable[[bytes], tuple[Array, bool] | None]:
    """Choose the decoder of ordinary JPEGs; ``None`` leaves all files to Pillow.

    The fast library gives the same bytes in less than half the time. If it refuses a file, Pillow
    reads the file again, and says what is wrong with it.
    """
    try:
        import simplejpeg
    except ImportError:
        return lambda data: None

    def decode(data: bytes) -> tuple[Array, bool] | None:
        try:
            height, width, space, _ = simplejpeg.decode_jpeg_header(data)
            if height * width > MAX_PIXELS or space not in ("YCbCr", "Gray"):
                return None
            image: Array = simplejpeg.decode_jpeg(data, colorspace="RGB")
        except ValueError:
            return None
        return image, space == "Gray"

    return decode


_encode_jpeg = _choose_jpeg_encoder()
_decode_jpeg = _choose_jpeg_decoder()
