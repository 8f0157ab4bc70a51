"""The checks of the data report: possible problems of a dataset, and what to do about them."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from donkeycar.training.data_report.lag import Lag
from donkeycar.training.data_report.survey import Survey
from donkeycar.tub.sizes import counted, most_frequent, size_in_words
from donkeycar.words import count

# About ten laps; with fewer records a pilot memorises them (overfitting).
FEW_RECORDS = 2000
# Steering within the first value is straight on, beyond the second a bend, beyond the third at its
# end.
STRAIGHT, BEND, END = 0.05, 0.1, 0.98
MOST_STRAIGHT, MOST_ONE_SIDED, MOST_AT_END = 0.7, 0.8, 0.4
# A control that moves less than this counts as constant.
STILL = 0.01
# Half of the default rate of a car.
SLOW_HZ = 10.0
MOST_STANDING, MOST_REPEATED = 0.1, 0.02
# The normal delay between the steering and the picture: 0.15 to 0.25 s on three real cars and in
# the simulator.
USUAL_LAG_S = (0.08, 0.4)
EXPECTED_LAG_S = 0.2


class Finding(NamedTuple):
    """One problem of a dataset.

    Attributes:
        what: The problem, in one sentence.
        advice: What to do about it, in one or two sentences.
    """

    what: str
    advice: str

    def __str__(self) -> str:
        return f"{self.what} {self.advice}".strip()


def _still_steering(seen: Survey) -> Finding | None:
    if np.ptp(seen.angles) > STILL:
        return None
    return Finding(
        f"The steering is always {seen.angles[0]:+.2f}.",
        "A pilot cannot learn to steer from that: look at what records user/angle.",
    )


def _few(seen: Survey) -> Finding | None:
    if len(seen.recordings) >= FEW_RECORDS:
        return None
    return Finding(
        f"{len(seen.recordings)} records are few, {seen.duration_s:.0f} seconds of driving.",
        "Record ten laps or more, 5,000 records, so that the pilot learns the road and not the "
        "pictures.",
    )


def _straight(seen: Survey) -> Finding | None:
    share = float((np.abs(seen.angles) < STRAIGHT).mean())
    if share <= MOST_STRAIGHT or np.ptp(seen.angles) <= STILL:
        return None
    return Finding(
        f"In {share:.0%} of the records the car goes straight.",
        "Record more bends. If the car still cuts bends then, set BALANCE_STEERING = 0.3: training "
        "shows bends more often, at the cost of the straights.",
    )


def _one_sided(seen: Survey) -> Finding | None:
    bends = seen.angles[np.abs(seen.angles) > BEND]
    share = float((bends < 0).mean()) if bends.size else 0.5
    if max(share, 1 - share) <= MOST_ONE_SIDED:
        return None
    side = "left" if share > 0.5 else "right"
    return Finding(
        f"{max(share, 1 - share):.0%} of the bends go to the {side}.",
        "Keep FLIP in AUGMENTATIONS, where it is by default, or drive the track in the other "
        "direction as well.",
    )


def _at_the_end(seen: Survey) -> Finding | None:
    share = float((np.abs(seen.angles) > END).mean())
    if share <= MOST_AT_END:
        return None
    return Finding(
        f"In {share:.0%} of the records the steering is at its end.",
        "Steer with a stick that has a middle, not with keys; LABEL_WINDOW = 5 smooths these "
        "labels.",
    )


def _constant_throttle(seen: Survey) -> Finding | None:
    if np.ptp(seen.throttles) > STILL:
        return None
    return Finding(
        f"The throttle is always {seen.throttles[0]:+.2f}.",
        "The pilot will always drive at this speed. That is good for a start; if the car is too "
        "fast, let the driver keep the throttle (mode local_angle).",
    )


def _standing(seen: Survey) -> Finding | None:
    share = float((np.abs(seen.throttles) < STILL).mean())
    if share <= MOST_STANDING or np.ptp(seen.throttles) <= STILL:
        return None
    return Finding(
        f"In {share:.0%} of the records the throttle is 0.",
        "Leave out records in which the car stands, or it learns to stand: in myconfig.py, `def "
        'TRAIN_FILTER(record): return record["user/throttle"] > 0`.',
    )


def _two_sizes(seen: Survey) -> Finding | None:
    if len(seen.sizes) <= 1:
        return None
    wanted = most_frequent(seen.sizes.elements())
    return Finding(
        f"Pictures have {len(seen.sizes)} sizes: {counted(seen.sizes)}.",
        f"A pilot takes one size, {size_in_words(wanted or (0, 0))}, which most have: pictures of "
        "the same shape are resized, others are left out. For another size, name its tubs with "
        "--tub.",
    )


def _repeated(seen: Survey) -> Finding | None:
    share = seen.num_repeated / max(1, seen.num_looked_at)
    if share <= MOST_REPEATED:
        return None
    return Finding(
        f"{share:.0%} of the pictures are the same as the one before.",
        "The loop was faster than the camera: set DRIVE_LOOP_HZ to the rate of the camera. You "
        "can use these records; their labels are a little late.",
    )


def _mirrored(seen: Survey) -> Finding | None:
    if seen.lag is None or not seen.lag.mirrored:
        return None
    return Finding(
        "The picture slides to the right when the car steers to the right.",
        "Either the pictures are mirrored (CAMERA_HFLIP) or the steering is: a pilot learns it "
        "either way, but not from both kinds together.",
    )


def _badly_timed(seen: Survey) -> Finding | None:
    lag = seen.lag
    if lag is None or lag.mirrored:
        return None
    lag_s = lag.records * seen.interval_s
    low, high = USUAL_LAG_S
    # The estimate is exact to half a record.
    if low - seen.interval_s / 2 <= lag_s <= high + seen.interval_s / 2:
        return None
    off = max(1, round(abs(lag_s - EXPECTED_LAG_S) / seen.interval_s))
    if lag_s < low:
        return Finding(
            f"Labels seem to come about {count(off, 'record')} late: {_after(lag, lag_s)}.",
            f"Try LABEL_SHIFT = {off}, and look for what delays the controller.",
        )
    return Finding(
        f"Pictures seem to come about {count(off, 'record')} late: {_after(lag, lag_s)}.",
        "Look for what delays the camera: a slow link, a buffer, or a loop faster than it. The "
        "pilot will drive with the same delay if nothing changes.",
    )


def _slow(seen: Survey) -> Finding | None:
    if not seen.pace.is_timed or seen.pace.rate_hz >= SLOW_HZ:
        return None
    return Finding(
        f"The loop was slow: {seen.pace.in_words} a second.",
        f"At 1 m/s the car moves {100 * seen.interval_s:.0f} cm from one picture to the next. Take "
        "smaller pictures (IMAGE_W, IMAGE_H), run nothing beside it, and watch the rate that the "
        "drive page shows; a pilot of these records must drive at the rate it learnt at "
        "(DRIVE_LOOP_HZ).",
    )


def _unreadable(seen: Survey) -> Finding | None:
    if not seen.num_unreadable:
        return None
    return Finding(
        f"{seen.num_unreadable} of {seen.num_looked_at} pictures cannot be read.",
        "Run `donkey tub check` on the tub. They are left out.",
    )


# In the order of the harm that they do.
CHECKS: tuple[Callable[[Survey], Finding | None], ...] = (
    _still_steering,
    _two_sizes,
    _badly_timed,
    _mirrored,
    _slow,
    _unreadable,
    _few,
    _straight,
    _one_sided,
    _at_the_end,
    _constant_throttle,
    _standing,
    _repeated,
)


def _after(lag: Lag, lag_s: float) -> str:
    when = "after" if lag.records >= 0 else "before"
    return (
        f"the picture follows {count(abs(lag.records), 'record')} ({abs(lag_s):.2f} s) {when} the "
        f"steering, and usually {USUAL_LAG_S[0]} to {USUAL_LAG_S[1]} s after it"
    )
