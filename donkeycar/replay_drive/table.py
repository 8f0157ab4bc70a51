"""Two traces as a table of comma-separated values, a row for each record."""

import csv
from pathlib import Path

from donkeycar.files import atomic_path
from donkeycar.replay_drive.trace import Trace, Value


def write_table(path: Path, one: Trace, other: Trace) -> None:
    """Write every channel of two traces side by side; a channel is named with ``A`` or ``B``.

    Several numbers of one channel are divided by spaces. A record that only one trace has is
    left empty for the other.

    Raises:
        OSError: If the disk does not take it.
    """
    rows = {place: row for row, place in enumerate(other.places)}
    names = sorted({*one.channels, *other.channels})
    with atomic_path(path) as draft, draft.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        head = ["tub", "record", *(f"{which} {name}" for name in names for which in "AB")]
        writer.writerow(head)
        for row, place in enumerate(one.places):
            cells: list[str] = []
            for name in names:
                cells.append(_cell(one, name, row))
                cells.append(_cell(other, name, rows.get(place)))
            tub = one.tubs[place.tub] if place.tub < len(one.tubs) else ""
            writer.writerow([tub, place.record, *cells])


def _cell(trace: Trace, name: str, row: int | None) -> str:
    column = trace.channels.get(name)
    value: Value = None if column is None or row is None else column[row]
    if value is None:
        return ""
    if isinstance(value, tuple):
        return " ".join(f"{one:.7g}" for one in value)
    return value if isinstance(value, str) else f"{value:.7g}"
