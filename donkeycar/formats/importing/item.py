"""What a format hands over: records on their way into a new tub."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from donkeycar.errors import TubError

IMAGE = "cam/image_array"
ANGLE = "user/angle"
THROTTLE = "user/throttle"
MODE = "user/mode"

# Reads the bytes of an image file; a TubError says why there are none.
Picture = Callable[[], bytes]


@dataclass
class Item:
    """One record on its way.

    Attributes:
        values: Values of JSON by column; ``None`` is left out of the record.
        pictures: How to get the image file, by column.
        time_ms: Milliseconds since 1970; ``None`` if the source does not say.
        session: Id of its session, as a tub has it; ``None`` for none.
        deleted: Whether it is marked as deleted.
        mark: Why a repair marked it, or "".
        origin: How a message names it: ``row 12``, ``record 3``.
    """

    values: dict[str, Any]
    pictures: dict[str, Picture]
    time_ms: int | float | None = None
    session: str | None = None
    deleted: bool = False
    mark: str = ""
    origin: str = ""


@dataclass
class LeftOut:
    """Records that could not be used, counted by reason, with the first of each."""

    counts: Counter[str] = field(default_factory=Counter)
    first: dict[str, str] = field(default_factory=dict)

    def add(self, reason: str, example: str) -> None:
        """Count one.

        Args:
            reason: What is wrong, to follow a number: "without a picture".
            example: Which, and exactly why.
        """
        self.counts[reason] += 1
        self.first.setdefault(reason, example)

    @property
    def total(self) -> int:
        """How many in all."""
        return self.counts.total()

    def sentences(self) -> list[str]:
        """One for each reason."""
        return [
            f"{number} left out, {reason}; the first: {self.first[reason]}"
            for reason, number in self.counts.items()
        ]

    def check(self, num_all: int) -> None:
        """Refuse a source of which most is unusable: it was not copied as a whole.

        Raises:
            TubError: If more than half of `num_all` is left out.
        """
        if 2 * self.total > num_all:
            reason, _ = self.counts.most_common(1)[0]
            raise TubError(
                f"Most records must be usable. Received: {self.total} of {num_all} left out, "
                f"{reason}; the first: {self.first[reason]}. Next step: copy what is missing, and "
                "run this again"
            )


@dataclass
class Source:
    """A foreign recording, opened: nothing of its pictures was read yet.

    Attributes:
        name: Name of its folder or file.
        types: Type name of each column, as `donkeycar.tub.format.TYPES` has them.
        items: Its records, in the order of driving.
        metadata: Notes to keep with the tub.
        own: Line 4 of the manifest, as far as the source is a tub.
        facts: What was detected, one sentence each.
        left_out: What could not be used.
        strict: Whether holes in angle and throttle, and values out of range, have to be decided.
            A tub of format v2 keeps what it has.
    """

    name: str
    types: dict[str, str]
    items: list[Item]
    metadata: dict[str, Any] = field(default_factory=dict)
    own: dict[str, Any] = field(default_factory=dict)
    facts: list[str] = field(default_factory=list)
    left_out: LeftOut = field(default_factory=LeftOut)
    strict: bool = True

    @property
    def num_all(self) -> int:
        """Records that it has, usable or not."""
        return len(self.items) + self.left_out.total
