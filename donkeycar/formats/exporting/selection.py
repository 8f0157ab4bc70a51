"""Selection: the records of one or several tubs that an export writes, with typed columns."""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from donkeycar.errors import TubError
from donkeycar.formats.exporting.columns import column_types, conformed, nesting
from donkeycar.tub import TubReader
from donkeycar.tub.catalog import Record
from donkeycar.tub.format import INDEX, SESSION, read_regular_file
from donkeycar.tub.images import MAX_IMAGE_BYTES, Array, decode_bytes
from donkeycar.tub.schema import image_keys
from donkeycar.tub.selection import Indexes

ORIGIN = "_origin"
DELETED = "_deleted"
# Called now and then with the number of records that are done, and of all.
Progress = Callable[[int, int], None]
EVERY = 50
MISSING, UNREADABLE = "image missing", "image cannot be read"


class Tub(NamedTuple):
    """A tub, and the name by which the export knows it."""

    origin: str
    reader: TubReader


class Row(NamedTuple):
    """A record, and its tub."""

    tub: Tub
    record: Record


class Image(NamedTuple):
    """An image file of a record.

    Attributes:
        data: The file as it is: a JPEG or a PNG.
        array: The same, decoded; see `donkeycar.tub.images.decode_image`.
    """

    data: bytes
    array: Array

    @property
    def ending(self) -> str:
        """Ending of a file name, by its content, whatever its name says."""
        return "png" if self.data.startswith(b"\x89PNG") else "jpg"


class Frame(NamedTuple):
    """A record that can be exported.

    Attributes:
        row: The record as it was stored, and its tub.
        values: Value of each column that is not an image, ``None`` where there is none.
        images: Each image that the record has, by column.
    """

    row: Row
    values: dict[str, Any]
    images: dict[str, Image]


@dataclass
class Selection:
    """The records that an export writes.

    Attributes:
        tubs: The tubs, in the order in which they were named.
        rows: The records, tub by tub, in the order of recording.
        columns: Type of each column that is not an image, in the order of the tubs.
        images: Type of each column of images.
        depths: How deep the lists of a column are nested, 1 or more; 0 if their items are not
            numbers, or their depth varies.
        left_out: Records that were left out so far, counted by reason.
        unfit: Values that do not fit the type of their column, and were left out, by column.
        first_lost: What is wrong with the first image that cannot be read.
    """

    tubs: list[Tub]
    rows: list[Row]
    columns: dict[str, str]
    images: dict[str, str]
    depths: dict[str, int]
    left_out: Counter[str] = field(default_factory=Counter)
    unfit: Counter[str] = field(default_factory=Counter)
    first_lost: str = ""

    def frames(self, progress: Progress | None = None) -> Iterator[Frame]:
        """The records with values and images; those with a bad image are left out, and counted."""
        self.left_out.clear()
        self.first_lost = ""
        self.unfit.clear()
        for done, row in enumerate(self.rows):
            if progress is not None and done % EVERY == 0:
                progress(done, len(self.rows))
            try:
                images = {key: _image(row, key) for key in self.images if _names(row, key)}
            except TubError as error:
                absent = isinstance(error.__cause__, FileNotFoundError)
                self.left_out[MISSING if absent else UNREADABLE] += 1
                self.first_lost = self.first_lost or str(error)
                continue
            yield Frame(row, self._values(row), images)
        if progress is not None:
            progress(len(self.rows), len(self.rows))

    def shapes(self, key: str) -> Counter[tuple[int, ...]]:
        """How many images of a column have each shape, from their headers."""
        found: Counter[tuple[int, ...]] = Counter()
        for row in self.rows:
            if _names(row, key):
                try:
                    found[row.tub.reader.image_shape(row.record, key)] += 1
                except TubError:
                    continue
        return found

    def by_tub(self) -> dict[str, list[Record]]:
        """The records of each tub that has some, by the name of the tub."""
        found: dict[str, list[Record]] = {}
        for row in self.rows:
            found.setdefault(row.tub.origin, []).append(row.record)
        return found

    def check(self) -> None:
        """Refuse an export that lacks most images: they were not copied yet.

        Raises:
            TubError: If most records were left out for their image.
        """
        lost = self.left_out[MISSING] + self.left_out[UNREADABLE]
        if 2 * lost > len(self.rows):
            step = ". Next step: copy the images, or ask donkey tub check"
            raise TubError(
                f"Most records must have their image. Received: {lost} of {len(self.rows)} without "
                f"one that can be read, e.g. {self.first_lost}"
                + step
                * ("Next step" not in self.first_lost)
            )

    def notes(self) -> list[str]:
        """What was left out, in sentences."""
        told = [f"left out: {number} with {why}" for why, number in self.left_out.items()]
        return told + [
            f"left out: {number} values of {name} that are no {self.columns[name]}"
            for name, number in self.unfit.items()
        ]

    def _values(self, row: Row) -> dict[str, Any]:
        record = row.record
        values: dict[str, Any] = {}
        for name, type_name in self.columns.items():
            if name == ORIGIN:
                values[name] = row.tub.origin
            elif name == DELETED:
                values[name] = record[INDEX] in row.tub.reader.manifest.deleted_indexes
            else:
                raw = record.get(name)
                value = None if raw is None else conformed(raw, type_name)
                if value is None and raw is not None:
                    self.unfit[name] += 1
                values[name] = value
        return values


