"""Index of a tub: its records as columns, kept up to date while a car records into it."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from donkeycar.errors import TubError
from donkeycar.tub.browsing.part import NUMBERS, TEXTS, Part, part_of
from donkeycar.tub.browsing.tags import ranges_in, tags_of
from donkeycar.tub.browsing.where import Floats, Truths, Words
from donkeycar.tub.catalog import catalogs_in, read_records
from donkeycar.tub.columns import columns_of
from donkeycar.tub.contents import load_manifest
from donkeycar.tub.format import (
    INDEX,
    MANIFEST,
    SESSION,
    TIMESTAMP,
    checked_image_path,
    image_name,
    images_folder,
)
from donkeycar.tub.reader import TubReader
from donkeycar.tub.schema import image_keys

Signature = tuple[int, ...]
# Names that a filter may use beside the columns.
OWN = ("index", "time_s", "session", "deleted")


class TubIndex:
    """The records of a tub as columns, deleted ones included, in the order of `TubReader`.

    It holds no record as a whole, so 100,000 records of six numbers take about 10 MB. A catalog is
    read once, and again when it has grown.

    An index does not change; `refreshed` makes another one of it.

    Args:
        path: The tub's folder.
        older: An index of the same tub: what has not changed since is not read again.

    Attributes:
        path: The tub's folder.
        version: Format of the tub, 1 or 2.
        manifest: Its manifest, as it was then.
        types: Type name of each column.
        indexes: Index of each record.
        times_ms: Time of each record in milliseconds since 1970; NaN without one.
        sessions: Session of each record; "" without one.
        deleted: Which records are deleted.
        sign: Changes with the catalogs and the manifest.

    Raises:
        TubError: If there is no tub at `path`.
        OSError: If the folder cannot be read.
    """

    def __init__(self, path: Path, *, older: "TubIndex | None" = None) -> None:
        self.path = path
        self._parts: dict[str, tuple[Signature, Part]] = dict(older._parts) if older else {}
        self._types_read: dict[str, str] | None = older._types_read if older else None
        self._guessed: dict[str, str] = dict(older._guessed) if older else {}
        signs, self.sign = _signatures(path)
        if signs:
            self.version, self.manifest = 2, load_manifest(path)
            self._join(self._parts_of(signs))
        else:
            self._join(self._read_as_a_whole())
        if np.any(np.diff(self.indexes) <= 0):
            # Records repeat or replace earlier ones: the reader knows which of them count.
            self._join(self._read_as_a_whole())
        deleted = np.fromiter(self.manifest.deleted_indexes, np.int64)
        self.deleted = np.isin(self.indexes, deleted)
        self._tags = tags_of(self.manifest)

    def refreshed(self) -> "TubIndex":
        """The index of the tub as it is now: itself if nothing has changed."""
        signs, seen = _signatures(self.path)
        return self if signs and seen == self.sign else TubIndex(self.path, older=self)

    def _parts_of(self, signs: dict[str, Signature]) -> list[Part]:
        parts = {}
        types = self.manifest.input_types
        self.types = dict(types)
        for name, sign in signs.items():
            known = self._parts.get(name)
            if known is None or known[0] != sign or self._types_read != types:
                try:
                    records = read_records(self.path, name)
                except (TubError, OSError):
                    continue  # `check` says what is wrong with it
                declared = set().union(*records) <= {*types, INDEX, SESSION, TIMESTAMP}
                found = types if declared else columns_of(self.manifest, records)
                known = (sign, part_of(records, found))
                self._guessed |= {one: kind for one, kind in found.items() if one not in types}
            parts[name] = known
        self._parts, self._types_read = parts, types
        self.types |= self._guessed
        return [part for _, part in parts.values()]

    def _read_as_a_whole(self) -> list[Part]:
        tub = TubReader(self.path)
        records = tub.records(include_deleted=True)
        self.version, self.manifest = tub.version, tub.manifest
        self.types = columns_of(tub.manifest, records)
        return [part_of(records, self.types)]

    def _join(self, parts: list[Part]) -> None:
        self._images = images_folder(self.path) if self.version == 2 else self.path
        self.indexes = _joined([part.indexes for part in parts], np.int64)
        self.times_ms = _joined([part.times_ms for part in parts], np.float64)
        self.sessions = _words([(len(part.indexes), part.sessions) for part in parts])
        self._columns: dict[str, Floats | Words] = {}
        for name, kind in self.types.items():
            if kind in NUMBERS:
                self._columns[name] = _joined(
                    [part.numbers.get(name, np.full(len(part.indexes), np.nan)) for part in parts],
                    np.float64,
                )
            elif kind in TEXTS:
                self._columns[name] = _words(
                    [(len(part.indexes), part.texts.get(name)) for part in parts]
                )
        self._odd_images: dict[tuple[str, int], Any] = {}
        for part in parts:
            self._odd_images |= part.odd_images

    def __len__(self) -> int:
        """Number of records, with deleted ones."""
        return len(self.indexes)

    @property
    def image_keys(self) -> list[str]:
        """Columns that are images."""
        return image_keys(self.types)

    @property
    def numbers(self) -> list[str]:
        """Columns of numbers."""
        return [name for name, kind in self.types.items() if kind in NUMBERS]

    @property
    def tags(self) -> list[str]:
        """The tags that some record has."""
        return list(self._tags)

    def names(self) -> list[str]:
        """Names that a filter may use."""
        return [*self._columns, *OWN]

    def column(self, name: str) -> Floats | Words | Truths:
        """The values of a column, or of one of `OWN`.

        Raises:
            KeyError: If there is no such column of numbers or texts.
        """
        if name in self._columns:
            return self._columns[name]
        own: dict[str, Callable[[], Floats | Words | Truths]] = {
            "index": lambda: self.indexes.astype(np.float64),
            "time_s": self._seconds,
            "session": lambda: self.sessions,
            "deleted": lambda: self.deleted,
        }
        return own[name]()

    def tagged(self, name: str) -> Truths:
        """Which records have a tag."""
        chosen = np.zeros(len(self), bool)
        for each in self._tags.get(name, ()):
            chosen |= (self.indexes >= each.start) & (self.indexes < each.stop)
        return chosen

    def image_path(self, position: int, key: str) -> Path:
        """Path of an image of the record at a position.

        Raises:
            TubError: If the record names a forbidden file, or no file.
        """
        index = int(self.indexes[position])
        usual = image_name(index, key, self.types[key])
        odd = self._odd_images.get((key, index), usual)
        return checked_image_path(self._images, odd)

    def positions_of(self, chosen: Truths) -> list[int]:
        """Positions of chosen records."""
        found: list[int] = np.flatnonzero(chosen).tolist()
        return found

    def words_of(self, chosen: Truths) -> list[str]:
        """Indexes of chosen records as words, ``3`` and ``10-19``, as `parse_indexes` reads."""
        return ranges_in(self.indexes[chosen])

    def _seconds(self) -> Floats:
        known = self.times_ms[~np.isnan(self.times_ms)]
        seconds: Floats = (self.times_ms - (known[0] if len(known) else 0)) / 1000
        return seconds


def _signatures(path: Path) -> tuple[dict[str, Signature], object]:
    """A sign of each catalog that changes with it, and one of the whole tub."""
    names = catalogs_in(path) if path.is_dir() else []
    signs = {name: _signature(path / name) for name in names}
    return signs, (signs, _signature(path / MANIFEST))


def _signature(path: Path) -> Signature:
    try:
        status = os.stat(path)
    except OSError:
        return ()
    return status.st_size, status.st_mtime_ns, status.st_ino


def _joined(arrays: list[npt.NDArray[Any]], kind: type) -> npt.NDArray[Any]:
    return np.concatenate(arrays) if arrays else np.zeros(0, kind)


def _words(parts: list[tuple[int, Any]]) -> Words:
    """Texts of several parts, each with its number of records; ``None`` is a missing text."""
    known: dict[str | None, int] = {None: -1}
    codes = []
    for count, texts in parts:
        for text in texts or [None] * count:
            codes.append(known.setdefault(text, len(known) - 1))
    return Words(np.array(codes, np.int64), [text for text in known if text is not None])
