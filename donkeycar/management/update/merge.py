"""Three-way merge of a text: what its owner changed, and what a new version of it changed.

Lines are matched as `difflib` does. Where both changed the same lines differently, nobody but the
owner can decide.
"""

import difflib
from collections.abc import Iterator, Sequence
from typing import NamedTuple


class Conflict(NamedTuple):
    """Lines that both changed, each in another way.

    Attributes:
        line: First line in the owner's text, counted from 1.
        mine: The owner's lines.
        theirs: Those of the new version.
    """

    line: int
    mine: list[str]
    theirs: list[str]


class Merged(NamedTuple):
    """The result of `merge`.

    Attributes:
        text: The merged text; where there is a conflict, it has the owner's lines.
        conflicts: Where the two do not fit.
    """

    text: str
    conflicts: list[Conflict]


def merge(base: str, mine: str, theirs: str) -> Merged:
    r"""Merge two texts that come from one.

    Args:
        base: The text that both come from.
        mine: As its owner changed it.
        theirs: As the new version is.

    Example:
        >>> merge("a\nb\nc\n", "a\nb\nc\nmine\n", "new\nb\nc\n").text
        'new\nb\nc\nmine\n'
        >>> [each.mine for each in merge("a\nb\n", "x\nb\n", "y\nb\n").conflicts]
        [['x\n']]
    """
    texts = [text.splitlines(keepends=True) for text in (base, mine, theirs)]
    out: list[str] = []
    conflicts: list[Conflict] = []
    ends = [0, 0, 0]
    for starts, size in _shared(*texts):
        old, own, new = (
            text[end:start] for text, end, start in zip(texts, ends, starts, strict=True)
        )
        if own == old:
            out += new
        else:
            if new not in (old, own):
                conflicts.append(Conflict(ends[1] + 1, own, new))
            out += own
        out += texts[0][starts[0] : starts[0] + size]
        ends = [start + size for start in starts]
    return Merged("".join(out), conflicts)


def _shared(
    base: Sequence[str], mine: Sequence[str], theirs: Sequence[str]
) -> Iterator[tuple[tuple[int, int, int], int]]:
    """Places where all three have the same lines: their starts and how many, the end last."""
    to_mine = dict(_pairs(base, mine))
    to_theirs = dict(_pairs(base, theirs))
    index = 0
    while index < len(base):
        size = 0
        while (
            index + size < len(base)
            and index + size in to_mine
            and index + size in to_theirs
            and to_mine[index + size] == to_mine[index] + size
            and to_theirs[index + size] == to_theirs[index] + size
        ):
            size += 1
        if size:
            yield (index, to_mine[index], to_theirs[index]), size
        index += size or 1
    yield (len(base), len(mine), len(theirs)), 0


def _pairs(base: Sequence[str], other: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Each line of `base` that is in `other` too, with its place there."""
    matcher = difflib.SequenceMatcher(None, base, other, autojunk=False)
    for start, there, size in matcher.get_matching_blocks():
        for offset in range(size):
            yield start + offset, there + offset
