"""Explains why records cannot be used, from their values."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

# This many values are enough to see what they have in common.
MAX_VALUES = 1000

# Columns of other programs for `user/angle` and `user/throttle`, and the names of the programs.
ELSEWHERE = {
    # `user/steering` alone is read as `user/angle`: see `recordings`.
    "user/steering": "a template of donkeycar 5 that was changed",
    "user/speed": "a program of its owner's own",
    "steering": "the cv_control template of donkeycar 5",
    "throttle": "the cv_control template of donkeycar 5",
    "pilot/angle": "a pilot that drove",
    "pilot/steering": "a pilot that drove",
    "pilot/throttle": "a pilot that drove",
    "angle": "a program of its owner's own",
}

# Largest value, and the usual meaning of numbers up to it, for steering and for throttle.
SCALES = {
    "user/angle": (
        (90, "degrees", "Divide them by the largest angle of your wheels"),
        (700, "pulses of a PWM chip", "Record what the driver wants, not what the servo gets"),
        (2500, "pulses in microseconds", "Record what the driver wants, not what the servo gets"),
    ),
    "user/throttle": (
        (20, "metres a second", "Divide them by the car's top speed"),
        (100, "percent", "Divide them by 100"),
        (700, "pulses of a PWM chip", "Record what the driver wants, not what the motor gets"),
        (2500, "pulses in microseconds", "Record what the driver wants, not what the motor gets"),
    ),
}
BINS = {"user/angle": 14, "user/throttle": 19}


class Oddities:
    """Observations on the records that were left out."""

    def __init__(self) -> None:
        self._columns: Counter[str] = Counter()
        self._values: dict[str, list[float]] = {}

    def note_missing(self, key: str, record: dict[str, Any]) -> None:
        """Note the other columns of a record without `key`."""
        self._columns.update(other for other in ELSEWHERE if _is_number(record.get(other)))

    def note_beyond(self, key: str, value: float) -> None:
        """Note a value that is out of range."""
        values = self._values.setdefault(key, [])
        if len(values) < MAX_VALUES:
            values.append(float(value))

    def explain(self, reasons: Iterable[str]) -> list[str]:
        """Explain what may have happened, in whole sentences; empty if it is not known.

        Args:
            reasons: Why records were left out, as in `Recordings.dropped`.
        """
        sentences = []
        if self._columns and any(reason.startswith("without user/") for reason in reasons):
            columns = [column for column, _ in self._columns.most_common(3)]
            sentences.append(
                f"They hold {' and '.join(columns)} instead, as {ELSEWHERE[columns[0]]} records: "
                "a pilot learns from what a driver did, user/angle and user/throttle. Record laps "
                "that you drive."
            )
        sentences += [_scale(key, values) for key, values in self._values.items()]
        return [sentence for sentence in sentences if sentence]


def _scale(key: str, values: Sequence[float]) -> str:
    """Guess the meaning of numbers out of range."""
    largest = max(values, key=abs)
    text = f"{key} goes up to {largest:g}"
    if all(value.is_integer() and 0 <= value <= BINS[key] for value in values):
        return f"{text}: that looks like the bins of a categorical pilot, 0 to {BINS[key]}."
    for limit, name, advice in SCALES[key]:
        if 1.5 < abs(largest) <= limit:
            return f"{text}: that looks like {name}. {advice} where it is recorded: -1 to +1."
    return f"{text}, and must be -1 to +1: look at what records it."


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
