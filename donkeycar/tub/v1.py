"""Tubs of format v1, which donkeycar wrote until version 3: one JSON file per record."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from donkeycar.errors import TubError
from donkeycar.tub.catalog import Record, parse_record
from donkeycar.tub.contents import Contents, Skipped
from donkeycar.tub.format import (
    MAX_LINE_BYTES,
    TIMESTAMP,
    image_file,
    images_folder,
    read_tub_file,
)
from donkeycar.tub.manifest import Manifest

META = "meta.json"
EXCLUDE = "exclude.json"
MAX_EXCLUDE_BYTES = 16 << 20
MISSING = "missing"
MAX_TIME = 1e15

_RECORD = re.compile(r"record_(\d{1,9})\.json", re.ASCII)


def is_v1(path: Path) -> bool:
    """Whether a folder holds a tub of format v1."""
    return any(_RECORD.fullmatch(file.name) for file in path.iterdir())


def read_v1(path: Path) -> Contents:
    """Read a tub of format v1, damaged or not.

    The number in a record's file name becomes its ``_index``; ``milliseconds`` since the start
    of the tub, or a ``timestamp`` text, becomes its ``_timestamp_ms``.

    Args:
        path: The tub's folder.

    Raises:
        OSError: If the folder cannot be read.
    """
    skipped: list[Skipped] = []
    manifest = Manifest(own={})
    meta = _load(path, META, skipped)
    start_s = None
    if isinstance(meta, dict):
        inputs, types = meta.pop("inputs", []), meta.pop("types", [])
        if isinstance(inputs, list) and isinstance(types, list) and len(inputs) == len(types):
            manifest.inputs = [str(name) for name in inputs]
            manifest.types = [str(name) for name in types]
        start_s = meta.get("start")
        manifest.metadata = meta
    if (path / EXCLUDE).exists():
        excluded = _load(path, EXCLUDE, skipped)
        if isinstance(excluded, list):
            manifest.deleted_indexes = {index for index in excluded if type(index) is int}
    records = []
    for index, name in sorted(_numbered(path)):
        try:
            data = read_tub_file(path, name, max_bytes=MAX_LINE_BYTES)
            record = parse_record(data, index=index)
        except (TubError, OSError) as error:
            skipped.append(Skipped(name, str(error)))
            continue
        _add_timestamp(record, start_s)
        _strip_folders(record)
        records.append(record)
    return Contents(1, manifest, records, _images_of(path, records), skipped)


def _images_of(path: Path, records: list[Record]) -> Path:
    """The folder of the images: the tub's own, or ``images/`` if the first one lies only there."""
    try:
        inner = images_folder(path)
    except TubError:
        return path
    if not inner.is_dir():
        return path
    for record in records:
        for name in record.values():
            if image_file(name) == name and not (path / name).exists():
                if (inner / name).exists():
                    return inner
            elif image_file(name) == name:
                return path
    return path


def _numbered(path: Path) -> list[tuple[int, str]]:
    matches = (_RECORD.fullmatch(file.name) for file in path.iterdir())
    return [(int(match[1]), match[0]) for match in matches if match]


def _load(path: Path, name: str, skipped: list[Skipped]) -> Any:
    try:
        return json.loads(read_tub_file(path, name, max_bytes=MAX_EXCLUDE_BYTES))
    except FileNotFoundError:
        skipped.append(Skipped(name, MISSING))
    except TubError as error:
        skipped.append(Skipped(name, str(error)))
    except (OSError, ValueError, RecursionError):
        skipped.append(Skipped(name, "not JSON"))
    return None


def _strip_folders(record: Record) -> None:
    """Remove the folder from the names of images, because it belongs to the recording computer.

    A tub of format v1 has its images beside its records, also after copying.
    """
    for key, value in record.items():
        if key.endswith("image_array") and isinstance(value, str):
            record[key] = re.split(r"[/\\]", value)[-1]


def _is_time(value: object) -> bool:
    """Whether a value is a number that a clock can show; NaN and infinity are none."""
    return isinstance(value, int | float) and abs(value) < MAX_TIME


def _add_timestamp(record: Record, start_s: Any) -> None:
    milliseconds = record.get("milliseconds")
    if _is_time(milliseconds) and _is_time(start_s):
        record.setdefault(TIMESTAMP, round(start_s * 1000 + milliseconds))
    elif isinstance(record.get("timestamp"), str):
        try:
            moment = datetime.fromisoformat(record["timestamp"]).replace(tzinfo=UTC)
        except ValueError:
            return
        record.setdefault(TIMESTAMP, round(moment.timestamp() * 1000))
