"""One time line for records of any number of tubs, whatever the clocks of their cars did.

Programs that play recordings sort by one time. In a tub that is the wall clock, and the wall clock
of a car is often wrong: a Pi has none that runs without power, so it goes back after a start
without a network, and jumps forward when the network sets it. So each record comes later than the
one before it, by these rules:

* A step from record to record is that of the wall clock.
* Where the wall clock went back, or jumped forward by more than `JUMP_S` while the exposure times
  say otherwise, the step is that of the exposures, or else the usual step of the tub. What follows
  in this session keeps its distance to it.
* Where the records of a session are closer together than any camera takes pictures, the program
  that made them did not know the time, such as a simulation that did not wait. Each step is that of
  the exposures, if they are known.
* A session that begins later, by the wall clock, than the records before it ended, begins at its
  wall time.

The time that was recorded stays beside it as a value.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from donkeycar.tub.catalog import Record
from donkeycar.tub.drive import EXPOSED, FASTEST_HZ, PAUSE_S
from donkeycar.tub.format import SESSION, TIMESTAMP

NS = 1_000_000_000
# A clock that the network sets makes larger steps than this; a camera that hangs makes none.
JUMP_S = 5.0
# The step of records that say no times at all: the usual rate of a car is 20 Hz.
STEP_S = 0.05
# Two records of one millisecond are still two.
LEAST_NS = 1_000
NO_TIME = "no time was recorded"
# Wall times beyond the year 2200 are damage; players keep nanoseconds in 64 bits.
LAST_MS = 7.26e12
LAST_NS = 9_200_000_000_000_000_000


@dataclass(frozen=True)
class Correction:
    """A step of the wall clock that was not taken over.

    Attributes:
        place: Number of the record after it.
        why: What the clock did, in a sentence.
    """

    place: int
    why: str


@dataclass(frozen=True)
class DriveTimes:
    """When each record is shown.

    Attributes:
        times_ns: Wall time in nanoseconds since 1970, strictly increasing.
        corrections: Where it departs from the recorded times, or comes back to them.
    """

    times_ns: npt.NDArray[np.int64]
    corrections: list[Correction]


def drive_times(records: Sequence[Record], *, after_ns: int | None = None) -> DriveTimes:
    """Give each record a time.

    Args:
        records: The records of one tub, deleted ones included, in the order of recording.
        after_ns: Time of the record before them; they come later.

    Example:
        >>> rows = [{"_timestamp_ms": ms} for ms in (5_000, 5_050, 1_000, 1_050)]
        >>> times = drive_times(rows)
        >>> [int(ns // 1_000_000) for ns in times.times_ns]
        [5000, 5050, 5100, 5150]
        >>> times.corrections[0].why
        'the clock went back by 4.1 s'
    """
    walls = [wall_ms(record) for record in records]
    usual_s = _usual_step(walls)
    times: list[int] = []
    corrections: list[Correction] = []
    why_before = ""
    too_fast = _too_fast(records, walls)
    for place, (record, wall) in enumerate(zip(records, walls, strict=True)):
        before = records[place - 1] if place else None
        last_ns = times[-1] if times else after_ns
        begins = before is None or before.get(SESSION) != record.get(SESSION)
        if wall is not None and (last_ns is None or (begins and wall * 1e6 > last_ns + LEAST_NS)):
            now_ns, why = round(wall * 1e6), ""
        elif last_ns is None:
            now_ns, why = 0, NO_TIME
        else:
            exposed_s = None if begins else _exposed_step(before, record)
            why = "" if exposed_s is None else too_fast.get(str(record.get(SESSION)), "")
            if exposed_s is not None and why:
                step_s = exposed_s
            else:
                step_s, why = _step(walls[place - 1] if place else None, wall, exposed_s, usual_s)
            now_ns = last_ns + max(LEAST_NS, round(step_s * NS))
            if now_ns > LAST_NS:  # a clock that ran back and forth for centuries
                now_ns = last_ns + LEAST_NS
        if why and why != why_before:
            corrections.append(Correction(place, why))
        times.append(now_ns)
        why_before = why
    return DriveTimes(np.array(times, np.int64), corrections)


def wall_ms(record: Record) -> float | None:
    """The recorded wall time in milliseconds; ``None`` if it is none."""
    value: Any = record.get(TIMESTAMP)
    return value if type(value) in (int, float) and 0 <= value <= LAST_MS else None


def _too_fast(records: Sequence[Record], walls: Sequence[float | None]) -> dict[str, str]:
    """Session -> what is wrong with its times, if no camera takes so many pictures a second."""
    steps_s: dict[str, list[float]] = {}
    told = zip(records, walls, strict=True)
    for (before, first), (record, second) in itertools.pairwise(told):
        if first is None or second is None or before.get(SESSION) != record.get(SESSION):
            continue
        if 0 <= second - first <= 1000 * PAUSE_S:
            steps_s.setdefault(str(record.get(SESSION)), []).append((second - first) / 1000)
    found = {}
    for session, each in steps_s.items():
        if np.median(each) < 1 / FASTEST_HZ:
            rate_hz = 1 / max(float(np.mean(each)), 1e-6)
            found[session] = (
                f"it says {rate_hz:.0f} records a second, and no camera takes so many pictures. "
                "Exposure times are used"
            )
    return found


def _step(
    before: float | None, wall: float | None, exposed_s: float | None, usual_s: float
) -> tuple[float, str]:
    """The step from one record to the next in seconds, and why it is not that of the wall clock."""
    known_s = usual_s if exposed_s is None else exposed_s
    if before is None or wall is None:
        return known_s, NO_TIME
    wall_s = (wall - before) / 1000
    if wall_s < 0:
        return known_s, f"the clock went back by {known_s - wall_s:.1f} s"
    if exposed_s is not None and wall_s - exposed_s > JUMP_S:
        return exposed_s, f"the clock jumped forward by {wall_s - exposed_s:.1f} s"
    return wall_s, ""


def _exposed_step(before: Record | None, record: Record) -> float | None:
    first: Any = (before or {}).get(EXPOSED)
    second: Any = record.get(EXPOSED)
    if type(first) not in (int, float) or type(second) not in (int, float):
        return None
    step: float = second - first
    return step if 0 < step < 86_400 else None


def _usual_step(walls: Sequence[float | None]) -> float:
    steps = [
        (second - first) / 1000
        for first, second in itertools.pairwise(walls)
        if first is not None and second is not None and 0 < second - first <= 1000 * PAUSE_S
    ]
    return float(np.median(steps)) if steps else STEP_S
