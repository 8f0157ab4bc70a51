"""Tubs: of format v1 (donkeycar 2 and 3, and the Unity simulator of gym-donkeycar) and v2.

A tub of format v1 is one JSON file and one JPEG a record, with ``meta.json``, and with
``exclude.json`` for the deleted records. The simulator adds columns such as ``track/lap`` and
``track/loc``, and says no time.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from donkeycar.errors import TubError
from donkeycar.formats.importing.item import Item, Picture, Source
from donkeycar.formats.importing.number_texts import read_numbers
from donkeycar.formats.importing.options import Options
from donkeycar.formats.importing.picture import file_picture
from donkeycar.formats.importing.session import add_sessions
from donkeycar.json_text import is_number
from donkeycar.tub.catalog import Record
from donkeycar.tub.format import (
    IMAGE_EXTENSIONS,
    INDEX,
    MANIFEST,
    SESSION,
    TIMESTAMP,
    TYPES,
)
from donkeycar.tub.reader import TubReader
from donkeycar.tub.schema import guess_types
from donkeycar.tub.v1 import is_v1
from donkeycar.words import count

# What donkeycar 5 writes in place of the gaps of a tub of format v1.
EMPTY = "__empty__"
OUR_OWN = (INDEX, SESSION, TIMESTAMP)
# Names that types had before.
OLD_TYPES = {"image": "image_array", "bool": "boolean", "ndarray": "nparray", "string": "str"}


def matches(path: Path) -> bool:
    """Whether a folder is a tub."""
    return path.is_dir() and (
        (path / MANIFEST).is_file() or any(path.glob("catalog_*.catalog")) or is_v1(path)
    )


def open_source(path: Path, options: Options) -> Source:
    """Open a tub, damaged or not.

    Args:
        path: Its folder.
        options: ``recorded_rate_hz``, for a tub of format v1 that says no time.

    Raises:
        TubError: If there is no tub at `path`.
        OSError: If it cannot be read.
    """
    reader = TubReader(path)
    records = reader.records(include_deleted=True)
    full = [record for record in records if record.get(EMPTY) is not True]
    source = Source(path.resolve().name, _types(reader, full), [], strict=reader.version == 1)
    source.metadata = dict(reader.manifest.metadata)
    source.own = dict(reader.manifest.own)
    marked = reader.manifest.marked
    deleted = reader.manifest.deleted_indexes
    for record in full:
        index = record[INDEX]
        item = _item(reader, record, source)
        if item is not None:
            item.deleted, item.mark = index in deleted, marked.get(index, "")
            source.items.append(item)
    for skipped in reader.skipped:
        if "line" in skipped.where or skipped.where.startswith("record_"):
            source.left_out.add("damaged", str(skipped))
        else:
            source.facts.append(str(skipped))
    _tell_numbers(source, reader.version, full)
    read_numbers(source)
    if reader.version == 1:
        _add_times(source, options.recorded_rate_hz)
        add_sessions(source.items)
    source.left_out.check(source.num_all)
    return source


def _types(reader: TubReader, records: Iterable[Record]) -> dict[str, str]:
    """Type of every column, of those that are declared and of those that are not."""
    found = dict(zip(*guess_types(records), strict=True))
    declared = reader.manifest.input_types
    types: dict[str, str] = {}
    for name in [*declared, *(name for name in found if name not in declared)]:
        type_name = declared.get(name, "")
        type_name = OLD_TYPES.get(type_name, type_name)
        if type_name not in TYPES:
            type_name = found.get(name, "str")
        if name and not name.startswith("_"):
            types[name] = type_name
    if reader.version == 1:
        # Of a lost meta.json: names of images end otherwise there.
        types |= {
            name: "image_array"
            for name, type_name in types.items()
            if type_name == "str" and name.endswith("image_array")
        }
    return types


def _item(reader: TubReader, record: Record, source: Source) -> Item | None:
    origin = f"record {record[INDEX]}"
    images = [key for key, kind in source.types.items() if kind in IMAGE_EXTENSIONS]
    pictures: dict[str, Picture] = {}
    for key in images:
        if record.get(key) is None:
            continue
        try:
            path = reader.image_path(record, key)
        except TubError as error:
            source.left_out.add("without a usable picture", f"{origin}, {error}")
            return None
        pictures[key] = file_picture(reader.path, path)
    if images and images[0] not in pictures:
        source.left_out.add("without a picture", f"{origin}, no {images[0]}")
        return None
    values: dict[str, Any] = {
        key: value for key, value in record.items() if key not in OUR_OWN and key not in pictures
    }
    time_ms = record.get(TIMESTAMP)
    session = record.get(SESSION)
    return Item(
        values,
        pictures,
        time_ms if is_number(time_ms) else None,
        None if session is None else str(session),
        origin=origin,
    )


def _tell_numbers(source: Source, version: int, records: list[Record]) -> None:
    """Say how records are numbered, if they are going to be numbered otherwise."""
    indexes = [record[INDEX] for record in records]
    source.facts.insert(0, f"a tub of format v{version}, {len(records)} records")
    if indexes and indexes != list(range(len(indexes))):
        gaps = sum(after > before + 1 for before, after in zip(indexes, indexes[1:], strict=False))
        source.facts.append(
            f"its records are numbered {indexes[0]} to {indexes[-1]} with {count(gaps, 'gap')}; "
            "the new ones from 0 without a gap"
        )


def _add_times(source: Source, rate_hz: float | None) -> None:
    without = [item for item in source.items if item.time_ms is None]
    if rate_hz is not None and len(without) == len(source.items):
        for number, item in enumerate(source.items):
            item.time_ms = round(1000 * number / rate_hz)
    elif without:
        source.facts.append(
            f"{len(without)} records say no time, and get none. If you know how many there were a "
            "second, say --recorded-rate-hz"
        )
