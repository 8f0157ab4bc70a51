"""Stops of a car as files: when it stopped, why, in which mode, and what the camera saw.

One stop is ``ID.json`` and, if there was a frame, ``ID.jpg``, in ``logs/stops`` of the car.
"""

import json
import re
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from donkeycar.files import write_atomically

FOLDER = Path("logs", "stops")
ID = re.compile(r"[0-9]{8}_[0-9]{6}_[0-9]{3}")
# Older ones are removed.
KEPT = 100
MOST_BYTES = 10_000


class Stop(NamedTuple):
    """A car that drove, and then did not.

    Attributes:
        id: Name of its files.
        time_s: When, in seconds since 1970.
        reason: Why, in a sentence.
        mode: The drive mode.
        has_picture: Whether there is a frame.
    """

    id: str
    time_s: float
    reason: str
    mode: str
    has_picture: bool


def write_stop(
    folder: Path, *, time_s: float, reason: str, mode: str, picture: bytes | None
) -> Stop:
    """Keep a stop, and remove the oldest above `KEPT`.

    Args:
        folder: Where stops are kept; it is made if need be.
        time_s: When it was, in seconds since 1970.
        reason: Why, in a sentence.
        mode: The drive mode.
        picture: The newest frame as JPEG.

    Raises:
        OSError: If the disk does not take it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = time.strftime("%Y%m%d_%H%M%S", time.localtime(time_s)) + f"_{int(time_s % 1 * 1000):03d}"
    if picture is not None:
        write_atomically(folder / f"{name}.jpg", picture)
    stop = Stop(name, time_s, reason, mode, picture is not None)
    fields = {"time_s": time_s, "reason": reason, "mode": mode}
    write_atomically(folder / f"{name}.json", json.dumps(fields) + "\n")
    for old in _names(folder)[KEPT:]:
        for suffix in (".json", ".jpg"):
            with suppress(OSError):
                (folder / f"{old}{suffix}").unlink(missing_ok=True)
    return stop


def read_stops(folder: Path, *, since_s: float = 0.0) -> list[Stop]:
    """The stops that are kept, the newest first; a damaged file is none.

    Args:
        folder: Where they are kept.
        since_s: Only those after this moment, in seconds since 1970.
    """
    stops = (_read(folder, name) for name in _names(folder))
    return [stop for stop in stops if stop and stop.time_s >= since_s]


def _names(folder: Path) -> list[str]:
    """The names of all stops, the newest first."""
    with suppress(OSError):
        names = {path.stem for path in folder.iterdir() if path.suffix == ".json"}
        return sorted(filter(ID.fullmatch, names), reverse=True)
    return []


def _read(folder: Path, name: str) -> Stop | None:
    path = folder / f"{name}.json"
    try:
        with path.open("rb") as file:
            fields = json.loads(file.read(MOST_BYTES))
        return Stop(
            name,
            float(fields["time_s"]),
            str(fields["reason"]),
            str(fields["mode"]),
            path.with_suffix(".jpg").is_file(),
        )
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
