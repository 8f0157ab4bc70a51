"""Sessions of a recording that has none of its own: a pause, or a clock that goes back."""

import time
from collections.abc import Iterable
from datetime import UTC, datetime

from donkeycar.formats.importing.item import Item

# `donkey stats` calls the same a pause.
PAUSE_MS = 2000


def session_id(number: int, time_ms: int | float | None) -> str:
    """Id of a session as donkeycar writes it, with the day on which it was driven.

    Args:
        number: Number of the session in its tub, from 0.
        time_ms: Time of its first record; ``None`` takes today.

    Example:
        >>> session_id(3, 1_591_592_749_590)
        '20-06-08_3'
    """
    if time_ms is None:
        return f"{time.strftime('%y-%m-%d')}_{number}"
    return f"{datetime.fromtimestamp(time_ms / 1000, UTC):%y-%m-%d}_{number}"


def add_sessions(items: Iterable[Item], *, first: int = 0) -> int:
    """Give each item a session; a new one begins after a pause of more than `PAUSE_MS`.

    Args:
        items: In the order of driving; changed in place.
        first: Number of the first session.

    Returns:
        The number after the last session.
    """
    before: int | float | None = None
    current = ""
    number = first
    for item in items:
        now = item.time_ms
        apart = now is not None and before is not None and not 0 <= now - before <= PAUSE_MS
        if not current or apart:
            current = session_id(number, now)
            number += 1
        item.session = current
        before = now
    return number
