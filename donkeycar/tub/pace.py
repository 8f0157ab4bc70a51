"""The rate at which records were made, from their own times."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from donkeycar.tub.catalog import Record
from donkeycar.tub.format import INDEX, TIMESTAMP

# The default rate of a car, for recordings whose times are not plausible.
USUAL_HZ = 20.0
# The plausible range. The slowest real tub that we know was made at 4.2 a second, DRIVE_LOOP_HZ
# goes down to 1, and a late loop is slower than that; with less than one picture in two seconds,
# nobody can drive a car. Cameras of cars give at most 120 pictures a second. Public tubs with 3 ms
# between their records come from simulators that do not wait, and from programs that do not copy
# the times.
SLOWEST_HZ, FASTEST_HZ = 0.5, 125.0
# A longer step is a pause in the recording.
LONGEST_STEP_S = 1 / SLOWEST_HZ


class Pace(NamedTuple):
    """The rate at which records were made.

    Attributes:
        rate_hz: Records a second.
        is_timed: Whether it comes from their times; otherwise it is the default.
    """

    rate_hz: float
    is_timed: bool

    @property
    def interval_s(self) -> float:
        """Time from one record to the next."""
        return 1 / self.rate_hz

    @property
    def in_words(self) -> str:
        """The rate, such as ``4.2`` or ``20``."""
        return f"{self.rate_hz:.1f}" if self.rate_hz < 10 else f"{self.rate_hz:.0f}"


def pace_of_records(records: Sequence[Record], drives: Sequence[int]) -> Pace:
    """Find the median time from one record to the next of the same drive.

    Missing records count, so that a tub with every second record has the rate of the drive.

    Args:
        records: Records, in the order in which they were made.
        drives: A number for each: those with the same number were made in one go.
    """
    times_s = np.array([_number(record.get(TIMESTAMP)) for record in records]) / 1000
    indexes = np.array([int(record[INDEX]) for record in records])
    apart = np.diff(indexes)
    joined = (np.diff(np.asarray(drives)) == 0) & (apart > 0)
    steps_s = (np.diff(times_s)[joined]) / apart[joined]
    # A step back means that the clock was set, a long step is a pause.
    steps_s = steps_s[(steps_s >= 0) & (steps_s <= LONGEST_STEP_S)]
    middle_s = float(np.median(steps_s)) if steps_s.size else 0.0
    if steps_s.size and not middle_s:
        middle_s = float(steps_s.mean())  # a clock that counts whole seconds
    if not middle_s or not SLOWEST_HZ <= 1 / middle_s <= FASTEST_HZ:
        return Pace(USUAL_HZ, is_timed=False)
    return Pace(1 / middle_s, is_timed=True)


def _number(value: Any) -> float:
    return float(value) if type(value) in (int, float) else np.nan
