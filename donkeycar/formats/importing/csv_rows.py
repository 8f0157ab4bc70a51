"""Rows of a CSV file as people have it: any separator, quotes, a BOM, decimal commas."""

import codecs
import csv
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from donkeycar.errors import TubError
from donkeycar.tub.format import read_regular_file

MAX_BYTES = 256 << 20
MAX_FIELD = 1 << 16
# Larger numbers, and 1e999, are damage: no unit of time or angle takes them.
LARGEST = 1e100
# In the order in which they are believed if several give equal rows.
SEPARATORS = (",", ";", "\t", "|")
LOOKED_AT = 200

_NUMBER = re.compile(r"[-+]?(\d+([.,]\d*)?|[.,]\d+)([eE][-+]?\d+)?", re.ASCII)
_BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


@dataclass
class Rows:
    """The rows of a file.

    Attributes:
        header: The names of the columns; empty if the first line is a row already.
        rows: The fields of each row, without spaces around them.
        first_line: Number of the line of the first row.
        separator: What stands between the fields.
    """

    header: list[str]
    rows: list[list[str]]
    first_line: int
    separator: str


def read_rows(path: Path, *, max_bytes: int = MAX_BYTES) -> Rows:
    """Read a CSV file; empty lines do not count.

    Raises:
        TubError: If it is not text, too large, or has no rows.
        OSError: If it cannot be read.
    """
    text = _text(read_regular_file(path, max_bytes=max_bytes), path.name)
    lines = [line for line in re.split(r"\r\n|\n|\r", text) if line.strip()]
    if not lines:
        raise TubError(f"{path.name} must have rows. Received: an empty file")
    separator = _separator(lines[:LOOKED_AT], path.name)
    if separator == "," and _has_decimal_commas(lines[1:]):
        lines, separator = [re.sub(r",\s+", ";", line) for line in lines], ";"
        if ";" not in lines[0]:
            lines[0] = lines[0].replace(",", ";")
    rows = _split(lines, separator, path.name)
    header: list[str] = []
    if not any(is_number_text(field) for field in rows[0]):
        header = rows.pop(0)
    if not rows:
        raise TubError(f"{path.name} must have rows. Received: a header alone")
    return Rows(header, rows, 2 if header else 1, separator)


def number_of(text: str) -> float | None:
    """The number in a field, with a decimal point or a decimal comma; ``None`` if it is none.

    Example:
        >>> number_of("0.25"), number_of("0,25"), number_of("1e-3"), number_of("nan")
        (0.25, 0.25, 0.001, None)
    """
    if not is_number_text(text):
        return None
    number = float(text.replace(",", "."))
    return number if abs(number) <= LARGEST else None


def is_number_text(text: str) -> bool:
    """Whether a field holds a number, and nothing else."""
    return _NUMBER.fullmatch(text) is not None


def file_name(text: str) -> str:
    r"""The last part of a path of another computer, of Windows or not.

    Example:
        >>> file_name(r"C:\\Users\\me\\IMG\\center_1.jpg"), file_name(" IMG/left_1.jpg")
        ('center_1.jpg', 'left_1.jpg')
    """
    return re.split(r"[/\\]", text.strip())[-1]


def _text(data: bytes, name: str) -> str:
    encoding = next((word for bom, word in _BOMS.items() if data.startswith(bom)), "utf-8")
    if b"\0" in data[:4096] and encoding != "utf-16":
        raise TubError(f"{name} must be text. Received: a file with zero bytes in it")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return data.decode("latin-1")  # written on an old Windows; every byte is a letter there


def _separator(lines: list[str], name: str) -> str:
    """The separator that gives most rows the same number of fields, at least two."""
    best, most = "", (0, 0)
    for separator in SEPARATORS:
        widths = Counter(len(row) for row in _split(lines, separator, name))
        width, number = widths.most_common(1)[0]
        # A semicolon beside decimal commas: both split the rows evenly, one into numbers.
        if width > 1 and (number, separator == ";" and _all_have(lines, ";")) > most:
            best, most = separator, (number, separator == ";" and _all_have(lines, ";"))
    return best or " "


def _has_decimal_commas(lines: list[str]) -> bool:
    """Whether a comma with a space separates, and one between digits is a decimal comma.

    Udacity's simulator of 2016 writes such rows where the language of the computer has decimal
    commas.
    """
    commas = [re.sub(r",\s+", ";", line) for line in lines]
    return (
        any("," in line for line in commas)
        and len({line.count(";") for line in commas}) == 1
        and commas[0].count(";") > 1
        and not any(re.search(r"(?<!\d),|,(?!\d)", line) for line in commas)
    )


def _all_have(lines: list[str], separator: str) -> bool:
    return all(separator in line for line in lines)


def _split(lines: list[str], separator: str, name: str) -> list[list[str]]:
    if separator == " ":
        return [line.split() for line in lines]
    limit = csv.field_size_limit(MAX_FIELD)
    try:
        # Each line by itself: no field of a drive spans lines, and a quotation mark without its
        # partner would take all the rows up to the next one with it.
        rows = (next(csv.reader([line], delimiter=separator), []) for line in lines)
        return [[field.strip() for field in row] for row in rows if row]
    except csv.Error as error:
        raise TubError(f"{name} cannot be read as CSV: {error}") from error
    finally:
        csv.field_size_limit(limit)
