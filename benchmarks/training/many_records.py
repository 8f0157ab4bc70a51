"""Memory benchmark: 100,000 records are read, decoded and batched on a computer with little memory.

The tub repeats the pictures of a real recording (hard links), so its files are as large as those of
a car. The figure is the peak memory of the process, minus that of the same training with 200
records, which is the framework's. Every step runs in a process of its own.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks import ROOT
from donkeycar.tub import TubReader

TUB = ROOT.parent / "shared" / "data" / "renault_office_v2"
GOAL_BYTES = 2 << 30
CATALOG_RECORDS = 1000
FEW = 200


def main(argv: Sequence[str] | None = None) -> int:
    """Print the figures; return 1 if the goal is missed."""
    parser = argparse.ArgumentParser(prog="many_records", description=__doc__)
    parser.add_argument("--tub", type=Path, default=TUB, help="default: %(default)s")
    parser.add_argument("--records", type=int, default=100_000, help="default: %(default)s")
    parser.add_argument("--folder", type=Path, help="where 6 GB of frames go; default: /tmp")
    parser.add_argument("--train", action="store_true", help="an epoch of real training; minutes")
    parser.add_argument("--worker", type=Path, nargs=2, help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    if args.worker is not None:
        print(json.dumps(work(*args.worker, train=args.train)))
        return 0
    with tempfile.TemporaryDirectory(dir=args.folder) as name:
        folder = Path(name)
        results = []
        for count in (FEW, args.records):
            repeat(args.tub, folder / str(count), count)
            words = ["--worker", str(folder / str(count)), name] + ["--train"] * args.train
            results.append(in_a_process(words))
    few, many = results
    print(f"{'':10} {'records':>8} {'most memory':>12}   seconds")
    for title, result in (("framework", few), ("all", many)):
        steps = ", ".join(f"{name} {spent_s:.0f}" for name, spent_s in result["seconds"].items())
        print(f"{title:10} {result['records']:8} {result['bytes'] / 2**20:8.0f} MiB   {steps}")
    above = many["bytes"] - few["bytes"]
    met = above < GOAL_BYTES
    print(
        f"Goal: less than {GOAL_BYTES / 2**30:.0f} GiB above the framework's: "
        f"{above / 2**30:.2f} GiB, {'reached' if met else 'MISSED'}"
    )
    return 0 if met else 1


def work(tub: Path, folder: Path, *, train: bool) -> dict[str, object]:
    """Read records as training does, and print the time and memory."""
    import numpy as np

    from donkeycar.keras_backend import import_keras
    from donkeycar.pilots.kinds.registry import pilot_type
    from donkeycar.pilots.transform import Transforms
    from donkeycar.training import Silent
    from donkeycar.training import train as train_pilot
    from donkeycar.training.augmentation import Augmentation
    from donkeycar.training.records.frames import decode
    from donkeycar.training.records.recordings import gather
    from donkeycar.training.records.samples import Samples

    seconds: dict[str, float] = {}
    started_s = time.monotonic()

    def lap(name: str) -> None:
        seconds[name] = time.monotonic() - started_s - sum(seconds.values())

    import_keras()
    lap("start")
    if train:
        train_pilot([tub], folder / "pilot.keras", epochs=1, seed=1, batch_size=128)
        lap("train")
        num_records = len(TubReader(tub))
    else:
        from donkeycar.training.epochs.batches import Batches

        recordings = gather([tub])
        lap("gather")
        recordings, frames = decode(recordings, folder=folder, progress=Silent())
        lap("decode")
        samples = Samples(pilot_type("linear"), {}, recordings, frames, Transforms())
        rows = np.asarray(samples.rows)
        batches = Batches(samples, rows, batch_size=128, seed=1, augmentation=Augmentation())
        for number in range(len(batches)):
            batches[number]
        lap("epoch")
        num_records = len(recordings)
    return {"records": num_records, "bytes": most_memory_bytes(), "seconds": seconds}


def most_memory_bytes() -> int:
    """Peak resident memory of this process, from Linux."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("this benchmark needs Linux: /proc/self/status has no VmHWM")


def in_a_process(words: list[str]) -> dict[str, object]:
    """Run a worker, and return what it prints."""
    command = [sys.executable, "-m", "benchmarks.training.many_records", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode:
        raise RuntimeError(done.stderr)
    result: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return result


def repeat(source: Path, target: Path, count: int) -> None:
    """Write a tub of `count` records that repeats those of another; each image is copied once."""
    reader = TubReader(source)
    records = reader.records()
    images = target / "images"
    images.mkdir(parents=True)
    first: dict[str, Path] = {}
    names = []
    for start in range(0, count, CATALOG_RECORDS):
        lines = []
        for index in range(start, min(start + CATALOG_RECORDS, count)):
            record = records[index % len(records)]
            picture = str(record["cam/image_array"])
            path = images / f"{index}_cam_image_array_.jpg"
            if picture in first:
                os.link(first[picture], path)
            else:
                first[picture] = path
                shutil.copyfile(reader.image_path(record), path)
            lines.append(json.dumps({**record, "_index": index, "cam/image_array": path.name}))
        names.append(f"catalog_{start // CATALOG_RECORDS}.catalog")
        (target / names[-1]).write_text("\n".join(lines) + "\n")
    manifest = reader.manifest
    contents = {
        "paths": names, "current_index": count, "max_len": CATALOG_RECORDS, "deleted_indexes": [],
    }  # fmt: skip
    parts = (manifest.inputs, manifest.types, {}, {"created_at": 0.0}, contents)
    (target / "manifest.json").write_text("".join(json.dumps(part) + "\n" for part in parts))


if __name__ == "__main__":
    raise SystemExit(main())
