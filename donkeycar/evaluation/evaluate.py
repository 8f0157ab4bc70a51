"""Evaluates pilots: compared with their driver, on a simulated track, and by their speed."""

import math
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from donkeycar.errors import PilotError, TrainingError
from donkeycar.evaluation.agreement import Agreement, agree
from donkeycar.evaluation.bootstrap import Blocks
from donkeycar.evaluation.comparison import Difference, compare
from donkeycar.evaluation.seen import seen_in_training
from donkeycar.evaluation.speed import Speed, measure_speed
from donkeycar.pilots import LoadedPilot, load_pilot
from donkeycar.pilots.files.bundle import PilotFiles
from donkeycar.pilots.files.folds_file import holds_folds
from donkeycar.pilots.files.names import title_of
from donkeycar.pilots.transform import Transforms, describe
from donkeycar.rollout import evaluate_pilot
from donkeycar.sim.track import Track, find_track
from donkeycar.training.answers import answers
from donkeycar.training.progress import Progress, Silent
from donkeycar.training.records.frames import decode
from donkeycar.training.records.recordings import Recordings, gather

CLEANED = (
    "trained on cleaned records (`--cleaning`), but compared here with what the driver did, as it "
    "was recorded."
)


@dataclass
class PilotEvaluation:
    """The evaluation of one pilot.

    Attributes:
        name: Its name in tables.
        path: Its path, as it was given.
        type: Its type.
        members: How many pilots answer together; 1 is a single pilot.
        notes: What a reader must know to understand its figures.
        agreement: Comparison with its driver; ``None`` without recordings.
        laps: The result of `donkeycar.rollout.evaluate_pilot`; ``None`` if it did not drive.
        speed: Time and memory of each of its LiteRT files on this computer.
    """

    name: str
    path: Path
    type: str
    members: int = 1
    notes: list[str] = field(default_factory=list)
    agreement: Agreement | None = None
    laps: dict[str, Any] | None = None
    speed: list[Speed] = field(default_factory=list)


@dataclass
class Evaluation:
    """The evaluation of several pilots, on the same records and the same track.

    Attributes:
        pilots: The pilots in the order in which they were named.
        differences: Comparison of each pair of them.
        recordings: The records that every pilot answered; ``None`` without recordings.
        answers: Angle and throttle of each pilot for those records, ``(rows, 2)``, by its name.
        track: The track they drove on; ``None`` if they did not drive.
    """

    pilots: list[PilotEvaluation]
    differences: list[Difference] = field(default_factory=list)
    recordings: Recordings | None = None
    answers: dict[str, np.ndarray] = field(default_factory=dict)
    track: Track | None = None

    @property
    def notes(self) -> list[str]:
        """Everything a reader must know, each note once, with the names of its pilots."""
        about: dict[str, list[str]] = {}
        for pilot in self.pilots:
            for note in pilot.notes:
                about.setdefault(note, []).append(pilot.name)
        return [f"{', '.join(names)}: {note}" for note, names in about.items()]

    def to_json(self) -> dict[str, Any]:
        """All figures, for another program."""
        recordings = self.recordings
        return {
            "format": "donkeycar-evaluation/1",
            "tubs": [] if recordings is None else [str(path) for path in recordings.tubs],
            "records": 0 if recordings is None else len(recordings),
            "pilots": [{**asdict(pilot), "path": str(pilot.path)} for pilot in self.pilots],
            "differences": [asdict(difference) for difference in self.differences],
        }


def evaluate(
    models: Sequence[str | Path],
    tubs: Iterable[str | Path] = (),
    *,
    types: Sequence[str] = (),
    last: float = 1.0,
    track: str | None = None,
    laps: int = 3,
    seed: int = 1,
    speed: bool = True,
    transforms: Transforms | None = None,
    progress: Progress | None = None,
) -> Evaluation:
    """Evaluate pilots.

    Each pilot answers every record. The comparison is about what the car would do, so answers are
    clipped to -1..+1. A record that one of the pilots cannot answer, because it needs more history
    or a sensor that was not recorded, is left out for all of them.

    Args:
        models: Files of pilots, or folders of pilots that answer together.
        tubs: Recordings of a driver; without any, this comparison is left out.
        types: Type of the bare files among `models`: one for all, or one for each model.
        last: Share of the records, counted from the end, that is used; more than 0, at most 1.
        track: Name or path of a simulated track; ``None`` leaves the drive out.
        laps: Laps to drive there.
        seed: Seed of the start on the track, and of the intervals.
        speed: Whether to measure time and memory.
        transforms: The image transforms that this car's settings ask for, see `load_pilot`.
        progress: Called with the progress.

    Raises:
        PilotError: If a model cannot drive, or cannot drive with these frames.
        TrainingError: If there are no usable records, or an argument is out of range.
        SimError: If there is no such track, or `laps` is out of range.
    """
    if not 0 < last <= 1:
        raise TrainingError(f"`last` must be more than 0 and at most 1. Received: last={last}")
    if not models:
        raise PilotError("There must be at least one pilot to evaluate. Received: none")
    progress = progress or Silent()
    paths = [Path(model).expanduser() for model in models]
    kinds = _types_of(paths, types)
    pilots = [
        load_pilot(path, type=kind, transforms=transforms)
        for path, kind in zip(paths, kinds, strict=True)
    ]
    reports = [
        PilotEvaluation(name, path, pilot.kind.name, len(pilot.members))
        for name, path, pilot in zip(names_of(paths), paths, pilots, strict=True)
    ]
    evaluation = Evaluation(reports)
    tubs = list(tubs)
    if tubs:
        _compare_with_driver(evaluation, pilots, tubs, last, seed, progress)
    if track is not None:
        evaluation.track = find_track(track)
        for report, pilot in zip(reports, pilots, strict=True):
            _drive(report, pilot, evaluation.track, laps, seed, progress)
    if speed:
        with progress.task("timing", len(reports)) as advance:
            for report, path, kind in zip(reports, paths, kinds, strict=True):
                report.speed = measure_speed(path, kind, transforms)
                advance(1)
    return evaluation


