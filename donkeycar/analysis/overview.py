"""What `donkey tub stats` tells and draws: a summary of columns, for each group of records."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from donkeycar.analysis.column import OWN, Column
from donkeycar.analysis.distribution import Box, Histogram2D, boxes, grid
from donkeycar.analysis.frame import TubFrame
from donkeycar.analysis.group import Group
from donkeycar.analysis.scratch import Scratch, scratch
from donkeycar.analysis.summary import Numbers, Words, summaries
from donkeycar.errors import AnalysisError

# An odd number, so that straight on has a bar of its own.
BINS = 21
# Columns that are drawn, at most: a picture of more cannot be read.
MOST_DRAWN = 6
# Columns that are told if none is named: a manifest may declare thousands, each takes 0.1 s.
MOST_COLUMNS = 100


@dataclass(frozen=True)
class Overview:
    """Statistics of recordings.

    Attributes:
        tubs: Paths or addresses of the tubs.
        records: Number of records.
        unreadable: Lines that could not be read.
        skipped: What could not be used, and why.
        by: Names of the columns that divide the records; empty if nothing does.
        groups: For each group of records, by its value or a tuple of its values, the summary of
            each column; ``()`` stands for all records.
        boxes: For each column that is drawn, the box plot of each group.
        grid: Pairs of values of two columns, steering and throttle if they are there; ``None``
            without a drawing.
    """

    tubs: list[str]
    records: int
    unreadable: int
    skipped: list[str]
    by: tuple[str, ...]
    groups: dict[Any, dict[str, Numbers | Words]]
    boxes: dict[str, dict[Any, Box | None]]
    grid: Histogram2D | None = None

    def values_of(self, key: Any) -> tuple[Any, ...]:
        """The values of a group, one for each name in `by`."""
        return () if not self.by else (key,) if len(self.by) == 1 else tuple(key)

    def as_json(self) -> dict[str, Any]:
        """The same as values of JSON, histograms included."""
        return {
            "tubs": self.tubs,
            "records": self.records,
            "unreadable": self.unreadable,
            "skipped": self.skipped,
            "by": list(self.by),
            "groups": [
                {
                    "group": dict(zip(self.by, self.values_of(key), strict=True)),
                    "columns": {name: _plain(asdict(one)) for name, one in columns.items()},
                }
                for key, columns in self.groups.items()
            ],
        }


def overview(
    frame: TubFrame,
    names: Sequence[str] | None = None,
    by: Sequence[str] = (),
    *,
    for_drawing: bool = False,
) -> Overview:
    """Ask for the statistics, with one reading of the catalogs.

    Args:
        frame: The records.
        names: The columns; ``None`` means all fields that hold numbers, truth values or texts.
        by: Columns whose values divide the records.
        for_drawing: Whether to ask for what a drawing needs, too.

    Raises:
        AnalysisError: If there is no such column.
    """
    usual = _usual(frame) if names is None else []
    columns = frame.chosen(usual[:MOST_COLUMNS] if names is None else names)
    if not columns:
        raise AnalysisError("At least one column must be named. Received: none")
    divided = [Group.by(one) for one in frame.chosen(by)]
    with scratch(frame, columns, divided) as table:
        groups = summaries(table, columns, BINS)
        drawn = _drawn(columns, groups) if for_drawing else []
        records = int(table.rows("SELECT count(*) FROM {t}")[0][0])
        plots = {one.name: boxes(table, one) for one in drawn}
        pairs = _pairs(table, drawn)
    skipped = list(frame.skipped)
    if len(usual) > MOST_COLUMNS:
        skipped.append(
            f"{len(usual) - MOST_COLUMNS} of {len(usual)} columns, from {usual[MOST_COLUMNS]:.60} "
            "on. Name those that you want with --columns"
        )
    return Overview(frame.tubs, records, frame.unreadable, skipped, tuple(by), groups, plots, pairs)


def _usual(frame: TubFrame) -> list[str]:
    """Fields that say something about the drive; the five that every record has do not.

    What a pilot learns comes first if there are more than are told.
    """
    found = [
        name
        for name, kind in frame.columns.items()
        if name not in OWN and kind in ("number", "boolean", "text")
    ]
    if len(found) > MOST_COLUMNS:
        found.sort(key=lambda name: not name.startswith(("user/", "pilot/")))
    return found


def _drawn(
    columns: Sequence[Column], groups: dict[Any, dict[str, Numbers | Words]]
) -> list[Column]:
    """Columns of numbers that are worth a drawing: those that change, or all if none does."""
    numeric = [one for one in columns if one.is_numeric]
    changing = [one for one in numeric if _changes([found[one.name] for found in groups.values()])]
    return (changing or numeric)[:MOST_DRAWN]


def _changes(found: Sequence[Numbers | Words]) -> bool:
    limits = {end for one in found if isinstance(one, Numbers) for end in (one.min, one.max)}
    return len(limits - {None}) > 1


def _pairs(table: Scratch, drawn: Sequence[Column]) -> Histogram2D | None:
    if len(drawn) < 2:
        return None
    first, second = sorted(drawn, key=lambda one: one.name not in ("user/angle", "user/throttle"))[
        :2
    ]
    whole = Scratch(table.table, table.name, ())
    return grid(whole, first, second)[()]


def _plain(value: Any) -> Any:
    """Arrays as lists, all the way down."""
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return value.tolist() if isinstance(value, np.ndarray) else value
