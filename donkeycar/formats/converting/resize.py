"""Pictures of another size.

A smaller picture is the mean of the pixels that each new one covers (Pillow's BOX filter with
fractions at the borders), a larger one is interpolated (BICUBIC); of depth, each new pixel is the
nearest old one, because a mean of two distances is a place where nothing is.
"""

import io
from functools import partial
from typing import TYPE_CHECKING

from donkeycar.errors import ConfigError, TubError
from donkeycar.formats.importing.item import Picture, Source
from donkeycar.formats.importing.picture import QUALITY
from donkeycar.tub.format import IMAGE_EXTENSIONS
from donkeycar.tub.images import MAX_PIXELS, decode_bytes

if TYPE_CHECKING:
    from PIL.Image import Image as Pillow

FITS = ("stretch", "crop", "pad")
Size = tuple[int, int]  # width and height, in pixels


def resize_pictures(source: Source, size: Size, *, fit: str | None = None) -> None:
    """Let all pictures of a source come in one size; they are made when they are read.

    Args:
        source: The recording; changed in place.
        size: Width and height, each 1 or more.
        fit: For a picture of another shape: ``stretch`` changes its proportions, ``crop`` cuts the
            sides or top and bottom off equally, ``pad`` adds black there. ``None`` refuses it with
            a ConfigError when it is read.

    Raises:
        ConfigError: If the size is not one of a picture.
    """
    width, height = size
    if min(size) < 1 or width * height > MAX_PIXELS:
        raise ConfigError(
            f"`--size` must be 1x1 or more, and at most {MAX_PIXELS} pixels. Received: "
            f"--size {width}x{height}"
        )
    for item in source.items:
        for key, picture in item.pictures.items():
            depth = source.types[key] != "image_array"
            item.pictures[key] = partial(_resized, picture, size, fit, depth)
    num_columns = sum(kind in IMAGE_EXTENSIONS for kind in source.types.values())
    if num_columns:
        source.facts.append(f"pictures become {width}x{height}")


def _resized(picture: Picture, size: Size, fit: str | None, depth: bool) -> bytes:
    from PIL import Image

    data = picture()
    array = decode_bytes(data, "the picture")
    if depth and array.ndim != 2:
        raise TubError("the picture is no PNG of 16 bits")
    if array.shape[1::-1] == size:
        return data
    with Image.open(io.BytesIO(data)) as opened:
        grey = opened.mode == "L"
    image = Image.fromarray(array)
    changed = fitted(image.convert("L") if grey else image, size, fit, nearest=depth)
    buffer = io.BytesIO()
    if depth:
        changed.save(buffer, "PNG")
    else:
        changed.save(buffer, "JPEG", quality=QUALITY, subsampling=0)
    return buffer.getvalue()


def fitted(image: "Pillow", size: Size, fit: str | None, *, nearest: bool = False) -> "Pillow":
    """A picture in another size.

    Raises:
        ConfigError: If it has another shape, and `fit` is ``None``.
    """
    from PIL import Image

    width, height = size
    horizontal, vertical = width / image.width, height / image.height
    box = None
    inner = size
    # One pixel is what rounding costs.
    if abs(image.width * vertical - width) >= 1 and abs(image.height * horizontal - height) >= 1:
        if fit is None:
            raise ConfigError(
                f"`--size` must have the shape of the pictures. Received: --size {width}x{height} "
                f"for pictures of {image.width}x{image.height}. Say --fit stretch, crop or pad, "
                f"or --size {width}x{max(round(image.height * horizontal), 1)}"
            )
        if fit == "crop":
            scale = max(horizontal, vertical)
            cut_x = (image.width - width / scale) / 2
            cut_y = (image.height - height / scale) / 2
            box = (cut_x, cut_y, image.width - cut_x, image.height - cut_y)
        elif fit == "pad":
            scale = min(horizontal, vertical)
            inner = (max(round(image.width * scale), 1), max(round(image.height * scale), 1))
    larger = inner[0] > image.width or inner[1] > image.height
    smooth = Image.Resampling.BICUBIC if larger else Image.Resampling.BOX
    changed = image.resize(inner, Image.Resampling.NEAREST if nearest else smooth, box)
    if inner == size:
        return changed
    padded = Image.new(changed.mode, size)
    padded.paste(changed, ((width - inner[0]) // 2, (height - inner[1]) // 2))
    return padded
