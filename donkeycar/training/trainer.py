"""Trains a pilot: from tubs to the files that a car drives with."""

import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from donkeycar.errors import TrainingError
from donkeycar.pilots.bundle import PilotFiles, PilotInfo
from donkeycar.pilots.registry import NETWORK, pilot_type
from donkeycar.training.backend import import_keras
from donkeycar.training.database import add_entry, read_database
from donkeycar.training.destination import make_folder, pilot_files, versions
from donkeycar.training.export import save_pilot
from donkeycar.training.found import found_options, network_of
from donkeycar.training.material import Material, read_frames, read_recordings
from donkeycar.training.options import TrainingOptions
from donkeycar.training.progress import Progress, Silent
from donkeycar.training.recordings import Recordings
from donkeycar.training.result import TrainingResult
from donkeycar.training.samples import Samples
from donkeycar.training.split import Split, split

if TYPE_CHECKING:
    from donkeycar.training.lesson import Lesson


def train(
    tubs: Iterable[str | Path],
    model_path: str | Path,
    options: TrainingOptions | None = None,
    *,
    progress: Progress | None = None,
    **changes: Any,
) -> TrainingResult:
    """Train a pilot on recordings, and write its files and an entry in the list of pilots.

    Ctrl-C ends it early and keeps the best weights so far.

    Args:
        tubs: Folders of tubs.
        model_path: Where the pilot goes: ``.keras``, ``.tflite`` or ``.json``; all three are
            written.
        options: How to train; ``None`` is `TrainingOptions` as they are.
        progress: Is told how far it is.
        changes: Some of the options, by name.

    Returns:
        The pilot's files and how well it does.

    Raises:
        TrainingError: If there is nothing sensible to train on, or an option is out of range.
        PilotError: If there is no such type, or the frames do not suit it.

    Example:
        ``train(["data"], "models/mypilot.keras", epochs=30, seed=1)``
    """
    started_s = time.monotonic()
    files = pilot_files(Path(model_path).expanduser())
    options = replace(options or TrainingOptions(), **changes).with_seed()
    pilot_type(options.type).complete(options.pilot_options)
    progress = progress or Silent()

    recordings = read_recordings(tubs, options)
    _split(recordings.sessions, options)  # what cannot be split is better known before
    make_folder(files.keras.parent)  # the same for a place nobody can write to
    import_keras()
    read_database(files.keras.parent)  # the same for a damaged list
    material = read_frames(recordings, options, folder=files.keras.parent, progress=progress)
    parts = _split(material.recordings.sessions, options)
    progress.say(material.in_words(parts))
    return teach(material, parts, files, options, progress=progress, started_s=started_s)


def teach(
    material: Material,
    parts: Split,
    files: PilotFiles,
    options: TrainingOptions,
    *,
    progress: Progress,
    started_s: float,
) -> TrainingResult:
    """Train one pilot on what has been read already; the rest is as in `train`.

    Args:
        material: What to learn from.
        parts: Which records teach and which judge.
        files: Where the pilot goes.
        options: How to train; they have a seed.
        progress: Is told how far it is.
        started_s: When it began, on the monotonic clock.
    """
    from donkeycar.training.lesson import Lesson  # imports Keras

    kind, recordings = pilot_type(options.type), material.recordings
    camera_shape = material.camera_shape
    pilot_options = found_options(kind, options.pilot_options, recordings)
    samples = Samples(
        kind, pilot_options, recordings, material.frames, options.transforms.after(camera_shape)
    )
    parts = samples.usable(parts)
    network = network_of(options.pilot_options)
    shape = options.transforms.output_shape(camera_shape)
    lesson = Lesson(samples, parts, network, shape, options.batch_size, options.seed or 0)
    model = lesson.new_model()
    if options.print_summary:
        model.summary(print_fn=progress.say)
    ended, teacher = lesson.teach(
        model, options.new_schedule(), options.optimizer, options.augmentation, progress
    )
    final = lesson.final_model(teacher.best_weights)
    metrics, validation_pilot = lesson.judge(final, progress)
    info = PilotInfo(
        type=kind.name,
        camera_shape=camera_shape,
        transforms=options.transforms,
        options={**pilot_options, NETWORK: dict(network)},
        training={
            **options.to_json(),
            "history": teacher.history,
            "best_epoch": teacher.best_epoch,
            "ended": ended,
        },
        data=material.to_json(parts),
        metrics=metrics,
        versions=versions(),
        created_at=time.time(),
        comment=options.comment,
    )
    info = _save(files, info, final, lesson, recordings)
    add_entry(
        files.keras,
        class_name=kind.class_name,
        type=kind.name,
        tubs=[str(path) for path in material.recordings.tubs],
        history=teacher.history,
        settings=options.to_json(),
        transfer=options.transfer,
        comment=options.comment,
    )
    return TrainingResult(
        files=files,
        info=info,
        history=teacher.history,
        best_epoch=teacher.best_epoch,
        ended=ended,
        metrics=metrics,
        dropped=dict(material.recordings.dropped),
        validation_driver=samples.driven(parts.validation),
        validation_pilot=validation_pilot,
        duration_s=time.monotonic() - started_s,
    )


def _split(sessions: Any, options: TrainingOptions) -> Split:
    """Deal the records out as the options say."""
    return split(
        sessions,
        train_share=options.train_share,
        validation=options.validation,
        seed=options.seed or 0,
    )


def _save(
    files: PilotFiles, info: PilotInfo, model: Any, lesson: "Lesson", recordings: Recordings
) -> PilotInfo:
    """Write the pilot's files."""
    rows = lesson.probe_rows()
    try:
        return save_pilot(
            files,
            info,
            model,
            inputs=lesson.examples(),
            frames=np.stack([recordings.image(row) for row in rows]),
            vectors=lesson.samples.beside(rows),
        )
    except OSError as error:
        raise TrainingError(f"The pilot cannot be saved as {files.keras}: {error}") from error
