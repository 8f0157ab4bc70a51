"""Where two traces differ, channel by channel and record by record."""

import fnmatch
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from donkeycar.errors import ConfigError
from donkeycar.replay_drive.person import notes_on_person, notes_on_pilot
from donkeycar.replay_drive.trace import Order, Place, Stop, Trace, Value

# Differences up to this do not count. Two computers may compute a network a little differently, by
# less than a hundredth of this.
TOLERANCE = 1e-3

# A pulse is a whole number of ticks, so a difference too small to count may change it by a whole
# tick: of a PCA9685 at 40 Hz or more, the slowest that servos take, at most so much.
TICK_US = 6.2

# What of a pulse's cause is in the trace.
CAUSES = ("wheels/steering", "wheels/throttle")

# The way from the camera to the motor: what changed lies where the first difference is.
WAY = (
    "cam/", "imu/", "behavior/", "user/", "pilot/", "angle", "throttle", "command", "wheels/",
    "pulse/",
)  # fmt: skip

# What people look at first.
STEERING, THROTTLE = "angle", "throttle"


class Difference(NamedTuple):
    """One channel in two traces.

    Attributes:
        channel: Its name.
        num: In how many records it differs by more than the tolerance.
        mean: Mean difference of all records with numbers in both; ``None`` if there are none.
        most: Largest difference; infinite where one has a value and the other none, or another
            text.
        first: The first record that differs; ``None`` if none does.
        worst: The record with the largest difference.
        values: What the two hold there.
        num_missing: Records that were not compared, because the recording of the person holds no
            number there.
    """

    channel: str
    num: int
    mean: float | None
    most: float
    first: Place | None
    worst: Place | None
    values: tuple[Value, Value]
    num_missing: int = 0


@dataclass(frozen=True)
class Comparison:
    """Two traces, compared.

    Attributes:
        num_records: Records in both.
        tolerance: What does not count.
        differences: Every channel that either has, in the order of their names.
        only_one: Records that only the first trace has, and only the other.
        stops: When either did not drive; ``None`` for a person, of whom nobody knows.
        notes: In what the makings of the two differ, in sentences.
    """

    num_records: int
    tolerance: float
    differences: list[Difference]
    only_one: tuple[list[Place], list[Place]]
    stops: tuple[list[Stop], list[Stop] | None]
    notes: list[str]

    @property
    def changed(self) -> list[Difference]:
        """The channels that differ."""
        return [difference for difference in self.differences if difference.num]

    @property
    def is_same(self) -> bool:
        """Whether all was compared, and nothing differs by more than the tolerance."""
        all_there = self.num_records > 0 and not any(self.only_one) and not self.num_missing
        return all_there and not self.changed

    @property
    def num_missing(self) -> int:
        """In how many records a channel could not be compared, at most."""
        return max((one.num_missing for one in self.differences), default=0)

    @property
    def first(self) -> Difference | None:
        """The channel that differs first; of several at one record, the nearest to the camera."""
        changed = [one for one in self.changed if one.first is not None]
        return min(changed, key=lambda one: (one.first, _way(one.channel)), default=None)

    def of(self, channel: str) -> Difference | None:
        """The row of a channel; ``None`` if neither has it."""
        return next((one for one in self.differences if one.channel == channel), None)


def compare(
    one: Trace, other: Trace, *, tolerance: float = TOLERANCE, ignored: Sequence[str] = ()
) -> Comparison:
    """Compare two traces.

    Args:
        one: The new one.
        other: The reference, or that of another pilot.
        tolerance: Largest difference that does not count, 0 or more. Angles and throttles are -1 to
            +1, times are seconds, pulses microseconds, the blocks of a picture 0 to 1.
        ignored: Channels that are not compared; ``*`` stands for any letters.

    Raises:
        ConfigError: If no channel has one of these names, or none is left.
    """
    rows = {place: row for row, place in enumerate(other.places)}
    pairs = [(row, rows[place]) for row, place in enumerate(one.places) if place in rows]
    places = [one.places[row] for row, _ in pairs]
    there = {*one.places}
    names = _compared({*one.channels, *other.channels}, ignored)
    excused = [_is_excused(one, other, pair) for pair in pairs]
    differences = []
    for name in names:
        values = [(_at(one, name, row), _at(other, name, its)) for row, its in pairs]
        is_pulse = name.startswith("pulse/")
        allowed = [
            max(tolerance, TICK_US) if is_pulse and excuse else tolerance for excuse in excused
        ]
        missing = 0
        if other.is_person:  # what was not recorded is not known: it differs from nothing
            missing = sum(his is None for _, his in values)
            values = [(None, None) if pair[1] is None else pair for pair in values]
        found = _difference(name, places, values, allowed)
        differences.append(found._replace(num_missing=missing))
    return Comparison(
        len(pairs),
        tolerance,
        differences,
        (
            [place for place in one.places if place not in rows],
            [place for place in other.places if place not in there],
        ),
        (one.stops, None if other.is_person else other.stops),
        list(_notes(one.about, other.about)),
    )


