"""The tables of SAFETY.md: the rows, their measurement, their output, and their verdicts."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from benchmarks.safety.verdict import Verdict, figures

TIMED_HEAD = (
    "| fault | trials | median ms | p99 ms | max ms | goal p99 / max ms | runaways | reached |\n"
    "|---|---|---|---|---|---|---|---|"
)
COUNTED_HEAD = "| property | cases | violations | reached |\n|---|---|---|---|"

# A row of the second table gives its number of cases for this value of `--cases`.
ALL_CASES = 100_000


class Timed(NamedTuple):
    """A row of the first table.

    Attributes:
        name: Number of the goal, and the fault.
        trials: Has so many trials, with a seed.
        p99_ms: Most time from the fault to neutral, in 99 of 100 trials.
        max_ms: Most time in any trial; infinite if the specification has no such goal.
        unit: The option of the command that says how many trials.
        hardware: A key of `HARDWARE`, of rows that are measured on each; "": of no kind.
    """

    name: str
    trials: Callable[[int, int], Sequence[Verdict]]
    p99_ms: float
    max_ms: float = math.inf
    unit: str = "trials"
    hardware: str = ""

    def measure(self, number: int, seed: int, factor: float) -> bool:
        """Print the row; return whether it met the goal, with limits `factor` times as long."""
        seen = figures(self.trials(number, seed))
        reached = (
            not seen.runaways
            and seen.p99_ms <= factor * self.p99_ms
            and seen.max_ms <= factor * self.max_ms
        )
        most = "–" if math.isinf(self.max_ms) else f"{self.max_ms:g}"
        print(
            f"| {self.name} | {seen.trials} | {seen.median_ms:.1f} | {seen.p99_ms:.1f} | "
            f"{seen.max_ms:.1f} | {self.p99_ms:g} / {most} | {seen.runaways} | {_word(reached)} |",
            flush=True,
        )
        return reached


class Counted(NamedTuple):
    """A row of the second table.

    Attributes:
        name: Number of the goal, and what must never happen.
        cases: How many there are of it, when there are `ALL_CASES` of others.
        violations: Tries so many cases, with a seed, and counts how often it happened.
    """

    name: str
    cases: int
    violations: Callable[[int, int], int]

    def measure(self, all_cases: int, seed: int) -> bool:
        """Print the row; return whether it never happened."""
        cases = max(1, self.cases * all_cases // ALL_CASES)
        violations = self.violations(cases, seed)
        print(f"| {self.name} | {cases} | {violations} | {_word(not violations)} |", flush=True)
        return not violations


def _word(reached: bool) -> str:
    return "yes" if reached else "**no**"
