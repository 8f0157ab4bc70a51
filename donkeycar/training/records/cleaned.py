"""Applies a cleaning to the records of a training."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from donkeycar.cleaning import Cleaning, Counts
from donkeycar.errors import TrainingError
from donkeycar.tub import TubReader
from donkeycar.tub.car import car_of
from donkeycar.words import did_you_mean


@dataclass(frozen=True)
class Cleaned:
    """A cleaning, and what it did.

    Attributes:
        cleaning: The cleaning.
        counts: What it did to all tubs so far.
    """

    cleaning: Cleaning
    counts: Counts = field(default_factory=Counts)

    def to_json(self) -> dict[str, Any]:
        """The cleaning and what it did, for the sidecar of a pilot."""
        return {**self.cleaning.to_json(), "done": self.counts.to_json()}


def clean_tub(
    reader: TubReader, records: Sequence[dict[str, Any]], cleaned: Cleaned | None
) -> list[dict[str, Any]]:
    """Clean the records of one tub; those that are left out are only counted.

    Args:
        reader: The tub.
        records: Its records, in the order in which they were driven.
        cleaned: The cleaning, whose counts grow; ``None`` changes nothing.

    Raises:
        TrainingError: If no record has a column that the cleaning needs.
    """
    if cleaned is None or not records:
        return list(records)
    # `TubFrame` has this column, too, and takes nothing from the notes of format v1.
    constants = {
        "car": car_of(str(reader.path), reader.manifest.metadata if reader.version > 1 else {})
    }
    missing = cleaned.cleaning.missing(records, constants)
    if missing:
        raise TrainingError(
            f"`--cleaning` needs columns that the tubs have. Received: {', '.join(missing)}, which "
            f"no record of {reader.path} holds. Fit a cleaning to this tub, or leave it out"
            + did_you_mean(missing[0], dict.fromkeys(name for one in records for name in one))
        )
    done = cleaned.cleaning.apply(records, constants)
    cleaned.counts.add(done.counts)
    return [record for record, kept in zip(done.records, done.kept, strict=True) if kept]
