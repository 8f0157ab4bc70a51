"""One tub as the engine needs it: catalogs, deleted records, car, and kinds of its fields."""

import json
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from donkeycar.analysis.column import KIND_OF_TYPE, Kind, kind_of_value
from donkeycar.errors import TubError
from donkeycar.tub.car import car_of
from donkeycar.tub.catalog import MAX_CATALOG_BYTES, catalogs_in
from donkeycar.tub.contents import load_manifest
from donkeycar.tub.format import IMPORT, MANIFEST, MAX_LINE_BYTES, check_inside
from donkeycar.tub.manifest import Manifest
from donkeycar.tub.v1 import is_v1

# So much of a catalog is read to see which fields its records have.
HEAD_BYTES = 16 << 10


@dataclass
class Recording:
    """One tub.

    Attributes:
        label: The tub as people know it: its path or address.
        car: Name of its car.
        folder: Where its files lie on this computer.
        files: Its catalogs, in reading order; none for a tub of format v1.
        deleted: Indexes of deleted records.
        kinds: Kinds of its fields, as far as they are known without reading everything.
        is_v1: Whether it has one file for every record.
        skipped: What could not be used, and why.
    """

    label: str
    car: str
    folder: Path
    files: list[Path] = field(default_factory=list)
    deleted: set[int] = field(default_factory=set)
    kinds: dict[str, set[Kind]] = field(default_factory=dict)
    is_v1: bool = False
    skipped: list[str] = field(default_factory=list)


def open_recording(
    folder: Path, label: str, name_car: Callable[[str], str] | None = None
) -> Recording:
    """Look at a tub, without reading its records.

    Args:
        folder: The tub's folder.
        label: What to call it.
        name_car: Gives the name of the car for a label; see `car_of` for the default.

    Raises:
        TubError: If there is no tub.
        OSError: If the folder cannot be read.
    """
    if not folder.is_dir():
        raise TubError(f"There is no tub at {label}. Next step: check the path")
    names = catalogs_in(folder)
    if not names and not (folder / MANIFEST).exists():
        if not is_v1(folder):
            raise TubError(
                f"{label} holds no records. Next step: record some, or check the path. {IMPORT}"
            )
        car = name_car(label) if name_car else car_of(label, {})
        return Recording(label, car, folder, is_v1=True)
    manifest = load_manifest(folder)
    recording = Recording(
        label,
        name_car(label) if name_car else car_of(label, manifest.metadata),
        folder,
        deleted=manifest.deleted_indexes,
        skipped=[f"{label}/{MANIFEST}: {problem}" for problem in manifest.problems],
    )
    for name in manifest.paths:
        if name not in names:
            recording.skipped.append(f"{label}/{name}: listed in {MANIFEST}, but missing. Copy it")
    for name in names:
        problem = _refusal(folder, name)
        if problem:
            recording.skipped.append(f"{label}/{name}: {problem}")
        else:
            recording.files.append(folder / name)
    for name, kind in _kinds_in(recording.files, manifest):
        recording.kinds.setdefault(name, set()).add(kind)
    return recording


def _refusal(folder: Path, name: str) -> str:
    """Why a catalog is not read; "" if it is."""
    path = folder / name
    try:
        check_inside(path, folder)
        status = path.stat()
        if stat.S_ISREG(status.st_mode):
            path.open("rb").close()
    except PermissionError:
        return "you may not read it. Next step: check who may, e.g. with ls -l"
    except (TubError, OSError) as error:
        return str(error)
    if not stat.S_ISREG(status.st_mode):
        return "must be an ordinary file"
    if status.st_size > MAX_CATALOG_BYTES:
        return f"must be at most {MAX_CATALOG_BYTES} bytes. Received: {status.st_size}"
    return ""


def _kinds_in(files: list[Path], manifest: Manifest) -> Iterator[tuple[str, Kind]]:
    """The kinds that the manifest declares, and those of the first record of each catalog."""
    for name, type_name in manifest.input_types.items():
        if type_name in KIND_OF_TYPE:
            yield name, KIND_OF_TYPE[type_name]
    declared = manifest.input_types
    for file in files:
        for name, value in _first_record(file).items():
            kind = kind_of_value(value)
            if kind is not None and declared.get(name) not in KIND_OF_TYPE:
                yield name, kind


def _first_record(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        if b"\n" not in head:
            head += file.read(MAX_LINE_BYTES)
    try:
        record = json.loads(head.split(b"\n", 1)[0])
    except (ValueError, RecursionError):
        return {}
    return record if isinstance(record, dict) else {}
