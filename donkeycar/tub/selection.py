"""Which records of a tub: by index, by range, by session, with or without deleted ones."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from donkeycar.errors import TubError
from donkeycar.tub.catalog import Record
from donkeycar.tub.format import INDEX, MAX_INDEX, SESSION

_RANGE = re.compile(r"(\d{1,10})(?:-(\d{1,10})?)?", re.ASCII)
# More ranges than this are a mistake, or meant to fill the memory.
MOST_RANGES = 100_000


@dataclass(frozen=True)
class Indexes:
    """Indexes of records as ranges, so that ``0-999999999`` takes no memory.

    Attributes:
        ranges: The ranges, as they were given.
    """

    ranges: tuple[range, ...]

    def of(self, indexes: Iterable[int]) -> list[int]:
        """Those of `indexes` that belong to it, in their order."""
        merged: list[range] = []
        for each in sorted(self.ranges, key=lambda each: each.start):
            if merged and each.start <= merged[-1].stop:
                merged[-1] = range(merged[-1].start, max(merged[-1].stop, each.stop))
            else:
                merged.append(each)
        firsts = [each.start for each in merged]
        return [
            index
            for index in indexes
            if (place := bisect_right(firsts, index) - 1) >= 0 and index in merged[place]
        ]

    def without(self, indexes: Iterable[int]) -> list[str]:
        """The ranges that hold none of `indexes`, as a person types them."""
        known = sorted(indexes)
        return [
            _typed(each)
            for each in self.ranges
            if (place := bisect_left(known, each.start)) == len(known) or known[place] not in each
        ]

    def checked(self, indexes: Iterable[int], tub: Path) -> list[int]:
        """Those of the indexes of a tub that belong to it.

        Raises:
            TubError: If none does.
        """
        there = list(indexes)
        chosen = self.of(there)
        if not chosen:
            between = f"{min(there)} to {max(there)}" if there else "none"
            raise TubError(
                f"No record of {tub} has such an index. Received: "
                f"{', '.join(map(_typed, self.ranges[:5]))}; its records are {between}"
            )
        return chosen


def _typed(each: range) -> str:
    if each.stop > MAX_INDEX:
        return f"{each.start}-"
    return f"{each.start}-{each.stop - 1}" if len(each) > 1 else f"{each.start}"


def parse_indexes(words: Sequence[str]) -> Indexes:
    """Read indexes as a person types them: ``7``, ``10-19`` (both ends included), ``500-``.

    Args:
        words: Numbers and ranges; one word may hold several, with commas.

    Raises:
        TubError: If a word is none of them, or a range ends before it begins.

    Example:
        >>> parse_indexes(["3,10-12", "500-"]).of([3, 4, 10, 12, 13, 700])
        [3, 10, 12, 700]
    """
    parts = [part.strip() for word in words for part in word.split(",") if part.strip()]
    if not parts or len(parts) > MOST_RANGES:
        raise TubError(
            f"Records are named by 1 to {MOST_RANGES} numbers or ranges, e.g. 3 10-19 500-. "
            f"Received: {len(parts)}"
        )
    return Indexes(tuple(map(_range, parts)))


def _range(part: str) -> range:
    match = _RANGE.fullmatch(part)
    if match is None:
        raise TubError(
            f"Records are named by numbers or ranges, e.g. 3 10-19 500-. Received: {part[:40]!r}"
        )
    first = int(match[1])
    last = first if "-" not in part else int(match[2]) if match[2] else MAX_INDEX
    if last < first:
        raise TubError(
            f"A range goes from a smaller index to a larger one. Received: {part}. Next step: say "
            f"{last}-{first}"
        )
    return range(first, last + 1)


@dataclass(frozen=True)
class Selection:
    """Which records are meant; those that fulfil all of it.

    Attributes:
        indexes: Their indexes; ``None`` for all.
        sessions: Their sessions; empty for all.
        live_only: Whether deleted records are left out.
    """

    indexes: Indexes | None = None
    sessions: tuple[str, ...] = ()
    live_only: bool = False

    @property
    def is_all(self) -> bool:
        """Whether it means every record."""
        return self.indexes is None and not self.sessions and not self.live_only

    def of(self, records: Sequence[Record], deleted: set[int]) -> list[Record]:
        """The records that are meant, in their order.

        Raises:
            TubError: If a session is not there, or nothing is left.
        """
        there = list(dict.fromkeys(str(record[SESSION]) for record in records if SESSION in record))
        unknown = [name for name in self.sessions if name not in there]
        if unknown:
            raise TubError(
                f"A session must be one of the tub: {', '.join(there[:10]) or 'it has none'}. "
                f"Received: {unknown[0]!r:.60}"
            )
        chosen = list(records)
        if self.indexes is not None:
            wanted = set(self.indexes.of(record[INDEX] for record in chosen))
            chosen = [record for record in chosen if record[INDEX] in wanted]
        if self.sessions:
            chosen = [record for record in chosen if str(record.get(SESSION)) in self.sessions]
        if self.live_only:
            chosen = [record for record in chosen if record[INDEX] not in deleted]
        if not chosen:
            raise TubError(
                f"At least one record must be chosen. Received: none of {len(records)}. Next "
                "step: choose other indexes or sessions, or take deleted records as well"
            )
        return chosen
