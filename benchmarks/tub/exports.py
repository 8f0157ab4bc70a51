"""Real tubs exported in every format, and read back by the programs that the formats are for.

Every folder of shared/data: pandas, DuckDB, datasets, webdataset and PyAV read it in an environment
of their own, and find every record, label and image file; `lerobot-doctor` finds nothing that is
broken. With ``--lerobot`` lerobot itself opens the datasets (8 GB are installed, or
`DONKEYCAR_LEROBOT_PYTHON` names an interpreter that has it). 10,000 records are timed.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import ROOT
from benchmarks.peer import environment
from benchmarks.tub.exports_reader import ANGLES, digest
from donkeycar.formats.exporting.export import Exported, export_tubs
from donkeycar.formats.importing.importing import import_recordings
from donkeycar.tub import TubReader

DATA = ROOT.parent / "shared" / "data"
HERE = Path(__file__).parent
READERS = ["pyarrow", "pandas", "duckdb", "datasets", "webdataset", "av", "pillow"]
DOCTOR = ["lerobot-doctor==0.2.0"]
LEROBOT = ["lerobot==0.4.4"]
# Name of a way to export: the word of the format, its options, the ending of the path.
WAYS: dict[str, tuple[str, dict[str, Any], str]] = {
    "parquet": ("parquet", {}, ".parquet"),
    "csv": ("csv", {}, ".csv"),
    "csv with images": ("csv", {"images": True}, ""),
    "webdataset": ("webdataset", {}, ""),
    "mp4": ("mp4", {}, ".mp4"),
    "lerobot": ("lerobot", {}, ""),
    "lerobot with video": ("lerobot", {"video": True}, ""),
}
# Formats whose images are the files of the tub.
WITH_FILES = ("parquet", "csv with images", "webdataset", "lerobot")
RECORDS, MOST_S = 10_000, 30.0


class Reader:
    """The process that reads exports with other programs."""

    def __init__(self, python: Path) -> None:
        self._process = subprocess.Popen(
            [str(python), "-I", str(HERE / "exports_reader.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def read(self, to: str, path: Path) -> dict[str, Any]:
        """The rows of an export, or the error."""
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise RuntimeError("the reader has no pipes")
        stdin.write(json.dumps({"format": to, "path": str(path)}) + "\n")
        stdin.flush()
        answer: dict[str, Any] = json.loads(stdout.readline() or '{"error": "it ended"}')
        return answer

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


@contextmanager
def tubs() -> Iterator[list[Path]]:
    """Every recording of shared/data as a tub."""
    with tempfile.TemporaryDirectory() as folder:
        udacity = Path(folder) / "udacity_sim_csv"
        import_recordings(DATA / "udacity_sim_csv", udacity)
        found = [path for path in sorted(DATA.iterdir()) if path.name.endswith(("_v1", "_v2"))]
        yield [*found, udacity]


def expected(tub: Path) -> dict[int, tuple[Any, ...]]:
    """Angle, throttle, digest of the file, shape and mean of the picture of each record."""
    reader = TubReader(tub)
    rows = {}
    for record in reader:
        angle = next((record[name] for name in ANGLES if name in record), None)
        picture = reader.image(record)
        data = reader.image_path(record).read_bytes()
        shown = (list(picture.shape), float(picture.mean()))
        rows[record["_index"]] = (angle, record.get("user/throttle"), digest(data), *shown)
    return rows


def faults(
    way: str, rows: list[list[Any]], wanted: dict[int, tuple[Any, ...]], num_left_out: int
) -> str:
    """What is wrong with what was read back; "" if nothing is.

    Args:
        way: One of `WAYS`.
        rows: What was read.
        wanted: What the tub holds.
        num_left_out: Records of which the export said that it left them out.
    """
    if way == "mp4":
        wrong = [
            number
            for number, (row, want) in enumerate(zip(rows, wanted.values(), strict=False))
            if row[0] != want[3] or abs(row[1] - want[4]) > 3
        ]
        return f"{len(wrong)} other pictures" if wrong else _count(len(rows), wanted, num_left_out)
    for _, index, angle, throttle, image in rows:
        want = wanted.get(index)
        if want is None:
            return f"record {index} is not in the tub"
        labels: Any = [want[0], want[1]]
        if way.startswith("lerobot"):
            labels = [float(np.float32(label)) for label in labels]
        if [angle, throttle] != labels:
            return f"record {index} has other labels: {angle}, {throttle}"
        if way in WITH_FILES and image != want[2]:
            return f"record {index} has another image"
    return _count(len({row[1] for row in rows}), wanted, num_left_out)


def _count(found: int, wanted: dict[int, Any], num_left_out: int) -> str:
    told = len(wanted) - num_left_out
    return "" if found == told else f"{found} of {told} records"


def path_of(tub: Path, way: str, folder: Path) -> Path:
    """Where the export of a tub goes."""
    return folder / tub.name / f"{way.replace(' ', '_')}{WAYS[way][2]}"


def try_tub(
    tub: Path, folder: Path, reader: Reader, doctor: Path
) -> Iterator[tuple[str, Exported, str]]:
    """Export a tub in every way: the way, what the export says, and the verdict, "" if all is well.

    A record without neighbours is no episode; such records are told, and not missed.
    """
    wanted = expected(tub)
    for way, (to, options, _) in WAYS.items():
        path = path_of(tub, way, folder)
        exported = export_tubs([tub], to, path, options=options)
        left_out = sum(exported.left_out.values())
        answer = reader.read(to, path)
        fault = answer.get("error") or faults(way, answer["rows"], wanted, left_out)
        if to == "lerobot" and not fault:
            command = [str(doctor), "check", str(path)]
            done = subprocess.run(command, capture_output=True, text=True)
            fault = "" if done.returncode == 0 else f"doctor: {done.stdout[-400:]}"
        yield way, exported, fault


def try_lerobot(
    datasets: dict[tuple[Path, str], Exported], python: Path, folder: Path
) -> Iterator[tuple[str, str]]:
    """Open every dataset with lerobot itself: its name, and the verdict."""
    paths = [str(exported.path) for exported in datasets.values()]
    home = {"HF_HOME": str(folder / "hf"), **os.environ}
    command = [str(python), str(HERE / "exports_lerobot.py"), *paths]
    done = subprocess.run(command, capture_output=True, text=True, env=home)
    lines = [line[7:] for line in done.stdout.splitlines() if line.startswith("answer ")]
    if len(lines) != len(paths):
        yield "lerobot", done.stderr[-500:]
        return
    for ((tub, way), exported), line in zip(datasets.items(), lines, strict=True):
        answer = json.loads(line)
        rows = [[*row, ""] for row in answer.get("rows", [])]
        left_out = sum(exported.left_out.values())
        fault = answer.get("error") or faults("lerobot with video", rows, expected(tub), left_out)
        yield f"{tub.name}, {way}", fault


def timed(found: list[Path], folder: Path) -> Iterator[tuple[str, int, float, float]]:
    """Each way, its records, seconds and processor time, with all tubs of 160x120 in one."""
    large = [tub for tub in found if "renault" in tub.name or "usi_track2" in tub.name]
    for way, (to, options, ending) in WAYS.items():
        if to == "lerobot":
            options = {**options, "resample": True}
        path = folder / f"timed_{way.replace(' ', '_')}{ending}"
        wall_s, cpu_s = time.perf_counter(), time.process_time()
        exported = export_tubs(large, to, path, options=options)
        wall_s, cpu_s = time.perf_counter() - wall_s, time.process_time() - cpu_s
        yield way, exported.num_records, wall_s, cpu_s


def tell_speed(found: list[Path], folder: Path) -> int:
    """Print how long each way takes; returns how many are too slow.

    What counts is processor time, because other programs may use the computer as well.
    """
    too_slow = 0
    for way, records, wall_s, cpu_s in timed(found, folder):
        scaled_s = cpu_s * RECORDS / records
        verdict = "ok" if scaled_s <= MOST_S else "TOO SLOW"
        print(
            f"{way:20} {RECORDS} records in {scaled_s:.1f} s of a core, in "
            f"{wall_s * RECORDS / records:.1f} s by the clock: {verdict} (goal {MOST_S:.0f} s)",
            flush=True,
        )
        too_slow += verdict != "ok"
    return too_slow


def main(argv: list[str] | None = None) -> int:
    """Run it all; returns 1 if something is wrong or too slow."""
    parser = argparse.ArgumentParser(prog="scripts/bench exports", description=__doc__)
    parser.add_argument("--lerobot", action="store_true", help="open the datasets with lerobot")
    args = parser.parse_args(argv)
    python = environment(".venv-exports", READERS, DOCTOR)
    doctor = python.with_name("lerobot-doctor")
    reader = Reader(python)
    bad = 0
    datasets: dict[tuple[Path, str], Exported] = {}
    with tubs() as found, tempfile.TemporaryDirectory() as name:
        for tub in found:
            for way, exported, fault in try_tub(tub, Path(name), reader, doctor):
                left_out = sum(exported.left_out.values())
                told = f", {left_out} left out" if left_out else ""
                print(f"{tub.name:20} {way:20} {fault or f'read back equal{told}'}", flush=True)
                bad += bool(fault)
                if exported.format == "lerobot":
                    datasets[tub, way] = exported
        if args.lerobot or "DONKEYCAR_LEROBOT_PYTHON" in os.environ:
            named = os.environ.get("DONKEYCAR_LEROBOT_PYTHON")
            lerobot = Path(named) if named else environment(".venv-lerobot", LEROBOT)
            for what, fault in try_lerobot(datasets, lerobot, Path(name)):
                print(f"LeRobotDataset: {what:40} {fault or 'labels equal'}", flush=True)
                bad += bool(fault)
        bad += tell_speed(found, Path(name))
    reader.close()
    print("all is well" if not bad else f"{bad} of it is wrong")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
