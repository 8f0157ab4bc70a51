"""Remarks on a whole tub: what is odd in its values, and need not be mended."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from donkeycar import commands
from donkeycar.json_text import is_number
from donkeycar.tub.bad_record import LABELS
from donkeycar.tub.catalog import Record
from donkeycar.tub.format import INDEX, SESSION, TIMESTAMP
from donkeycar.words import count, count_are, either

# Types of columns that hold lists of numbers.
VECTORS = ("vector", "nparray")
# What donkeycar 5.4 records of a dictionary with the axes of a sensor.
AXES = '["x", "y", "z"]'
# Letters of an example that a message shows.
SHOWN = 60
# Names under which other programs store what a pilot learns, by the name that training reads.
OTHER_LABELS = {
    "user/angle": ("user/steering", "steering", "angle", "pilot/angle"),
    "user/throttle": ("throttle", "pilot/throttle"),
}


@dataclass(frozen=True)
class Odd:
    """Values of one column that are odd.

    Attributes:
        num_records: Number of records.
        example: The first of them, shortened.
    """

    num_records: int
    example: str


class Values:
    """Looks at the values of all records, once.

    Args:
        types: Type name of each declared column.
        records: All records.
        tub: The tub's folder, for commands that a person copies.

    Attributes:
        no_vectors: Text in columns of numbers, by column.
        misfits: Other values that do not fit the type of their column, by column.
        nulls: Number of records with null, by column.
        beyond: Labels beyond -1 to +1: their number and the farthest, by column.
        undeclared: Columns that the manifest does not have -> number of records.
    """

    def __init__(
        self, types: Mapping[str, str], records: Iterable[Record], *, tub: Path = Path("TUB")
    ) -> None:
        self.tub = tub
        self.no_vectors: dict[str, Odd] = {}
        self.misfits: dict[str, Odd] = {}
        self.nulls: Counter[str] = Counter()
        self.beyond: dict[str, tuple[int, float]] = {}
        self.undeclared: Counter[str] = Counter()
        self.names: set[str] = set()
        usual = {name: _FAST.get(kind) for name, kind in types.items()}
        usual |= {INDEX: int, TIMESTAMP: int, SESSION: str}
        for record in records:
            self.names |= record.keys()
            for name, value in record.items():
                if type(value) is usual.get(name, self):
                    continue
                if value is None:
                    self.nulls[name] += 1
                elif name in types:
                    self._look(name, types[name], value)
                elif not name.startswith("_"):
                    self.undeclared[name] += 1
            for name in LABELS:
                label: Any = record.get(name)
                if is_number(label) and abs(label) > 1:
                    number, most = self.beyond.get(name, (0, 0.0))
                    self.beyond[name] = number + 1, max(most, label, key=abs)

    def _look(self, name: str, kind: str, value: Any) -> None:
        if kind in VECTORS and not _has_text(value):
            return
        # In Python true is a number. In a recording it is none: no trainer learns from it.
        is_truth = isinstance(value, bool) and kind in ("float", "int")
        if kind not in VECTORS and isinstance(value, _FITS.get(kind, object)) and not is_truth:
            return
        found = self.no_vectors if kind in VECTORS else self.misfits
        before = found.get(name)
        example = json.dumps(value)[:SHOWN] if before is None else before.example
        found[name] = Odd(1 if before is None else before.num_records + 1, example)


# The class that nearly all values of a column have, and those that fit as well.
_FAST: dict[str, type] = {
    "float": float,
    "int": int,
    "boolean": bool,
    "str": str,
    "image_array": str,
}
_FITS: dict[str, Any] = {
    "float": (int, float), "int": int, "boolean": int, "str": str, "list": list,
    "image_array": str, "gray16_array": str,
}  # fmt: skip


def _has_text(value: object) -> bool:
    items = value if isinstance(value, list) else [value]
    return any(isinstance(item, str) for item in items)


def _letters(values: Values) -> str | None:
    texts = [
        f"{name} has text instead of numbers in {count(odd.num_records, 'record')}, e.g. "
        f"{odd.example}"
        for name, odd in values.no_vectors.items()
    ]
    if not texts:
        return None
    is_mpu = any(odd.example == AXES for odd in values.no_vectors.values())
    why = ": donkeycar 5.4 records that of an MPU6050, and the numbers are lost" if is_mpu else ""
    return "; ".join(texts) + why


def _misfits(values: Values) -> str | None:
    texts = [
        f"{name} has values of another type in {count(odd.num_records, 'record')}, e.g. "
        f"{odd.example}"
        for name, odd in values.misfits.items()
    ]
    lost = [name for name in LABELS if name in values.misfits]
    if lost:
        texts.append(f"training leaves out records whose {' or '.join(lost)} is no number")
    if any(odd.example.startswith('"') for odd in values.misfits.values()):
        new = values.tub.with_name(f"{values.tub.name}_numbers")
        command = commands.donkey("tub", "convert", values.tub, "--out", new)
        texts.append(f"this makes numbers of texts that are some: {command}")
    return "; ".join(texts) or None


def _nulls(values: Values) -> str | None:
    texts = [f"{name} is null in {count(n, 'record')}" for name, n in values.nulls.items()]
    return f"{'; '.join(texts[:5])}: it was not recorded there" if texts else None


def _beyond(values: Values) -> str | None:
    texts = [
        f"{name} is beyond -1 to +1 in {count(number, 'record')}, as far as {most:g}"
        for name, (number, most) in values.beyond.items()
    ]
    return f"{'; '.join(texts)}: training leaves them out" if texts else None


def _undeclared(values: Values) -> str | None:
    names = list(values.undeclared)
    if not names:
        return None
    are = either(len(names), "is", "are")
    return (
        f"{', '.join(name[:SHOWN] for name in names[:5])} {are} in the records, but the tub's list "
        f"of columns lacks {either(len(names), 'it', 'them')}: nothing has to be done"
    )


def _other_labels(values: Values) -> str | None:
    texts = []
    for name, others in OTHER_LABELS.items():
        there = [other for other in others if other in values.names]
        if values.names and name not in values.names and there:
            texts.append(f"no record has {name}, but they have {' and '.join(there)}")
    if not texts:
        return None
    return f"{'; '.join(texts)}: donkey tub convert makes a tub with the names that training reads"


def grey_in_words(num_grey: Mapping[str, int], num_images: Mapping[str, int]) -> str | None:
    """A remark on colour and grey images in one column."""
    texts = [
        f"{count_are(grey, 'image')} grey and {num_images[name] - grey} in colour in {name}"
        for name, grey in num_grey.items()
        if 0 < grey < num_images[name]
    ]
    return "; ".join(texts) or None


# Kind of remark, and the function that finds it.
ODDITIES: tuple[tuple[str, Callable[[Values], str | None]], ...] = (
    ("vectors", _letters),
    ("values of another type", _misfits),
    ("nulls", _nulls),
    ("out of range", _beyond),
    ("undeclared column", _undeclared),
    ("other labels", _other_labels),
)
