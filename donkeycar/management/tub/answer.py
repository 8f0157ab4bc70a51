"""What an action of `donkey tub` says about each tub: sentences, or one JSON document."""

import argparse
import dataclasses
import json
import math
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from donkeycar.errors import DeviceError, TubError
from donkeycar.management.tub.paths import tub_paths
from donkeycar.words import shown


class Answer(NamedTuple):
    """What an action found or did in one tub.

    Attributes:
        fields: For a program.
        lines: For a person.
        code: Exit code.
    """

    fields: dict[str, Any]
    lines: list[str]
    code: int = 0


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add `--json`."""
    parser.add_argument("--json", action="store_true", help="print JSON instead of sentences")


def answer_each(
    words: Sequence[str | Path], ask: Callable[[Path], Answer], *, as_json: bool
) -> int:
    """Carry out an action on one tub after the other, and print what comes of it.

    Args:
        words: Tubs or folders of tubs, as they were typed.
        ask: The action.
        as_json: Whether to print one JSON document, ``{"tubs": [...]}``; an error is a field of its
            tub.

    Returns:
        The highest exit code. An error in one of several tubs counts as 1; it does not keep the
        others from their turn.

    Raises:
        TubError, DeviceError: If there is one tub only, the action fails, and it is not JSON.
    """
    paths = tub_paths(words)
    found: list[dict[str, Any]] = []
    code = 0
    for path in paths:
        try:
            answer = ask(path)
        except (TubError, DeviceError) as error:
            if len(paths) == 1 and not as_json:
                raise
            print(shown(f"donkey: error: {error}"), file=sys.stderr)
            answer = Answer({"error": str(error)}, [], 1)
        found.append({"path": str(path), **answer.fields})
        code = max(code, answer.code)
        if not as_json:
            for line in answer.lines:
                print(shown(line))
    if as_json:
        print_json({"tubs": found})
    return code


def absent_in_words(path: Path, absent: Sequence[str]) -> list[str]:
    """That some of the indexes which were typed belong to no record, as lines."""
    more = f" and {len(absent) - 5} more" if len(absent) > 5 else ""
    return (
        [f"{shown(path)}: no record has the index {', '.join(absent[:5])}{more}"] if absent else []
    )


def print_json(document: dict[str, Any]) -> None:
    """Print one JSON document: ASCII, without numbers that JSON does not have."""
    print(json.dumps(plain(document), indent=2, allow_nan=False))


def plain(value: Any) -> Any:
    """A value as JSON has it: a dataclass as an object, a path as a text, NaN as null."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return str(value) if isinstance(value, Path) else value
