"""A trace in a file: JSON lines, one for what made it, one for each channel.

| line | holds |
| --- | --- |
| 1 | `format`, `about` (version, pilot, recordings, drive mode, settings), `places`, `stops` |
| each other | `channel`, and `values`, as many as places; or `value`, if all are the same |

Nothing in such a file is run, and none of its texts becomes a path.
"""

import json
from pathlib import Path
from typing import Any

from donkeycar.errors import TubError
from donkeycar.files import atomic_path
from donkeycar.json_text import is_number, parse_json
from donkeycar.replay_drive.trace import Place, Stop, Trace, Value

FORMAT = "donkeycar-replay-drive/1"
ENDING = ".replay.jsonl"

# Larger files are refused before they are read: a million records of fifty channels are smaller.
MAX_BYTES = 512_000_000
MAX_CHANNELS = 10_000
MAX_RECORDS = 2_000_000


def save_reference(path: Path, trace: Trace) -> None:
    """Write a trace, whole or not at all.

    Raises:
        OSError: If the disk does not take it.
    """
    head = {
        "format": FORMAT,
        "about": trace.about,
        "places": trace.places,
        "stops": [[*stop.place, stop.reason] for stop in trace.stops],
    }
    with atomic_path(path) as draft, draft.open("w", encoding="utf-8") as file:
        file.write(_line(head))
        for name, values in trace.channels.items():
            first = values[0] if values else None
            is_constant = all(value == first for value in values)
            what = {"value": first} if is_constant else {"values": values}
            file.write(_line({"channel": name, **what}))


def load_reference(path: Path) -> Trace:
    """Read a trace, trusting nothing in the file.

    Raises:
        TubError: If it is no such file, or is damaged, or of a later version.
        OSError: If it cannot be read.
    """
    if not path.is_file():
        raise TubError(
            f"The reference must be a file. Received: {path}. Next step: make it with "
            f"--save-reference {path}"
        )
    if (size := path.stat().st_size) > MAX_BYTES:
        raise TubError(
            f"The reference {path} must be smaller than {MAX_BYTES // 10**6} MB. Received: "
            f"{size // 10**6} MB. {_ANEW}"
        )
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return _trace([parse_json(line) for line in lines[: MAX_CHANNELS + 1]])
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise TubError(
            f"The reference {path} must be a file of `donkey replay-drive --save-reference` of "
            f"this version ({FORMAT}). Received: {str(error)[:120] or 'another file'}. {_ANEW}"
        ) from error


_ANEW = "Next step: make it anew with --save-reference"


def _line(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), allow_nan=False) + "\n"


def _trace(lines: list[Any]) -> Trace:
    """Build a trace of the lines of a file.

    Raises:
        ValueError, KeyError, TypeError, IndexError: If they are no trace.
    """
    head = lines[0]
    if not isinstance(head, dict) or head.get("format") != FORMAT:
        raise ValueError("another first line")
    places = [Place(_count(tub), _count(index)) for tub, index in head["places"]]
    if len(places) > MAX_RECORDS or len({*places}) != len(places):
        raise ValueError("records twice, or too many")
    trace = Trace(_about(head["about"]), places)
    for tub, index, reason in head["stops"]:
        trace.stops.append(Stop(Place(_count(tub), _count(index)), _text(reason)))
    for line in lines[1:]:
        name = _text(line["channel"])
        if name in trace.channels:
            raise ValueError(f"the channel {name[:40]!r} twice")
        if "value" in line:
            trace.channels[name] = [_value(line["value"])] * len(places)
            continue
        values = [_value(value) for value in line["values"]]
        if len(values) != len(places):
            raise ValueError(f"{len(values)} values of {name[:40]!r} for {len(places)} records")
        trace.channels[name] = values
    return trace


def _about(value: Any) -> dict[str, Any]:
    """What made it: shown, never used."""
    if not isinstance(value, dict) or not isinstance(value.get("settings"), dict):
        raise ValueError("no word on what made it")
    if not isinstance(value.get("pilot"), dict | None):
        raise ValueError("a pilot that is none")
    tubs = value.get("tubs")
    if not isinstance(tubs, list) or not all(isinstance(tub, dict) for tub in tubs):
        raise ValueError("no list of recordings")
    return {**value, "tubs": [{**tub, "name": _text(tub.get("name", ""))} for tub in tubs]}


def _value(value: Any) -> Value:
    if value is None or isinstance(value, str):
        return value
    if is_number(value):
        return float(value)
    if isinstance(value, list) and all(map(is_number, value)):
        return tuple(map(float, value))
    raise ValueError("a value that is no number, no text and no list of numbers")


def _count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError("a record without a number")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("a name that is no text")
    return value
