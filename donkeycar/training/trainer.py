"""Trains a pilot: from tubs to the files that a car drives with."""

import platform
import secrets
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from donkeycar.errors import PilotError, TrainingError
from donkeycar.pilots.bundle import PilotFiles, PilotInfo
from donkeycar.pilots.registry import pilot_type
from donkeycar.pilots.transform import Transforms
from donkeycar.training.augmentation import Augmentation
from donkeycar.training.backend import import_keras
from donkeycar.training.database import add_entry, read_database
from donkeycar.training.export import save_pilot
from donkeycar.training.frames import MEMORY_BUDGET_BYTES, decode
from donkeycar.training.progress import Progress, Silent
from donkeycar.training.recordings import Recordings, gather
from donkeycar.training.result import TrainingResult
from donkeycar.training.schedule import Schedule
from donkeycar.training.split import Split, Validation, split

if TYPE_CHECKING:
    from donkeycar.training.lesson import Lesson

OPTIMIZER_NAMES = ("adam", "adamw", "rmsprop", "sgd")
LIBRARIES = ("donkeycar", "keras", "tensorflow", "tensorflow-cpu", "ai-edge-litert", "numpy")


def train(
    tubs: Iterable[str | Path],
    model_path: str | Path,
    *,
    type: str = "linear",
    epochs: int = 100,
    batch_size: int = 64,
    learning_rate: float = 1e-3,
    learning_rate_decay: float = 0.0,
    optimizer: str = "adam",
    patience: int | None = 5,
    min_delta: float = 0.0005,
    train_share: float = 0.8,
    validation: Validation = "blocks",
    augmentation: Augmentation | None = Augmentation(),  # noqa: B008, nobody changes it
    transforms: Transforms | None = None,
    record_filter: Callable[[Any], bool] | None = None,
    seed: int | None = None,
    comment: str = "",
    print_summary: bool = False,
    memory_budget_bytes: int = MEMORY_BUDGET_BYTES,
    progress: Progress | None = None,
) -> TrainingResult:
    """Train a pilot on recordings, and write its files and an entry in the list of pilots.

    Ctrl-C ends it early and keeps the best weights so far.

    Args:
        tubs: Folders of tubs.
        model_path: Where the pilot goes: ``.keras``, ``.tflite`` or ``.json``; all three are
            written.
        type: Type of the pilot.
        epochs: Most times through all records.
        batch_size: Frames in a training step.
        learning_rate: Of the optimizer, until the cool-down; see `Schedule`.
        learning_rate_decay: How much the rate shrinks per step taken.
        optimizer: ``adam``, ``adamw``, ``rmsprop`` or ``sgd``.
        patience: Epochs without getting better before the end begins; ``None`` for never.
        min_delta: Smallest gain in validation loss that counts as better.
        train_share: Share of the records to learn from; the rest judges.
        validation: ``blocks`` from everywhere, or the ``last`` part in one block.
        augmentation: Random changes to frames, ``None`` for none.
        transforms: What the pilot does to every frame, in training and on the car.
        record_filter: Says of a record whether to learn from it.
        seed: The same seed trains the same pilot on the same machine; ``None`` draws one.
        comment: To remember in the pilot's files.
        print_summary: Show the layers of the network.
        memory_budget_bytes: What decoded frames may take of memory; more goes to the disk.
        progress: Is told how far it is.

    Returns:
        The pilot's files and how well it does.

    Raises:
        TrainingError: If there is nothing sensible to train on, or an argument is out of range.
        PilotError: If there is no such type, or the frames do not suit it.
    """
    started_s = time.monotonic()
    files = _files(Path(model_path).expanduser())
    kind = pilot_type(type)
    if optimizer not in OPTIMIZER_NAMES:
        raise TrainingError(
            f"`optimizer` must be one of {list(OPTIMIZER_NAMES)}. Received: {optimizer!r}"
        )
    if batch_size < 1:
        raise TrainingError(f"`batch_size` must be 1 or more. Received: {batch_size}")
    schedule = Schedule(
        epochs=epochs,
        learning_rate=learning_rate,
        decay=learning_rate_decay,
        patience=patience,
        min_delta=min_delta,
    )
    seed = secrets.randbits(31) if seed is None else seed
    transforms = transforms or Transforms()
    progress = progress or Silent()
    settings: dict[str, Any] = {
        "epochs": epochs,
        "batch_size": batch_size,
        "learning_rate": learning_rate,
        "learning_rate_decay": learning_rate_decay,
        "optimizer": optimizer,
        "patience": patience,
        "min_delta": min_delta,
        "train_share": train_share,
        "validation": validation,
        "augmentation": None if augmentation is None else augmentation.to_json(),
        "seed": seed,
    }

    recordings = gather(tubs, record_filter=record_filter)
    split(recordings.sessions, train_share=train_share, validation=validation, seed=seed)
    _check_writable(files)  # what cannot be saved is better known before than after
    import_keras()
    read_database(files.keras.parent)  # the same for a damaged list
    recordings, frames = decode(
        recordings,
        folder=files.keras.parent,
        progress=progress,
        memory_budget_bytes=memory_budget_bytes,
    )
    parts = split(recordings.sessions, train_share=train_share, validation=validation, seed=seed)
    progress.say(_what_is_learnt_from(recordings, parts))

    from donkeycar.training.lesson import Lesson  # imports Keras

    lesson = Lesson(kind, frames, recordings.labels, parts, transforms, batch_size, seed)
    model = lesson.new_model()
    if print_summary:
        model.summary(print_fn=progress.say)
    ended, teacher = lesson.teach(model, schedule, optimizer, augmentation, progress)
    final = lesson.final_model(teacher.best_weights)
    metrics, validation_pilot = lesson.judge(final, progress)
    info = PilotInfo(
        type=kind.name,
        camera_shape=(frames.shape[1], frames.shape[2], frames.shape[3]),
        transforms=transforms,
        training={
            **settings,
            "history": teacher.history,
            "best_epoch": teacher.best_epoch,
            "ended": ended,
        },
        data={
            "tubs": [str(path.resolve()) for path in recordings.tubs],
            "sessions": recordings.session_names,
            "records": len(recordings),
            "train": len(parts.train),
            "validation": len(parts.validation),
            "gap": parts.num_gap,
            "dropped": dict(recordings.dropped),
        },
        metrics=metrics,
        versions=_versions(),
        created_at=time.time(),
        comment=comment,
    )
    info = _save(files, info, final, lesson)
    add_entry(
        files.keras,
        class_name=kind.class_name,
        type=kind.name,
        tubs=[str(path) for path in recordings.tubs],
        history=teacher.history,
        settings=settings,
        comment=comment,
    )
    return TrainingResult(
        files=files,
        info=info,
        history=teacher.history,
        best_epoch=teacher.best_epoch,
        ended=ended,
        metrics=metrics,
        dropped=dict(recordings.dropped),
        validation_driver=recordings.labels[parts.validation],
        validation_pilot=validation_pilot,
        duration_s=time.monotonic() - started_s,
    )


