"""Columns of a `TubFrame`: their names, and what their values are."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["number", "boolean", "text", "image", "list"]

# Columns that every record has, whatever it holds. A field of a record that is called the same
# is reached as `record/tub` ...
TUB, CAR, SESSION, INDEX, TIME = OWN = ("tub", "car", "session", "index", "time")
FIELD = "record/"

# What a tub's manifest calls a type.
KIND_OF_TYPE: dict[str, Kind] = {
    "float": "number",
    "int": "number",
    "boolean": "boolean",
    "str": "text",
    "image_array": "image",
    "gray16_array": "image",
    "nparray": "list",
    "vector": "list",
    "list": "list",
}
PLACE = re.compile(r"(.+)\[(\d{1,4})\]", re.DOTALL)


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        name: As people know it: ``user/angle``.
        kind: ``number`` (also of truth values: they count as 1 and 0), ``boolean``, ``text``,
            ``image`` (the name of a file) or ``list`` (its JSON).
        ident: Its identifier in SQL, quoted where necessary.
        keys: Where a record holds it; empty for a column that is not in a record.
    """

    name: str
    kind: Kind
    ident: str
    keys: tuple[str, ...] = ()

    @property
    def is_numeric(self) -> bool:
        """Whether there is a mean of it."""
        return self.kind in ("number", "boolean")

    @property
    def number(self) -> str:
        """Its value as a number, in SQL."""
        return f"CAST({self.ident} AS DOUBLE)" if self.kind == "boolean" else self.ident


def kind_of_value(value: object) -> Kind | None:
    """The kind of a value of JSON; ``None`` if it does not say, as null does not.

    Example:
        >>> kind_of_value(1), kind_of_value(True), kind_of_value([1.5]), kind_of_value(None)
        ('number', 'boolean', 'list', None)
    """
    if value is None:
        return None
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return "text" if isinstance(value, str) else "list"


def joined_kind(kinds: Iterable[Kind]) -> Kind:
    """The kind of a column that tubs do not agree about.

    Example:
        >>> joined_kind({"number", "boolean"}), joined_kind({"number", "text"})
        ('number', 'text')
    """
    found = set(kinds)
    if len(found) == 1:
        return found.pop()
    return "number" if found == {"number", "boolean"} else "text"
