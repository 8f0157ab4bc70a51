"""Catalog: the lines of one file, each with its record or the reason why it has none."""

import codecs
import contextlib
import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from donkeycar.errors import TubError
from donkeycar.json_text import parse_json
from donkeycar.tub.format import (
    INDEX,
    MAX_INDEX,
    MAX_LINE_BYTES,
    SET_ASIDE,
    catalog_number,
    read_tub_file,
)

MAX_CATALOG_BYTES = 256 << 20

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a catalog.

    Attributes:
        data: Its bytes, with the newline if there is one.
        record: Its record; ``None`` if it has no usable record.
        problem: Why there is no record, or "".
    """

    data: bytes
    record: Record | None
    problem: str = ""

    @property
    def torn(self) -> bool:
        """Whether the line is incomplete."""
        return not self.data.endswith(b"\n")

    @property
    def placeholder(self) -> bool:
        """Whether an earlier repair put this line in the place of a damaged line."""
        return self.data == SET_ASIDE

    def cleaned(self) -> "Line":
        """The line as a repair leaves it: complete, or replaced by a placeholder."""
        if self.record is None:
            return Line(SET_ASIDE, None)
        return Line(self.data + b"\n", self.record) if self.torn else self


def catalogs_in(folder: Path) -> list[str]:
    """Names of the catalogs in a tub, in the order of their numbers; ignores other files."""
    numbers = {name.name: catalog_number(name.name) for name in folder.iterdir()}
    return sorted(
        (name for name, number in numbers.items() if number is not None),
        key=lambda name: numbers[name] or 0,
    )


def read_lines(tub: Path, name: str) -> list[Line]:
    """All lines of a catalog.

    Args:
        tub: The tub's folder.
        name: File name of the catalog.

    Raises:
        TubError: If it is not an ordinary file of the tub, or larger than any recorder writes.
        OSError: If it cannot be read.
    """
    return list(parse_lines(read_tub_file(tub, name, max_bytes=MAX_CATALOG_BYTES)))


def read_records(tub: Path, name: str) -> list[Record]:
    """The readable records of a catalog, in their order.

    A catalog without any damage is parsed as a whole, in a third of the time.

    Raises:
        TubError: If it is not an ordinary file of the tub, or larger than any recorder writes.
        OSError: If it cannot be read.
    """
    data = read_tub_file(tub, name, max_bytes=MAX_CATALOG_BYTES)
    whole = _parsed_at_once(data)
    if whole is not None:
        return whole
    return [line.record for line in read_lines(tub, name) if line.record is not None]


def _parsed_at_once(data: bytes) -> list[Record] | None:
    """The records of a catalog in which each line is one record; else ``None``."""
    lines = data.splitlines()
    if not lines or not data.endswith(b"}\n") or max(map(len, lines)) > MAX_LINE_BYTES:
        return None
    if data.count(b"\n{") != len(lines) - 1 or data.count(b"}\n") != len(lines):
        return None
    text = b"[" + b",".join(lines) + b"]"
    is_flat = text.count(b"[") == 1 and text.count(b"{") == len(lines)
    try:
        # Where nothing is inside of a record, nothing can be nested too deeply.
        records = json.loads(text) if is_flat else parse_json(text)
    except ValueError:
        return None
    if len(records) != len(lines):
        return None
    for record in records:
        index = record.get(INDEX) if isinstance(record, dict) else None
        if type(index) is not int or not 0 <= index <= MAX_INDEX:
            return None
    return list(records)


def every_record(tub: Path) -> Iterator[Record]:
    """The readable records of a tub of format v2, one catalog after the other.

    Only one catalog is in memory. A record that replaces an earlier one comes later.

    Args:
        tub: The tub's folder.
    """
    for name in catalogs_in(tub):
        with contextlib.suppress(TubError, OSError):  # `check` says what is wrong with it
            yield from read_records(tub, name)


# What reads the lines of a catalog.
ReadLines = Callable[[Path, str], list[Line]]


def remembered() -> ReadLines:
    """A `read_lines` that reads each catalog once, for who looks at a tub twice."""
    known: dict[tuple[Path, str], list[Line]] = {}

    def read(tub: Path, name: str) -> list[Line]:
        if (tub, name) not in known:
            known[tub, name] = read_lines(tub, name)
        return known[tub, name]

    return read


def parse_lines(data: bytes) -> Iterator[Line]:
    """The lines of a catalog, given its content."""
    bad = Line(b"", None)
    for line in _split(data):
        if line == bad.data:
            yield bad  # a catalog of one bad line, millions of times, takes little memory
            continue
        try:
            yield Line(line, parse_record(line))
        except TubError as error:
            bad = Line(line, None, sys.intern(str(error)))
            yield bad


def _split(data: bytes) -> list[bytes]:
    # `splitlines` would also end a line at a carriage return.
    *whole, rest = data.split(b"\n")
    return [line + b"\n" for line in whole] + ([rest] if rest else [])


def parse_record(line: bytes, *, index: int | None = None) -> Record:
    """The record in one line of a catalog.

    Args:
        line: JSON in UTF-8.
        index: Number of the record, if it is already known.

    Raises:
        TubError: If the line is not a JSON object with a whole number under ``_index``.
    """
    if len(line) > MAX_LINE_BYTES:
        raise TubError(f"longer than {MAX_LINE_BYTES} bytes")
    if not line.strip(b"\0 \t\r\n"):
        raise TubError("blank" if b"\0" not in line else "nothing but zero bytes")
    try:
        record = parse_json(line.removeprefix(codecs.BOM_UTF8).decode("utf-8"))
    except ValueError as error:
        raise TubError("not JSON in UTF-8") from error
    if not isinstance(record, dict):
        raise TubError("not a JSON object")
    if index is not None:
        record[INDEX] = index
    index = record.get(INDEX)
    if type(index) is not int or not 0 <= index <= MAX_INDEX:
        raise TubError(f"no usable {INDEX}: {str(index)[:40]}")
    # A tub repeats its keys in every record; one copy of each is enough.
    return {sys.intern(key): value for key, value in record.items()}


def catalog_manifest(name: str, start_index: int) -> bytes:
    """Content of the file beside a catalog.

    It contains no line lengths, so it is written once and is never out of date; readers scan the
    catalog instead.
    """
    contents = {
        "created_at": time.time(),
        "line_lengths": [],
        "path": f"{name}_manifest",
        "start_index": start_index,
    }
    return (json.dumps(contents, sort_keys=True) + "\n").encode("ascii")


def line_lengths(tub: Path, name: str) -> list[Any] | None:
    """The line lengths in the file beside a catalog; ``None`` if it lists none."""
    try:
        contents = json.loads(read_tub_file(tub, name, max_bytes=MAX_LINE_BYTES))
    except (OSError, ValueError, RecursionError):
        return None
    lengths = contents.get("line_lengths") if isinstance(contents, dict) else None
    return lengths if isinstance(lengths, list) else None


def newest_of_each(records: list[Record]) -> list[Record]:
    """The newest record of every index, which has overwritten the image of an earlier one."""
    return list({record[INDEX]: record for record in records}.values())


def runs_of(records: list[Record]) -> list[range]:
    """The indexes of the records, as unbroken ranges in rising order."""
    runs: list[range] = []
    for index in sorted({record[INDEX] for record in records}):
        if runs and runs[-1].stop == index:
            runs[-1] = range(runs[-1].start, index + 1)
        else:
            runs.append(range(index, index + 1))
    return runs
