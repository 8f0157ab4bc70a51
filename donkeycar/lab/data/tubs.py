"""The tubs of the lab's folder, and what each holds."""

import os
import shlex
import subprocess
import sys
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np

from donkeycar.errors import ConfigError, TubError
from donkeycar.json_text import parse_json
from donkeycar.lab.action import JSON
from donkeycar.lab.lab import Lab
from donkeycar.tub.browsing.tub_index import TubIndex
from donkeycar.tub.catalog import catalogs_in
from donkeycar.tub.contents import load_manifest
from donkeycar.tub.finding import RECORDS, tubs_below
from donkeycar.tub.format import IMAGES, SET_ASIDE, read_tub_file
from donkeycar.tub.info import size_of
from donkeycar.tub.lock import is_recorded

# Indexes that are kept: a tub of 100,000 records takes about 10 MB.
KEPT = 3
MAX_CATALOG_BYTES = 256 << 20
CHECK_WITHIN_S = 120

_indexes: OrderedDict[Path, TubIndex] = OrderedDict()
_numbers: dict[tuple[str, int, int], int] = {}
_lock = threading.Lock()


def tub_path(lab: Lab, name: str) -> Path:
    """The folder of a tub.

    Raises:
        ConfigError: If the name leads out of the lab's folder, or there is no tub.
    """
    path = lab.path(name)
    if not path.is_dir() or not any(map(RECORDS.fullmatch, os.listdir(path))):
        raise ConfigError(f"A tub must be one of the list. Received: {name[:80]!r}")
    return path


def index_of(lab: Lab, name: str) -> TubIndex:
    """The index of a tub, as it is now.

    Raises:
        ConfigError, TubError: If there is no such tub.
    """
    path = tub_path(lab, name)
    with _lock:
        known = _indexes.pop(path, None)
        index = TubIndex(path) if known is None else known.refreshed()
        _indexes[path] = index
        while len(_indexes) > KEPT:
            _indexes.popitem(last=False)
    return index


def tubs(lab: Lab) -> JSON:
    """The tubs, with the number of their lines; no record is read."""
    return {
        "folder": str(lab.folder),
        "is_car": lab.is_car,
        "tubs": [_row(lab, path) for path in tubs_below(lab.folder)],
    }


def _row(lab: Lab, path: Path) -> dict[str, Any]:
    names = catalogs_in(path)
    deleted = len(load_manifest(path).deleted_indexes) if names else 0
    records = sum(_number_of_lines(path, name) for name in names)
    if not names:
        records = sum(1 for name in os.listdir(path) if RECORDS.fullmatch(name))
    files = [path / name for name in names] or [path]
    return {
        "name": lab.name_of(path),
        "records": records,
        "deleted": min(deleted, records),
        "recording": is_recorded(path),
        "changed_s": max(file.stat().st_mtime for file in files),
    }


def _number_of_lines(tub: Path, name: str) -> int:
    try:
        status = os.stat(tub / name)
        key = (str(tub / name), status.st_size, status.st_mtime_ns)
        if key not in _numbers:
            data = read_tub_file(tub, name, max_bytes=MAX_CATALOG_BYTES)
            _numbers[key] = data.count(b"\n") - data.count(SET_ASIDE)
        return _numbers[key]
    except (TubError, OSError):
        return 0


def size(lab: Lab, *, tub: str) -> JSON:
    """Size of a tub on the disk, and the number of its image files."""
    num_images, num_bytes = size_of(tub_path(lab, tub))
    return {"images": num_images, "bytes": num_bytes}


def open_tub(lab: Lab, *, tub: str) -> JSON:
    """What a tub holds: records, sessions, columns, tags."""
    index = index_of(lab, tub)
    times = index.times_ms[~np.isnan(index.times_ms)]
    steps = np.diff(times)
    step_ms = float(np.median(steps)) if len(steps) else 0.0
    return {
        "tub": tub,
        "records": len(index),
        "deleted": int(index.deleted.sum()),
        "first_index": int(index.indexes[0]) if len(index) else 0,
        "last_index": int(index.indexes[-1]) if len(index) else 0,
        "recording": is_recorded(index.path),
        "is_old": index.version == 1,
        "rate_hz": 1000 / step_ms if step_ms > 0 else 20.0,
        "begin_ms": float(times[0]) if len(times) else None,
        "images": index.image_keys,
        "numbers": index.numbers,
        "columns": index.names(),
        "tags": {name: int(index.tagged(name).sum()) for name in index.tags},
        "sessions": _sessions(index),
        "dead": _runs(index.deleted),
        "path": str(index.path),
    }


def _sessions(index: TubIndex) -> list[dict[str, Any]]:
    codes = index.sessions.codes
    if not len(codes):
        return []
    firsts = np.concatenate(([0], np.flatnonzero(np.diff(codes)) + 1))
    stops = np.concatenate((firsts[1:], [len(codes)]))
    rows = []
    for first, stop in zip(firsts.tolist(), stops.tolist(), strict=True):
        begin_ms, end_ms = index.times_ms[first], index.times_ms[stop - 1]
        rows.append(
            {
                "name": index.sessions.known[codes[first]],
                "first": first,
                "last": stop - 1,
                "records": stop - first,
                "deleted": int(index.deleted[first:stop].sum()),
                "begin_ms": None if np.isnan(begin_ms) else float(begin_ms),
                "end_ms": None if np.isnan(end_ms) else float(end_ms),
            }
        )
    return rows


def _runs(holds: Any) -> list[list[int]]:
    """First and last position of each run."""
    padded = np.concatenate(([False], holds, [False])).astype(np.int8)
    edges = np.flatnonzero(np.diff(padded))
    return [[int(a), int(b) - 1] for a, b in zip(edges[::2], edges[1::2], strict=True)]


_health: dict[Path, tuple[object, JSON]] = {}


def health(lab: Lab, *, tub: str) -> JSON:
    """The faults of a tub, as `donkey tub check --fast` finds them.

    The check holds all records in memory, so it runs in a process of its own.
    """
    index = index_of(lab, tub)
    images = index.path / IMAGES
    sign = (index.sign, images.stat().st_mtime_ns if images.is_dir() else 0)
    seen, known = _health.get(index.path, (None, None))
    if seen == sign:
        return known
    words = ["tub", "check", "--fast", "--json", str(index.path)]
    try:
        run = subprocess.run(
            [sys.executable, "-m", "donkeycar.management.cli", *words],
            capture_output=True, check=False, timeout=CHECK_WITHIN_S, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        told = parse_json(run.stdout)["tubs"][0]
    except (subprocess.TimeoutExpired, ValueError, KeyError, IndexError) as error:
        raise ConfigError(
            f"The check did not end in {CHECK_WITHIN_S} s. Next step: run it in a terminal: donkey "
            f"{shlex.join(words)}"
        ) from error
    answer = {
        "faults": told.get("faults", []),
        "next_steps": told.get("next_steps", []),
        "error": told.get("error", ""),
    }
    _health[index.path] = (sign, answer)
    return answer
