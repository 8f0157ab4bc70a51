"""`donkey tub info`: what is in a tub: records, sessions, columns, sizes; nothing is decoded."""

import os
import stat
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from donkeycar.errors import TubError
from donkeycar.tub.browsing.tags import tags_of
from donkeycar.tub.catalog import Record
from donkeycar.tub.columns import columns_of
from donkeycar.tub.drive import drive_of
from donkeycar.tub.format import INDEX, SESSION, TIMESTAMP
from donkeycar.tub.reader import TubReader
from donkeycar.tub.schema import image_keys
from donkeycar.tub.selection import Indexes


@dataclass
class Session:
    """One session of a tub.

    Attributes:
        name: Its id; "" for records without one.
        num_records: Number of its records, with deleted ones.
        num_deleted: Number of deleted ones.
        first_index, last_index: Its smallest and largest index.
        begin_ms, end_ms: Times of its first and last record, in milliseconds since 1970; ``None``
            if they have none.
    """

    name: str
    num_records: int = 0
    num_deleted: int = 0
    first_index: int = 0
    last_index: int = 0
    begin_ms: int | None = None
    end_ms: int | None = None


@dataclass
class Column:
    """One column of a tub.

    Attributes:
        type: Name of its type.
        num_records: Number of records that have a value.
        image_size: Width and height of its first image, in pixels; ``None`` for other columns, and
            if no image can be read.
    """

    type: str
    num_records: int = 0
    image_size: tuple[int, int] | None = None


@dataclass
class TubInfo:
    """What is in a tub.

    Attributes:
        path: Its folder.
        version: Its format, 1 or 2.
        num_records: Number of records, with deleted ones.
        num_deleted: Number of deleted records.
        num_skipped: Number of lines and files that cannot be read.
        num_images: Number of files in its folder of images.
        num_bytes: Size of its files, without tubs inside it.
        driven_s: How long it was driven, in seconds, as `drive_of` defines it: time from record to
            record without pauses and deleted records; 0 if the records say no times.
        created_at_s: When it was made, in seconds since 1970; ``None`` if it does not say.
        sessions: Its sessions, in the order of recording.
        columns: Its columns, by name.
        tags: Number of records that have a tag, deleted ones included, by tag.
        metadata: The owner's notes.
    """

    path: Path
    version: int
    num_records: int
    num_deleted: int
    num_skipped: int
    num_images: int = 0
    num_bytes: int = 0
    driven_s: float = 0.0
    created_at_s: float | None = None
    sessions: list[Session] = field(default_factory=list)
    columns: dict[str, Column] = field(default_factory=dict)
    tags: dict[str, int] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)


def tub_info(path: str | Path) -> TubInfo:
    """Look into a tub, without decoding its images; nothing is changed.

    Raises:
        TubError: If there is no tub at `path`.
        OSError: If the folder cannot be read.
    """
    tub = TubReader(path)
    records = tub.records(include_deleted=True)
    info = TubInfo(
        tub.path, tub.version, len(records), len(records) - len(tub), len(tub.skipped),
        metadata=tub.manifest.metadata,
    )  # fmt: skip
    created = tub.manifest.own.get("created_at", tub.manifest.metadata.get("start"))
    if isinstance(created, int | float) and not isinstance(created, bool):
        info.created_at_s = float(created) if abs(created) < 1e11 else None
    info.num_images, info.num_bytes = size_of(tub.path)
    info.driven_s = drive_of(tub).driven_s
    info.sessions = _sessions(records, tub.manifest.deleted_indexes)
    there = [record[INDEX] for record in records]
    info.tags = {
        name: len(Indexes(ranges).of(there)) for name, ranges in tags_of(tub.manifest).items()
    }
    types = columns_of(tub.manifest, records)
    present = Counter(name for record in records for name in record if record[name] is not None)
    info.columns = {name: Column(kind, present[name]) for name, kind in types.items()}
    for name in image_keys(types):
        info.columns[name].image_size = first_size(tub, records, name)
    return info


def _sessions(records: list[Record], deleted: set[int]) -> list[Session]:
    found: dict[str, Session] = {}
    for record in records:
        name, index, time = str(record.get(SESSION, "")), record[INDEX], record.get(TIMESTAMP)
        one = found.setdefault(name, Session(name, first_index=index, last_index=index))
        one.num_records += 1
        one.num_deleted += index in deleted
        one.first_index = min(one.first_index, index)
        one.last_index = max(one.last_index, index)
        if type(time) is int:
            one.begin_ms = time if one.begin_ms is None else one.begin_ms
            one.end_ms = time
    return list(found.values())


def first_size(tub: TubReader, records: Sequence[Record], name: str) -> tuple[int, int] | None:
    """Width and height of the first image of a column that can be read; ``None`` if none can."""
    # The first ones may be damaged; more than a few need not be tried.
    for record in [record for record in records if record.get(name) is not None][:5]:
        try:
            height, width = tub.image_shape(record, name)[:2]
        except TubError:
            continue
        return width, height
    return None


def size_of(tub: Path) -> tuple[int, int]:
    """Number of image files, and size of everything in bytes; links and other folders do not count.

    Args:
        tub: The tub's folder.
    """
    num_images = num_bytes = 0
    folders = [tub]
    for inner in ("images", "recovered"):
        folder = tub / inner
        if folder.is_dir() and not folder.is_symlink():
            folders += [folder, *(place for place in folder.rglob("*") if _is_folder(place))]
    for folder in folders:
        for entry in os.scandir(folder):
            if entry.is_file(follow_symlinks=False):
                num_bytes += entry.stat(follow_symlinks=False).st_size
                is_image = entry.name.lower().endswith((".jpg", ".jpeg", ".png"))
                num_images += is_image and folder in (tub, tub / "images")
    return num_images, num_bytes


def _is_folder(place: Path) -> bool:
    return stat.S_ISDIR(place.lstat().st_mode)
