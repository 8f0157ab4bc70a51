"""How a drive went, from the times in its records: rate, pauses, and age from camera to wheels."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from donkeycar.tub.catalog import Record
from donkeycar.tub.format import INDEX, SESSION, TIMESTAMP

EXPOSED, WHEEL_AGE, MODE = "cam/exposed_s", "drivetrain/age_s", "user/mode"

# A longer step from record to record is a pause: nobody drives with a picture in two seconds.
PAUSE_S = 2.0
# Cameras of cars give at most 120 pictures a second. Public tubs with 3 ms between their records
# come from programs that did not copy the times.
FASTEST_HZ = 125.0
# The first order of a drive comes after its first record; what only few records do not say is no
# word worth.
MOST = 0.99
# No time is larger, in any unit; and a whole number beyond it may be none for a float.
MAX_TIME = 1e300

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Spread:
    """Times of one kind, in seconds.

    Attributes:
        num: Their number.
        p50_s: Median.
        p99_s: 99 % are at most this.
        max_s: The longest.
    """

    num: int
    p50_s: float
    p99_s: float
    max_s: float

    @classmethod
    def of(cls, times_s: Numbers) -> "Spread | None":
        """The spread of some times; ``None`` if there are none."""
        if not times_s.size:
            return None
        p50_s, p99_s = np.percentile(times_s, [50, 99], method="higher")
        return cls(times_s.size, float(p50_s), float(p99_s), float(times_s.max()))


@dataclass(frozen=True)
class Drive:
    """What the records of a tub say of their drive.

    Attributes:
        num_records: Records that are not deleted.
        num_sessions: Recordings: one for each start of a car.
        driven_s: Time from record to record, without pauses.
        num_pauses: Pauses within a session.
        steps: From each record to the next.
        frames: From the exposure of each frame to that of the next.
        ages: From the exposure of a frame to its order at the wheels, by the mode that was on.
        unknown: What the records do not say, in sentences.
    """

    num_records: int
    num_sessions: int
    driven_s: float
    num_pauses: int
    steps: Spread | None
    frames: Spread | None
    ages: dict[str, Spread] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()

    @property
    def driven_in_words(self) -> str:
        """How long it was driven, as every command says it, e.g. ``1 min 5 s``."""
        return time_in_words(self.driven_s)

    @property
    def rate_hz(self) -> float | None:
        """Records a second, by the median step; ``None`` if their times are not known."""
        return 1 / self.steps.p50_s if self.steps is not None and self.steps.p50_s > 0 else None


def time_in_words(time_s: float) -> str:
    """A time for a person.

    Example:
        >>> time_in_words(64.8), time_in_words(4.2)
        ('1 min 5 s', '4 s')
    """
    minutes, seconds = divmod(round(time_s), 60)
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


def drive_of(records: Iterable[Record]) -> Drive:
    """Look at the times of records, in the order in which they were made."""
    rows = list(records)
    # A damaged record may say anything.
    sessions = [str(row.get(SESSION)) for row in rows]
    indexes = [row.get(INDEX, place) for place, row in enumerate(rows)]
    ids = list(zip(sessions, indexes, strict=True))
    # Beside a deleted record there is no step.
    joined = np.array(
        [one == (session, index - 1) for one, (session, index) in itertools.pairwise(ids)], bool
    )
    steps_s = _steps(rows, TIMESTAMP, joined) / 1000
    frames_s = _steps(rows, EXPOSED, joined)
    ages_s: dict[str, list[float]] = {}
    for row in rows:
        age_s = _number(row.get(WHEEL_AGE))
        if age_s == age_s:  # not NaN
            ages_s.setdefault(str(row.get(MODE) or "user"), []).append(age_s)
    driven_s = steps_s[(steps_s >= 0) & (steps_s <= PAUSE_S)]
    steps = Spread.of(driven_s)
    return Drive(
        num_records=len(rows),
        num_sessions=len(set(sessions)) if rows else 0,
        driven_s=float(driven_s.sum()),
        num_pauses=int((steps_s > PAUSE_S).sum()),
        steps=steps,
        frames=Spread.of(frames_s[(frames_s > 0) & (frames_s <= PAUSE_S)]),
        ages={mode: spread for mode, each in ages_s.items() if (spread := Spread.of(_array(each)))},
        unknown=tuple(_unknown(rows, steps)),
    )


# Field -> what a record then says.
TOLD = {
    TIMESTAMP: "when it was made",
    EXPOSED: "when its frame was exposed",
    WHEEL_AGE: "how old pictures were at the wheels",
}
SINCE_6 = (EXPOSED, WHEEL_AGE)


def _unknown(rows: list[Record], steps: Spread | None) -> list[str]:
    known = {name: int((~np.isnan(_times(rows, name))).sum()) for name in TOLD}
    absent = [name for name in TOLD if known[name] == 0] if rows else []
    found = []
    if absent:
        what = " or ".join(f"{TOLD[name]} ({name})" for name in absent)
        since = " Cars record that since donkeycar 6." if absent == [*SINCE_6] else ""
        found.append(f"Not known: no record says {what}.{since}")
    for name in TOLD:
        if 0 < known[name] < MOST * len(rows):
            found.append(f"Only {known[name]} of {len(rows)} records say {TOLD[name]} ({name}).")
    if steps is not None and steps.p50_s < 1 / FASTEST_HZ:
        found.append(
            "Records so close together were not made while driving: a program wrote these times."
        )
    return found


def _times(rows: list[Record], name: str) -> Numbers:
    return _array([_number(row.get(name)) for row in rows])


def _steps(rows: list[Record], name: str, joined: npt.NDArray[np.bool_]) -> Numbers:
    """Differences of a time between neighbours of one session, where both are known."""
    times = _times(rows, name)
    steps = np.diff(times)[joined] if len(rows) > 1 else _array([])
    return steps[~np.isnan(steps)]


def _array(values: list[float]) -> Numbers:
    return np.array(values, dtype=np.float64)


def _number(value: Any) -> float:
    # An int may have more digits than a float holds.
    is_number = type(value) is float or (type(value) is int and abs(value) < MAX_TIME)
    return float(value) if is_number else float("nan")
