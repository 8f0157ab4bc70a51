"""Helpers that owners' own files import from donkeycar 5: pictures, ranges, bins.

They keep their names and results. What was wrong is right here, and says so. Nothing in donkeycar
uses them; ``docs/parts.md`` lists them.
"""
# ruff: noqa: N803, T201 - arguments have the names that owners write; two helpers print.

import math
import os
import socket
import sys
import time
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

ONE_BYTE_SCALE = 1.0 / 255.0

# Throttle of an `inferred` pilot of donkeycar 5 straight ahead, and in the tightest bend.
_STRAIGHT, _BEND = 0.754, 0.557

# Luminance of red, green and blue: ITU-R BT.601.
_GREY = (0.299, 0.587, 0.114)

# Frames between two lines of `FPSTimer`.
_FRAMES = 100


def img_to_binary(img: Image.Image, format: str = "jpeg") -> bytes:
    """The bytes of a picture as a file of a format."""
    file = BytesIO()
    img.save(file, format=format)
    return file.getvalue()


def arr_to_binary(arr: np.ndarray) -> bytes:
    """The bytes of a frame, ``(height, width, channels)``, as a JPEG file."""
    return img_to_binary(arr_to_img(arr))


def arr_to_img(arr: np.ndarray) -> Image.Image:
    """A picture of a frame; grey with one channel, which donkeycar 5 refused."""
    pixels: np.ndarray = np.asarray(arr).astype(np.uint8)
    return Image.fromarray(pixels[..., 0] if pixels.ndim == 3 and pixels.shape[2] == 1 else pixels)


def img_to_arr(img: Image.Image) -> np.ndarray:
    """The frame of a picture, ``uint8``."""
    return np.array(img)


def binary_to_img(binary: bytes | None) -> Image.Image | None:
    """The picture in the bytes of a file; ``None`` if there is none."""
    if not binary:
        return None
    try:
        return Image.open(BytesIO(binary))
    except OSError:
        return None


def rgb2gray(rgb: np.ndarray) -> np.ndarray:
    """A grey frame, ``(height, width)``, of the type of `rgb`.

    For ``uint8`` donkeycar 5 ends with a TypeError; here the grey is rounded.
    """
    grey = np.asarray(np.dot(rgb[..., :3], _GREY))
    return np.rint(grey).astype(np.uint8) if rgb.dtype == np.uint8 else grey


def img_crop(img_arr: np.ndarray, top: int, bottom: int) -> np.ndarray:
    """A frame without some rows at its top and bottom."""
    return img_arr[top : len(img_arr) - bottom]


def normalize_image(img_arr_uint: np.ndarray) -> np.ndarray:
    """A frame with values from 0 to 1, ``float64``."""
    return np.asarray(img_arr_uint.astype(np.float64) * ONE_BYTE_SCALE)


def denormalize_image(img_arr_float: np.ndarray) -> np.ndarray:
    """A ``uint8`` frame of values from 0 to 1."""
    return np.asarray((img_arr_float * 255.0).astype(np.uint8))


def load_pil_image(filename: str | Path, cfg: Any) -> Image.Image:
    """A picture file in the size of `IMAGE_W` and `IMAGE_H`, grey with `IMAGE_DEPTH` 1.

    Raises:
        OSError: If it cannot be read. Donkeycar 5 ends with an AttributeError then.
    """
    img: Image.Image = Image.open(filename)
    if img.size != (cfg.IMAGE_W, cfg.IMAGE_H):
        img = img.resize((cfg.IMAGE_W, cfg.IMAGE_H))
    return img.convert("L") if cfg.IMAGE_DEPTH == 1 else img


def load_image(filename: str | Path, cfg: Any) -> np.ndarray:
    """The frame of a picture file, in the size and depth of the settings."""
    return load_image_sized(filename, cfg.IMAGE_W, cfg.IMAGE_H, cfg.IMAGE_DEPTH)


def load_image_sized(
    filename: str | Path, image_width: int, image_height: int, image_depth: int
) -> np.ndarray:
    """The frame of a picture file, ``(height, width, depth)``.

    Raises:
        OSError: If it cannot be read.
    """
    img: Image.Image = Image.open(filename)
    if img.size != (image_width, image_height):
        img = img.resize((image_width, image_height))
    if image_depth == 1:
        img = img.convert("L")
    frame = np.array(img)
    return frame[..., None] if frame.ndim == 2 else frame


