"""The dataset of a training: records with their labels, their decoded frames, and their split."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from donkeycar.pilots.kinds.registry import pilot_type
from donkeycar.pilots.transform import Shape
from donkeycar.training.data_report.report import data_report
from donkeycar.training.options import TrainingOptions
from donkeycar.training.progress import Progress
from donkeycar.training.records.found import found_options
from donkeycar.training.records.frames import Frames, decode
from donkeycar.training.records.labels import relabel
from donkeycar.training.records.recordings import Recordings, gather
from donkeycar.training.records.samples import Samples
from donkeycar.training.records.split import Split
from donkeycar.words import count


@dataclass(frozen=True)
class Dataset:
    """Records to train on.

    Attributes:
        recordings: The records, with the labels to learn.
        frames: ``uint8``, ``(rows, height, width, channels)``, after the transforms before
            augmentation.
    """

    recordings: Recordings
    frames: Frames

    @property
    def camera_shape(self) -> Shape:
        """Height, width and channels of the camera's frames."""
        height, width, channels = self.recordings.camera_shape or self.frames.shape[1:]
        return (height, width, channels)

    def samples(self, options: TrainingOptions) -> Samples:
        """Return the records as the type of pilot in the options sees them.

        Raises:
            TrainingError: If none of the records can be used.
            PilotError: If an option of the pilot is not possible.
        """
        kind = pilot_type(options.type)
        return Samples(
            kind,
            found_options(kind, options.pilot_options, self.recordings),
            self.recordings,
            self.frames,
            options.transforms.after(self.camera_shape),
        )

    def in_words(self, split: Split) -> str:
        """Say in one line how many records there are, and how they are split."""
        text = (
            f"{count(len(self.recordings), 'record')}: {len(split.train)} for training, "
            f"{len(split.validation)} for validation, {split.num_gap} between them"
        )
        dropped = self.recordings.dropped_in_words()
        return f"{text}; left out: {dropped}" if dropped else text

    def fingerprint(self, split: Split) -> str:
        """Fingerprint of the records, the labels and the split."""
        digest = hashlib.sha256()
        places = {id(reader): reader.path.resolve() for reader, _ in self.recordings.sources}
        for reader, record in self.recordings.sources:
            digest.update(f"{places[id(reader)]} {record.get('_index')}\n".encode())
        digest.update(self.recordings.labels.tobytes())
        for rows in (split.train, split.validation):
            digest.update(rows.astype(np.int64).tobytes())
        return f"{len(self.recordings)} records, {digest.hexdigest()[:12]}"

    def to_json(self, split: Split) -> dict[str, Any]:
        """Describe the dataset and its split for the pilot's sidecar."""
        return {
            "tubs": [str(path.resolve()) for path in self.recordings.tubs],
            "sessions": self.recordings.session_names,
            "records": len(self.recordings),
            "train": len(split.train),
            "validation": len(split.validation),
            "gap": split.num_gap,
            "dropped": dict(self.recordings.dropped),
            "cleaning": self.recordings.cleaned and self.recordings.cleaned.to_json(),
        }


def read_recordings(tubs: Iterable[str | Path], options: TrainingOptions) -> Recordings:
    """Read the records of some tubs, with the labels to learn, but without pictures.

    Raises:
        TrainingError: If there are no usable records.
    """
    recordings = gather(tubs, record_filter=options.record_filter, cleaning=options.cleaning)
    return relabel(recordings, shift=options.label_shift, window=options.label_window)


def read_dataset(
    recordings: Recordings, options: TrainingOptions, *, folder: Path, progress: Progress
) -> Dataset:
    """Print the problems of the recordings, and decode their pictures.

    Args:
        recordings: The records to read.
        options: The memory limit and the transforms.
        folder: Folder for frames that do not fit into memory.
        progress: Called for every frame.

    Raises:
        TrainingError: If pictures cannot be read, have two sizes, or the disk is full.
    """
    report = data_report(recordings, progress)
    if recordings.cleaned is not None:
        progress.say(recordings.cleaned.counts.in_words())
    for sentence in (*report.findings, *report.hints):
        progress.say(f"note: {sentence}")
    readable, frames = decode(
        recordings,
        folder=folder,
        progress=progress,
        memory_budget_bytes=options.memory_budget_bytes,
        transforms=options.transforms.before,
    )
    return Dataset(readable, frames)
