"""What is suspicious in the pictures of a tub: too dark, blurred, or the same again."""

from collections.abc import Callable, Iterator
from typing import NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt

from donkeycar.errors import TubError
from donkeycar.tub.browsing.suspicion import Drive, Suspicion, drive_of, runs
from donkeycar.tub.browsing.tub_index import TubIndex
from donkeycar.tub.format import IMAGE_KEY
from donkeycar.tub.images import decode_image

DARK = 16.0
# A picture has less than this share of the usual detail of its tub.
BLURRED = 0.25
# The mean difference to the picture before, of 255: below it nothing has moved, noise apart.
SAME = 1.5
SAME_RECORDS = 5
MOVING = 0.1
# Pictures are compared at about this many pixels.
SIDE = 80

Progress = Callable[[int, int], None]
Floats = npt.NDArray[np.float64]


class Measured(NamedTuple):
    """Figures of each picture; NaN where it cannot be read.

    Attributes:
        brightness: Mean, 0 to 255.
        detail: Variance of its second differences: how sharp its edges are.
        change: Mean difference to the picture before, 0 to 255.
        copies: Whether its file is the same as that of the picture before.
    """

    brightness: Floats
    detail: Floats
    change: Floats
    copies: npt.NDArray[np.bool_]


def look_at_pictures(index: TubIndex, progress: Progress | None = None) -> list[Suspicion]:
    """Find suspicious pictures; it decodes every picture, about 1,000 a second on a PC.

    Args:
        index: The tub.
        progress: Called now and then with the number of pictures done and of all.

    Returns:
        The findings; none without a column of pictures.
    """
    keys = index.image_keys
    if not keys:
        return []
    key = IMAGE_KEY if IMAGE_KEY in keys else keys[0]
    measured = _measure(index, key, progress)
    drive = drive_of(index)
    return [*_dark(measured, drive), *_blurred(measured, drive), *_repeated(measured, drive)]


def _measure(index: TubIndex, key: str, progress: Progress | None) -> Measured:
    count = len(index)
    figures = np.full((3, count), np.nan)
    copies = np.zeros(count, bool)
    before: npt.NDArray[np.float32] | None = None
    sum_before = -1
    for position in range(count):
        if progress is not None and position % 100 == 0:
            progress(position, count)
        try:
            path = index.image_path(position, key)
            grey = _grey(decode_image(path))
            total = crc32(grey.tobytes())
        except (TubError, OSError):
            before, sum_before = None, -1
            continue
        figures[0, position] = grey.mean()
        figures[1, position] = _detail(grey)
        if before is not None and before.shape == grey.shape:
            figures[2, position] = np.abs(grey - before).mean()
            copies[position] = total == sum_before
        before, sum_before = grey, total
    return Measured(figures[0], figures[1], figures[2], copies)


def _grey(image: npt.NDArray[np.generic]) -> npt.NDArray[np.float32]:
    """A small picture without colours."""
    step = max(1, min(image.shape[:2]) // SIDE)
    small = image[::step, ::step]
    if small.dtype == np.uint16:
        small = small >> 8  # type: ignore[operator]
    grey: npt.NDArray[np.float32] = small.astype(np.float32)
    return grey.mean(axis=2) if grey.ndim == 3 else grey


def _detail(grey: npt.NDArray[np.float32]) -> float:
    if min(grey.shape) < 3:
        return float("nan")
    inner = grey[1:-1, 1:-1]
    around = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:]
    return float((around - 4 * inner).var())


def _dark(measured: Measured, drive: Drive) -> Iterator[Suspicion]:
    for first, last in runs(measured.brightness < DARK, drive.begins):
        mean = measured.brightness[first : last + 1].mean()
        yield Suspicion("dark", first, last, f"brightness {mean:.0f} of 255")


def _blurred(measured: Measured, drive: Drive) -> Iterator[Suspicion]:
    bright = measured.brightness >= DARK
    if not bright.any():
        return
    usual = float(np.nanmedian(measured.detail[bright]))
    for first, last in runs(bright & (measured.detail < BLURRED * usual), drive.begins):
        share = measured.detail[first : last + 1].mean() / usual
        yield Suspicion("blur", first, last, f"edges have {share:.0%} of their usual sharpness")


def _repeated(measured: Measured, drive: Drive) -> Iterator[Suspicion]:
    for first, last in runs(measured.copies, drive.begins):
        yield Suspicion(
            "duplicate", first, last, "the picture is the same, to the last bit, as the one before"
        )
    still = (measured.change < SAME) & ~measured.copies & (np.abs(drive.throttle) > MOVING)
    for first, last in runs(still, drive.begins):
        if last - first + 1 >= SAME_RECORDS:
            throttle = float(np.nanmean(drive.throttle[first : last + 1]))
            yield Suspicion(
                "crash", first, last,
                f"nothing moves in the picture at throttle {throttle:.2f}: perhaps against a wall",
            )  # fmt: skip
