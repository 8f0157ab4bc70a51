"""`donkey tub split`: one tub as several new ones, by session, number of records, or pauses."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from donkeycar.errors import TubError
from donkeycar.tub.building import Built, Progress, Source, build, new_for, origin_of
from donkeycar.tub.catalog import Record
from donkeycar.tub.format import INDEX, SESSION, TIMESTAMP
from donkeycar.tub.manifest import ORIGIN
from donkeycar.tub.selection import Selection
from donkeycar.tub.sources import open_sources

# A tub in ten thousand pieces is a mistake.
MOST_PARTS = 10_000

Cut = Callable[[Record, Record, int], bool]


def split(
    tub: str | Path,
    out: str | Path,
    *,
    max_records: int | None = None,
    gap_s: float | None = None,
    live_only: bool = False,
    progress: Progress | None = None,
) -> list[Built]:
    """Make several new tubs of one, which stays as it is.

    Without `max_records` and `gap_s` each session becomes a tub. Deleted records stay deleted.

    Args:
        tub: Folder of the tub, format v2.
        out: Folder of the new tubs; it must not exist. They are named after the tub, with a number.
        max_records: Most records in a new tub, at least 1.
        gap_s: A longer pause between two records begins a new tub, in seconds, above 0; also a
            clock that was set back.
        live_only: Whether deleted records are left out.
        progress: Called now and then with the number of records that are done, and of all.

    Returns:
        The new tubs, in the order of their records.

    Raises:
        TubError: If an argument is out of range, the tub is damaged or recorded into, `out` exists,
            or it would be more than `MOST_PARTS` tubs.
        DeviceError: If a disk refuses. No new tub is left then.
    """
    if max_records is not None and max_records < 1:
        raise TubError(f"`max_records` must be 1 or more. Received: {max_records}")
    if gap_s is not None and not gap_s > 0:
        raise TubError(f"`gap_s` must be greater than 0. Received: {gap_s}")
    with open_sources([tub], Selection(live_only=live_only)) as ((source,), notes):
        parts = _parts(source, max_records, gap_s)
        place = Path(out).expanduser()
        built: list[Built] = []
        with new_for([source], place, notes) as draft:
            done, total = 0, len(source.records)
            for number, records in enumerate(parts, start=1):
                name = f"{source.name}_{number}"
                part = Source(source.tub, records)
                built.append(
                    build(
                        draft / name, place / name, [part], metadata=part_metadata(part),
                        progress=_moved(progress, done, total),
                    )
                )  # fmt: skip
                done += len(records)
    built[0].notes += notes
    return built


def part_metadata(part: Source) -> dict[str, object]:
    """The notes of a tub, for a new tub with some of its records."""
    indexes = [record[INDEX] for record in part.records]
    said = origin_of(part, 0)
    said.pop("metadata", None)
    said |= {"from_index": min(indexes, default=0), "to_index": max(indexes, default=0)}
    old = part.tub.manifest.metadata
    before = {"metadata": {ORIGIN: old[ORIGIN]}} if ORIGIN in old else {}
    return {**old, ORIGIN: [{**said, **before}]}


def _parts(source: Source, max_records: int | None, gap_s: float | None) -> list[list[Record]]:
    cuts: list[Cut] = []
    if max_records is not None:
        cuts.append(lambda _before, _after, number: number >= max_records)
    if gap_s is not None:
        cuts.append(lambda before, after, _number: _is_gap(before, after, gap_s))
    if not cuts:
        firsts = source.tub.manifest.origin_starts
        cuts.append(
            lambda before, after, _number: (
                before.get(SESSION) != after.get(SESSION) or after[INDEX] in firsts
            )
        )
    parts = _cut(source.records, cuts)
    if not parts:
        raise TubError(
            f"A tub must have records to be split. Received: {source.tub.path}, with none"
        )
    if len(parts) > MOST_PARTS:
        raise TubError(
            f"A tub is split into at most {MOST_PARTS} tubs. Received: {len(parts)}. Next step: "
            "choose more records or a longer pause for each"
        )
    return parts


def _cut(records: Sequence[Record], cuts: Iterable[Cut]) -> list[list[Record]]:
    parts: list[list[Record]] = []
    for record in records:
        if not parts or any(cut(parts[-1][-1], record, len(parts[-1])) for cut in cuts):
            parts.append([])
        parts[-1].append(record)
    return parts


def _is_gap(before: Record, after: Record, gap_s: float) -> bool:
    times = before.get(TIMESTAMP), after.get(TIMESTAMP)
    if not all(type(time) is int for time in times):
        return False
    step_ms = int(times[1] or 0) - int(times[0] or 0)
    return step_ms < 0 or step_ms > 1000 * gap_s


def _moved(progress: Progress | None, done: int, total: int) -> Progress | None:
    if progress is None:
        return None
    return lambda now, _of: progress(done + now, total)
