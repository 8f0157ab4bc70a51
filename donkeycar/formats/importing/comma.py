"""Rows of Udacity's simulator in which decimal commas look like the commas between the columns.

Where the language of the computer has decimal commas, the simulator writes 0.25 as ``0,25`` between
columns that commas separate. Each of the four numbers of a row is then one field or two. Often only
one way to join them gives numbers that the simulator can write; otherwise nobody can tell.
"""

from collections.abc import Iterator, Sequence

from donkeycar.errors import TubError

PICTURES = 3
# Lowest and highest steering, throttle, brake and speed (in miles an hour) of the simulator.
RANGES = ((-1.0, 1.0), (-1.0, 1.0), (0.0, 1.0), (-50.0, 250.0))
WIDTH = PICTURES + len(RANGES)


def joined(row: list[str]) -> list[str]:
    """A row with its decimal commas put back; one without stays as it is.

    Raises:
        TubError: If there are several ways, or none.

    Example:
        >>> joined(["c.jpg", "l.jpg", "r.jpg", "-0", "0858", "0", "1286", "0", "12", "1822"])[3:]
        ['-0,0858', '0,1286', '0', '12,1822']
    """
    if len(row) <= WIDTH or any("." in field for field in row[PICTURES:]):
        return row  # more columns than the usual ones, with decimal points
    ways = list(_ways(row[PICTURES:], RANGES))
    if len(ways) != 1:
        raise TubError(
            f"{','.join(row[PICTURES:])} can be read in {len(ways)} ways (LC_ALL=C before the "
            "simulator makes it write points)"
        )
    return [*row[:PICTURES], *ways[0]]


def _ways(fields: Sequence[str], ranges: Sequence[tuple[float, float]]) -> Iterator[list[str]]:
    if not ranges:
        if not fields:
            yield []
        return
    lowest, highest = ranges[0]
    for width in (1, 2):
        number = _number(fields[:width]) if len(fields) >= width else None
        if number is not None and lowest <= number <= highest:
            for rest in _ways(fields[width:], ranges[1:]):
                yield [",".join(fields[:width]), *rest]


def _number(parts: Sequence[str]) -> float | None:
    """The number of one field, or of two: no sign and no ending zero behind a comma."""
    if len(parts) == 2 and (not parts[1][:1].isdigit() or parts[1].endswith("0")):
        return None
    # The simulator writes 0, never 00 or 012; and one digit before the comma of a number with an
    # exponent.
    whole = parts[0].lstrip("-")
    exact = "e" not in parts[-1].lower()
    if len(whole.lower().split("e")[0]) > 1 and (whole.startswith("0") or not exact):
        return None
    try:
        return float(".".join(parts))
    except ValueError:
        return None
