"""A recording as takes: drives without a break, and when each of their frames was exposed."""

import math
import statistics
from collections.abc import Iterator
from typing import Any, NamedTuple

from donkeycar.errors import ConfigError, TubError
from donkeycar.json_text import is_number
from donkeycar.tub import TubReader
from donkeycar.tub.catalog import Record
from donkeycar.tub.drive import FASTEST_HZ
from donkeycar.tub.format import IMAGE_KEY, INDEX, SESSION, TIMESTAMP

EXPOSED = "cam/exposed_s"

# The camera of a car gives a frame at least this often, or the car stops; see
# `donkeycar.parts.source.Source`.
PAUSE_S = 0.5
# The time from record to record where the records do not say it: that of a car as it comes.
UNSTAMPED_S = 1 / 20


class Frame(NamedTuple):
    """One record, and when its frame was exposed, in seconds after the first one of its take."""

    record: Record
    at_s: float


class Take(NamedTuple):
    """A drive without a break.

    Attributes:
        frames: Its records, at least one.
        interval_s: The usual time from one frame to the next.
        pauses: Whether a pause follows, in which a car would stop; otherwise the recording, or its
            session, ends here.
    """

    frames: list[Frame]
    interval_s: float
    pauses: bool


def takes_of(tub: TubReader, *, first: int = 0, last: int | None = None) -> list[Take]:
    """Cut a recording where a car would have stopped, or was started anew.

    That is a time of more than `PAUSE_S` without a frame (deleted records leave one behind, too), a
    new session, and a clock that was set back.

    Args:
        tub: The recording.
        first: `_index` of the first record.
        last: `_index` of the last record; ``None`` for the end.

    Raises:
        ConfigError: If the last record lies before the first one.
        TubError: If no record has a picture.
    """
    if last is not None and last < first:
        raise ConfigError(
            f"`--end` must not be before `--start`. Received: --start {first} --end {last}. "
            "Both are numbers of records, and both records belong to the part"
        )
    end = math.inf if last is None else last
    records = [r for r in tub if IMAGE_KEY in r and first <= r[INDEX] <= end]
    if not records:
        span = "" if not first and last is None else f" from {first} to {last or 'its end'}"
        whole = tub.records(include_deleted=True)
        numbers = [record[INDEX] for record in whole]
        is_beyond = bool(numbers) and not any(first <= number <= end for number in numbers)
        raise TubError(
            f"The tub {tub.path} must hold records with a picture ({IMAGE_KEY}){span}. Received: "
            f"none, of {len(whole)} records of which {len(tub)} are not deleted. Next step: "
            + (
                f"choose from records {min(numbers)} to {max(numbers)}"
                if is_beyond
                else "donkey tub restore takes deleted records back"
            )
        )
    steps_s = list(_steps(records))
    known_s = [step_s for step_s in steps_s if step_s is not None and step_s > 0]
    usual_s = statistics.median(known_s or [0.0])
    if usual_s < 1 / FASTEST_HZ:  # no camera is that fast: the times were lost on the way
        usual_s, steps_s = UNSTAMPED_S, [None] * len(steps_s)
    return list(_cut(records, steps_s, min(usual_s, PAUSE_S)))


def _steps(records: list[Record]) -> Iterator[float | None]:
    """Seconds from each record to the next; ``None`` if nobody knows."""
    for one, other in zip(records, records[1:], strict=False):
        exposed_s = _difference(one, other, EXPOSED)
        if exposed_s is not None and exposed_s > 0:
            yield exposed_s
            continue
        stamped_ms = _difference(one, other, TIMESTAMP)
        yield None if stamped_ms is None else stamped_ms / 1000


def _difference(one: Record, other: Record, key: str) -> float | None:
    first: Any = one.get(key)
    second: Any = other.get(key)
    return second - first if is_number(first) and is_number(second) else None


def _cut(records: list[Record], steps_s: list[float | None], usual_s: float) -> Iterator[Take]:
    frames = [Frame(records[0], 0.0)]
    for record, step_s in zip(records[1:], steps_s, strict=True):
        last = frames[-1]
        if step_s is None:
            step_s = usual_s
        is_new = record.get(SESSION) != last.record.get(SESSION) or step_s < 0
        if is_new or step_s > PAUSE_S:
            yield Take(frames, usual_s, not is_new)
            frames = [Frame(record, 0.0)]
        else:
            frames.append(Frame(record, last.at_s + step_s))
    yield Take(frames, usual_s, pauses=False)
