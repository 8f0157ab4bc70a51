"""MCAP and Rerun: how long 10,000 records take, and whether the file has all of them.

The tub has pictures of a real camera's size, controls, a pilot, ages, and a clock that was set back
in the middle. Each format is written `--runs` times. Beside it stands how long it takes to read the
same tub and its pictures, and nothing else: what no export can do without.

Goals, for 10,000 records: MCAP in 1 s and `.rrd` in 4 s of the processor, by the median; neither
takes more than `MAX_RATIO` times as much of it as reading alone, which also holds on a slower
machine. Counts read back by `mcap` and by rerun-sdk are those of the tub.
"""

import argparse
import statistics
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np

from donkeycar.formats.exporting.export import export_tubs
from donkeycar.tub import TubReader, TubWriter

GOALS_S = {"mcap": 1.0, "rerun": 4.0}
MAX_RATIO = {"mcap": 4.0, "rerun": 4.0}
ENDINGS = {"mcap": ".mcap", "rerun": ".rrd"}
INPUTS = {
    "cam/image_array": "image_array", "user/angle": "float", "user/throttle": "float",
    "user/mode": "str", "pilot/angle": "float", "pilot/throttle": "float",
    "cam/exposed_s": "float", "drivetrain/age_s": "float",
}  # fmt: skip
START_MS = 1_780_000_000_000


def make_tub(folder: Path, num_records: int) -> None:
    """Record a drive: 160x120, JPEGs of about 4.5 kB each."""
    shapes = np.random.default_rng(7)
    coarse = shapes.integers(0, 256, (16, 15, 20, 3), np.uint8)
    frames = [np.kron(each, np.ones((8, 8, 1), np.uint8)) for each in coarse]
    with TubWriter(folder, list(INPUTS), list(INPUTS.values())) as writer:
        for number in range(num_records):
            set_back_ms = 3_600_000 if number > num_records // 2 else 0
            writer.append(
                {
                    "cam/image_array": np.roll(frames[number % 16], number % 160, axis=1),
                    "user/angle": float(np.sin(number / 50)), "user/throttle": 0.3,
                    "user/mode": ("user", "local")[number // 500 % 2],
                    "pilot/angle": float(np.sin(number / 51)), "pilot/throttle": 0.31,
                    "cam/exposed_s": 70 + number / 20, "drivetrain/age_s": 0.05,
                },
                timestamp_ms=START_MS + 50 * number - set_back_ms,
            )  # fmt: skip
        writer.flush()
        writer.delete(list(range(100, 150)))


def read_alone(tub: Path) -> int:
    """Read the records and the bytes of their pictures."""
    reader = TubReader(tub)
    records = reader.records(include_deleted=True)
    return sum(len(reader.image_path(record).read_bytes()) for record in records)


def counts(path: Path) -> Counter[str]:
    """How many messages or rows a file has, by topic or path."""
    found: Counter[str] = Counter()
    if path.suffix == ".mcap":
        from mcap.reader import make_reader

        with path.open("rb") as file:
            summary = make_reader(file).get_summary()
        for channel, number in summary.statistics.channel_message_counts.items():
            found[summary.channels[channel].topic] += number
        return found
    from rerun.chunk import RrdReader

    for chunk in RrdReader(path).stream():
        found[chunk.entity_path] += chunk.num_rows
    return found


def lacking(found: Counter[str], num_records: int) -> list[str]:
    """What of a drive a file has another number of."""
    each = ("/camera", "/control/user", "/control/pilot", "/control/final", "/state")
    if "/state" not in found:
        curves = [f"/control/{what}/{who}" for what in ("angle", "throttle")
                  for who in ("user", "pilot", "final")]  # fmt: skip
        each = ("/camera", *curves, "/ages/camera_to_wheel_s")
    return [
        f"{name}: {found[name]}, not {num_records}" for name in each if found[name] != num_records
    ]


def main(argv: list[str] | None = None) -> int:
    """Print the figures; return 1 if a goal is missed."""
    parser = argparse.ArgumentParser(prog="scripts/bench drive_files", description=__doc__)
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=5)
    args = parser.parse_args(argv)
    missed = []
    with tempfile.TemporaryDirectory() as name:
        tub = Path(name) / "tub"
        make_tub(tub, args.records)
        share = args.records / 10_000
        for to in GOALS_S:
            out = tub.with_name(f"drive{ENDINGS[to]}")
            alone, times, walls = [], [], []
            for _ in range(args.runs):
                started_s = time.process_time()
                num_bytes = read_alone(tub)
                read_s, begin_s = time.process_time(), time.perf_counter()
                export_tubs([tub], to, out, overwrite=True)
                alone.append(read_s - started_s)
                times.append(time.process_time() - read_s)
                walls.append(time.perf_counter() - begin_s)
            median_s, ratio = statistics.median(times), statistics.median(times) / min(alone)
            print(
                f"{to}: {args.records} records, {num_bytes / 1e6:.0f} MB of pictures, in "
                f"{median_s:.2f} s of the processor (goal {GOALS_S[to] * share:.1f}), "
                f"{ratio:.1f} times as much as reading alone (goal {MAX_RATIO[to]:.0f}); by the "
                f"clock {min(walls):.2f} to {max(walls):.2f} s; {out.stat().st_size / 1e6:.0f} MB"
            )
            if median_s > GOALS_S[to] * share:
                missed.append(f"{to} took {median_s:.2f} s")
            if ratio > MAX_RATIO[to]:
                missed.append(f"{to} took {ratio:.1f} times as long as reading alone")
            missed += [f"{to}: {what}" for what in lacking(counts(out), args.records)]
    for sentence in missed:
        print("MISSED:", sentence)
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
