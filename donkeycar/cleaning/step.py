"""A step of cleaning, and what it counts."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol, Self

from donkeycar.cleaning.fields import Fields
from donkeycar.cleaning.rows import Rows


@dataclass
class Counts:
    """What cleaning did to records.

    Attributes:
        records: Number of records that were cleaned.
        filled: Number of values that were filled, by column.
        fenced: Number of values that were clipped to their fences, by column.
        blanked: Number of values that were treated as missing, by column.
        left_out: Number of records that were left out, by reason.
        unfilled: Number of values that are still missing, by column.
    """

    records: int = 0
    filled: Counter[str] = field(default_factory=Counter)
    fenced: Counter[str] = field(default_factory=Counter)
    blanked: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    unfilled: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Counts") -> None:
        """Add the counts of other records."""
        self.records += other.records
        self.filled += other.filled
        self.fenced += other.fenced
        self.blanked += other.blanked
        self.left_out += other.left_out
        self.unfilled += other.unfilled

    def in_words(self) -> str:
        """Say in one sentence what was done."""
        parts = [
            *(
                f"{number} of {column} treated as missing"
                for column, number in self.blanked.items()
            ),
            *(f"{number} of {column} filled" for column, number in self.filled.items()),
            *(f"{number} of {column} clipped" for column, number in self.fenced.items()),
            *(f"{number} {reason} left out" for reason, number in self.left_out.items()),
            *(f"{number} of {column} still missing" for column, number in self.unfilled.items()),
        ]
        return f"cleaned {self.records} records: {', '.join(parts) or 'nothing to change'}"

    def to_json(self) -> dict[str, Any]:
        """The counts for a file."""
        return {
            "records": self.records,
            "filled": dict(self.filled),
            "fenced": dict(self.fenced),
            "blanked": dict(self.blanked),
            "left_out": dict(self.left_out),
            "unfilled": dict(self.unfilled),
        }


class Step(Protocol):
    """One step of cleaning, fitted before."""

    # Its word in a file; `steps.STEPS` has it, too.
    word: ClassVar[str]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that records must have."""

    def apply(self, rows: Rows, counts: Counts) -> None:
        """Change rows, or leave some out, and count that."""

    def in_words(self) -> str:
        """Say in one line what the step does."""

    def to_json(self) -> dict[str, Any]:
        """The step for a file, without its word."""

    @classmethod
    def from_json(cls, fields: Fields) -> Self:
        """Read a step.

        Raises:
            ConfigError: If a field is missing or wrong.
        """
