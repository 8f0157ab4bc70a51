"""Columns of an export: their types, and values that fit them."""

import math
from collections.abc import Iterable
from typing import Any

from donkeycar.errors import TubError
from donkeycar.tub.catalog import Record
from donkeycar.tub.format import INDEX, SESSION, TIMESTAMP, TYPES
from donkeycar.tub.manifest import Manifest
from donkeycar.tub.schema import guess_types
from donkeycar.tub.values import stored_value

# Kept by every tub beside its inputs.
KEPT = {INDEX: "int", TIMESTAMP: "int", SESSION: "str"}
# Whole numbers of Parquet and others have 64 bits.
LARGEST = 2**63 - 1
# Lists that are nested deeper are kept as texts of JSON.
DEEPEST = 8


def column_types(manifest: Manifest, records: list[Record]) -> dict[str, str]:
    """Type of each column of a tub that at least one record has; declared inputs count as well.

    Inputs without a usable type, and keys that nobody declared, get the type of their values. Whole
    numbers of which some are none are decimal numbers.

    Raises:
        TubError: If the name of a column is no text.
    """
    declared = {
        name: kind for name, kind in manifest.input_types.items() if not name.startswith("_")
    }
    guessed = dict(zip(*guess_types(records), strict=True))
    types = {name: kind for name, kind in KEPT.items() if any(name in row for row in records)}
    for name in {**declared, **guessed}:
        kind = declared.get(name)
        types[name] = kind if kind in TYPES else guessed.get(name, "str")
    for name, kind in types.items():
        if name.encode("utf-8", "replace").decode() != name:
            raise TubError(
                f"A column needs a name in UTF-8. Received: {name!r}. Next step: drop it from "
                "a copy with donkey tub convert"
            )
        if kind == "int" and any(_has_fraction(record.get(name)) for record in records):
            types[name] = "float"
    return types


def _has_fraction(value: Any) -> bool:
    return isinstance(value, float) and math.isfinite(value) and not value.is_integer()


def conformed(value: Any, type_name: str) -> Any:
    """A value of a record as its column holds it; ``None`` if it does not fit, or is not finite."""
    if type_name == "float" and type(value) is float:
        return value if math.isfinite(value) else None
    if isinstance(value, bool) and type_name in ("float", "int"):
        return None  # a trainer takes it for none, too
    try:
        value = stored_value(value, type_name)
    except TubError:
        return None
    if type_name == "int" and isinstance(value, int) and abs(value) > LARGEST:
        return None
    return value


def nesting(values: Iterable[Any]) -> int:
    """How deep lists of numbers are nested; 0 if they hold something else, or it varies."""
    found = {_levels(value, DEEPEST) for value in values} - {None}
    if not found:
        return 1  # nothing but empty lists
    levels = found.pop() or 0
    return levels if not found and levels > 0 else 0


def _levels(value: Any, deepest: int) -> int | None:
    """Lists around a number; -1 for something else, ``None`` if nothing tells."""
    if value is None:
        return None
    if not isinstance(value, list):
        return 0 if isinstance(value, int | float) and not isinstance(value, bool) else -1
    inner = {_levels(item, deepest - 1) for item in value} - {None} if deepest else {-1}
    if not inner:
        return None
    levels = inner.pop() or 0
    return -1 if inner or levels < 0 else levels + 1
