"""In-place editing of a dictionary: changes some entries of it, and leaves the others alone."""

import ast
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from donkeycar.errors import ConfigError
from donkeycar.settings.owner.edit import BOM, change, edited, lines_of, place_of
from donkeycar.settings.owner.place import offset_of


def edited_entries(source: str, name: str, entries: Mapping[str, Any]) -> str:
    r"""The text of a settings file, with new values for some entries of one dictionary.

    Existing entries get their new value in place; new entries are put first in the dictionary. A
    file without the dictionary gets one with these entries only.

    Args:
        source: The present text.
        name: An upper-case name of a setting that is a dictionary.
        entries: Values by key: numbers, texts, ``None``.

    Returns:
        The new text.

    Raises:
        ConfigError: As `edited`, or the dictionary is not written as ``{...}``.

    Example:
        >>> text = "WHEELS = {\n    'LEFT': 460,  # mine\n    'PIN': 1,\n}\n"
        >>> print(edited_entries(text, "WHEELS", {"LEFT": 470}), end="")
        WHEELS = {
            'LEFT': 470,  # mine
            'PIN': 1,
        }
    """
    if source.startswith(BOM):
        return BOM + edited_entries(source[len(BOM) :], name, entries)
    place = place_of(source, name)
    if place is None:
        if re.search(rf"^\s*{name}\b", source, re.MULTILINE):
            raise _not_plain(name)
        return edited(source, name, dict(entries))
    keys = _keys(place)
    if keys is None or not isinstance(place, ast.Dict):
        raise _not_plain(name)
    lines = lines_of(source)
    found = {key: value for key, value in keys.items() if key in entries}
    added = {key: value for key, value in entries.items() if key not in found}
    inside = offset_of(lines, place.lineno, place.col_offset) + 1
    changes = [(inside, inside, _first(source, lines, place, added))] if added else []
    for key, value in found.items():
        start = offset_of(lines, value.lineno, value.col_offset)
        stop = offset_of(lines, value.end_lineno or 0, value.end_col_offset or 0)
        changes.append((start, stop, repr(entries[key])))
    for start, stop, text in sorted(changes, reverse=True):
        source = source[:start] + text + source[stop:]
    return source


def set_entries(path: Path, changes: Mapping[str, Any]) -> str:
    """Write values and entries into a file, all of them or none.

    Args:
        path: E.g. a car's ``myconfig.py``; made if missing.
        changes: Values by name; a dictionary holds the entries to change, others stay.

    Returns:
        The text as it was before.

    Raises:
        ConfigError: As `edited_entries`, or the file cannot be read or written. The file is then
            unchanged.
    """

    def edit(text: str, name: str, value: Any) -> str:
        return (edited_entries if isinstance(value, Mapping) else edited)(text, name, value)

    return change(path, changes, edit)


def _keys(place: ast.expr) -> dict[str, ast.expr] | None:
    """The value of each key; ``None`` if it is not a dictionary whose keys are texts."""
    if not isinstance(place, ast.Dict):
        return None
    keys: dict[str, ast.expr] = {}
    for key, value in zip(place.keys, place.values, strict=True):
        if not (isinstance(key, ast.Constant) and isinstance(key.value, str)):
            return None
        keys[key.value] = value
    return keys


def _first(source: str, lines: list[str], place: ast.Dict, added: Mapping[str, Any]) -> str:
    """Put entries first in a dictionary, where no comma can be missing before them."""
    texts = [f'"{key}": {value!r},' for key, value in added.items()]
    first = place.keys[0] if place.keys else None
    if first is None or first.lineno == place.lineno:
        text = " ".join(texts)
        return text + " " if first is not None else text.removesuffix(",")
    newline = "\r\n" if "\r\n" in source else "\n"
    margin = lines[first.lineno - 1][: first.col_offset]
    return "".join(f"{newline}{margin}{text}" for text in texts)


def _not_plain(name: str) -> ConfigError:
    return ConfigError(
        f"{name} must be written as {{...}} to be changed here. Received: something computed. "
        "Change it by hand"
    )
