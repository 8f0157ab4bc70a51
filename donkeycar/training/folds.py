"""K-fold cross-validation: trains `k` pilots, so that every record is used for validation once.

The result of a single split depends on chance. Here the records are divided into `k` folds, and
each fold validates the pilot that was trained on the others. The mean of the errors shows how good
this way of training is; the spread shows how large a difference by chance can be. All pilots are
kept, because together they are an ensemble, whose disagreement shows its uncertainty. The pilot
with the lowest error is not the best one: it had the easiest records for validation.
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
from donkeycar.keras_backend import free_memory
from donkeycar.pilots.files.bundle import PilotFiles, PilotInfo, read_info
from donkeycar.pilots.files.folds_file import FORMAT, MAX_MEMBERS, MIN_MEMBERS, SUMMARY
from donkeycar.training.disagreement import Disagreement, measure_disagreement
from donkeycar.training.epochs.checkpoint import check_same, checkpoint_path, read_checkpoint
from donkeycar.training.options import TrainingOptions
from donkeycar.training.progress import Progress, Silent
from donkeycar.training.records.split import k_fold_split
from donkeycar.training.run import TrainingRun
from donkeycar.training.trainer import checked, split_dataset


@dataclass(frozen=True)
class FoldsResult:
    """Pilots that were trained on different folds of the same recordings.

    Attributes:
        folder: Folder of the pilots and of `SUMMARY`.
        pilots: Contents of the sidecars, in the order of the folds.
        ended: Whether all pilots are finished; otherwise Ctrl-C interrupted the training.
        duration_s: Duration, in seconds.
        disagreement: Their usual disagreement; ``None`` if it is not known.
    """

    folder: Path
    pilots: list[PilotInfo]
    ended: bool
    duration_s: float
    disagreement: Disagreement | None = None

    def values(self, name: str, measure: str) -> list[float]:
        """Result of each pilot on its validation records.

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
    """Train `k` pilots, each validated on another fold, and measure their disagreement.

    Args:
        tubs: Folders of tubs.
        folder: New folder for all of them: ``fold_1.keras`` and so on.
        options: Options of each training; `train_share` and `validation` do not matter.
        k: Number of folds, 2 to 50.
        resume: Continue interrupted folds; finished ones stay.
        progress: Reports the progress.
        changes: Some of the options, by name.

    Raises:
        TrainingError: As `train` does; and if the folder is not empty.
    """
    started_s = time.monotonic()
    if not MIN_MEMBERS <= k <= MAX_MEMBERS:
        raise TrainingError(f"`folds` must be {MIN_MEMBERS} to {MAX_MEMBERS}. Received: {k}")
    folder = Path(folder).expanduser()
    # No sidecar may say that the last records were the validation split, because `donkey evaluate
    # --last` would rely on it.
    changes = {**changes, "validation": "blocks"}
    options = checked(replace(options or TrainingOptions(), **changes))
    progress = progress or Silent()
    places = [PilotFiles.of(folder / f"fold_{number}.keras") for number in range(1, k + 1)]
    options = _with_seed(options, folder, places[0], resume=resume)
    seed = options.seed or 0

    dataset, splits = split_dataset(
        tubs,
        options,
        lambda sessions: k_fold_split(sessions, k, seed=seed),
        folder=folder,
        progress=progress,
    )
    progress.say(options.changes_in_words())
    pilots: list[PilotInfo] = []
    for number, (files, split) in enumerate(zip(places, splits, strict=True)):
        own = replace(options, seed=seed + number)
        finished = _finished(files, own) if resume else None
        if finished is not None:
            pilots.append(finished)
            continue
        progress.say(f"fold {number + 1} of {k}: {dataset.in_words(split)}")
        path = checkpoint_path(files.keras)
        checkpoint = read_checkpoint(path) if resume and path.exists() else None
        run = TrainingRun(dataset, split, own, files, progress=progress, checkpoint=checkpoint)
        result = run.train()
        if result.ended == "interrupted":
            return FoldsResult(folder, pilots, False, time.monotonic() - started_s)
        pilots.append(result.info)
        free_memory()
    done = FoldsResult(folder, pilots, True, time.monotonic() - started_s)
    _write(done, options)  # from here on they can drive together, even if the measurement fails
    disagreement = measure_disagreement(
        [files.keras for files in places],
        dataset.samples(options),
        splits,
        batch_size=options.batch_size,
        progress=progress,
    )
    duration_s = time.monotonic() - started_s
    done = replace(done, disagreement=disagreement, duration_s=duration_s)
    _write(done, options)
    return done


def _finished(files: PilotFiles, options: TrainingOptions) -> PilotInfo | None:
    """The sidecar of a finished fold; ``None`` if it is not finished."""
    if not files.sidecar.exists() or checkpoint_path(files.keras).exists():
        return None
    info = read_info(files.sidecar)
    before = {name: info.training.get(name) for name in options.to_json()}
    check_same(before, options.to_json(), files.sidecar)
    return info


def _with_seed(
    options: TrainingOptions, folder: Path, first: PilotFiles, *, resume: bool
) -> TrainingOptions:
    """Find or draw the seed of the first fold; check that the folder contains nothing else."""
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
    """Write the summary of all folds."""
    content = {
        "format": FORMAT,
        "type": options.type,
        "settings": options.to_json(),
        "pilots": [f"fold_{number}.keras" for number in range(1, len(result.pilots) + 1)],
        # This key is older than the present word, disagreement.
        "doubt": None if result.disagreement is None else result.disagreement.to_json(),
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
