"""Cleaning: fitted steps that are applied to records one after the other."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from donkeycar.cleaning.fence import Blank, Fence, Outliers
from donkeycar.cleaning.fields import Fields
from donkeycar.cleaning.fill import Fill, Interpolate
from donkeycar.cleaning.mahalanobis import MahalanobisOutliers
from donkeycar.cleaning.rows import Mask, Rows, value_of
from donkeycar.cleaning.step import Counts, Step

FORMAT = "donkeycar-cleaning/1"
MAX_STEPS = 50
MAX_TUBS = 10_000

STEPS: dict[str, type[Step]] = {
    step.word: step for step in (Fill, Interpolate, Blank, Fence, Outliers, MahalanobisOutliers)
}


class Cleaned(NamedTuple):
    """Records after cleaning.

    Attributes:
        records: All records, those with a changed value as a copy; left-out ones are among them.
        kept: Which of them to use, ``(records,)``.
        counts: What was done.
    """

    records: list[dict[str, Any]]
    kept: Mask
    counts: Counts


@dataclass(frozen=True)
class Cleaning:
    """Fitted steps.

    Attributes:
        steps: The steps, in their order.
        tubs: The tubs that they were fitted to.
        num_records: The number of records in these.
        created_at: When, in seconds since 1970.
    """

    steps: tuple[Step, ...]
    tubs: tuple[str, ...] = ()
    num_records: int = 0
    created_at: float = field(default=0.0, compare=False)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that records must have, each once."""
        return tuple(dict.fromkeys(column for step in self.steps for column in step.columns))

    def missing(
        self, records: Sequence[Mapping[str, Any]], constants: Mapping[str, str] | None = None
    ) -> list[str]:
        """The columns that the steps need and that none of the records has."""
        wanted = [column for column in self.columns if column not in (constants or {})]
        return [column for column in wanted if not any(_has(record, column) for record in records)]

    def apply(
        self, records: Sequence[Mapping[str, Any]], constants: Mapping[str, str] | None = None
    ) -> Cleaned:
        """Clean the records of one tub.

        Args:
            records: Records in the order in which they were driven; they stay as they are.
            constants: Columns with one value for the whole tub, such as ``car``.
        """
        rows, counts = Rows(records, constants), Counts(len(records))
        # Numbers of a stranger may be too large to subtract; what comes of that is infinite or NaN.
        with np.errstate(all="ignore"):
            for step in self.steps:
                step.apply(rows, counts)
        return Cleaned(rows.records(), rows.kept, counts)

    @property
    def fingerprint(self) -> str:
        """Fingerprint of the steps: equal steps do the same to the same records."""
        text = json.dumps(self._steps_json(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def in_words(self) -> list[str]:
        """Say what the steps do, a line for each."""
        return [step.in_words() for step in self.steps]

    def to_json(self) -> dict[str, Any]:
        """The steps for a file."""
        return {
            "format": FORMAT,
            "created_at": self.created_at,
            "tubs": [*self.tubs],
            "records": self.num_records,
            "steps": self._steps_json(),
        }

    def _steps_json(self) -> list[dict[str, Any]]:
        return [{"step": step.word, **step.to_json()} for step in self.steps]

    @classmethod
    def from_json(cls, content: object, where: str) -> "Cleaning":
        """Read steps, trusting nothing in them.

        Args:
            content: What was parsed from JSON.
            where: What it is, for the errors.

        Raises:
            ConfigError: If a field is missing, unknown or wrong.
        """
        fields = Fields(content, where)
        fields.choice("format", [FORMAT])
        created_at = fields.number("created_at", 0, 1e12)
        tubs = fields.items("tubs", 0, MAX_TUBS)
        if not all(isinstance(tub, str) and len(tub) <= 4096 for tub in tubs):
            raise fields.wrong("tubs", "paths", tubs)
        num_records = fields.whole("records", 0, 10**12)
        items = fields.items("steps", 1, MAX_STEPS)
        fields.end()
        steps = tuple(_step(item, f"{where}, step {n}") for n, item in enumerate(items, start=1))
        return cls(steps, tuple(tubs), num_records, created_at)


def _has(record: Mapping[str, Any], column: str) -> bool:
    return column in record or value_of(record, column) is not None


def _step(content: object, where: str) -> Step:
    fields = Fields(content, where)
    step = STEPS[fields.choice("step", list(STEPS))].from_json(fields)
    fields.end()
    return step
