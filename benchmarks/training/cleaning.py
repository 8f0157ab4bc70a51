"""Cleaning benchmark: a real recording is damaged, cleaned and trained on, by the real commands.

`donkey tub fit` fits to the damaged tub, `donkey train --cleaning` trains two epochs, and a probe
in the batches notes every label that the network is given. They are compared with labels that this
file computes from the damaged records with plain numpy.
"""

import argparse
import json
import os
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import ROOT

TUB = ROOT.parent / "shared" / "data" / "renault_office_v2"
A, T, M = "user/angle", "user/throttle", "user/mode"
STEPS = [
    "--blank", f"{A}=-1:1", "--fill", f"{A}=interpolate", "--fill", f"{T}=median", "--by", M,
    "--fence", f"{T}=-1:1", "--mahalanobis", A, T, f"change of {A}",
]  # fmt: skip
# The 99.9 % quantile of chi-square with three degrees of freedom: NIST e-Handbook, 1.3.6.7.4.
QUANTILE = 16.266236
PAUSE_MS = 2000


def main(argv: Sequence[str] | None = None) -> int:
    """Print the figures; return 1 if a goal is missed."""
    parser = argparse.ArgumentParser(prog="cleaning", description=__doc__)
    parser.add_argument("--tub", type=Path, default=TUB, help="default: %(default)s")
    parser.add_argument("--records", type=int, default=600, help="default: %(default)s")
    args = parser.parse_args(argv)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        records = damage(args.tub, folder / "dirty", args.records)
        before = contents(folder / "dirty")
        seen, sidecar = learn(folder)
        goals = judge(records, seen, sidecar)
        goals["the tub is byte for byte what it was"] = contents(folder / "dirty") == before
    for goal, met in goals.items():
        print(f"{'reached' if met else 'MISSED '}  {goal}")
    return 0 if all(goals.values()) else 1


def damage(source: Path, target: Path, count: int) -> list[dict[str, Any]]:
    """A cut of a tub with nulls, ints among floats, angles up to 15 and throttles up to 5.6."""
    rng = random.Random(7)
    (target / "images").mkdir(parents=True)
    lines = (source / "catalog_0.catalog").read_text(encoding="utf-8").splitlines()
    records: list[dict[str, Any]] = [json.loads(line) for line in lines[:count]]
    for number, record in enumerate(records):
        shutil.copy(source / "images" / record["cam/image_array"], target / "images")
        place = number % 50
        if 10 <= place < 10 + rng.randint(1, 4):
            record[A] = None
        if place == 20:
            record[A] = rng.choice([-15, 7, 15])
        if place == 30:
            record[T] = None
        if place in (40, 41):
            record[T] = round(rng.uniform(1.1, 5.6), 2)
        if place == 45:
            record[A] = round(record[A])
    rows: list[Any] = [
        json.loads(line) for line in (source / "manifest.json").read_text().splitlines()
    ]
    rows[4] |= {"paths": ["catalog_0.catalog"], "current_index": count}
    for name, content in (("catalog_0.catalog", records), ("manifest.json", rows)):
        (target / name).write_text("".join(json.dumps(row) + "\n" for row in content))
    return records


def learn(folder: Path) -> tuple[list[np.ndarray], dict[str, Any]]:
    """Fit and train with the commands; the labels of each batch, and the pilot's sidecar."""
    from donkeycar.management.cli import main as donkey
    from donkeycar.training.epochs.batches import Batches

    seen: list[np.ndarray] = []
    original = Batches.__getitem__

    def probed(self: Any, index: int) -> Any:
        inputs, targets = original(self, index)
        seen.append(np.concatenate([targets["angle"], targets["throttle"]], axis=1))
        return inputs, targets

    here = os.getcwd()
    os.chdir(folder)
    Batches.__getitem__ = probed  # type: ignore[method-assign]
    try:
        if donkey(["tub", "fit", "dirty", *STEPS]):
            sys.exit("donkey tub fit failed")
        words = ["--tub", "dirty", "--model", "pilot.keras", "--epochs", "2", "--seed", "1"]
        if donkey(["train", *words, "--no-augmentation", "--cleaning", "cleaning.json"]):
            sys.exit("donkey train failed")
    finally:
        Batches.__getitem__ = original  # type: ignore[method-assign]
        os.chdir(here)
    return seen, json.loads((folder / "pilot.json").read_text(encoding="utf-8"))


def cleaned(records: list[dict[str, Any]]) -> tuple[np.ndarray, np.ndarray]:
    """What the labels must be, with numpy alone: ``(records, 2)``, and which records stay."""
    angles = np.array([np.nan if r[A] is None or abs(r[A]) > 1 else r[A] for r in records], float)
    throttles = np.array([np.nan if r[T] is None else r[T] for r in records], float)
    known, places = ~np.isnan(angles), np.arange(len(records))
    inner = (places > places[known][0]) & (places < places[known][-1])
    filled = np.where(~known & inner, np.interp(places, places[known], angles[known]), angles)
    throttles = np.where(np.isnan(throttles), np.nanmedian(throttles), throttles).clip(-1, 1)
    # This drive has pauses, and nobody knows how the steering changed over one.
    times_ms = np.array([r["_timestamp_ms"] for r in records], float)
    changes = np.diff(filled, prepend=np.nan)
    changes[np.diff(times_ms, prepend=np.nan) > PAUSE_MS] = np.nan
    table = np.stack([filled, throttles, changes], axis=1)
    whole = table[np.isfinite(table).all(axis=1)]
    away = table - whole.mean(axis=0)
    squared = np.einsum("ij,jk,ik->i", away, np.linalg.inv(np.cov(whole.T)), away)
    return table[:, :2], ~(squared > QUANTILE) & np.isfinite(filled)


def judge(
    records: list[dict[str, Any]], seen: list[np.ndarray], sidecar: dict[str, Any]
) -> dict[str, bool]:
    """Compare what the network was given with what it must be."""
    wanted, kept = cleaned(records)
    right = Counter(map(tuple, wanted[kept].astype(np.float32).round(5).tolist()))
    given = Counter(map(tuple, np.concatenate(seen).astype(np.float32).round(5).tolist()))
    raw = {(r[A], r[T]) for r in records}
    raw32 = Counter((np.float32(a).round(5), np.float32(t).round(5)) for a, t in raw if a and t)
    new = [pair for pair in given if pair not in raw32]
    data = sidecar["data"]
    done = data["cleaning"]["done"]
    print(
        f"{len(records)} records, {int(kept.sum())} to learn from; {len(seen)} batches with "
        f"{len(given)} different labels, {len(new)} of which no record holds; done: {done}"
    )
    return {
        "every label that the network was given is a cleaned one": not set(given) - set(right),
        "as many records are left out as by the formula": sum(done["left_out"].values())
        == int((~kept).sum()),
        "labels that were filled or clipped are among them": len(new) >= len(records) // 50,
        "the sidecar counts the same records": data["records"] == int(kept.sum()),
        "the sidecar counts what was filled and clipped": all(
            done[name] for name in ("filled", "fenced", "blanked", "left_out")
        ),
    }


def contents(tub: Path) -> dict[Path, bytes]:
    """Every file of a tub."""
    return {path: path.read_bytes() for path in sorted(tub.rglob("*")) if path.is_file()}


if __name__ == "__main__":
    sys.exit(main())
