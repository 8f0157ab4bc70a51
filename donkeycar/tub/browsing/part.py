"""The records of one catalog as columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import NoneType
from typing import Any

import numpy as np
import numpy.typing as npt

from donkeycar.json_text import is_number
from donkeycar.tub.catalog import Record
from donkeycar.tub.format import (
    IMAGE_EXTENSIONS,
    INDEX,
    SESSION,
    TIMESTAMP,
    image_name,
)

# Types of a column whose values are numbers, and texts; images and lists have no single value.
NUMBERS = ("float", "int", "boolean")
TEXTS = ("str",)


@dataclass(frozen=True)
class Part:
    """Some records of a tub, as columns.

    Attributes:
        indexes: Index of each record.
        times_ms: Time of each record, in milliseconds since 1970; NaN without one.
        sessions: Session of each record; "" without one.
        numbers: Columns of numbers by name; NaN where there is none.
        texts: Columns of texts by name; ``None`` where there is none.
        odd_images: Names of images that are not named after their record, by column and index;
            "" where there is none.
    """

    indexes: npt.NDArray[np.int64]
    times_ms: npt.NDArray[np.float64]
    sessions: list[str]
    numbers: dict[str, npt.NDArray[np.float64]]
    texts: dict[str, list[str | None]]
    odd_images: dict[tuple[str, int], str]


def part_of(records: Sequence[Record], types: dict[str, str]) -> Part:
    """The columns of records.

    Args:
        records: The records.
        types: Type name of each column.
    """
    return Part(
        np.array([record[INDEX] for record in records], np.int64),
        _numbers([record.get(TIMESTAMP) for record in records]),
        [str(record.get(SESSION, "")) for record in records],
        {
            name: _numbers([record.get(name) for record in records])
            for name, kind in types.items()
            if kind in NUMBERS
        },
        {
            name: [_text(record.get(name)) for record in records]
            for name, kind in types.items()
            if kind in TEXTS
        },
        {
            (name, record[INDEX]): odd
            for name, kind in types.items()
            if kind in IMAGE_EXTENSIONS
            for record in records
            if (odd := str(record.get(name, ""))) != image_name(record[INDEX], name, kind)
        },
    )


def _numbers(values: list[Any]) -> npt.NDArray[np.float64]:
    if set(map(type, values)) <= {float, bool, NoneType}:
        found = np.array(values, np.float64)
    else:
        found = np.array([_number(value) for value in values], np.float64)
    return np.where(np.isfinite(found), found, np.nan)


def _number(value: Any) -> float | None:
    """A number; NumPy makes NaN of ``None``."""
    if isinstance(value, bool):
        return float(value)
    return float(value) if is_number(value) else None


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