def select(
    paths: Sequence[str | Path],
    *,
    indexes: Indexes | None = None,
    sessions: Sequence[str] = (),
    include_deleted: bool = False,
) -> Selection:
    """Choose records of tubs.

    Args:
        paths: The tubs.
        indexes: Indexes of the records, in each tub; ``None`` means all.
        sessions: Ids of the sessions; empty means all.
        include_deleted: Whether deleted records count, too; a column says which they are.

    Raises:
        TubError: If there is no tub, no such record, or a column has another type in another tub.
    """
    tubs = [Tub(*named) for named in zip(_origins(paths), map(TubReader, paths), strict=True)]
    _check_sessions(tubs, sessions)
    rows = [
        Row(tub, record)
        for tub in tubs
        for record in _among(tub.reader.records(include_deleted=include_deleted), indexes)
        if not sessions or str(record.get(SESSION)) in sessions
    ]
    if not rows:
        raise TubError(_nothing(tubs, sessions))
    types = _types(rows)
    images = {name: types[name] for name in image_keys(types)}
    columns = {ORIGIN: "str", **{key: kind for key, kind in types.items() if key not in images}}
    if include_deleted:
        columns[DELETED] = "boolean"
    lists = [name for name, kind in columns.items() if kind in ("nparray", "vector", "list")]
    depths = {name: nesting(row.record.get(name) for row in rows) for name in lists}
    return Selection(tubs, rows, columns, images, depths)


def _among(records: list[Record], indexes: Indexes | None) -> list[Record]:
    if indexes is None:
        return records
    wanted = set(indexes.of(record[INDEX] for record in records))
    return [record for record in records if record[INDEX] in wanted]


def _types(rows: Iterable[Row]) -> dict[str, str]:
    """Type of each column, over all tubs."""
    by_tub: dict[Tub, list[Record]] = {}
    for row in rows:
        by_tub.setdefault(row.tub, []).append(row.record)
    types: dict[str, str] = {}
    first: dict[str, Tub] = {}
    for tub, records in by_tub.items():
        for name, kind in column_types(tub.reader.manifest, records).items():
            held = types.setdefault(name, kind)
            if {held, kind} == {"int", "float"}:
                types[name] = "float"
            elif held != kind and {held, kind} <= {"nparray", "vector", "list"}:
                types[name] = "list"
            elif held != kind:
                raise TubError(
                    f"A column must have one type in all tubs. Received: {name!r}, {held} in "
                    f"{first[name].origin} and {kind} in {tub.origin}. Next step: export them one "
                    "by one"
                )
            first.setdefault(name, tub)
    return types


def _check_sessions(tubs: Sequence[Tub], sessions: Sequence[str]) -> None:
    held = [name for tub in tubs for name in tub.reader.sessions]
    for name in sessions:
        if name not in held:
            there = ", ".join(dict.fromkeys(held)) or "none; cars have named them since 2021"
            raise TubError(
                f"A session must be one of the tubs. Received: {name}. They have {there}"
            )


def _nothing(tubs: Sequence[Tub], sessions: Sequence[str]) -> str:
    """The sentence about a selection without any record."""
    everything = [record for tub in tubs for record in tub.reader.records(include_deleted=True)]
    if not everything:
        return f"There must be records to export. Received: none in {tubs[0].reader.path}"
    if not any(len(tub.reader) for tub in tubs):
        return (
            f"There must be records to export. Received: {len(everything)}, all deleted. Next "
            "step: add --include-deleted"
        )
    indexes = [record[INDEX] for record in everything]
    of = f" of session {', '.join(sessions)}" if sessions else ""
    return (
        f"There must be records to export. Received: none{of} with such an index; there are "
        f"{min(indexes)} to {max(indexes)}"
    )


def _names(row: Row, key: str) -> bool:
    return row.record.get(key) is not None


def _image(row: Row, key: str) -> Image:
    path = row.tub.reader.image_path(row.record, key)
    try:
        data = read_regular_file(path, max_bytes=MAX_IMAGE_BYTES)
    except OSError as error:
        raise TubError(f"{path.name} cannot be read") from error
    return Image(data, decode_bytes(data, path.name))


def _origins(paths: Sequence[str | Path]) -> list[str]:
    """A name for each tub: as many folders of its path as make it different from the others."""
    whole = [Path(os.path.abspath(Path(path).expanduser())).parts for path in paths]
    for length in range(1, max(map(len, whole), default=0) + 1):
        names = [_text("/".join(parts[-length:])) for parts in whole]
        if len(set(names)) == len(names):
            return names
    return [_text("/".join(parts)) for parts in whole]


def _text(name: str) -> str:
    """A name in UTF-8, which that of a folder need not be."""
    return name.encode("utf-8", "replace").decode()
