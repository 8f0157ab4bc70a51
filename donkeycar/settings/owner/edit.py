"""In-place editing: changes one value in an owner's file, and no other line.

For commands and pages that determine a value for the owner: a learnt gamepad, a calibration.
"""

import ast
import pprint
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from donkeycar.errors import ConfigError, text_of
from donkeycar.files import write_atomically
from donkeycar.settings.owner.place import last_assignment, offset_of

# Line width for a value that is written over several lines.
LINE = 96

# The byte order mark that some editors put at the start of a file.
BOM = "\ufeff"


def edited(source: str, name: str, value: Any) -> str:
    r"""The text of a settings file, with a new value for one setting.

    The last plain assignment to `name` gets the new value in place, and its comment stays. If
    there is none, or something after it changes `name` again, a line is added at the end.

    Args:
        source: The present text.
        name: An upper-case name.
        value: The new value: numbers, texts, lists and dictionaries of those, ``None``.

    Returns:
        The new text.

    Raises:
        ConfigError: If `name` is not the name of a setting, `value` cannot be written down, or
            `source` is not Python.

    Example:
        >>> print(edited("IMAGE_W = 160  # mine\n", "IMAGE_W", 320), end="")
        IMAGE_W = 320  # mine
    """
    if not (name.isidentifier() and name.isupper()):
        raise ConfigError(f"`name` must be an upper-case name. Received: name={name!r}")
    written = literal(value)
    if source.startswith(BOM):
        return BOM + edited(source[len(BOM) :], name, value)
    place = place_of(source, name)
    if place is None:
        newline = "\r\n" if "\r\n" in source else "\n"
        gap = newline if source and not source.endswith(("\n", "\r")) else ""
        return source + gap + f"{name} = {written}".replace("\n", newline) + newline
    lines = lines_of(source)
    start = offset_of(lines, place.lineno, place.col_offset)
    end = offset_of(lines, place.end_lineno or place.lineno, place.end_col_offset or 0)
    return source[:start] + written + source[end:]


def set_values(path: Path, values: Mapping[str, Any]) -> str:
    """Write values into a file, all of them or none.

    Args:
        path: E.g. a car's ``myconfig.py``; made if missing.
        values: Values by name, as for `edited`.

    Returns:
        The text as it was before, with which `write_text` can restore it.

    Raises:
        ConfigError: As `edited`, or the file cannot be read or written. The file is then unchanged.
    """
    return change(path, values, edited)


def change(path: Path, values: Mapping[str, Any], edit: Callable[[str, str, Any], str]) -> str:
    """Edit a file value by value, all of the changes or none.

    Args:
        path: E.g. a car's ``myconfig.py``; made if missing.
        values: Values by name.
        edit: Takes a text, a name and a value, and returns the new text.

    Returns:
        The text as it was before.

    Raises:
        ConfigError: As `edit`, or the file cannot be read or written. The file is then unchanged.
    """
    try:
        before = path.read_bytes().decode("utf-8") if path.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{path} must be a text that can be read. Received: {text_of(error)}"
        ) from error
    text = before
    for name, value in values.items():
        text = edit(text, name, value)
    write_text(path, text)
    return before


def place_of(source: str, name: str) -> ast.expr | None:
    """The last value assigned to a name in a file; ``None`` if it is not assigned there.

    Raises:
        ConfigError: If `source` is not Python.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError) as error:
        raise ConfigError(
            f"The file must be Python before {name} can be put into it. Received: {error}"
        ) from error
    return last_assignment(tree, name)


def lines_of(source: str) -> list[str]:
    """Lines with their line endings, for the endings of any system."""
    return re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", source)


def write_text(path: Path, text: str, *, mode: int | None = None) -> None:
    """Write all of `text` into a file, or leave the file as it was.

    Args:
        path: Path of the file.
        text: The whole new text.
        mode: Permission bits; by default, those of the old file.

    Raises:
        ConfigError: If it cannot be written.
    """
    try:
        write_atomically(path, text, mode=mode)
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be written: {error.strerror}. Nothing was changed in it"
        ) from error


def literal(value: Any) -> str:
    """A value in the form in which a settings file holds it.

    Raises:
        ConfigError: If it is not plain data.
    """
    text = pprint.pformat(value, width=LINE, sort_dicts=False)
    try:
        read = ast.literal_eval(text)
    except (ValueError, SyntaxError) as error:
        raise ConfigError(f"`value` must be plain data. Received: value={text}") from error
    if read != value:
        raise ConfigError(f"`value` must be plain data. Received: value={text}")
    return text
