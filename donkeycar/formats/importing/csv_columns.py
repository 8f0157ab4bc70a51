"""What the columns of a CSV file hold: names that people use, and what the fields look like."""

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from donkeycar.errors import ConfigError
from donkeycar.formats.importing.csv_rows import Rows, number_of
from donkeycar.formats.importing.item import ANGLE, MODE, THROTTLE
from donkeycar.formats.importing.options import listed
from donkeycar.words import did_you_mean

# Without capitals, spaces and signs; in the order in which they are believed.
NAMES = {
    ANGLE: (
        "userangle", "angle", "steering", "steeringangle", "steer", "steeringinput",
        "steeringcommand", "turn",
    ),
    THROTTLE: ("userthrottle", "throttle", "throttleinput", "throttlecommand", "gas", "accel"),
    MODE: ("usermode", "mode"),
    "time": (
        "timestampms", "timestamp", "timestamps", "time", "timems", "timestampns", "unixtime",
        "datetime",
    ),
    "session": ("sessionid",),
    "deleted": ("deleted",),
}  # fmt: skip
# Milliseconds in a unit of the time, by the smallest number that is since 1970 in it. A number
# below all of them counts seconds from some start.
SINCE_1970 = ((1e17, 1e-6, "nanoseconds"), (1e14, 1e-3, "microseconds"),
              (1e11, 1.0, "milliseconds"), (1e8, 1e3, "seconds"))  # fmt: skip
# The year 5138. A record beyond, or before 1970, has no time: nobody drove then.
MOST_MS = 1e14
MILLISECONDS = re.compile(r"(^|_|\s)(ms|millis|milliseconds)$", re.IGNORECASE)


def names_of(rows: Rows) -> list[str]:
    """Name of each column; its number, counted from 1, if there is no header."""
    width = max(len(row) for row in rows.rows)
    header = [name or str(number) for number, name in enumerate(rows.header, start=1)]
    return header + [str(number) for number in range(len(header) + 1, width + 1)]


def column_of(names: Sequence[str], said: str | None, role: str, option: str) -> int | None:
    """Number of the column that has a role: the one that was said, or one named as people do.

    Raises:
        ConfigError: If there is no column of the name that was said.
    """
    if said is not None:
        if said not in names:
            raise ConfigError(
                f"`{option}` must be a column: {listed(names)}. Received: {option} {said}"
                + did_you_mean(said, names)
            )
        return names.index(said)
    plain = [re.sub(r"[^a-z0-9]", "", name.lower()) for name in names]
    return next((plain.index(name) for name in NAMES[role] if name in plain), None)


def typed(fields: Sequence[str]) -> tuple[str, list[Any]]:
    """Type of a column of a tub, and its values: the narrowest that takes every field.

    An empty field has no value.

    Example:
        >>> typed(["1", "", "-2"]), typed(["0.5", "1"]), typed(["1", "on"])
        (('int', [1, None, -2]), ('float', [0.5, 1.0]), ('str', ['1', 'on']))
    """
    full = [field for field in fields if field]
    if full and all(re.fullmatch(r"[-+]?\d{1,15}", field, re.ASCII) for field in full):
        return "int", [int(field) if field else None for field in fields]
    if full and all(number_of(field) is not None for field in full):
        return "float", [number_of(field) for field in fields]
    if full and all(field.lower() in ("true", "false") for field in full):
        return "boolean", [field.lower() == "true" if field else None for field in fields]
    if full and all(field.startswith("[") for field in full):
        lists = [_list(field) for field in fields]
        if sum(value is not None for value in lists) == len(full):
            return "list", lists
    return "str", [field or None for field in fields]


def _list(field: str) -> list[Any] | None:
    try:
        value = json.loads(field)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, list) else None


def times_of(fields: Sequence[str], name: str) -> tuple[list[int | None], str]:
    """Milliseconds since 1970 of each field, and in which unit it was.

    Numbers are since 1970 if they are large enough for that; smaller ones count from a start, in
    seconds, or in milliseconds if the name of the column ends so. Texts are dates of ISO 8601, in
    UTC unless they say otherwise.

    Example:
        >>> times_of(["1706607123.12"], "timestamp"), times_of(["0.05"], "time")
        (([1706607123120], 'seconds since 1970'), ([50], 'seconds from the start'))
    """
    numbers = [number_of(field) for field in fields]
    largest = max((number for number in numbers if number is not None), default=None)
    if largest is None:
        return [_moment(field) for field in fields], "dates"
    factor, unit = _unit(largest, name)
    times = [None if number is None else round(number * factor) for number in numbers]
    return [None if time is None or not 0 <= time < MOST_MS else time for time in times], unit


def _unit(largest: float, name: str) -> tuple[float, str]:
    """Milliseconds in the unit of a time, and its name."""
    for smallest, factor, unit in SINCE_1970:
        if largest >= smallest:
            return factor, f"{unit} since 1970"
    if MILLISECONDS.search(name):
        return 1.0, "milliseconds from the start"
    return 1e3, "seconds from the start"


def _moment(field: str) -> int | None:
    try:
        moment = datetime.fromisoformat(field)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return round(moment.timestamp() * 1000)
    except (ValueError, OverflowError):
        return None
