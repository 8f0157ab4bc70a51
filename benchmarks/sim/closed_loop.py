"""Closed-loop benchmark: pilots learn from the expert on a simulated track, then drive it alone.

A cell is one type, trained once with one seed on 4,000 records. It then drives five laps with
another seed. Goal: no pilot leaves the track. The result of a cell is kept in a folder, and a
cell with a result is not run again, so a long campaign can be done in pieces.

    scripts/bench closed_loop --type linear rnn --seed 1 2 3
    scripts/bench closed_loop --report
"""

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import ROOT
from donkeycar.pilots import load_pilot
from donkeycar.rollout import evaluate_pilot, record_expert
from donkeycar.training import Lines, train

TYPES = ("linear", "categorical", "memory", "rnn", "efficient")
NUM_RECORDS = 4000
LAPS = 5
# The pilot is examined from another start than those it has seen.
EXAM_SEED = 1000


def run_cell(kind: str, seed: int, track: str, epochs: int) -> dict[str, Any]:
    """Record, train and drive; return the result."""
    with tempfile.TemporaryDirectory() as folder:
        tub, model = Path(folder, "tub"), Path(folder, "pilot.keras")
        record_expert(tub, track, NUM_RECORDS, seed=seed)
        result = train(
            [tub], model, type=kind, epochs=epochs, batch_size=64, seed=seed, progress=Lines()
        )
        drive = evaluate_pilot(
            load_pilot(result.files.litert), track, laps=LAPS, seed=EXAM_SEED + seed
        )
    return {
        "type": kind,
        "seed": seed,
        "track": track,
        "epochs": len(result.history["loss"]),
        "trained_s": result.duration_s,
        "validation": result.metrics["validation"],
        "drive": {key: value for key, value in drive.items() if not key.startswith("trajectory")},
        "finished_at": time.time(),
    }


def report(results: Path) -> int:
    """Print the table; return 1 if a pilot did not do its laps, or left the track."""
    print("| type | seed | epochs | training s | laps | off track | cross-track error rms m |")
    print("|---|---|---|---|---|---|---|")
    bad = 0
    for path in sorted(results.glob("*.json")):
        cell = json.loads(path.read_text())
        drive = cell["drive"]
        done = drive["ended"] == "laps" and not drive["off_track_count"]
        bad += not done
        print(
            f"| {cell['type']} | {cell['seed']} | {cell['epochs']} | {cell['trained_s']:.0f} | "
            f"{drive['laps_completed']} of {LAPS} | {drive['off_track_count']} | "
            f"{drive['cte_rms']:.3f} |"
        )
    print(f"\n{bad} left the track or did not finish")
    return 1 if bad else 0


def main(argv: Sequence[str] | None = None) -> int:
    """Run the cells that are missing and print the table."""
    parser = argparse.ArgumentParser(prog="scripts/bench closed_loop", description=__doc__)
    parser.add_argument("--type", nargs="+", choices=TYPES, default=TYPES)
    parser.add_argument("--seed", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--track", default="warehouse")
    parser.add_argument("--epochs", type=int, default=20, help="most epochs (default: %(default)s)")
    parser.add_argument(
        "--results", type=Path, default=ROOT / "build" / "closed_loop", help="default: %(default)s"
    )
    parser.add_argument("--report", action="store_true", help="run nothing, print the table")
    args = parser.parse_args(argv)
    args.results.mkdir(parents=True, exist_ok=True)
    if not args.report:
        for seed in args.seed:
            for kind in args.type:
                path = args.results / f"{args.track}-{kind}-{seed}.json"
                if not path.exists():
                    cell = run_cell(kind, seed, args.track, args.epochs)
                    path.write_text(json.dumps(cell, indent=1))
                    print(f"{kind} {seed}: {cell['drive']['ended']}", flush=True)
    return report(args.results)


if __name__ == "__main__":
    raise SystemExit(main())
