"""Training comparison: trains pilots here and in donkeycar 5.3 on the same records.

The first 80 % of a real recording are for training, the last 20 %, in one block, for validation.
5.3 gets a tub of the first 80 % and trains by its own rules and settings. A cell is one candidate,
trained once with one seed. Its result is kept in a folder, and a cell with a result is not run
again, so a long campaign can be done in pieces.

    scripts/bench training --results build/study --candidate 5.3 linear --seed 1 2 3
    scripts/bench training --results build/study --report
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from benchmarks import ROOT
from benchmarks.training.cells import CANDIDATES, PEER, run_cell
from benchmarks.training.report import ENSEMBLE, report
from benchmarks.training.split_tub import SplitTub

DATA = ROOT.parent / "shared" / "data"
TUBS = (DATA / "renault_office_v2", DATA / "usi_track2_v2")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the cells that are missing, print the tables, compare with the goals."""
    parser = argparse.ArgumentParser(description="Compare training with donkeycar 5.3.")
    parser.add_argument("--tub", type=Path, nargs="+", default=TUBS, help="default: %(default)s")
    parser.add_argument(
        "--candidate", nargs="+", choices=CANDIDATES, default=["5.3", "linear"],
        help="default: %(default)s",
    )  # fmt: skip
    parser.add_argument("--seed", type=int, nargs="+", default=[1], help="default: %(default)s")
    parser.add_argument("--ensemble", action="store_true", help="seeds 1 to 5 of each of ours")
    parser.add_argument("--epochs", type=int, default=100, help="most epochs of ours")
    parser.add_argument(
        "--results", type=Path, default=ROOT / "build" / "training", help="default: %(default)s"
    )
    parser.add_argument("--report", action="store_true", help="run nothing, print the tables")
    args = parser.parse_args(argv)
    if not args.report:
        for path in args.tub:
            tub = SplitTub(path)
            for name in args.candidate:
                five = args.ensemble and name != PEER
                for seed in range(1, ENSEMBLE + 1) if five else args.seed:
                    cell = run_cell(tub, name, seed, args.results, epochs=args.epochs)
                    print(f"{cell}", flush=True)
    return report(args.results)


if __name__ == "__main__":
    raise SystemExit(main())
