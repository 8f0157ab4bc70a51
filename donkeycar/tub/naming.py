"""Names that tell tubs apart: the end of each path, as short as it may be."""

from collections.abc import Sequence
from pathlib import Path


def distinct_names(paths: Sequence[Path]) -> list[str]:
    """A name for each path: its last part, with as many folders before it as tell it apart.

    Args:
        paths: Absolute paths, or paths below one folder. Those that are equal keep one name.

    Example:
        >>> distinct_names([Path("/fleet/blue/tub_1"), Path("/fleet/red/tub_1"), Path("/tub_2")])
        ['blue/tub_1', 'red/tub_1', 'tub_2']
    """
    parts = [tuple(part for part in path.parts if part != path.anchor) for path in paths]
    ends: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
    for whole in parts:
        for num in range(1, len(whole) + 1):
            ends.setdefault(whole[-num:], set()).add(whole)
    return ["/".join(_shortest(whole, ends)) for whole in parts]


def _shortest(
    whole: tuple[str, ...], ends: dict[tuple[str, ...], set[tuple[str, ...]]]
) -> tuple[str, ...]:
    nums = range(1, len(whole) + 1)
    return next((whole[-num:] for num in nums if len(ends[whole[-num:]]) == 1), whole)
