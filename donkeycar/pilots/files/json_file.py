"""Reads an object from a JSON file, and trusts nothing in it."""

from pathlib import Path
from typing import Any

from donkeycar.errors import PilotError
from donkeycar.json_text import parse_json


def read_object(path: Path, what: str, *, format: str, max_bytes: int) -> dict[str, Any]:
    """Read an object that names its own format.

    Args:
        path: Path of the file.
        what: What it should be, for the errors: "the sidecar of a pilot".
        format: Its value under ``format``.
        max_bytes: Most bytes to read.

    Raises:
        PilotError: If it cannot be read, is too long, or is something else.
    """
    text = read_start(path, max_bytes + 1)
    if len(text) > max_bytes:
        raise PilotError(f"{path} is too long for {what}.")
    try:
        content = parse_json(text)
    except ValueError as error:
        raise PilotError(f"{path} is not {what}: {error}") from error
    if not isinstance(content, dict) or content.get("format") != format:
        raise PilotError(f'{path} is not {what}: it must say "format": "{format}".')
    return content


def read_start(path: Path, num_bytes: int) -> bytes:
    """Read at most `num_bytes` of a file, because a file from elsewhere may have any length.

    Raises:
        PilotError: If it is not a file, or cannot be read.
    """
    if path.exists() and not path.is_file():
        raise PilotError(f"{path} is not a file.")
    try:
        with path.open("rb") as file:
            return file.read(num_bytes)
    except OSError as error:
        raise PilotError(f"{path} cannot be read: {error.strerror}") from error
