"""A record mask: which records of which tubs to leave out, as a file.

A cleaning judges any records anew; a mask names some records, for example for `donkey tub delete`.
"""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from donkeycar.cleaning.fields import Fields
from donkeycar.errors import ConfigError, text_of
from donkeycar.files import write_atomically
from donkeycar.json_text import parse_json

FORMAT = "donkeycar-mask/1"
MAX_BYTES = 20_000_000
MAX_TUBS = 10_000
MAX_RANGES = 100_000

# Real path of a tub -> its indexes as words: 3, 10-19.
Mask = dict[str, list[str]]


def write_mask(path: Path, left_out: Mapping[str, Iterable[int]]) -> None:
    """Write which records of each tub to leave out.

    Raises:
        OSError: If the disk does not take it; `path` is as it was.
    """
    tubs = [
        {"tub": os.path.realpath(tub), "records": ranges_of(indexes)}
        for tub, indexes in left_out.items()
    ]
    text = json.dumps({"format": FORMAT, "tubs": tubs}, indent=2)
    write_atomically(path.expanduser(), text + "\n")


def read_mask(path: Path) -> Mask:
    """Read a mask, trusting nothing in it; its paths are only compared, never opened.

    Raises:
        ConfigError: If it is something else.
    """
    if path.expanduser().exists() and not path.expanduser().is_file():
        raise ConfigError(f"A mask must be a file. Received: {path}. Name the .json file in it")
    try:
        with path.expanduser().open("rb") as file:
            text = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"The mask cannot be read: {text_of(error)}") from error
    if len(text) > MAX_BYTES:
        raise ConfigError(f"A mask must have at most {MAX_BYTES} bytes. Received: {path}, more")
    try:
        fields = Fields(parse_json(text, max_depth=10), str(path))
    except ValueError as error:
        if isinstance(error, ConfigError):
            raise
        raise ConfigError(f"{path} is not a mask: {error}") from error
    fields.choice("format", [FORMAT])
    mask: Mask = {}
    for item in fields.items("tubs", 0, MAX_TUBS):
        inner = Fields(item, f"{path}, a tub")
        tub, records = inner.take("tub"), inner.items("records", 0, MAX_RANGES)
        if not isinstance(tub, str) or not all(isinstance(one, str) for one in records):
            raise inner.wrong("tub", "a path, with records as words such as 10-19", tub)
        inner.end()
        mask[tub] = records
    fields.end()
    return mask


def ranges_of(indexes: Iterable[int]) -> list[str]:
    """The shortest words for indexes in rising order.

    Example:
        >>> ranges_of([3, 10, 11, 12])
        ['3', '10-12']
    """
    runs: list[list[int]] = []
    for index in indexes:
        if runs and runs[-1][1] == index - 1:
            runs[-1][1] = index
        else:
            runs.append([index, index])
    return [f"{first}" if first == last else f"{first}-{last}" for first, last in runs]
