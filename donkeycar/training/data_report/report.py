"""The data report as sentences: number of records, problems of the dataset, and what to do."""

from typing import NamedTuple

import numpy as np

from donkeycar.training.data_report.checks import CHECKS, Finding
from donkeycar.training.data_report.survey import Survey, survey
from donkeycar.training.progress import Progress, Silent
from donkeycar.training.records.recordings import Recordings
from donkeycar.tub.drive import time_in_words
from donkeycar.words import count

# The histogram of the steering: number of ranges, and length of the longest bar.
NUM_BARS, BAR_LENGTH = 11, 40

ADVICE = {
    "without a picture": "Was the camera on? A few of them do no harm.",
    "without user/angle": "Was a driver in control when they were recorded?",
    "without user/throttle": "Was a driver in control when they were recorded?",
    "with an unreadable picture": "Run `donkey tub check` on the tub.",
    "damaged in the tub": "`donkey tub check` says what it is, and what to do.",
}


class DataReport(NamedTuple):
    """The data report of a dataset.

    Attributes:
        facts: Lines that describe the dataset.
        histogram: Lines of a histogram of the steering, from left to right.
        findings: Problems, the most important first.
        left_out: Number of records that are left out, by reason.
        hints: Possible reasons for those.
    """

    facts: list[str]
    histogram: list[str]
    findings: list[Finding]
    left_out: list[Finding]
    hints: list[str]


def data_report(recordings: Recordings, progress: Progress | None = None) -> DataReport:
    """Check recordings before training on them.

    Args:
        recordings: Result of `gather`.
        progress: Called for every checked picture.
    """
    seen = survey(recordings, progress or Silent())
    found = [finding for check in CHECKS if (finding := check(seen)) is not None]
    return DataReport(
        facts=_facts(seen),
        histogram=_histogram(seen.angles),
        findings=found,
        left_out=[
            Finding(
                f"{count(number, 'record')} {reason} {'is' if number == 1 else 'are'} left out.",
                ADVICE.get(reason, ""),
            )
            for reason, number in recordings.dropped.most_common()
        ],
        hints=recordings.oddities.explain(recordings.dropped),
    )


def _facts(seen: Survey) -> list[str]:
    recordings = seen.recordings
    tubs, sessions = len(recordings.tubs), len(recordings.session_names)
    time = f"{time_in_words(seen.duration_s)} driven at {seen.pace.in_words} a second"
    if not seen.pace.is_timed:
        time = f"their times cannot be used; at the usual rate that is {time}"
    facts = [
        f"{count(len(recordings), 'record')} of {count(tubs, 'tub')}, "
        f"{count(sessions, 'session')}; {time}",
        f"steering {_range(seen.angles)}, throttle {_range(seen.throttles)}",
    ]
    if recordings.cleaned is not None:
        facts.append(recordings.cleaned.counts.in_words())
    if seen.lag is None:
        facts.append("the picture follows the steering: cannot be told")
    else:
        lag = seen.lag
        facts.append(
            f"the picture follows the steering after {count(lag.records, 'record')}, "
            f"{lag.records * seen.interval_s:.2f} s (agreement {lag.agreement:.2f})"
        )
    return facts


def _histogram(angles: np.ndarray) -> list[str]:
    """Share of the records by steering, one line per range."""
    counts, edges = np.histogram(angles, NUM_BARS, (-1, 1))
    shares = counts / len(angles)
    longest = shares.max()
    lines = []
    for low, high, share in zip(edges, edges[1:], shares, strict=False):
        bar = "#" * round(BAR_LENGTH * share / longest)
        lines.append(f"{(low + high) / 2:+.2f} {bar:{BAR_LENGTH}} {share:4.0%}")
    return lines


def _range(values: np.ndarray) -> str:
    return f"{values.min():+.2f} to {values.max():+.2f}, {values.mean():+.2f} on average"
