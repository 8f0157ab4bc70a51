"""Decoded frames, each read from its JPEG once however many epochs follow."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from donkeycar.errors import TrainingError, TubError
from donkeycar.pilots.transform import Shape, Transforms
from donkeycar.training.progress import Progress
from donkeycar.training.records.frame_file import FrameFile
from donkeycar.training.records.recordings import Recordings

# What may be held in memory: 18,000 frames of 160x120. More goes to a file.
MEMORY_BUDGET_BYTES = 1 << 30


class Frames(Protocol):
    """Frames in memory (an array) or on the disk: ``uint8``, ``(rows, height, width, channels)``.

    Nobody takes all of them at once: there may be more than the memory holds.
    """

    @property
    def shape(self) -> tuple[int, ...]:
        """Rows, height, width, channels."""

    def __len__(self) -> int: ...

    def __getitem__(self, rows: Any, /) -> Any:
        """Hand out the frames of a row, a slice, or an array of rows of any shape."""


def decode(
    recordings: Recordings,
    *,
    folder: Path,
    progress: Progress,
    memory_budget_bytes: int = MEMORY_BUDGET_BYTES,
    transforms: Transforms | None = None,
) -> tuple[Recordings, Frames]:
    """Decode the frames of all recordings.

    Args:
        recordings: What to read.
        folder: Where a nameless file for the frames is made if they do not fit the budget; it
            vanishes with the process.
        progress: Told about every frame.
        memory_budget_bytes: What the frames may take of memory.
        transforms: Done to every frame, once; ``None`` for nothing.

    Returns:
        The recordings whose pictures could be read, with the size of these in `camera_shape`, and
        their frames.

    Raises:
        TrainingError: If no picture can be read, two have different sizes, or the disk is full.
        PilotError: If the transforms do not suit the pictures.
    """
    transforms = transforms or Transforms()
    store: _Store | None = None
    first_name = ""
    camera_shape: Shape | None = None
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
            if store is None:
                first_name, camera_shape = recordings.name(row), _colour_shape(image)
                shape = transforms.output_shape(camera_shape)
                store = _Store(folder, len(recordings), shape, memory_budget_bytes)
            if image.shape != camera_shape or image.dtype != np.uint8:
                raise TrainingError(
                    "All pictures must have one size. Received: "
                    f"{_size(camera_shape or ())} in {first_name}, {_size(image.shape)} in "
                    f"{recordings.name(row)}. Train on tubs of one camera setting."
                )
            store.append(transforms(image))
            readable.append(row)
    recordings.dropped.update(unreadable)
    if store is None:
        raise TrainingError(f"None of {len(recordings)} pictures can be read; {example}")
    kept = recordings.keep(readable)
    kept.camera_shape = camera_shape
    return kept, store.frames()


class _Store:
    """Where frames go as they are decoded."""

    def __init__(self, folder: Path, room: int, shape: Shape, budget_bytes: int) -> None:
        self._file: FrameFile | None = None
        if room * int(np.prod(shape)) <= budget_bytes:
            self._array = np.empty((room, *shape), np.uint8)
        else:
            self._file = FrameFile(folder, room, shape)
        self._length = 0

    def append(self, frame: np.ndarray) -> None:
        if self._file is not None:
            self._file.append(frame)
        else:
            self._array[self._length] = frame
        self._length += 1

    def frames(self) -> Frames:
        return self._file if self._file is not None else self._array[: self._length]


def _colour_shape(image: np.ndarray) -> Shape:
    """Shape of a picture, which has three channels unless it is one of depth."""
    if image.ndim != 3:
        raise TrainingError(
            f"A pilot learns from pictures in colour or grey. Received: {image.dtype} "
            f"{_size(image.shape)}"
        )
    return (image.shape[0], image.shape[1], image.shape[2])


def _size(shape: Sequence[int]) -> str:
    return "x".join(str(side) for side in (shape[1], shape[0], *shape[2:]))