def make_dir(path: str) -> str:
    """Make a folder if it is missing; its full path."""
    real_path = os.path.expanduser(path)
    os.makedirs(real_path, exist_ok=True)
    return real_path


def clamp(n: float, min: float, max: float) -> float:
    """The number nearest to `n` between two limits, in either order."""
    low, high = sorted((min, max))
    return low if n < low else high if n > high else n


def linear_bin(a: float, N: int = 15, offset: float = 1, R: float = 2.0) -> np.ndarray:
    """A one-hot array of `N` bins, for a number from ``-offset`` to ``R - offset``."""
    number = round((a + offset) / (R / (N - offset)))
    bins = np.zeros(N)
    bins[int(clamp(number, 0, N - 1))] = 1
    return bins


def linear_unbin(
    arr: Sequence[float] | np.ndarray,
    N: int = 15,
    offset: float = -1,
    R: float = 2.0,
) -> float:
    """The number of the fullest of `N` bins."""
    return float(np.argmax(arr) * (R / (N + offset)) + offset)


def map_frange(x: float, X_min: float, X_max: float, Y_min: float, Y_max: float) -> float:
    """Map a number linearly from one range to another.

    Donkeycar 5 divides by zero if the second range has no length; here the result is that number.
    """
    if Y_max == Y_min:
        return Y_min
    return (x - X_min) / ((X_max - X_min) / (Y_max - Y_min)) + Y_min


def map_range(x: float, X_min: float, X_max: float, Y_min: float, Y_max: float) -> int:
    """The same, rounded down."""
    return math.floor(map_frange(x, X_min, X_max, Y_min, Y_max))


def map_range_float(x: float, X_min: float, X_max: float, Y_min: float, Y_max: float) -> float:
    """The same, rounded to two digits."""
    return round(map_frange(x, X_min, X_max, Y_min, Y_max), 2)


def norm_deg(theta: float) -> float:
    """An angle from 0 to 360 degrees."""
    if 0 <= theta <= 360:
        return theta
    return theta % 360 or (360 if theta > 0 else 0)


def deg2rad(theta: float) -> float:
    """An angle in radians, of one in degrees."""
    return math.radians(theta)


def dist(x1: float, y1: float, x2: float, y2: float) -> float:
    """The distance of two points."""
    return math.hypot(x2 - x1, y2 - y1)


def sign(x: float) -> int:
    """-1, 0 or 1."""
    return (x > 0) - (x < 0)


def compare_to(value: float, toValue: float, tolerance: float) -> int:
    """-1, 0 or 1 if a value is less than, near or greater than another one."""
    away = value - toValue
    return 0 if abs(away) <= tolerance else sign(away)


def is_number_type(i: object) -> bool:
    """Whether a value is an ``int`` or a ``float``."""
    return type(i) in (int, float)


def throttle(input_value: float) -> float:
    """Throttle for an angle: less in a bend, equally on both sides.

    Donkeycar 5 gives 1.0 at full left, 0.754 straight ahead and 0.557 at full right. Here the last
    two count, on both sides: a car that turns left does not speed up.
    """
    share = abs(clamp(input_value, -1.0, 1.0))
    return _STRAIGHT + (_BEND - _STRAIGHT) * share


def merge_two_dicts(x: dict[Any, Any], y: dict[Any, Any]) -> dict[Any, Any]:
    """Both dictionaries; the second one wins."""
    return {**x, **y}


def my_ip() -> str:
    """The address of this computer; "127.0.0.1" without a network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 1))  # sends nothing; RFC 5737
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def eprint(*args: object, **kwargs: Any) -> None:
    """Print to the error output."""
    print(*args, file=sys.stderr, **kwargs)


class FPSTimer:
    """Prints a rate after every hundred frames."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Begin anew."""
        self.t = time.monotonic()
        self.iter = 0

    def on_frame(self) -> None:
        """Count a frame."""
        self.iter += 1
        if self.iter == _FRAMES:
            print("fps", _FRAMES / (time.monotonic() - self.t))
            self.reset()


def __getattr__(name: str) -> Any:
    from donkeycar.gone import missing

    raise missing(__name__, name)
