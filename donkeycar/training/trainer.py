"""Trains a pilot: from tubs to the files with which a car drives."""

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from donkeycar.keras_backend import import_keras
from donkeycar.pilots.files.bundle import PilotFiles
from donkeycar.pilots.kinds.registry import pilot_type
from donkeycar.training.database import read_database
from donkeycar.training.dataset import Dataset, read_dataset, read_recordings
from donkeycar.training.destination import make_folder, pilot_files
from donkeycar.training.epochs.checkpoint import Checkpoint, checkpoint_path, read_checkpoint
from donkeycar.training.options import TrainingOptions
from donkeycar.training.progress import Progress, Silent
from donkeycar.training.records.split import train_validation_split
from donkeycar.training.result import TrainingResult
from donkeycar.training.run import TrainingRun
from donkeycar.training.size import check_size
from donkeycar.training.transfer import check_source

# One split, or several.
Splits = TypeVar("Splits")


def train(
    tubs: Iterable[str | Path],
    model_path: str | Path,
    options: TrainingOptions | None = None,
    *,
    resume: bool = False,
    progress: Progress | None = None,
    **changes: Any,
) -> TrainingResult:
    """Train a pilot on recordings, and write its files and an entry in the list of pilots.

    Ctrl-C and SIGTERM end it early and keep the best weights so far. A checkpoint for resuming is
    written beside the pilot after every epoch, and removed when the training is finished.

    Args:
        tubs: Folders of tubs.
        model_path: Path of the pilot: ``.keras``, ``.tflite`` or ``.json``; all three are written.
        options: Training options; ``None`` is the default `TrainingOptions`.
        resume: Continue the interrupted training of this pilot; options and records must be the
            same. Without a seed, the seed of the interrupted training is used.
        progress: Reports the progress.
        changes: Some of the options, by name.

    Returns:
        The pilot's files and its errors.

    Raises:
        TrainingError: If there are no usable records, or an option is out of range; or if the
            trained pilot cannot be saved, in which case resuming saves it.
        PilotError: If the type does not exist, or the frames do not fit it.
        KeyboardInterrupt: If Ctrl-C came before the end of the first epoch.

    Example:
        ``train(["data"], "models/mypilot.keras", epochs=30, seed=1)``
    """
    started_s = time.monotonic()
    files = pilot_files(Path(model_path).expanduser())
    options = checked(replace(options or TrainingOptions(), **changes))
    progress = progress or Silent()
    checkpoint = _checkpoint(files, progress, resume=resume)
    if checkpoint is not None and options.seed is None:
        options = replace(options, seed=checkpoint.state["settings"]["seed"])
    options = options.with_seed()

    dataset, split = split_dataset(
        tubs,
        options,
        lambda sessions: train_validation_split(
            sessions,
            train_share=options.train_share,
            validation=options.validation,
            seed=options.seed or 0,
        ),
        folder=files.keras.parent,
        progress=progress,
    )
    progress.say(dataset.in_words(split))
    progress.say(options.changes_in_words())
    run = TrainingRun(dataset, split, options, files, progress=progress, checkpoint=checkpoint)
    return replace(run.train(), duration_s=time.monotonic() - started_s)


def checked(options: TrainingOptions) -> TrainingOptions:
    """Return the options, after checking the pilots and types that they name.

    Raises:
        TrainingError: If the pilot to begin with is missing or damaged.
        PilotError: If the type of pilot does not exist, or does not have one of the options.
    """
    pilot_type(options.type).complete(options.pilot_options)
    if options.transfer is not None:
        check_source(options.transfer)
    return options


def split_dataset(
    tubs: Iterable[str | Path],
    options: TrainingOptions,
    split_by: Callable[[np.ndarray], Splits],
    *,
    folder: Path,
    progress: Progress,
) -> tuple[Dataset, Splits]:
    """Read tubs and split their records; this also loads Keras.

    It finds all faults as early as possible, because reading the pictures takes minutes.

    Args:
        tubs: Folders of tubs.
        options: Training options.
        split_by: Splits the records by the number of the session of each.
        folder: Folder of the pilot; it is made.
        progress: Called for every picture.

    Raises:
        TrainingError: If there are too few records, or `folder` cannot be written to.
        PilotError: If the frames do not fit the type of the pilot.
    """
    recordings = read_recordings(tubs, options)
    split_by(recordings.sessions)  # raises if they are too few
    make_folder(folder)
    read_database(folder)  # raises if the list of pilots is damaged
    import_keras()
    check_size(recordings, options)
    dataset = read_dataset(recordings, options, folder=folder, progress=progress)
    return dataset, split_by(dataset.recordings.sessions)


def _checkpoint(files: PilotFiles, progress: Progress, *, resume: bool) -> Checkpoint | None:
    """Read the checkpoint to resume; or say what a new training will replace."""
    path = checkpoint_path(files.keras)
    if resume:
        return read_checkpoint(path)
    if path.exists():
        progress.say(
            f"note: {path} is of a training that was interrupted; --resume would go on with it. "
            "This one begins anew."
        )
    there = next((file for file in files if file.exists()), None)
    if there is not None:
        progress.say(
            f"note: {there} is there already. The pilot of this training takes its place; "
            "another --model keeps both."
        )
    return None
