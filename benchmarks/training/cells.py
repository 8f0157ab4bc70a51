"""One cell of the training campaign: one candidate, trained once on one tub with one seed.

Its result is one JSON file with everything that a table needs: the answers to the validation
records, the history, the times, and whether other programs kept the machine busy meanwhile.
"""

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks import ROOT
from benchmarks.training.split_tub import TRAIN_SHARE, SplitTub
from donkeycar.pilots import load_pilot
from donkeycar.training import Bars, train

WORKER = Path(__file__).with_name("worker.py")
ENVIRONMENT = ROOT / ".venv-5.3-full"
PACKAGE = "donkeycar[pc]==5.3.0"
PEER = "5.3"
# Records: a third of a second of labels is averaged, or the next one is learnt.
WINDOW, AHEAD = 5, 1
Result = dict[str, Any]


class Candidate(NamedTuple):
    """A kind of training to compare.

    Attributes:
        about: A few words for the table.
        train: Takes the tub, the seed, a folder to work in and the most epochs; returns what is
            stored.
    """

    about: str
    train: Callable[[SplitTub, int, Path, int], Result]


def run_cell(tub: SplitTub, name: str, seed: int, results: Path, *, epochs: int) -> Path:
    """Train one candidate, unless its result exists.

    Args:
        tub: Its training and validation records.
        name: Of `CANDIDATES`.
        seed: For everything that is drawn.
        results: Folder of all results.
        epochs: Most epochs of ours.

    Returns:
        The file with the result.
    """
    path = results / tub.name / f"{name}-{seed}.json"
    if path.exists():
        return path
    before, started_s = _machine_time_s(), time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        result = CANDIDATES[name].train(tub, seed, Path(folder).resolve(), epochs)
    others_share = _others_share(before, _machine_time_s())
    result |= {
        "candidate": name,
        "tub": tub.name,
        "seed": seed,
        "teaching": len(tub.train),
        "driver": np.round(tub.labels, 6).tolist(),
        "sessions": tub.sessions.tolist(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "others_share": round(others_share, 3),
        "cell_s": round(time.monotonic() - started_s, 1),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(result))
    draft.replace(path)
    return path


def peer(tub: SplitTub, seed: int, folder: Path, epochs: int) -> Result:
    """Let donkeycar 5.3 train by its own rules and settings."""
    tub.write_train(folder / "train")
    frames = tub.validation_frames()
    (folder / "validation.txt").write_text("\n".join(str(frame) for frame in frames))
    command = [str(full_peer_python()), "-I", str(WORKER), str(folder), str(seed)]
    with (folder / "log.txt").open("wb") as log:
        if subprocess.run(command, cwd=folder, stdout=log, stderr=log).returncode:
            raise RuntimeError((folder / "log.txt").read_text(errors="replace")[-2000:])
    report: Result = json.loads((folder / "answers.json").read_text())
    # Whole batches, the last one filled up from the beginning again: that is what it computes.
    num_train = len(tub.train) - round(len(tub.train) * (1 - report["train_share"]))
    steps = -(-num_train // report["batch_size"])
    trained_s = [trained - begun for begun, trained, _ in report["epochs"]]
    return {
        "answers": np.round(report["answers"], 6).tolist(),
        "history": {
            "val_loss": report["val_loss"],
            "seconds": [end for _, _, end in report["epochs"]],
            "images_per_s": [steps * report["batch_size"] / s for s in trained_s],
        },
        "best_epoch": int(np.argmin(report["val_loss"])) + 1,
        "duration_s": report["duration_s"],
        "versions": report["versions"],
    }


def ours(*, blind: bool = False, **options: Any) -> Callable[[SplitTub, int, Path, int], Result]:
    """Make a candidate of this project.

    Args:
        blind: Hide the validation records from the training too; it then chooses its best epoch by
            a part of the first 80 %, as 5.3 does.
        options: Of `donkeycar.training.TrainingOptions`, beside those of a car.
    """

    def train_ours(tub: SplitTub, seed: int, folder: Path, epochs: int) -> Result:
        if blind:
            tub.write_train(folder / "train")
        result = train(
            [folder / "train" if blind else tub.path],
            folder / "pilot.keras",
            **{"epochs": epochs, "batch_size": 128, **options},
            train_share=TRAIN_SHARE,
            validation="blocks" if blind else "last",
            seed=seed,
            progress=Bars(),
        )
        if result.ended == "interrupted":  # half a training is no result
            raise KeyboardInterrupt
        pilot = load_pilot(result.files.litert, num_threads=1)
        frames = [tub.reader.image(record) for record in tub.validation]
        answers = np.array([pilot.infer(frame) for frame in frames])
        return {
            "answers": np.round(answers, 6).tolist(),
            "history": result.history,
            "best_epoch": result.best_epoch,
            "ended": result.ended,
            "duration_s": result.duration_s,
            "latency_ms": _latency_ms(pilot, frames),
            "options": {name: str(value) for name, value in options.items()},
            "versions": result.info.versions,
        }

    return train_ours


def _candidates() -> dict[str, Candidate]:
    """All candidates: 5.3 and the variants of this project."""
    rows = {PEER: Candidate("donkeycar 5.3, linear", peer)}
    for name in ("linear", "efficient"):
        for ending, about, options in (
            ("", "", {}),
            ("-blind", ", validation records hidden", {"blind": True}),
            ("-filtered", f", labels a mean of {WINDOW}", {"label_window": WINDOW}),
            ("-ahead", f", labels {AHEAD} later", {"label_shift": AHEAD}),
        ):
            rows[name + ending] = Candidate(name + about, ours(type=name, **options))
    return rows


CANDIDATES = _candidates()


def full_peer_python() -> Path:
    """Interpreter of a complete donkeycar 5.3 with TensorFlow; it is installed if it is missing."""
    named = os.environ.get("DONKEYCAR_53_FULL_PYTHON")
    if named:
        return Path(named)
    python = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    complete = ENVIRONMENT / ".complete"
    if not complete.exists():
        print(f"Installing {PACKAGE} into {ENVIRONMENT}; 2.5 GB, several minutes", flush=True)
        subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", PACKAGE], check=True)
        complete.touch()
    return python


def _latency_ms(pilot: Any, frames: list[np.ndarray], rounds: int = 30) -> float:
    """Inference time on one thread: the smallest median of several rounds."""
    medians = []
    for _ in range(rounds):
        times = []
        for frame in frames[:100]:
            start = time.perf_counter()
            pilot.infer(frame)
            times.append(time.perf_counter() - start)
        medians.append(float(np.median(times)))
    return round(min(medians) * 1e3, 4)


class MachineTime(NamedTuple):
    """Processor seconds so far, of the whole machine and of this process with its children."""

    all_s: float
    own_s: float
    wall_s: float


def _machine_time_s() -> MachineTime:
    """Read the kernel's counters; without them, other processes count as idle."""
    own_s = sum(os.times()[:4])
    try:
        words = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    except OSError:
        return MachineTime(own_s, own_s, time.monotonic())
    user, nice, system = (int(word) for word in words[:3])
    return MachineTime((user + nice + system) / os.sysconf("SC_CLK_TCK"), own_s, time.monotonic())


def _others_share(before: MachineTime, after: MachineTime) -> float:
    """Share of the processors that other processes used in between, 0 to 1."""
    others_s = (after.all_s - before.all_s) - (after.own_s - before.own_s)
    return max(0.0, others_s / ((after.wall_s - before.wall_s) * (os.cpu_count() or 1)))
