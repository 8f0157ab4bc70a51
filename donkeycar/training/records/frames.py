"""Decoded frames: each JPEG is decoded only once, for all epochs."""

from collections import Counter
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from donkeycar.errors import TrainingError, TubError
from donkeycar.pilots.transform import Shape, Transforms
from donkeycar.training.progress import Progress
from donkeycar.training.records.frame_file import FrameFile
from donkeycar.training.records.recordings import Recordings
from donkeycar.training.records.sizes import usual_shape
from donkeycar.tub.sizes import counted, have, resized, size_in_words

# Most memory for frames: 18,000 frames of 160x120. The others go to a file.
MEMORY_BUDGET_BYTES = 1 << 30


class Frames(Protocol):
    """Frames in memory (an array) or on the disk: ``uint8``, ``(rows, height, width, channels)``.

    Never load all of them at once, because they may not fit into memory.
    """

    @property
    def shape(self) -> tuple[int, ...]:
        """Rows, height, width, channels."""

    def __len__(self) -> int: ...

    def __getitem__(self, rows: Any, /) -> Any:
        """Return the frames of a row, a slice, or an array of rows of any shape."""


def decode(
    recordings: Recordings,
    *,
    folder: Path,
    progress: Progress,
    memory_budget_bytes: int = MEMORY_BUDGET_BYTES,
    transforms: Transforms | None = None,
) -> tuple[Recordings, Frames]:
    """Decode the frames of all recordings, in the size that most of them have.

    Pictures of the same shape in another size are resized, pictures of another shape are left out.

    Args:
        recordings: The records to read.
        folder: Folder of a temporary file for frames beyond the budget; the file has no name and
            disappears with the process.
        progress: Called for every frame, and for sizes if there are several.
        memory_budget_bytes: Most memory for frames.
        transforms: Applied once to every frame; ``None`` for none.

    Returns:
        The recordings whose pictures could be read, with the size of these in `camera_shape`, and
        their frames.

    Raises:
        TrainingError: If no picture can be read, or the disk is full.
        PilotError: If the transforms do not fit the pictures.
    """
    transforms = transforms or Transforms()
    camera_shape = _camera_shape(recordings)
    store = _Store(
        folder, len(recordings), transforms.output_shape(camera_shape), memory_budget_bytes
    )
    readable: list[int] = []
    dropped: Counter[str] = Counter()
    other: Counter[Any] = Counter()
    example = ""
    with progress.task("reading frames", len(recordings)) as advance:
        for row in range(len(recordings)):
            advance(1)
            try:
                image = recordings.image(row)
            except TubError as error:
                dropped["with an unreadable picture"] += 1
                example = example or f"{recordings.name(row)}: {error}"
                continue
            if image.shape != camera_shape or image.dtype != np.uint8:
                fitting = resized(image, camera_shape)
                if fitting is None:
                    dropped[f"with a picture of another shape ({size_in_words(image.shape)})"] += 1
                    continue
                other[image.shape] += 1
                image = fitting
            store.append(transforms(image))
            readable.append(row)
    recordings.dropped.update(dropped)
    if not readable:
        raise TrainingError(f"None of {len(recordings)} pictures can be read; {example}")
    if other:
        progress.say(
            f"note: {other.total()} of {len(recordings)} pictures "
            f"{have(other.total())} another size ({counted(other)}), resized to "
            f"{size_in_words(camera_shape)}"
        )
    kept = recordings.keep(readable)
    kept.camera_shape = camera_shape
    return kept, store.frames()


def _camera_shape(recordings: Recordings) -> Shape:
    """The shape that most pictures have."""
    found = usual_shape(recordings)
    if found is not None:
        height, width, channels = found
        return height, width, channels
    example = ""
    for row in range(len(recordings)):
        try:
            recordings.image(row)
        except TubError as error:
            example = f"{recordings.name(row)}: {error}"
            break
        example = "a pilot learns from pictures in colour or grey, not from depth"
    raise TrainingError(f"None of {len(recordings)} pictures can be read; {example}")


class _Store:
    """Destination of the decoded frames."""

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
