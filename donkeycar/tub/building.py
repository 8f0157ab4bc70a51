"""Builds a new tub from records of others: new indexes, the same values, the same image files."""

import hashlib
import json
import re
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from donkeycar import commands
from donkeycar.errors import TubError
from donkeycar.tub.catalog import Record, catalog_manifest
from donkeycar.tub.columns import columns_of, common_columns
from donkeycar.tub.filesystem import CREATE, FileSystem, write_file
from donkeycar.tub.format import (
    IMAGES,
    INDEX,
    MANIFEST,
    MAX_LEN,
    MAX_LINE_BYTES,
    SESSION,
    catalog_name,
    image_name,
    read_regular_file,
    session_number,
)
from donkeycar.tub.images import MAX_IMAGE_BYTES
from donkeycar.tub.manifest import Manifest
from donkeycar.tub.new_folder import new_folder
from donkeycar.tub.reader import TubReader
from donkeycar.tub.room import room_of_records
from donkeycar.tub.schema import image_keys
from donkeycar.words import count

Progress = Callable[[int, int], None]

# A file name has at most 255 letters on most disks.
LONGEST_KEY = 100

_FILE_NAME = re.compile(r"[^A-Za-z0-9._-]")


@dataclass(frozen=True)
class Source:
    """Records of one tub that go into a new one.

    Attributes:
        tub: The tub.
        records: Some of its records.
    """

    tub: TubReader
    records: Sequence[Record]

    @property
    def name(self) -> str:
        """The name of its folder."""
        return self.tub.path.resolve().name


@dataclass
class Built:
    """A tub that was made.

    Attributes:
        path: Its folder.
        num_records: Number of its records, with deleted ones.
        num_deleted: Number of deleted records.
        num_images: Number of image files.
        num_bytes: Their size.
        sessions: Its sessions.
        notes: What its owner should know, one sentence each.
    """

    path: Path
    num_records: int = 0
    num_deleted: int = 0
    num_images: int = 0
    num_bytes: int = 0
    sessions: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def build(
    draft: Path,
    path: Path,
    sources: Sequence[Source],
    *,
    metadata: Mapping[str, Any],
    drop: Collection[str] = (),
    progress: Progress | None = None,
) -> Built:
    """Write a tub, read it again, and compare it with what was to be written.

    Args:
        draft: The folder to write to; it is made if it is not there.
        path: The name that it will have, for the result.
        sources: The records, in the new order.
        metadata: The owner's notes.
        drop: Columns to leave out.
        progress: Called with the number of records that are done, and of all.

    Raises:
        TubError: If a record that is not deleted has no image file, columns of different types
            have one name, or what was written differs from what was read.
        OSError: If a disk refuses.
    """
    return _Builder(draft, path, sources, metadata, drop, progress).run()


def new_for(
    sources: Sequence[Source], out: str | Path, told: list[str]
) -> AbstractContextManager[Path]:
    """A new folder for what is built of `sources`; see `new_folder`."""
    return new_folder(
        out,
        told=told,
        needed_bytes=sum(room_of_records(each.tub, len(each.records)) for each in sources),
        sources=[each.tub.path for each in sources],
    )


def origin_of(source: Source, first_index: int) -> dict[str, Any]:
    """What the metadata of a new tub say about a tub that it was made of."""
    old = source.tub.manifest.metadata
    said: dict[str, Any] = {
        "tub": source.name,
        "first_index": first_index,
        "num_records": len(source.records),
    }
    return {**said, "metadata": old} if old else said