def _files(model_path: Path) -> PilotFiles:
    """Where the pilot goes."""
    if model_path.is_dir():
        raise TrainingError(
            f"The pilot is files, not a folder. Received: {model_path}. "
            f"Say --model {model_path / 'mypilot.keras'}"
        )
    try:
        return PilotFiles.of(model_path)
    except PilotError as error:
        raise TrainingError(f"{error}  Say --model {model_path.with_suffix('.keras')}") from error


def _check_writable(files: PilotFiles) -> None:
    """Make the pilot's folder, and be sure that something can be written there."""
    folder = files.keras.parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise TrainingError(
            f"The pilot needs a folder that can be written to. Received: {folder} "
            f"({error.strerror}). Choose another with --model"
        ) from error


def _what_is_learnt_from(recordings: Recordings, parts: Split) -> str:
    """Say it in one line."""
    text = (
        f"{len(recordings)} records: {len(parts.train)} to learn from, "
        f"{len(parts.validation)} to judge by, {parts.num_gap} between them"
    )
    dropped = recordings.dropped_in_words()
    return f"{text}; left out: {dropped}" if dropped else text


def _save(files: PilotFiles, info: PilotInfo, model: Any, lesson: "Lesson") -> PilotInfo:
    """Write the pilot's files."""
    try:
        return save_pilot(
            files, info, model, inputs=lesson.examples(), frames=lesson.probe_frames()
        )
    except OSError as error:
        raise TrainingError(f"The pilot cannot be saved as {files.keras}: {error}") from error


def _versions() -> dict[str, str]:
    """Versions of what made the pilot."""
    versions = {"python": platform.python_version()}
    for name in LIBRARIES:
        with suppress(PackageNotFoundError):
            versions[name] = version(name)
    return versions
