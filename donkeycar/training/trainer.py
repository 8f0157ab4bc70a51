"""Trains a pilot: from tubs to the files that a car drives with."""

import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from donkeycar.errors import PilotError, TrainingError
from donkeycar.keras_backend import import_keras
from donkeycar.pilots.bundle import PilotFiles, PilotInfo
from donkeycar.pilots.registry import pilot_type
from donkeycar.training.database import add_entry, read_database
from donkeycar.training.dataset import Material, read_frames, read_recordings
from donkeycar.training.destination import make_folder, pilot_files, versions
from donkeycar.training.epochs.checkpoint import (
    Checkpoint,
    Keeper,
    check_same,
    checkpoint_path,
    read_checkpoint,
)
from donkeycar.training.export.save import save_pilot
from donkeycar.training.options import TrainingOptions
from donkeycar.training.progress import Progress, Silent
from donkeycar.training.records.recordings import Recordings
from donkeycar.training.records.split import Split, split
from donkeycar.training.result import TrainingResult
from donkeycar.training.size import check_size
from donkeycar.training.transfer import check_source, transfer

if TYPE_CHECKING:
    from donkeycar.training.run import Lesson


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

    Ctrl-C and SIGTERM end it early and keep the best weights so far. What is needed to go on is
    kept beside the pilot after every epoch, and removed when the training is finished.

    Args:
        tubs: Folders of tubs.
        model_path: Where the pilot goes: ``.keras``, ``.tflite`` or ``.json``; all three are
            written.
        options: How to train; ``None`` is `TrainingOptions` as they are.
        resume: Go on with the training of this pilot that was interrupted; options and records
            must be the same. Without a seed, it is the one of then.
        progress: Is told how far it is.
        changes: Some of the options, by name.

    Returns:
        The pilot's files and how well it does.

    Raises:
        TrainingError: If there is nothing sensible to train on, or an option is out of range; or if
            the trained pilot cannot be saved, in which case resuming saves it.
        PilotError: If there is no such type, or the frames do not suit it.
        KeyboardInterrupt: If Ctrl-C came before there was anything to keep.

    Example:
        ``train(["data"], "models/mypilot.keras", epochs=30, seed=1)``
    """
    started_s = time.monotonic()
    files = pilot_files(Path(model_path).expanduser())
    options = replace(options or TrainingOptions(), **changes)
    pilot_type(options.type).complete(options.pilot_options)
    progress = progress or Silent()
    if options.transfer is not None:
        check_source(options.transfer)
    checkpoint = _checkpoint(files, progress, resume=resume)
    if checkpoint is not None and options.seed is None:
        options = replace(options, seed=checkpoint.state["settings"]["seed"])
    options = options.with_seed()

    recordings = read_recordings(tubs, options)
    _split(recordings.sessions, options)  # what cannot be split is better known before
    make_folder(files.keras.parent)  # the same for a place nobody can write to
    import_keras()
    read_database(files.keras.parent)  # the same for a damaged list
    check_size(recordings, options)  # and for what no car opens
    material = read_frames(recordings, options, folder=files.keras.parent, progress=progress)
    parts = _split(material.recordings.sessions, options)
    progress.say(material.in_words(parts))
    progress.say(options.changes_in_words())
    return teach(
        material, parts, files, options,
        progress=progress, started_s=started_s, checkpoint=checkpoint,
    )  # fmt: skip


def teach(
    material: Material,
    parts: Split,
    files: PilotFiles,
    options: TrainingOptions,
    *,
    progress: Progress,
    started_s: float,
    checkpoint: Checkpoint | None = None,
) -> TrainingResult:
    """Train one pilot on what has been read already; the rest is as in `train`.

    Args:
        material: What to learn from.
        parts: Which records teach and which judge.
        files: Where the pilot goes.
        options: How to train; they have a seed.
        progress: Is told how far it is.
        started_s: When it began, on the monotonic clock.
        checkpoint: Where to go on, ``None`` to begin.
    """
    # These import Keras.
    from donkeycar.training.fit import compile_model, fit
    from donkeycar.training.run import Lesson
    from donkeycar.training.watchers import watchers

    lesson = Lesson.of(material, parts, options)
    model = _begun(lesson, options, progress)
    compile_model(model, lesson.samples.kind.losses, options)
    settings = {
        **options.to_json(),
        "type": lesson.samples.kind.name,
        "pilot_options": lesson.pilot_options,
        "transforms": options.transforms.to_json(),
        "records": material.fingerprint(lesson.parts),
        "precision": model.dtype_policy.name,
    }
    keeper = Keeper(checkpoint_path(files.keras), progress.say)
    if checkpoint is not None:
        check_same(checkpoint.state["settings"], settings, keeper.path)
    ended, teacher = fit(
        model,
        *lesson.batches(),
        options,
        progress,
        keeper=keeper,
        settings=settings,
        checkpoint=checkpoint,
        callbacks=watchers(files, lesson, options, progress),
    )
    final = lesson.final_model(teacher.best_weights)
    metrics, validation_pilot = lesson.judge(final, progress)
    info = PilotInfo(
        type=lesson.samples.kind.name,
        camera_shape=material.camera_shape,
        transforms=options.transforms,
        options=lesson.pilot_options,
        familiar=lesson.familiar(),
        training={
            **options.to_json(),
            "history": teacher.history,
            "best_epoch": teacher.best_epoch,
            "ended": ended,
        },
        data=material.to_json(lesson.parts),
        metrics=metrics,
        versions=versions(),
        created_at=time.time(),
        comment=options.comment,
    )
    info = _save(files, info, final, lesson, material.recordings)
    _list(files, info, material, options, progress)
    if ended == "interrupted":
        progress.say(f"{keeper.path} keeps what --resume needs to go on")
    else:
        keeper.discard()
    return TrainingResult(
        files=files,
        info=info,
        history=teacher.history,
        best_epoch=teacher.best_epoch,
        ended=ended,
        metrics=metrics,
        dropped=dict(material.recordings.dropped),
        validation_driver=lesson.samples.driven(lesson.parts.validation),
        validation_pilot=validation_pilot,
        duration_s=time.monotonic() - started_s,
    )


def _checkpoint(files: PilotFiles, progress: Progress, *, resume: bool) -> Checkpoint | None:
    """Read where to go on; or say what will be lost by beginning anew."""
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


def _begun(lesson: "Lesson", options: TrainingOptions, progress: Progress) -> Any:
    """Build the network, with random weights or those of another pilot."""
    model = lesson.new_model()
    if options.transfer is not None:
        transfer(model, options.transfer, layers_to_train=options.layers_to_train, say=progress.say)
    if options.print_summary:
        model.summary(print_fn=progress.say)
    return model


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
    """Write the pilot's files; where that fails, the training itself is not lost."""
    rows = lesson.probe_rows()
    kept = checkpoint_path(files.keras)
    try:
        return save_pilot(
            files,
            info,
            model,
            inputs=lesson.examples(),
            frames=np.stack([recordings.image(row) for row in rows]),
            vectors=lesson.samples.beside(rows),
        )
    except PilotError as error:
        rest = f"--resume tries again from {kept}." if kept.exists() else "Train it again."
        raise TrainingError(
            f"The pilot is trained, but it was not saved: {error} {rest}"
        ) from error
    except OSError as error:
        rest = f" Then --resume goes on from {kept}." if kept.exists() else ""
        raise TrainingError(
            f"The pilot cannot be saved as {files.keras}: {error.strerror or error}. "
            f"Make room on the disk.{rest}"
        ) from error


def _list(
    files: PilotFiles,
    info: PilotInfo,
    material: Material,
    options: TrainingOptions,
    progress: Progress,
) -> None:
    """Note the pilot in the list; it drives just as well without."""
    try:
        add_entry(
            files.keras,
            class_name=pilot_type(info.type).class_name,
            type=info.type,
            tubs=[str(path) for path in material.recordings.tubs],
            history=info.training["history"],
            settings=options.to_json(),
            transfer=options.transfer,
            comment=options.comment,
        )
    except OSError as error:
        progress.say(f"note: the pilot is not in the list of pilots: {error.strerror or error}")