class _Builder:
    def __init__(
        self,
        draft: Path,
        path: Path,
        sources: Sequence[Source],
        metadata: Mapping[str, Any],
        drop: Collection[str],
        progress: Progress | None,
    ) -> None:
        self.draft = draft
        self.sources = sources
        self.drop = drop
        self.progress = progress
        self.fs = FileSystem()
        self.total = sum(len(source.records) for source in sources)
        self.built = Built(path)
        self.columns = [columns_of(each.tub.manifest, each.records) for each in sources]
        names = [source.name for source in sources]
        common, self.built.notes = common_columns(names, self.columns, drop)
        self.manifest = Manifest(list(common), list(common.values()), dict(metadata))
        self.digests: dict[str, bytes] = {}
        self.lines: list[bytes] = []

    def run(self) -> Built:
        (self.draft / IMAGES).mkdir(parents=True)
        lines: list[bytes] = []
        marked: dict[int, str] = {}
        for source, columns in zip(self.sources, self.columns, strict=True):
            images = {key: columns[key] for key in image_keys(columns) if key not in self.drop}
            was = source.tub.manifest.marked
            num_lacking = 0
            for record in source.records:
                index = self.built.num_records
                is_deleted = record[INDEX] in source.tub.manifest.deleted_indexes
                new, lacks = self._taken(source, record, index, images, is_deleted)
                lines.append(_line(new, source))
                self.lines.append(hashlib.sha256(lines[-1]).digest())
                num_lacking += lacks
                if is_deleted:
                    self.manifest.deleted_indexes.add(index)
                    if record[INDEX] in was:
                        marked[index] = was[record[INDEX]]
                self.built.num_records += 1
                if len(lines) == MAX_LEN:
                    self._write_catalog(lines)
                self._tell(index)
            if num_lacking:
                self.built.notes.append(
                    f"{count(num_lacking, 'deleted record')} of {source.name} had no image file, "
                    "and has none here"
                )
        self._write_catalog(lines)
        self._finish(marked)
        return self.built

    def _taken(
        self,
        source: Source,
        record: Record,
        index: int,
        images: dict[str, str],
        is_deleted: bool,
    ) -> tuple[Record, bool]:
        """A record under its new index, with its images; and whether it lacks one."""
        new = {name: value for name, value in record.items() if name not in self.drop}
        new[INDEX] = index
        lacks = False
        for key in images.keys() & new.keys():
            if new[key] is None:
                continue
            try:
                old = source.tub.image_path(record, key)
                data = read_regular_file(old, max_bytes=MAX_IMAGE_BYTES)
            except (OSError, TubError) as error:
                if not is_deleted:
                    raise TubError(
                        f"A tub must be whole before its records are copied. Received: record "
                        f"{record[INDEX]} of {source.tub.path}, {_why(error, record[key])}. Next "
                        f"step: {commands.donkey('tub', 'check', source.tub.path)}"
                    ) from error
                lacks = True
                data = None
            name = _image_name(index, key, images[key], str(new[key]))
            while name in self.digests:  # another column whose name has the same letters
                name = name.replace(f"{index}_", f"{index}__", 1)
            new[key] = name
            if data is not None:
                write_file(self.fs, self.draft / IMAGES / name, data, CREATE, sync=False)
                self.digests[name] = hashlib.sha256(data).digest()
                self.built.num_images += 1
                self.built.num_bytes += len(data)
        session = new.get(SESSION)
        if isinstance(session, str) and session not in self.built.sessions[-1:]:
            self.built.sessions.append(session)
        return new, lacks

    def _write_catalog(self, lines: list[bytes]) -> None:
        if not lines:
            return
        name = catalog_name(len(self.manifest.paths))
        first = self.built.num_records - len(lines)
        beside = catalog_manifest(name, first)
        write_file(self.fs, self.draft / f"{name}_manifest", beside, CREATE, sync=False)
        write_file(self.fs, self.draft / name, b"".join(lines), CREATE, sync=False)
        self.manifest.paths.append(name)
        lines.clear()

    def _finish(self, marked: dict[int, str]) -> None:
        built = self.built
        built.sessions = list(dict.fromkeys(built.sessions))
        self.manifest.own = {"created_at": time.time()}
        if built.sessions:
            self.manifest.own["sessions"] = {
                "all_full_ids": built.sessions,
                "last_id": max(map(session_number, built.sessions)),
                "last_full_id": built.sessions[-1],
            }
        self.manifest.marked = marked
        self.manifest.current_index = built.num_records
        built.num_deleted = len(self.manifest.deleted_indexes)
        data = self.manifest.to_bytes()
        write_file(self.fs, self.draft / MANIFEST, data, CREATE, sync=False)
        self._compare()
        if self.progress is not None:
            self.progress(self.total, self.total)

    def _compare(self) -> None:
        """Read what was written, and compare it."""
        lines = [line for name in self.manifest.paths for line in _lines(self.draft / name)]
        wrong = [
            f"record {index}"
            for index, (line, digest) in enumerate(zip(lines, self.lines, strict=False))
            if hashlib.sha256(line).digest() != digest
        ]
        if len(lines) != len(self.lines) or len(TubReader(self.draft).manifest.problems):
            wrong.append("its catalogs")
        for name, digest in self.digests.items():
            data = (self.draft / IMAGES / name).read_bytes()
            if hashlib.sha256(data).digest() != digest:
                wrong.append(name)
        if wrong:
            raise TubError(
                f"A new tub must be what it was made of. Received: {wrong[0]} of {self.built.path} "
                "differs. Nothing was kept. Next step: check the disk"
            )

    def _tell(self, done: int) -> None:
        if self.progress is not None and done % 100 == 0:
            self.progress(done, self.total)


def _line(record: Record, source: Source) -> bytes:
    line = (json.dumps(record, sort_keys=True) + "\n").encode("ascii")
    if len(line) > MAX_LINE_BYTES:  # other letters than ASCII take more room when escaped
        text = json.dumps(record, sort_keys=True, ensure_ascii=False) + "\n"
        line = text.encode("utf-8", "replace")
    if len(line) > MAX_LINE_BYTES:
        raise TubError(
            f"A record must be at most {MAX_LINE_BYTES} bytes. Received: {len(line)} bytes, record "
            f"{record[INDEX]} of the new tub, from {source.tub.path}. Next step: leave it out"
        )
    return line


def _lines(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        yield from opened


def _image_name(index: int, key: str, type_name: str, old: str) -> str:
    """File name of an image under its new index, with the ending that it had."""
    name = image_name(index, _FILE_NAME.sub("_", key)[:LONGEST_KEY], type_name)
    ending = Path(old).suffix.lower().replace(".jpeg", ".jpg")
    return Path(name).stem + ending if ending in (".jpg", ".png") else name


def _why(error: Exception, name: object) -> str:
    if isinstance(error, FileNotFoundError):
        return f"whose image {str(name)[:60]!r} is not there"
    return str(error)
