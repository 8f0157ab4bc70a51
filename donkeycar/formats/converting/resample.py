"""An even rate: new records at equal distances in time, made of the records around them.

Along each session a new record stands at the time of the first record, and at every 1 / rate after
it, up to the last. Of the two records around it

* pictures, texts, true and false, whole numbers (columns of type ``int``), the time of the frame
  and the deleted mark are those of the nearer one;
* numbers, and lists of numbers of the same length, lie on the straight line between both, unless
  one of the two is deleted and the other is not.

A pause longer than `MAX_GAP_S` stays a pause: nothing is made up in it, and the times begin anew
behind it, as they do where the clock goes back.
"""

from collections.abc import Iterator
from typing import Any

from donkeycar.errors import ConfigError, TubError
from donkeycar.formats.importing.item import Item, Source
from donkeycar.json_text import is_number
from donkeycar.words import count

MAX_GAP_S = 0.5
LOWEST_RATE_HZ = 0.01
HIGHEST_RATE_HZ = 1000.0
# Measured on the frame of the record, which comes from the nearer one as well.
OF_THE_FRAME = ("cam/exposed_s", "drivetrain/age_s")
INTERPOLATED = ("float", "nparray", "list", "vector")


def resample(source: Source, rate_hz: float, *, max_gap_s: float = MAX_GAP_S) -> None:
    """Give a source an even rate, in place.

    Args:
        source: The recording.
        rate_hz: Records a second, above 0 and to 1000.
        max_gap_s: Longest time between two records, in seconds, in which new ones are made.

    Raises:
        ConfigError: If a number is out of range.
        TubError: If a record says no time.
    """
    if not LOWEST_RATE_HZ <= rate_hz <= HIGHEST_RATE_HZ:
        raise ConfigError(f"`--rate-hz` must be 0.01 to 1000. Received: --rate-hz {rate_hz}")
    if not 0 < max_gap_s < float("inf"):
        raise ConfigError(f"`--max-gap-s` must be above 0. Received: --max-gap-s {max_gap_s}")
    lacking = [item for item in source.items if item.time_ms is None]
    if lacking:
        raise TubError(
            "An even rate needs the time of every record. Received: "
            f"{count(len(lacking), 'record')} without, the first: {lacking[0].origin}. Leave "
            "--rate-hz out"
        )
    before = len(source.items)
    source.items = [
        item
        for run in _runs(source.items, 1000 * max_gap_s)
        for item in _even(run, 1000 / rate_hz, source.types)
    ]
    source.facts.append(f"{rate_hz:g} records a second: {len(source.items)} of {before}")


def _time(item: Item) -> float:
    return float(item.time_ms or 0)


def _runs(items: list[Item], max_gap_ms: float) -> Iterator[list[Item]]:
    """Records of one session that follow each other without a pause."""
    run: list[Item] = []
    for item in items:
        if run and not (
            item.session == run[-1].session and 0 <= _time(item) - _time(run[-1]) <= max_gap_ms
        ):
            yield run
            run = []
        run.append(item)
    if run:
        yield run


def _even(run: list[Item], period_ms: float, types: dict[str, str]) -> Iterator[Item]:
    start, end = _time(run[0]), _time(run[-1])
    place = 0
    # A whole number of periods may miss the last record by what a float rounds.
    for number in range(int((end - start) / period_ms + 1e-6) + 1):
        now = start + number * period_ms
        while place + 1 < len(run) and _time(run[place + 1]) <= now:
            place += 1
        yield _between(run[place], run[min(place + 1, len(run) - 1)], now, types)


def _between(left: Item, right: Item, now: float, types: dict[str, str]) -> Item:
    apart = _time(right) - _time(left)
    share = (now - _time(left)) / apart if apart > 0 else 0.0
    share = min(max(share, 0.0), 1.0)
    nearer, other = (left, right) if share <= 0.5 else (right, left)
    values = dict(nearer.values)
    if left.deleted == right.deleted:
        for key, value in values.items():
            if types.get(key) in INTERPOLATED and key not in OF_THE_FRAME:
                weight = share if nearer is left else 1 - share
                values[key] = _mixed(value, other.values.get(key), weight)
    return Item(
        values, nearer.pictures, round(now), nearer.session, nearer.deleted, nearer.mark,
        nearer.origin,
    )  # fmt: skip


def _mixed(value: Any, other: Any, weight: float) -> Any:
    """`value` with `weight` of `other` in it; `value` itself where that makes no sense."""
    if is_number(value) and is_number(other):
        return value + weight * (other - value) if weight else value
    if (
        isinstance(value, list)
        and isinstance(other, list)
        and len(value) == len(other)
        and all(map(is_number, [*value, *other]))
    ):
        return [_mixed(one, two, weight) for one, two in zip(value, other, strict=True)]
    return value
