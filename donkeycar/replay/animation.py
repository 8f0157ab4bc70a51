"""Writes pictures as an animation: GIF, which needs no other library, or MP4."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from donkeycar.errors import DonkeyError, TrainingError, text_of
from donkeycar.files import atomic_path
from donkeycar.replay.probe_data import Array
from donkeycar.video import write_video

# Browsers play GIFs no faster than this.
FASTEST_HZ = 50.0
# How long the last picture stays before a GIF starts again, in seconds.
PAUSE_S = 2.0


def check_animation(path: str | Path, rate_hz: float) -> None:
    """Refuse a path or a rate that `write_animation` cannot use.

    Raises:
        TrainingError: If the suffix or the rate is impossible.
    """
    if Path(path).suffix.lower() not in WRITERS:
        raise TrainingError(f"An animation must end in {' or '.join(WRITERS)}. Received: {path}")
    if not 0 < rate_hz <= FASTEST_HZ:
        raise TrainingError(
            f"`rate_hz` must be more than 0 and at most {FASTEST_HZ:g}. Received: {rate_hz}"
        )


def write_animation(
    path: Path, frames: Iterator[Array], *, samples: Sequence[Array], rate_hz: float
) -> Path:
    """Write an animation; the file appears complete or not at all.

    Args:
        path: The file, ``.gif`` or ``.mp4``.
        frames: ``uint8`` RGB, ``(height, width, 3)`` each, all of one size with even sides.
        samples: Some of the pictures, to choose 256 colours from.
        rate_hz: Pictures per second.

    Returns:
        `path`.

    Raises:
        TrainingError: If it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_path(path) as draft:
            WRITERS[path.suffix.lower()](draft, frames, samples, rate_hz)
    except OSError as error:
        if isinstance(error, DonkeyError):
            raise
        raise TrainingError(
            f"The animation cannot be written to {path}: {text_of(error)}"
        ) from error
    return path


def _gif(path: Path, frames: Iterator[Array], samples: Sequence[Array], rate_hz: float) -> None:
    # One palette for all pictures: with one for each, plain backgrounds flicker.
    palette = Image.fromarray(np.concatenate(samples)).quantize(256)

    def pictures() -> Iterator[Image.Image]:
        for frame in frames:
            yield Image.fromarray(frame).quantize(palette=palette, dither=Image.Dither.NONE)

    each_ms = round(1000 / rate_hz)
    # Pillow needs all durations in advance, unless each picture has its own.
    whole = list(pictures())
    durations = [each_ms] * (len(whole) - 1) + [max(each_ms, round(1000 * PAUSE_S))]
    whole[0].save(path, save_all=True, append_images=whole[1:], duration=durations, loop=0)


def _mp4(path: Path, frames: Iterator[Array], samples: Sequence[Array], rate_hz: float) -> None:
    write_video(path, frames, rate_hz=rate_hz)


WRITERS: dict[str, Callable[[Path, Iterator[Array], Sequence[Array], float], None]] = {
    ".gif": _gif,
    ".mp4": _mp4,
}