def against_driver(trace: Trace) -> tuple[Trace, Trace]:
    """The car's angle and throttle, and those of the person in the recording, as two traces.

    The person's are as recorded, also where they are out of range, or above the limit of the car.
    """
    missing: list[Value] = [None] * len(trace.places)
    person = trace.person or [Order()] * len(trace.places)
    own = {name: trace.channels.get(name, missing) for name in (STEERING, THROTTLE)}
    his: dict[str, list[Value]] = {
        STEERING: [order.angle for order in person],
        THROTTLE: [order.throttle for order in person],
    }
    notes = [*notes_on_person(trace), *notes_on_pilot(trace)]
    return (
        Trace(trace.about, trace.places, own, trace.stops, trace.notes),
        Trace(trace.about, trace.places, his, notes=notes, is_person=True),
    )


def distance(one: Value, other: Value) -> float:
    """How far two values lie apart; infinite if they are no numbers and differ.

    Example:
        >>> distance(0.25, 0.5), distance("run", "run"), distance(None, 0.0), distance((1.0,), ())
        (0.25, 0.0, inf, inf)
    """
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other)
    if isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other):
        return max((abs(a - b) for a, b in zip(one, other, strict=True)), default=0.0)
    return 0.0 if one == other else math.inf


def _difference(
    name: str,
    places: Sequence[Place],
    values: Sequence[tuple[Value, Value]],
    allowed: Sequence[float],
) -> Difference:
    apart = [distance(*pair) for pair in values]
    counted = [row for row, far in enumerate(apart) if far > allowed[row]]
    finite = [far for far in apart if math.isfinite(far)]
    both = [far for far, pair in zip(apart, values, strict=True) if pair != (None, None)]
    numbers = [far for far in both if math.isfinite(far)]
    worst = max(counted, key=apart.__getitem__, default=None)
    return Difference(
        name,
        len(counted),
        sum(numbers) / len(numbers) if numbers else None,
        max(finite if worst is None else apart, default=0.0),
        places[counted[0]] if counted else None,
        None if worst is None else places[worst],
        (None, None) if worst is None else values[worst],
    )


def _compared(names: set[str], ignored: Sequence[str]) -> list[str]:
    left_out: set[str] = set()
    for pattern in ignored:
        found = set(fnmatch.filter(names, pattern))
        if not found:
            raise ConfigError(
                f"`--ignore` must name a channel of these runs. Received: {pattern!r}. There are "
                f"{', '.join(sorted(names))}"
            )
        left_out |= found
    if names and names == left_out:
        raise ConfigError(
            "`--ignore` must leave a channel to compare. Received: "
            f"{' '.join(map(repr, ignored))}, which is all of them: {', '.join(sorted(names))}"
        )
    return sorted(names - left_out)


def _way(channel: str) -> tuple[int, str]:
    """How far from the camera a channel is."""
    steps = (number for number, start in enumerate(WAY) if channel.startswith(start))
    return next(steps, len(WAY)), channel


def _at(trace: Trace, name: str, row: int) -> Value:
    column = trace.channels.get(name)
    return None if column is None else column[row]


def _is_excused(one: Trace, other: Trace, pair: tuple[int, int]) -> bool:
    """Whether a pulse may differ by a tick: what it follows from differs too little to count."""
    causes = [distance(_at(one, name, pair[0]), _at(other, name, pair[1])) for name in CAUSES]
    return any(0 < far <= TOLERANCE for far in causes)


def _notes(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[str]:
    """In what the makings of two traces differ."""
    for key, what in (("donkeycar", "versions of donkeycar"), ("mode", "drive modes")):
        if one.get(key) != other.get(key):
            yield f"The two have different {what}: {one.get(key)} and {other.get(key)}"
    first, second = one.get("settings") or {}, other.get("settings") or {}
    for name in sorted({*first, *second}):
        if first.get(name) != second.get(name):
            yield (f"The setting {name} differs: {_told(first, name)} and {_told(second, name)}")
    pilots = [about.get("pilot") or {} for about in (one, other)]
    if pilots[0].get("name") == pilots[1].get("name") and pilots[0] != pilots[1]:
        yield f"The two pilots have one name, {pilots[0].get('name')}, and are not the same"
    tubs = [[tub.get("name") for tub in about.get("tubs") or []] for about in (one, other)]
    if tubs[0] != tubs[1]:
        yield f"The recordings have different names: {', '.join(tubs[0])} and {', '.join(tubs[1])}"


def _told(settings: Mapping[str, Any], name: str) -> str:
    return f"{settings[name]!r}"[:60] if name in settings else "the default"
