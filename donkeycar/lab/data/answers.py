"""What pilots would have done: computed once by a job, kept in a file, shown in the player."""

import hashlib
from pathlib import Path
from typing import Any

from donkeycar.errors import ConfigError
from donkeycar.json_text import parse_json
from donkeycar.lab.action import JSON
from donkeycar.lab.data.tubs import index_of, tub_path
from donkeycar.lab.lab import Lab
from donkeycar.tub.catalog import catalogs_in

FOLDER = "logs/answers"
ENDINGS = (".tflite", ".keras")


def pilots(lab: Lab) -> JSON:
    """The pilots in the folder ``models``, by name; of two files of one pilot the LiteRT one."""
    folder = lab.folder / "models"
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    by_name: dict[str, str] = {}
    for ending in reversed(ENDINGS):
        found = (file for file in files if file.suffix == ending and not file.name.startswith("."))
        by_name |= {file.stem: lab.name_of(file) for file in found}
    return {"pilots": [{"name": name, "file": file} for name, file in sorted(by_name.items())]}


def answers(lab: Lab, *, tub: str, pilot: str) -> JSON:
    """The answers of a pilot to the records of a tub, if they were computed.

    Returns:
        ``angle`` and ``throttle`` by the position of the record, null where there is no answer; or
        null for both before `ask` was done.
    """
    index, file = index_of(lab, tub), _file(lab, tub, pilot)
    try:
        told: Any = parse_json(file.read_bytes())
        by_index = {
            one: (angle, throttle)
            for one, angle, throttle in zip(
                told["indexes"], told["angle"], told["throttle"], strict=True
            )
        }
    except (OSError, ValueError, KeyError, TypeError):
        return {"angle": None, "throttle": None}
    nothing = (None, None)
    rows = [by_index.get(one, nothing) for one in index.indexes.tolist()]
    return {"angle": [one for one, _ in rows], "throttle": [one for _, one in rows]}


def ask(lab: Lab, *, tub: str, pilot: str) -> JSON:
    """Start to let a pilot answer every record of a tub; `answers` then knows them.

    Returns:
        ``job``: its ID.
    """
    path, file = tub_path(lab, tub), _file(lab, tub, pilot)
    file.parent.mkdir(parents=True, exist_ok=True)
    words = ["tub", "answers", lab.name_of(path), "--model", pilot, "--out", lab.name_of(file)]
    return {"job": lab.jobs.start(f"Answers of {pilot} to {tub}", words)}


def _file(lab: Lab, tub: str, pilot: str) -> Path:
    """Where the answers are; another version of the pilot, or of the tub, has another place."""
    model = lab.path(pilot)
    if not model.is_file() or model.suffix not in ENDINGS:
        raise ConfigError(f"A pilot must be one of the list. Received: {pilot[:80]!r}")
    path = tub_path(lab, tub)
    # Not the manifest: an answer stays the same when records are deleted.
    newest = max(((path / name).stat().st_mtime_ns for name in catalogs_in(path)), default=0)
    sign = f"{tub}\0{pilot}\0{model.stat().st_mtime_ns}\0{newest}"
    return lab.folder / FOLDER / f"{hashlib.sha256(sign.encode()).hexdigest()[:24]}.json"