def names_of(paths: Sequence[Path]) -> list[str]:
    """The shortest names that distinguish the files.

    Example:
        >>> names_of([Path("a/pilot.keras"), Path("b/pilot.keras"), Path("b/new.int8.tflite")])
        ['a/pilot', 'b/pilot', 'new.int8']
    """
    stems = [title_of(path) for path in paths]
    longer = [str(path.parent / title_of(path)) for path in paths]
    full = [str(path) for path in paths]
    names = []
    for number, stem in enumerate(stems):
        choices = ((stem, stems), (longer[number], longer), (full[number], full))
        name = next((name for name, among in choices if among.count(name) == 1), "")
        names.append(name or f"{full[number]} #{number + 1}")
    return names


def _types_of(paths: Sequence[Path], types: Sequence[str]) -> list[str | None]:
    """The type given for each model; a pilot with a sidecar knows its own type."""
    if len(types) not in (0, 1, len(paths)):
        raise PilotError(
            f"`--type` must be one for all models, or one for each of the {len(paths)}. "
            f"Received: {' '.join(types)}"
        )
    said = [types[number % len(types)] if types else None for number in range(len(paths))]
    return [
        None if holds_folds(path) or PilotFiles.of(path).sidecar.exists() else kind
        for path, kind in zip(paths, said, strict=True)
    ]


def _compare_with_driver(
    evaluation: Evaluation,
    pilots: Sequence[LoadedPilot],
    tubs: Sequence[str | Path],
    last: float,
    seed: int,
    progress: Progress,
) -> None:
    """Let every pilot answer every record, and compare the answers."""
    whole = gather(tubs)
    reports = evaluation.pilots
    for report, pilot in zip(reports, pilots, strict=True):
        infos = [member.info for member in pilot.members]
        warning = seen_in_training(infos, whole, last)
        if warning:
            report.notes.append(warning)
        if any(info and info.data.get("cleaning") for info in infos):
            report.notes.append(CLEANED)
    first = len(whole) - max(1, round(last * len(whole)))
    with tempfile.TemporaryDirectory(prefix="donkey-evaluate-") as folder:
        recordings, frames = decode(
            whole.keep(range(first, len(whole))), folder=Path(folder), progress=progress
        )
        given: dict[str, np.ndarray] = {}
        with progress.task("asking", len(pilots)) as advance:
            for report, pilot in zip(reports, pilots, strict=True):
                _check_frames(report, pilot, frames.shape[1:])
                given[report.name] = answers(pilot, recordings, frames)
                advance(1)
        del frames
    usable = np.all([np.isfinite(one).all(axis=1) for one in given.values()], axis=0)
    for report, pilot in zip(reports, pilots, strict=True):
        silent = int(np.count_nonzero(~np.isfinite(given[report.name]).all(axis=1)))
        if silent == len(recordings):
            raise TrainingError(
                f"{report.name} answers none of the {len(recordings)} records. It needs "
                f"{', '.join(pilot.vector_channels)}, which was not recorded."
            )
        if silent:
            report.notes.append(
                f"no answer to {silent} of {len(recordings)} records, which lack what it needs "
                "beside the picture. They count for no pilot."
            )
    if not usable.any():
        raise TrainingError("There is no record that all of these pilots can answer.")
    rows = np.flatnonzero(usable)
    evaluation.recordings = kept = recordings.keep(rows)  # type: ignore[arg-type]
    evaluation.answers = {name: np.clip(one[rows], -1, 1) for name, one in given.items()}
    blocks = Blocks(kept.sessions, seed=seed)
    for report in reports:
        report.agreement = agree(kept, evaluation.answers[report.name], blocks)
    evaluation.differences = compare(kept.labels, evaluation.answers, blocks)


def _check_frames(report: PilotEvaluation, pilot: LoadedPilot, shape: tuple[int, ...]) -> None:
    if shape[:2] != pilot.input_shape[:2]:
        raise PilotError(
            f"{report.name} drives with frames of {describe(pilot.input_shape)}. Received: "
            f"recordings of {describe(shape)}. Evaluate it with a tub of its own camera."
        )


def _drive(
    report: PilotEvaluation,
    pilot: LoadedPilot,
    track: Track,
    laps: int,
    seed: int,
    progress: Progress,
) -> None:
    """Let a pilot drive laps, if the simulator has every input that the pilot needs."""
    if pilot.vector_channels:
        report.notes.append(f"not driven. The simulator has no {', '.join(pilot.vector_channels)}.")
        return
    pilot.reset()
    done = 0
    with progress.task(f"driving {report.name}", 100) as advance:

        def tell(share: float) -> None:
            nonlocal done
            steps = math.floor(100 * min(share, 1.0)) - done
            advance(steps)
            done += steps

        report.laps = evaluate_pilot(pilot, track, laps=laps, seed=seed, progress=tell)
        tell(1.0)
