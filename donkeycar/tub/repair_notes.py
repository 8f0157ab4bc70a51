"""The notes of a repair: each of its steps, before it happens.

`recovered/repair-<n>/steps.jsonl` holds a JSON object a line::

    {"do": "begin", "format": 2}
    {"do": "replace", "path": "manifest.json", "kept": "1", "before": ..., "sha256": ...}
    ...
    {"do": "end", "sha256": ...}    of all lines before it

Without an end the repair was interrupted, or an undo, which cuts off what is undone.

Names in it come from whoever made the tub. Only names that a repair writes are taken, so notes of
a stranger cannot name a picture or lead out of the tub.
"""

import hashlib
import itertools
import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from donkeycar import commands
from donkeycar.errors import TubError
from donkeycar.json_text import parse_json
from donkeycar.tub.format import RECOVERED, read_tub_file

STEPS, BEFORE = "steps.jsonl", "before"
REPLACE, MAKE, MOVE, REMOVE, FOLDER = "replace", "make", "move", "remove", "folder"
FORMAT = 2

Step = dict[str, Any]

_MOST_BYTES = 128 << 20
_BEGIN, _END = "begin", "end"
_OWN = r"(?:manifest\.json|catalog_\d{1,9}\.catalog(?:_manifest)?)"
_DIGEST = re.compile(r"[0-9a-f]{64}|link [0-9a-f]{64}|\d{1,15} bytes|folder|special|unreadable")
# Names that a repair writes, moves or removes in the tub, and those that it gives in `recovered/`.
_NAME = re.compile(rf"{_OWN}|\.{_OWN}\.tmp", re.ASCII)
_ASIDE = re.compile(rf"{RECOVERED}/\d{{1,9}}/(?:{_OWN}(?:\.lines)?|\.{_OWN}\.lines\.tmp)", re.ASCII)
_FOLDER = re.compile(rf"{RECOVERED}(?:/\d{{1,9}})?", re.ASCII)
_KEPT = re.compile(r"\d{1,6}", re.ASCII)
# By the word of a step: patterns of its path, and its other name with the pattern of that.
_RULES: dict[str, tuple[tuple[re.Pattern[str], ...], str, re.Pattern[str] | None]] = {
    REPLACE: ((_NAME,), "kept", _KEPT),
    MAKE: ((_NAME, _ASIDE), "", None),
    MOVE: ((_NAME,), "to", _ASIDE),
    REMOVE: ((_NAME,), "kept", _KEPT),
    FOLDER: ((_FOLDER,), "", None),
}


@dataclass(frozen=True)
class Notes:
    """The notes of a repair.

    Attributes:
        steps: Its steps that are not undone yet, in their order.
        lengths: Length of the file in bytes, with none of the steps, with one, and so on.
    """

    steps: list[Step]
    lengths: list[int]


def line(fields: Step) -> bytes:
    """A line of the notes."""
    return (json.dumps(fields) + "\n").encode("ascii")


def begin_line() -> bytes:
    """The first line."""
    return line({"do": _BEGIN, "format": FORMAT})


def end_line(sha256: str) -> bytes:
    """The line that ends the steps; `sha256` is the checksum of all lines before it."""
    return line({"do": _END, "sha256": sha256})


def sealed(steps: Sequence[Step]) -> bytes:
    """The notes of a repair of these steps."""
    data = begin_line() + b"".join(map(line, steps))
    return data + end_line(hashlib.sha256(data).hexdigest())


def read_notes(tub: Path, folder: Path) -> Notes:
    """Read the notes of a repair.

    Args:
        tub: The tub's folder.
        folder: The folder of the repair.

    Raises:
        TubError: If they are damaged, missing, or name what no repair writes.
        OSError: If they cannot be read.
    """
    try:
        data = read_tub_file(
            tub, folder.relative_to(tub).joinpath(STEPS).as_posix(), max_bytes=_MOST_BYTES
        )
    except FileNotFoundError:
        if os.path.lexists(folder / BEFORE):
            raise _damaged(tub, folder, f"no {STEPS}") from None
        return Notes([], [0])  # interrupted before its first step, or undone but for this folder
    except TubError as error:
        raise _damaged(tub, folder, f"{STEPS}, which is no list") from error
    *whole, _ = data.split(b"\n")
    if not whole:
        raise _damaged(tub, folder, f"{STEPS} without a line")
    fields = [_parsed(one) for one in whole]
    is_new = fields[0].get("do") == _BEGIN
    if is_new and fields[0].get("format") != FORMAT:
        raise _damaged(tub, folder, f"{STEPS} of format {fields[0].get('format')!r:.40}")
    end = next((n for n, one in enumerate(fields) if one.get("do") == _END), len(fields))
    steps = fields[is_new:end]
    for number, step in enumerate(steps, start=1 + is_new):
        if not _is_step(step):
            raise _damaged(tub, folder, f"line {number} of {STEPS}: {whole[number - 1][:60]!r}")
    before = b"".join(one + b"\n" for one in whole[:end])
    # Without an end, what follows the last line end was cut off before its step.
    if end < len(fields) and (
        fields[end].get("sha256") != hashlib.sha256(before).hexdigest()
        or len(data) > len(before) + len(whole[end]) + 1
    ):
        raise _damaged(tub, folder, f"{STEPS} with other lines than the repair wrote")
    sizes = [len(one) + 1 for one in whole[:end]]
    lengths = [0, *itertools.accumulate(sizes)][is_new:]
    return Notes(steps, lengths)


def _parsed(text: bytes) -> Step:
    try:
        fields = parse_json(text)
    except ValueError:
        return {}
    return fields if isinstance(fields, dict) else {}


def _is_step(step: Step) -> bool:
    do, path = step.get("do"), step.get("path")
    if not isinstance(do, str) or do not in _RULES or not isinstance(path, str):
        return False
    patterns, other, fits = _RULES[do]
    if fits is not None and not fits.fullmatch(str(step.get(other, ""))):
        return False
    digests = [step[name] for name in ("sha256", "before") if name in step]
    return any(one.fullmatch(path) for one in patterns) and all(
        isinstance(one, str) and _DIGEST.fullmatch(one) for one in digests
    )


def _damaged(tub: Path, folder: Path, received: str) -> TubError:
    return TubError(
        f"The notes of a repair must be as the repair wrote them. Received: {received} in "
        f"{folder}. Nothing was changed. Next step: copy {RECOVERED}/ again, if it is "
        f"whole elsewhere; {commands.donkey('tub', 'check', tub)} says how the tub is without it"
    )
