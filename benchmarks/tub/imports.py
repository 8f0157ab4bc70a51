"""Recordings of every format of `donkey tub import`, compared with what `json` and `csv` read.

Every folder of shared/data is imported, and compared value by value and image by image. Every tub
of it goes to LeRobot, with pictures, and back. 10,000 records of each format are timed.
"""

import csv
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import simplejpeg

from benchmarks import ROOT
from benchmarks.cases import no_arguments
from donkeycar.formats.exporting.export import export_tubs
from donkeycar.formats.importing.importing import import_recordings

DATA = ROOT.parent / "shared" / "data"
RECORDS, MOST_S = 10_000, 30.0
OURS = ("_index", "_session_id", "_timestamp_ms")
LABELS = ("user/angle", "user/throttle")
Row = tuple[dict[str, Any], bytes, bool]


def rows_of_v1(folder: Path) -> Iterator[Row]:
    """Values, image and mark of each record of a tub of format v1."""
    excluded = folder / "exclude.json"
    deleted = json.loads(excluded.read_text()) if excluded.exists() else []
    for path in sorted(folder.glob("record_*.json"), key=lambda path: int(path.stem[7:])):
        values = json.loads(path.read_text())
        image = (folder / Path(values.pop("cam/image_array")).name).read_bytes()
        yield values, image, int(path.stem[7:]) in deleted


def rows_of_v2(folder: Path) -> Iterator[Row]:
    """The same of a tub of format v2."""
    catalogs = json.loads((folder / "manifest.json").read_text().splitlines()[4])
    for name in catalogs["paths"]:
        for line in (folder / name).read_text().splitlines():
            values = json.loads(line)
            image = (folder / "images" / values.pop("cam/image_array")).read_bytes()
            yield values, image, values["_index"] in catalogs["deleted_indexes"]


def rows_of_udacity(folder: Path) -> Iterator[Row]:
    """The same of a recording of Udacity's simulator."""
    with (folder / "driving_log.csv").open(newline="") as file:
        for row in csv.reader(file):
            numbers = map(float, row[3:7])
            keys = (*LABELS, "udacity/brake", "udacity/speed_mph")
            values = {**dict(zip(keys, numbers, strict=True)), "user/mode": "user"}
            yield values, (folder / "IMG" / row[0].rsplit("/", 1)[1]).read_bytes(), False


def reader_of(folder: Path) -> Callable[[Path], Iterator[Row]] | None:
    """Who reads a folder here; ``None`` if it is no recording."""
    if (folder / "manifest.json").exists():
        return rows_of_v2
    if (folder / "driving_log.csv").exists():
        return rows_of_udacity
    return rows_of_v1 if list(folder.glob("record_*.json")) else None


def compared(before: Sequence[Row], after: Sequence[Row], *, as_float32: bool = False) -> str:
    """What differs, or "": values that were there before, images and marks."""
    if len(before) != len(after):
        return f"{len(before)} records became {len(after)}"
    for number, (old, new) in enumerate(zip(before, after, strict=True)):
        for key, value in old[0].items():
            expected = float(np.float32(value)) if as_float32 else value
            if key not in OURS and expected != new[0].get(key):
                return f"record {number}: {key} was {value}, is {new[0].get(key)}"
        if old[1:] != new[1:]:
            return f"record {number}: its image or its mark differs"
    return ""


def differences(folder: Path, scratch: Path) -> list[str]:
    """Import one folder; and through LeRobot and back. Return what differs."""
    read = reader_of(folder)
    if read is None:
        return []
    before = list(read(folder))
    import_recordings(folder, scratch / "tub")
    found = compared(before, list(rows_of_v2(scratch / "tub")))
    export_tubs([scratch / "tub"], "lerobot", scratch / "set")
    import_recordings(scratch / "set", scratch / "back")
    live = [
        ({key: row[key] for key in LABELS}, image, False)
        for row, image, deleted in before
        if not deleted
    ]
    back = compared(live, list(rows_of_v2(scratch / "back")), as_float32=True)
    print(f"{folder.name}: {len(before)} records: {found or 'equal'}")
    print(f"  to LeRobot and back, {len(live)} that are not deleted: {back or 'equal'}")
    return [sentence for sentence in (found, back) if sentence]


def make_udacity(folder: Path) -> None:
    """10,000 records of Udacity, 160x120, 20 a second."""
    (folder / "IMG").mkdir(parents=True)
    noise = np.random.default_rng(1)
    lines = []
    for number in range(RECORDS):
        small = noise.integers(0, 256, (12, 16, 3), np.uint8)
        picture = np.ascontiguousarray(small.repeat(10, 0).repeat(10, 1))
        ms = 50 * number
        stamp = f"2020_06_08_04_{ms // 60_000:02}_{ms // 1000 % 60:02}_{ms % 1000:03}.jpg"
        (folder / "IMG" / f"center_{stamp}").write_bytes(simplejpeg.encode_jpeg(picture))
        lines.append(f"/home/me/IMG/center_{stamp},,,{(number % 200 - 100) / 100},0.5,0,12.5")
    (folder / "driving_log.csv").write_text("\n".join(lines))


def as_table(folder: Path) -> None:
    """Give the same pictures a table of another program."""
    rows = [line.split(",") for line in (folder / "driving_log.csv").read_text().splitlines()]
    (folder / "driving_log.csv").unlink()
    text = "".join(f"{row[0]},{row[3]},{row[4]}\n" for row in rows)
    (folder / "labels.csv").write_text(f"image,steering,throttle\n{text}")


def is_fast(name: str, source: Path, out: Path) -> bool:
    """Import one recording and print how fast; return whether it was fast enough."""
    start, start_cpu = time.perf_counter(), time.process_time()
    (written,) = import_recordings(source, out)
    seconds, cpu = time.perf_counter() - start, time.process_time() - start_cpu
    print(
        f"{name}: {written.num_records} records in {seconds:.1f} s, {cpu:.1f} s of processor time "
        f"(at most {MOST_S:g}), {written.num_records / cpu:.0f} a second of it"
    )
    return cpu <= MOST_S and written.num_records == RECORDS


def main(argv: Sequence[str] | None = None) -> int:
    """Compare and time; 1 if something differs or is too slow."""
    no_arguments("imports", __doc__, argv)
    wrong: list[str] = []
    for folder in sorted(path for path in DATA.iterdir() if path.is_dir()):
        with tempfile.TemporaryDirectory() as scratch:
            wrong += differences(folder, Path(scratch))
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        make_udacity(root / "udacity")
        fast = [is_fast("udacity", root / "udacity", root / "tub")]
        fast.append(is_fast("tub", root / "tub", root / "tub_2"))
        as_table(root / "udacity")
        fast.append(is_fast("csv", root / "udacity", root / "tub_3"))
        for name, video in (("lerobot", False), ("lerobot with films", True)):
            export_tubs([root / "tub"], "lerobot", root / name, options={"video": video})
            fast.append(is_fast(name, root / name, root / f"tub of {name}"))
    return 0 if all(fast) and not wrong else 1


if __name__ == "__main__":
    sys.exit(main())
