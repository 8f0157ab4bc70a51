"""What is suspicious in a tub: records that a person should look at before training on them.

Nothing here is certain, so nothing is deleted: each finding has its reason and its records.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from donkeycar.tub.browsing.tub_index import TubIndex
from donkeycar.tub.browsing.where import Floats

# Findings of one kind that are told; a tub with more has another problem than these records.
MAX_OF_A_KIND = 200
SPIKE = 0.6
STILL = 0.02
STANDING_S = 3.0
REVERSE = -0.05
REVERSING_S = 0.5
FORWARD = 0.15
CRASH_WITHIN_S = 1.0
BEFORE_S = 1.0
STALL_S = 0.5
STALL_TIMES = 5
# Where a tub has no times, its records count as this far apart.
USUAL_S = 0.05


class Suspicion(NamedTuple):
    """Records to look at.

    Attributes:
        kind: A key of `KINDS`, or of `PICTURE_KINDS`.
        first, last: Positions of the first and last record.
        reason: Why, with the figures.
    """

    kind: str
    first: int
    last: int
    reason: str


class Drive(NamedTuple):
    """What the finders look at.

    Attributes:
        angle, throttle: The driver's commands; NaN where missing.
        times_s: Time of each record, rising by `USUAL_S` where there is none.
        begins: Whether a record is the first of its session.
    """

    angle: Floats
    throttle: Floats
    times_s: Floats
    begins: npt.NDArray[np.bool_]


def drive_of(index: TubIndex) -> Drive:
    """The commands and times of a tub."""
    numbers = {name.rsplit("/", 1)[-1]: name for name in reversed(index.numbers)}
    numbers |= {name.removeprefix("user/"): name for name in index.numbers if "user/" in name}
    nothing = np.full(len(index), np.nan)

    def column(*names: str) -> Floats:
        for name in names:
            if name in numbers:
                found = index.column(numbers[name])
                if isinstance(found, np.ndarray):
                    return found.astype(np.float64)
        return nothing

    codes = index.sessions.codes
    begins = np.ones(len(index), bool)
    begins[1:] = codes[1:] != codes[:-1]
    steps = np.diff(index.times_ms, prepend=np.nan) / 1000
    steps = np.where(np.isfinite(steps) & (steps >= 0), steps, USUAL_S)
    return Drive(column("angle", "steering"), column("throttle"), np.cumsum(steps), begins)


def spikes(drive: Drive) -> Iterator[Suspicion]:
    """One or two records whose steering is far from those on both sides."""
    angle = drive.angle
    for length in (1, 2):
        before, after = angle[: -length - 1], angle[length + 1 :]
        inner = [angle[place : len(angle) - length - 1 + place] for place in range(1, length + 1)]
        up = np.minimum.reduce(inner) - np.maximum(before, after) if inner else before
        down = np.minimum(before, after) - np.maximum.reduce(inner)
        for place in np.flatnonzero((up > SPIKE) | (down > SPIKE)).tolist():
            first, last = place + 1, place + length
            if drive.begins[first : last + 2].any():
                continue
            yield Suspicion(
                "steering spike", first, last,
                f"steering jumps from {angle[place]:.2f} to {angle[first]:.2f} and back",
            )  # fmt: skip


def standing(drive: Drive) -> Iterator[Suspicion]:
    """The throttle is at rest for long: the car stands, and the pilot would learn to stand."""
    for first, last in runs(np.abs(drive.throttle) < STILL, drive.begins):
        lasts_s = drive.times_s[last] - drive.times_s[first]
        if lasts_s >= STANDING_S:
            yield Suspicion("standing", first, last, f"throttle stays at 0 for {lasts_s:.1f} s")


def reversing(drive: Drive) -> Iterator[Suspicion]:
    """The car is driven back: it had left the track, or had hit something."""
    for first, last in runs(drive.throttle < REVERSE, drive.begins):
        lasts_s = drive.times_s[last] - drive.times_s[first]
        if lasts_s < REVERSING_S:
            continue
        start = _back(drive, first, CRASH_WITHIN_S)
        forward = np.nanmax(drive.throttle[start : first + 1], initial=0.0)
        lowest = np.nanmin(drive.throttle[first : last + 1])
        begin = _back(drive, first, BEFORE_S)
        if forward >= FORWARD:
            yield Suspicion(
                "crash", begin, last,
                f"throttle goes from {forward:.2f} to {lowest:.2f} at once and stays there for "
                f"{lasts_s:.1f} s: perhaps a crash, and the way out of it",
            )  # fmt: skip
        else:
            yield Suspicion(
                "reversing", begin, last,
                f"reversing for {lasts_s:.1f} s: perhaps back onto the track",
            )  # fmt: skip


def stalls(drive: Drive) -> Iterator[Suspicion]:
    """Time passes without a record: the loop or the camera stood still."""
    steps = np.diff(drive.times_s)
    if not len(steps):
        return
    usual_s = float(np.median(steps))
    for place in np.flatnonzero(steps > max(STALL_S, STALL_TIMES * usual_s)).tolist():
        if not drive.begins[place + 1]:
            yield Suspicion(
                "stall", place, place + 1,
                f"{steps[place]:.1f} s without a record, usually {usual_s * 1000:.0f} ms",
            )  # fmt: skip


class Kind(NamedTuple):
    """A kind of finding.

    Attributes:
        title: Its name for a person.
        advice: What to do with such records.
    """

    title: str
    advice: str


KINDS = {
    "crash": Kind("Crashes", "Delete the second before and the way out: nobody should learn them."),
    "reversing": Kind("Reversing", "Delete it, unless the pilot is to learn to reverse."),
    "steering spike": Kind("Steering spikes", "Delete single records that no hand steered."),
    "standing": Kind("Standing", "Delete it: a pilot that learns to stand does not start."),
    "stall": Kind("Stalls", "Look whether the drive goes on; a few do no harm."),
    "dark": Kind("Dark pictures", "Delete pictures on which nothing can be seen."),
    "blur": Kind("Blurred pictures", "Delete what is blurred more than fast driving explains."),
    "duplicate": Kind("Repeated pictures", "Delete them: the camera stood still, or the car did."),
}
FINDERS: tuple[Callable[[Drive], Iterator[Suspicion]], ...] = (reversing, spikes, standing, stalls)


def suspicions(index: TubIndex, more: list[Suspicion] | None = None) -> list[Suspicion]:
    """Suspicious records of a tub that are not deleted, in the order of `KINDS` and of recording.

    Args:
        index: The tub.
        more: Findings in its pictures.

    Returns:
        At most `MAX_OF_A_KIND` of each kind.
    """
    drive = drive_of(index)
    found = [one for find in FINDERS for one in find(drive)] + (more or [])
    live = [one for one in found if not index.deleted[one.first : one.last + 1].all()]
    order = list(KINDS)
    live.sort(key=lambda one: (order.index(one.kind), one.first))
    counts = dict.fromkeys(order, 0)
    kept = []
    for one in live:
        counts[one.kind] += 1
        if counts[one.kind] <= MAX_OF_A_KIND:
            kept.append(one)
    return kept


def runs(holds: npt.NDArray[np.bool_], begins: npt.NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """First and last position of each unbroken run; a session ends one."""
    if not len(holds):
        return
    starts = holds & (begins | ~np.concatenate(([False], holds[:-1])))
    ends = holds & np.concatenate((begins[1:] | ~holds[1:], [True]))
    yield from zip(np.flatnonzero(starts).tolist(), np.flatnonzero(ends).tolist(), strict=True)


def _back(drive: Drive, position: int, seconds: float) -> int:
    """The position some time earlier in the same session."""
    first = int(np.searchsorted(drive.times_s, drive.times_s[position] - seconds - 1e-6))
    session = np.flatnonzero(drive.begins[: position + 1])
    return max(first, int(session[-1]) if len(session) else 0)
