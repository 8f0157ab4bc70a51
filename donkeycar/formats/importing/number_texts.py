"""Texts that are numbers, in columns of numbers: programs that print what they should store."""

import math

from donkeycar.formats.importing.item import Source
from donkeycar.tub.bad_record import LABELS
from donkeycar.words import count

NUMERIC = ("float", "int")
# A longer text is no number that anybody recorded.
LONGEST = 40


def read_numbers(source: Source) -> None:
    """Make numbers of texts in columns of numbers, angle and throttle included, in place."""
    for name in LABELS:
        if source.types.get(name) == "str":
            source.types[name] = "float"
    names = [name for name, kind in source.types.items() if kind in NUMERIC]
    for name in names:
        changed = 0
        for item in source.items:
            text = item.values.get(name)
            if isinstance(text, str) and (number := _number(text, source.types[name])) is not None:
                item.values[name] = number
                changed += 1
        if changed:
            source.facts.append(f"{count(changed, 'text')} of {name} became numbers")


def _number(text: str, kind: str) -> float | int | None:
    """The number that a text is; ``None`` if it is none that the column can hold."""
    try:
        number = float(text) if len(text) <= LONGEST else math.nan
    except ValueError:
        return None
    if not math.isfinite(number) or (kind == "int" and not number.is_integer()):
        return None
    return int(number) if kind == "int" else number
