"""Reads JSON from other programs; everything that is wrong with it raises the same kind of error.

Python's parser fails on deep nesting with a `RecursionError`, and code that prints or copies a
nearly as deep value fails, too. The files of a car, a pilot or a track are never deep.
"""

import json
import sys
from typing import Any

# A description of a network, which is the deepest file, nests about twelve deep.
MAX_DEPTH = 100


def parse_json(text: str | bytes, *, max_depth: int = MAX_DEPTH) -> Any:
    """Parse JSON, and refuse text that is nested too deeply.

    Args:
        text: The text as it was read; bytes in UTF-8, -16 or -32.
        max_depth: Most lists and objects inside each other.

    Raises:
        ValueError: If it is not JSON, or nested more deeply.
    """
    try:
        value = json.loads(text)
    except RecursionError as error:
        raise ValueError(f"it is nested too deeply, more than {max_depth} times") from error
    # Brackets inside of strings count, too; for most files this check is enough.
    if isinstance(text, bytes):
        opened = text.count(b"[") + text.count(b"{")
    else:
        opened = text.count("[") + text.count("{")
    if opened > max_depth and _is_deeper(value, max_depth):
        raise ValueError(f"it is nested too deeply, more than {max_depth} times")
    return value


def _is_deeper(value: Any, depth: int) -> bool:
    """Whether lists and objects are nested deeper than this."""
    level = [value]
    for _ in range(depth):
        level = [
            inner
            for one in level
            if isinstance(one, list | dict)
            for inner in (one.values() if isinstance(one, dict) else one)
            if isinstance(inner, list | dict)
        ]
        if not level:
            return False
    return True


def is_number(value: object) -> bool:
    """Whether a value of JSON is a finite number that fits into a float; true and false are not.

    JSON has whole numbers of any length, and `float` fails on those of 309 digits and more.
    """
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and abs(value) <= sys.float_info.max
    )
