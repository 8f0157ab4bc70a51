"""How fast tubs are checked, repaired, merged, split and copied.

Goals: 50,000 records are checked without decoding in 2 s, and with decoding at 20,000 images a
minute or more (frames of 160x120). Times are the best of `--runs`, by the clock and, in brackets,
by the processor. The processor time is judged: the tub lies in memory and one thread works, so both
are alike on a computer that does nothing else (0.98 s and 0.91 s), and only this one is on another.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.tub.tub_crash import fast_folder
from benchmarks.tub.tub_faults import INPUTS, TYPES
from donkeycar.tub import TubWriter, check, copy, merge, repair, split, tub_info
from donkeycar.tub.selection import Selection

NUM_RECORDS = 50_000
FAST_GOAL_S = 2.0
GOAL_PER_MINUTE = 20_000


def make(path: Path, num_records: int) -> None:
    """A tub of frames with as much in them as those of a car."""
    rng = np.random.default_rng(1)
    coarse = rng.integers(0, 255, (15, 20, 3)).repeat(8, 0).repeat(8, 1)
    frame = coarse.astype(np.uint8)
    with TubWriter(path, INPUTS, TYPES, batch_s=float("inf")) as writer:
        for number in range(num_records):
            row = (frame, (number % 200) / 100 - 1, 0.3, "user")
            writer.append(dict(zip(INPUTS, row, strict=True)), timestamp_ms=50 * number)


def best(work: Callable[[], object], runs: int) -> tuple[float, float]:
    """The shortest time of a piece of work by the clock, and by the processor, in seconds."""
    times = []
    for _ in range(runs):
        clock_s, processor_s = time.perf_counter(), time.process_time()
        work()
        times.append((time.perf_counter() - clock_s, time.process_time() - processor_s))
    return min(one for one, _ in times), min(other for _, other in times)


def main(argv: list[str] | None = None) -> int:
    """Print the figures; return 1 if a goal is missed."""
    parser = argparse.ArgumentParser(prog="scripts/bench tub_speed", description=__doc__)
    parser.add_argument("--records", type=int, default=NUM_RECORDS, help="records of the tub")
    parser.add_argument("--runs", type=int, default=3, help="runs, the best of which counts")
    args = parser.parse_args(argv)
    number = args.records
    with tempfile.TemporaryDirectory(dir=fast_folder()) as folder:
        tub, new = Path(folder) / "tub", Path(folder) / "new"
        make(tub, number)
        fast_s, fast_cpu_s = best(lambda: check(tub, decode=False), args.runs)
        full_s, full_cpu_s = best(lambda: check(tub), args.runs)
        for name, work in {
            "info": lambda: tub_info(tub),
            "repair, nothing to do": lambda: repair(tub),
            "copy of the whole": lambda: copy(tub, new / "whole"),
            "copy of what is not deleted": lambda: copy(
                tub, new / "live", selection=Selection(live_only=True)
            ),
            "merge": lambda: merge([tub], new / "merged"),
            "split": lambda: split(tub, new / "parts", max_records=5000),
        }.items():
            clock_s, processor_s = best(work, 1)
            print(f"{name}: {clock_s:.2f} s ({processor_s:.2f} s of processor time)")
    goal_s = FAST_GOAL_S * number / NUM_RECORDS
    per_minute = 60 * number / full_cpu_s
    print(f"check --fast: {fast_s:.2f} s ({fast_cpu_s:.2f}), goal {goal_s:.2f} s")
    print(
        f"check: {full_s:.2f} s ({full_cpu_s:.2f}), {per_minute:,.0f} images a minute, goal "
        f"{GOAL_PER_MINUTE:,}"
    )
    missed = [
        name
        for name, is_missed in (
            ("check --fast", fast_cpu_s > goal_s),
            ("check", per_minute < GOAL_PER_MINUTE),
        )
        if is_missed
    ]
    for name in missed:
        print(f"MISSED: {name}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
