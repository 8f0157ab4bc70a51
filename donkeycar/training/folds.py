"""Trains several pilots, so that every record judges once: how well a way of training does.

One split may be lucky. Of `k` folds each judges the pilot that was taught by the others; the mean
says how well this way of training does, the spread how much of a difference is luck. All pilots are
kept, because together they are an ensemble: where they disagree, none of them is sure. None of them
is the best one: the one with the lowest error had the easiest records to judge by.
"""

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from donkeycar.errors import TrainingError
from donkeycar.files import write_atomically
from donkeycar.keras_backend import import_keras
from donkeycar.pilots.bundle import PilotFiles, PilotInfo, read_info
from donkeycar.pilots.folds_file import FORMAT, MAX_MEMBERS, MIN_MEMBERS, SUMMARY
from donkeycar.pilots.registry import pilot_type
from donkeycar.training.dataset import read_frames, read_recordings
from donkeycar.training.destination import make_folder
from donkeycar.training.disagreement import Doubt, measure_doubt
from donkeycar.training.epochs.checkpoint import check_same, checkpoint_path, read_checkpoint
from donkeycar.training.options import TrainingOptions
from donkeycar.training.progress import Progress, Silent
from donkeycar.training.records.split import folds
from donkeycar.training.size import check_size
from donkeycar.training.trainer import teach
from donkeycar.training.transfer import check_source


@dataclass(frozen=True)
class FoldsResult:
    """Pilots that were trained on different parts of the same recordings.

    Attributes:
        folder: Where they are, and `SUMMARY`.
        pilots: What the sidecars say, in the order of the folds.
        ended: Whether all of them are there; else Ctrl-C came before.
        duration_s: Time it took, in seconds.
        doubt: How far they usually disagree; ``None`` if that is not known.
    """

    folder: Path
    pilots: list[PilotInfo]
    ended: bool
    duration_s: float
    doubt: Doubt | None = None

    def values(self, name: str, measure: str) -> list[float]:
        """What each pilot reached on the records that judged it.

        Args:
            name: ``angle`` or ``throttle``.
            measure: ``mae`` or ``r``; one that does not exist is not a number.
        """
        measured = [info.metrics["validation"][name][measure] for info in self.pilots]
        return [float("nan") if value is None else float(value) for value in measured]


def train_folds(
    tubs: Iterable[str | Path],
    folder: str | Path,
    options: TrainingOptions | None = None,
    *,
    k: int,
    resume: bool = False,
    progress: Progress | None = None,
    **changes: Any,
) -> FoldsResult:
    """Train `k` pilots, each judged by another part of the records, and see where they disagree.

    Args:
        tubs: Folders of tubs.
        folder: New folder for all of them: ``fold_1.keras`` and so on.
        options: How to train each of them; `train_share` and `validation` do not matter.
        k: How many, 2 to 50.
        resume: Go on with folds that were interrupted; those that are finished stay.
        progress: Is told how far it is.
        changes: Some of the options, by name.

    Raises:
        TrainingError: As `train` does; and if the folder holds something already.
    """
    started_s = time.monotonic()
    if not MIN_MEMBERS <= k <= MAX_MEMBERS:
        raise TrainingError(f"`folds` must be {MIN_MEMBERS} to {MAX_MEMBERS}. Received: {k}")
    folder = Path(folder).expanduser()
    options = replace(options or TrainingOptions(), **changes)
    # No sidecar may say that the last records judged, which `donkey evaluate --last` would believe.
    options = replace(options, validation="blocks")
    pilot_type(options.type).complete(options.pilot_options)
    if options.transfer is not None:
        check_source(options.transfer)
    progress = progress or Silent()
    places = [PilotFiles.of(folder / f"fold_{number}.keras") for number in range(1, k + 1)]
    options = _with_seed(options, folder, places[0], resume=resume)

    recordings = read_recordings(tubs, options)
    folds(recordings.sessions, k, seed=options.seed or 0)
    make_folder(folder)
    import_keras()
    import keras

    from donkeycar.training.run import Lesson

    check_size(recordings, options)
    material = read_frames(recordings, options, folder=folder, progress=progress)
    progress.say(options.changes_in_words())
    pilots: list[PilotInfo] = []
    parts = folds(material.recordings.sessions, k, seed=options.seed or 0)
    for number, (files, part) in enumerate(zip(places, parts, strict=True)):
        own = replace(options, seed=(options.seed or 0) + number)
        if resume and files.sidecar.exists() and not checkpoint_path(files.keras).exists():
            info = read_info(files.sidecar)
            before = {name: info.training.get(name) for name in own.to_json()}
            check_same(before, own.to_json(), files.sidecar)
            pilots.append(info)
            continue
        path = checkpoint_path(files.keras)
        progress.say(f"fold {number + 1} of {k}: {material.in_words(part)}")
        result = teach(
            material, part, files, own,
            progress=progress, started_s=time.monotonic(),
            checkpoint=read_checkpoint(path) if resume and path.exists() else None,
        )  # fmt: skip
        if result.ended == "interrupted":
            return FoldsResult(folder, pilots, False, time.monotonic() - started_s)
        pilots.append(result.info)
        keras.backend.clear_session()
    done = FoldsResult(folder, pilots, True, time.monotonic() - started_s)
    _write(done, options)  # they can drive together now, and if measuring fails they still can
    doubt = measure_doubt(
        [files.keras for files in places],
        Lesson.of(material, parts[0], options).samples,
        parts,
        batch_size=options.batch_size,
        progress=progress,
    )
    done = replace(done, doubt=doubt, duration_s=time.monotonic() - started_s)
    _write(done, options)
    return done


def _with_seed(
    options: TrainingOptions, folder: Path, first: PilotFiles, *, resume: bool
) -> TrainingOptions:
    """Find or draw the seed of the first fold; be sure that nothing else is in the way."""
    if not resume:
        if folder.exists() and any(folder.iterdir()):
            raise TrainingError(
                f"Folds need an empty folder of their own. Received: {folder}. "
                "Name another with --model, or go on with --resume."
            )
        return options.with_seed()
    if options.seed is not None:
        return options
    if checkpoint_path(first.keras).exists():
        state = read_checkpoint(checkpoint_path(first.keras)).state
        return replace(options, seed=state["settings"]["seed"])
    if first.sidecar.exists():
        return replace(options, seed=read_info(first.sidecar).training["seed"])
    raise TrainingError(f"`--resume` needs folds that were interrupted. Received: none in {folder}")


def _write(result: FoldsResult, options: TrainingOptions) -> None:
    """Write down what came out of all of them."""
    content = {
        "format": FORMAT,
        "type": options.type,
        "settings": options.to_json(),
        "pilots": [f"fold_{number}.keras" for number in range(1, len(result.pilots) + 1)],
        "doubt": None if result.doubt is None else result.doubt.to_json(),
        "validation": {
            name: {
                measure: {
                    "mean": float(np.mean(values)),
                    "spread": float(np.std(values, ddof=1)),
                    "values": values,
                }
                for measure in ("mae", "r")
                if np.isfinite(values := result.values(name, measure)).all()
            }
            for name in ("angle", "throttle")
        },
    }
    write_atomically(result.folder / SUMMARY, json.dumps(content, indent=2) + "\n")
