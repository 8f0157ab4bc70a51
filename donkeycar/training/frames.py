"""Decoded frames, each read from its JPEG once however many epochs follow."""

import tempfile
from collections import Counter
from pathlib import Path

import numpy as np

from donkeycar.errors import TrainingError, TubError
from donkeycar.training.progress import Progress
from donkeycar.training.recordings import Recordings

# What may be held in memory: 18,000 frames of 160x120. More goes to a file.
MEMORY_BUDGET_BYTES = 1 << 30


def decode(
    recordings: Recordings,
    *,
    folder: Path,
    progress: Progress,
    memory_budget_bytes: int = MEMORY_BUDGET_BYTES,
) -> tuple[Recordings, np.ndarray]:
    """Decode the frames of all recordings.

    Args:
        recordings: What to read.
        folder: Where a nameless file for the frames is made if they do not fit the budget; it
            vanishes with the process.
        progress: Told about every frame.
        memory_budget_bytes: What the frames may take of memory.

    Returns:
        The recordings whose pictures could be read, and their frames: ``uint8``,
        ``(rows, height, width, 3)``, RGB.

    Raises:
        TrainingError: If no picture can be read, two have different sizes, or the disk is full.
    """
    frames: np.ndarray | None = None
    first_name = ""
    readable: list[int] = []
    unreadable: Counter[str] = Counter()
    example = ""
    with progress.task("reading frames", len(recordings)) as advance:
        for row in range(len(recordings)):
            advance(1)
            try:
                image = recordings.image(row)
            except TubError as error:
                unreadable["with an unreadable picture"] += 1
                example = example or f"{recordings.name(row)}: {error}"
                continue
            if frames is None:
                first_name = recordings.name(row)
                frames = _room((len(recordings), *image.shape), folder, memory_budget_bytes)
            if image.shape != frames.shape[1:] or image.dtype != np.uint8:
                raise TrainingError(
                    "All pictures must have one size. Received: "
                    f"{_size(frames.shape[1:])} in {first_name}, {_size(image.shape)} in "
                    f"{recordings.name(row)}. Train on tubs of one camera setting."
                )
            frames[len(readable)] = image
            readable.append(row)
    recordings.dropped.update(unreadable)
    if frames is None:
        raise TrainingError(f"None of {len(recordings)} pictures can be read; {example}")
    return recordings.keep(readable), frames[: len(readable)]


def _room(shape: tuple[int, ...], folder: Path, budget_bytes: int) -> np.ndarray:
    """Make room for all frames, in memory or on the disk."""
    num_bytes = int(np.prod(shape))
    if num_bytes <= budget_bytes:
        return np.empty(shape, np.uint8)
    try:
        # The map keeps the file alive after it is closed.
        with tempfile.TemporaryFile(prefix=".frames-", dir=folder) as file:
            return np.memmap(file, np.uint8, "w+", shape=shape)
    except OSError as error:
        raise TrainingError(
            f"{num_bytes / 1e9:.1f} GB of frames do not fit into {folder}: {error.strerror}"
        ) from error


def _size(shape: tuple[int, ...]) -> str:
    return "x".join(str(side) for side in (shape[1], shape[0], *shape[2:]))
