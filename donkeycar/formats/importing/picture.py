"""Image files on their way into a tub: unchanged where a tub can hold them, else as a JPEG."""

import io
import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from donkeycar.errors import TubError
from donkeycar.formats.importing.item import Picture
from donkeycar.tub.format import read_regular_file
from donkeycar.tub.images import MAX_IMAGE_BYTES, MAX_PIXELS, decode_bytes

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image

# What is no JPEG becomes one. It is made once and looked at by a network: this loses little.
QUALITY = 95
FORMATS = ("JPEG", "PNG", "BMP", "GIF", "PPM", "TIFF", "WEBP")
JPEG, PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"


def file_picture(root: Path, path: Path) -> Picture:
    """How to read the image file `path`, which must not lead out of the folder `root`."""
    return partial(_read_inside, root, path)


def _read_inside(root: Path, path: Path) -> bytes:
    if not os.path.realpath(path).startswith(os.path.join(os.path.realpath(root), "")):
        raise TubError(f"{path.name} lies outside of {root.name}: a link, or a path with ..")
    try:
        return read_regular_file(path, max_bytes=MAX_IMAGE_BYTES)
    except FileNotFoundError as error:
        raise TubError(f"{path.name} is not there") from error
    except OSError as error:
        raise TubError(f"{path.name} cannot be read: {error.strerror}") from error


def stored_picture(data: bytes, type_name: str) -> bytes:
    """The image file that a tub holds: `data` itself, if it is one that a tub may hold.

    A column of type ``image_array`` holds JPEGs, one of type ``gray16_array`` PNGs of 16 bits. Any
    other picture becomes one: transparency is dropped, grey stays grey.

    Raises:
        TubError: If it is not a picture, or damaged, or too large.
    """
    if type_name == "gray16_array":
        if not data.startswith(PNG) or decode_bytes(data, "the picture").ndim != 2:
            raise TubError("the picture is no PNG of 16 bits")
        return data
    if data.startswith(JPEG):
        decode_bytes(data, "the picture")
        return data
    return _as_jpeg(data)


def _as_jpeg(data: bytes) -> bytes:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise TubError(f"the picture has more than {MAX_PIXELS} pixels")
            buffer = io.BytesIO()
            _eight_bits(image).save(buffer, "JPEG", quality=QUALITY, subsampling=0)
            return buffer.getvalue()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise TubError(f"the picture has more than {MAX_PIXELS} pixels") from error
    except TubError:
        raise
    except Exception as error:  # the decoders of rare formats raise anything for damaged files
        why = "of no known format" if "cannot identify" in str(error) else str(error)
        raise TubError(f"the picture cannot be read: {why}") from error


def jpeg_of(array: "np.ndarray[Any, Any]") -> bytes:
    """A JPEG of an array, ``uint8``, `(height, width, 3)` RGB."""
    try:
        import simplejpeg
    except ImportError:
        return _jpeg_by_pillow(array)
    data: bytes = simplejpeg.encode_jpeg(array, quality=QUALITY, colorsubsampling="444")
    return data


def _jpeg_by_pillow(array: "np.ndarray[Any, Any]") -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, "JPEG", quality=QUALITY, subsampling=0)
    return buffer.getvalue()


def _eight_bits(image: "Image.Image") -> "Image.Image":
    if image.mode.startswith("I") or image.mode == "F":
        raise TubError("the picture has more than 8 bits a pixel: it is no picture of colours")
    if image.mode in ("P", "PA"):
        # Some palettes are transparent in steps, of which Pillow warns.
        image = image.convert("RGBA")
    return image.convert("L" if image.mode in ("1", "L", "LA") else "RGB")
