"""What a pilot is to learn from: the records, their labels, and their decoded frames."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from donkeycar.pilots.transform import Shape
from donkeycar.training.data_report.report import data_report
from donkeycar.training.options import TrainingOptions
from donkeycar.training.progress import Progress
from donkeycar.training.records.frames import Frames, decode
from donkeycar.training.records.labels import relabel
from donkeycar.training.records.recordings import Recordings, gather
from donkeycar.training.records.split import Split
from donkeycar.words import count


@dataclass(frozen=True)
class Material:
    """Records to learn from.

    Attributes:
        recordings: With the labels that are to be taught.
        frames: ``uint8``, ``(rows, height, width, channels)``; what is done to a frame before it
            is changed at random has been done.
    """

    recordings: Recordings
    frames: Frames

    @property
    def camera_shape(self) -> Shape:
        """Height, width and channels of the frames as the camera gave them."""
        height, width, channels = self.recordings.camera_shape or self.frames.shape[1:]
        return (height, width, channels)

    def in_words(self, parts: Split) -> str:
        """Say in one line what is learnt from."""
        text = (
            f"{count(len(self.recordings), 'record')}: {len(parts.train)} to learn from, "
            f"{len(parts.validation)} to judge by, {parts.num_gap} between them"
        )
        dropped = self.recordings.dropped_in_words()
        return f"{text}; left out: {dropped}" if dropped else text

    def fingerprint(self, parts: Split) -> str:
        """Say in a few letters which records there are, what they teach and which of them judge."""
        digest = hashlib.sha256()
        places = {id(reader): reader.path.resolve() for reader, _ in self.recordings.sources}
        for reader, record in self.recordings.sources:
            digest.update(f"{places[id(reader)]} {record.get('_index')}\n".encode())
        digest.update(self.recordings.labels.tobytes())
        for rows in (parts.train, parts.validation):
            digest.update(rows.astype(np.int64).tobytes())
        return f"{len(self.recordings)} records, {digest.hexdigest()[:12]}"

    def to_json(self, parts: Split) -> dict[str, Any]:
        """Write down what was learnt from, for the pilot's sidecar."""
        return {
            "tubs": [str(path.resolve()) for path in self.recordings.tubs],
            "sessions": self.recordings.session_names,
            "records": len(self.recordings),
            "train": len(parts.train),
            "validation": len(parts.validation),
            "gap": parts.num_gap,
            "dropped": dict(self.recordings.dropped),
        }


def read_recordings(tubs: Iterable[str | Path], options: TrainingOptions) -> Recordings:
    """Read what was recorded, with the labels that are to be taught; no pictures yet.

    Raises:
        TrainingError: If there is nothing to learn from.
    """
    recordings = gather(tubs, record_filter=options.record_filter)
    return relabel(recordings, shift=options.label_shift, window=options.label_window)


def read_frames(
    recordings: Recordings, options: TrainingOptions, *, folder: Path, progress: Progress
) -> Material:
    """Say what is odd about what is to be learnt from, and decode the pictures.

    Args:
        recordings: What to read.
        options: Say how much memory may be taken, and the transforms.
        folder: Where frames go that do not fit into it.
        progress: Told about every frame.

    Raises:
        TrainingError: If pictures cannot be read, have two sizes, or the disk is full.
    """
    report = data_report(recordings, progress)
    for sentence in (*report.findings, *report.hints):
        progress.say(f"note: {sentence}")
    readable, frames = decode(
        recordings,
        folder=folder,
        progress=progress,
        memory_budget_bytes=options.memory_budget_bytes,
        transforms=options.transforms.before,
    )
    return Material(readable, frames)
