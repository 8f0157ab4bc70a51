"""The result of one trial of a stop."""

import statistics
from collections.abc import Sequence
from typing import NamedTuple


class Verdict(NamedTuple):
    """How soon the motor was neutral.

    Attributes:
        stopped_ms: From the fault to the first neutral; infinite if there was none.
        runaway: Whether the motor was driven again after that, or never stopped.
    """

    stopped_ms: float
    runaway: bool


class Figures(NamedTuple):
    """Many verdicts in numbers.

    Attributes:
        trials: How many there were.
        median_ms: Half of them were as fast.
        p99_ms: 99 of 100 were.
        max_ms: All were.
        runaways: How many ended in one.
    """

    trials: int
    median_ms: float
    p99_ms: float
    max_ms: float
    runaways: int

    def __str__(self) -> str:
        return (
            f"{self.trials} trials, median {self.median_ms:.1f}, p99 {self.p99_ms:.1f}, "
            f"max {self.max_ms:.1f} ms, {self.runaways} runaways"
        )


def figures(verdicts: Sequence[Verdict]) -> Figures:
    """Sum up, one verdict at least."""
    times_ms = sorted(verdict.stopped_ms for verdict in verdicts)
    return Figures(
        trials=len(verdicts),
        median_ms=statistics.median(times_ms),
        p99_ms=times_ms[-(-99 * len(times_ms) // 100) - 1],
        max_ms=times_ms[-1],
        runaways=sum(verdict.runaway for verdict in verdicts),
    )
