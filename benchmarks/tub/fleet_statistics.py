"""Statistics of a fleet: 400,000 records in 400 catalogs of 4 cars, in under a second on two cores.

A fleet is made in a temporary folder: 40 tubs of 10,000 records, some of them deleted, one line of
one catalog damaged. Asked is what a club wants to know: number, mean, quartiles, missing values and
a histogram of steering and throttle, for each car and mode. Each run opens the tubs anew. A plain
loop that only parses the JSON of the same lines is the measure for how fast the computer is.
"""

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

from donkeycar.analysis import TubFrame

TUBS, CATALOGS, RECORDS = 40, 10, 1000
CARS = 4
MODES = ("user", "local_angle", "local")
DELETED = range(100, 200)  # of each tub
GOAL_S = 1.0
# Statistics by the engine must not take longer than parsing alone does in Python.
GOAL_RATIO = 1.0
RUNS = 7
THREADS = 2


def make_fleet(folder: Path, tubs: int = TUBS, catalogs: int = CATALOGS) -> dict[str, float]:
    """Write the fleet; return what the statistics must say.

    Args:
        folder: Where the cars' folders go.
        tubs: How many tubs.
        catalogs: Catalogs of each.

    Returns:
        Number of records that count, and mean and median of all steering.
    """
    rng = np.random.default_rng(11)
    angles = []
    for tub in range(tubs):
        place = folder / f"car_{tub % CARS}" / f"tub_{tub}"
        place.mkdir(parents=True)
        number = catalogs * RECORDS
        angle = rng.normal(0, 0.3, number).round(4)
        throttle = rng.random(number).round(4)
        modes = rng.integers(0, len(MODES), number)
        for catalog in range(catalogs):
            with (place / f"catalog_{catalog}.catalog").open("w") as file:
                for n in range(catalog * RECORDS, (catalog + 1) * RECORDS):
                    record = {
                        "_index": n,
                        "_session_id": "26-11-30_0",
                        "_timestamp_ms": 1_764_000_000_000 + 50 * n,
                        "cam/image_array": f"{n}_cam_image_array_.jpg",
                        "user/angle": angle[n],
                        "user/mode": MODES[modes[n]],
                    }
                    if n % 50:
                        record["user/throttle"] = throttle[n]
                    file.write(json.dumps(record) + "\n")
        (place / "manifest.json").write_text(manifest(catalogs))
        kept = np.setdiff1d(np.arange(number), DELETED)
        if tub == 0:
            kept = np.setdiff1d(kept, [7])
            damage(place / "catalog_0.catalog", 7)
        angles.append(angle[kept])
    every = np.concatenate(angles)
    return {"count": len(every), "mean": float(every.mean()), "median": float(np.median(every))}


def manifest(catalogs: int) -> str:
    """The manifest of one tub."""
    names = ["cam/image_array", "user/angle", "user/throttle", "user/mode"]
    types = ["image_array", "float", "float", "str"]
    paths = [f"catalog_{number}.catalog" for number in range(catalogs)]
    last = {
        "paths": paths, "current_index": catalogs * RECORDS, "max_len": RECORDS,
        "deleted_indexes": list(DELETED),
    }  # fmt: skip
    return "".join(json.dumps(line) + "\n" for line in (names, types, {}, {}, last))


def damage(catalog: Path, number: int) -> None:
    """Replace a line by zero bytes, as a power cut does."""
    lines = catalog.read_bytes().splitlines(keepends=True)
    lines[number] = b"\0" * (len(lines[number]) - 1) + b"\n"
    catalog.write_bytes(b"".join(lines))


def ask(folder: Path) -> dict[str, float]:
    """Open all tubs and ask; the answers over all groups."""
    with TubFrame(folder, threads=THREADS) as frame:
        groups = frame.stratify(["car", "user/mode"]).cols[["user/angle", "user/throttle"]]
        described = groups.describe()
        found = [group["user/angle"] for group in described.values()]
        count = sum(one.count for one in found)
        if len(described) != CARS * len(MODES) or frame.unreadable != 1:
            raise SystemExit(f"{len(described)} groups, {frame.unreadable} unreadable lines")
        if sum(int(one.histogram.counts.sum()) for one in found) != count:
            raise SystemExit("The histograms do not hold all values")
        return {"count": count, "mean": sum(one.mean * one.count for one in found) / count}


def parse_all(folder: Path) -> int:
    """Parse every line in Python, without any statistics."""
    number = 0
    for path in folder.rglob("*.catalog"):
        for line in path.read_bytes().splitlines():
            try:
                json.loads(line)
            except ValueError:
                continue
            number += 1
    return number


def measure(folder: Path, runs: int) -> tuple[list[float], list[float], list[float]]:
    """Wall times of the statistics and of parsing alone, in turns; processor times of the first."""
    ours, plain, processor = [], [], []
    for _ in range(runs):
        begin_s, busy_s = time.perf_counter(), time.process_time()
        ask(folder)
        middle_s = time.perf_counter()
        processor.append(time.process_time() - busy_s)
        parse_all(folder)
        ours.append(middle_s - begin_s)
        plain.append(time.perf_counter() - middle_s)
    return ours, plain, processor


def main(argv: list[str] | None = None) -> int:
    """Measure, print, and compare with the goals.

    Args:
        argv: Arguments of the command line.

    Returns:
        0 if both goals are met, else 1.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tubs", type=int, default=TUBS, help="tubs of 10,000 records")
    parser.add_argument("--runs", type=int, default=RUNS, help="default: %(default)s")
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as name:
        expected = make_fleet(Path(name), args.tubs)
        found = ask(Path(name))
        right = found["count"] == expected["count"] and abs(found["mean"] - expected["mean"]) < 1e-9
        ours, plain, processor = measure(Path(name), args.runs)
    best_s, middle_s = min(ours), statistics.median(ours)
    ratio = statistics.median(one / other for one, other in zip(ours, plain, strict=True))
    print(f"{expected['count']} records in {args.tubs * CATALOGS} catalogs, {THREADS} threads")
    print(f"statistics: best {best_s:.2f} s, median {middle_s:.2f} s; goal {GOAL_S:g} s (best run)")
    print(f"  processor time of both cores: best {min(processor):.2f} s")
    print(f"parsing alone, in Python: median {statistics.median(plain):.2f} s")
    print(f"ratio: {ratio:.2f}; goal {GOAL_RATIO:g}")
    print(f"answers: {'right' if right else f'{found}, expected {expected}'}")
    return 0 if right and best_s < GOAL_S and ratio < GOAL_RATIO else 1


if __name__ == "__main__":
    raise SystemExit(main())
