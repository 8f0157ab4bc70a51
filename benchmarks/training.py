"""Trains `linear` here and in donkeycar 5.3 on the same records, and compares what they learnt.

The first 80 % of a real recording teach, the last 20 %, in one block, judge. 5.3 is given a tub of
the first 80 % and trains by its own rules and settings. Goal: steering correlation and mean
absolute error on the last block no worse than 5.3's. Takes ten to twenty minutes on two cores.

``--held-out`` hides the judging block from our trainer too: it then chooses its best epoch, as 5.3
does, by a part of the first 80 %.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from donkeycar.pilots import load_pilot
from donkeycar.training import Bars, train
from donkeycar.training.quality import agreement
from donkeycar.tub import TubReader

ROOT = Path(__file__).parents[1]
WORKER = Path(__file__).with_name("training_worker.py")
ENVIRONMENT = ROOT / ".venv-5.3-full"
PACKAGE = "donkeycar[pc]==5.3.0"
TRAIN_SHARE = 0.8
LABELS = ("user/angle", "user/throttle")


def full_peer_python() -> Path:
    """Interpreter of a complete donkeycar 5.3 with TensorFlow; installed if there is none."""
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


def first_part(tub: Path, num_records: int, target: Path) -> None:
    """Copy the first records of a tub v2, so that 5.3 can be given nothing else."""
    (target / "images").mkdir(parents=True)
    lines = (tub / "manifest.json").read_text().splitlines()
    end = json.loads(lines[4])
    left, paths = num_records, []
    for name in end["paths"]:
        if left <= 0:
            break
        records = (tub / name).read_text().splitlines(keepends=True)[:left]
        left -= len(records)
        paths.append(name)
        (target / name).write_text("".join(records))
        manifest = json.loads((tub / f"{name}_manifest").read_text())
        manifest["line_lengths"] = [len(record) for record in records]
        (target / f"{name}_manifest").write_text(json.dumps(manifest))
        for record in records:
            image = json.loads(record)["cam/image_array"]
            shutil.copyfile(tub / "images" / image, target / "images" / image)
    end.update(paths=paths, current_index=num_records)
    (target / "manifest.json").write_text("\n".join([*lines[:4], json.dumps(end)]) + "\n")


def train_peer(folder: Path, frames: Sequence[Path], seed: int) -> dict[str, Any]:
    """Let 5.3 train on ``folder/train`` and answer for `frames`."""
    (folder / "judge.txt").write_text("\n".join(str(frame) for frame in frames))
    command = [str(full_peer_python()), "-I", str(WORKER), str(folder), str(seed)]
    with (folder / "log.txt").open("wb") as log:
        if subprocess.run(command, cwd=folder, stdout=log, stderr=log).returncode:
            raise RuntimeError((folder / "log.txt").read_text(errors="replace")[-2000:])
    report: dict[str, Any] = json.loads((folder / "answers.json").read_text())
    return report


def main(argv: Sequence[str] | None = None) -> int:
    """Train both, print both, compare."""
    parser = argparse.ArgumentParser(description="Compare training with donkeycar 5.3.")
    shared = ROOT.parent / "shared" / "data" / "renault_office_v2"
    parser.add_argument("--tub", type=Path, default=shared, help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=100, help="most epochs of ours")
    parser.add_argument("--held-out", action="store_true", help="hide the last block from ours")
    parser.add_argument("--no-peer", action="store_true", help="train ours only")
    args = parser.parse_args(argv)

    reader = TubReader(args.tub)
    records = reader.records()
    num_train = len(records) - round(len(records) * (1 - TRAIN_SHARE))
    judges = records[num_train:]
    driver = np.array([[float(record[key]) for key in LABELS] for record in judges])
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        first_part(args.tub, num_train, folder / "train")
        tub, how = (folder / "train", "blocks") if args.held_out else (args.tub, "last")
        ours = train(
            [tub],
            folder / "ours" / "pilot.keras",
            epochs=args.epochs,
            batch_size=128,
            train_share=TRAIN_SHARE,
            validation=how,
            seed=args.seed,
            progress=Bars(),
        )
        pilot = load_pilot(ours.files.litert)
        answers = np.array([pilot.infer(reader.image(record)) for record in judges])
        num_epochs = len(ours.history["loss"])
        rows.append(("ours", agreement(driver, answers), num_epochs, ours.duration_s))
        if not args.no_peer:
            frames = [reader.image_path(record).resolve() for record in judges]
            peer = train_peer(folder, frames, args.seed)
            answers = np.array(peer["answers"])
            num_epochs = len(peer["val_loss"])
            rows.append(("5.3", agreement(driver, answers), num_epochs, peer["duration_s"]))
    print(f"{args.tub.name}: {num_train} records teach, the last {len(judges)} judge")
    print("           steering           throttle")
    print("           r       MAE        r       MAE       epochs   seconds")
    for title, report, num_epochs, duration_s in rows:
        angle, throttle = report["angle"], report["throttle"]
        print(
            f"{title:8}   {angle['r']:.3f}   {angle['mae']:.3f}      {throttle['r']:.3f}   "
            f"{throttle['mae']:.3f}     {num_epochs:4}     {duration_s:5.0f}"
        )
    if args.no_peer:
        return 0
    mine, theirs = rows[0][1]["angle"], rows[1][1]["angle"]
    reached = mine["r"] >= theirs["r"] and mine["mae"] <= theirs["mae"]
    print("Goal: steering no worse than 5.3:", "reached" if reached else "MISSED")
    return 0 if reached else 1


if __name__ == "__main__":
    raise SystemExit(main())
