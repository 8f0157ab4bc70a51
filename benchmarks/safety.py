"""The motor stops: real processes, one fault each, judged by the trace of an emulated PCA9685.

Prints the table of SAFETY.md. Goals are those of a quiet machine; `--factor 1.5` is for a shared
one, `--burners 4` adds busy loops.
"""

import argparse
import random
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from benchmarks.safety_fuzz import frames, retries, transitions
from benchmarks.safety_trial import LEFT_OVER, Verdict, bus_fault, inner_fault, signal_to, start

Probe = Callable[[], Verdict]


class Goal(NamedTuple):
    """One row of the table.

    Attributes:
        name: Number of the goal, and the fault.
        probes: The ways to cause it; trials take turns.
        p99_ms: Most time from the fault to neutral, in 99 of 100 trials.
        max_ms: Most time in any trial.
    """

    name: str
    probes: tuple[Probe, ...]
    p99_ms: float
    max_ms: float


GOALS = (
    Goal("S4 vehicle killed (SIGKILL)", (partial(signal_to, "vehicle", signal.SIGKILL),), 20, 250),
    Goal("S4 vehicle segfaults", (partial(inner_fault, "segfault"),), 20, 250),
    Goal("S4 vehicle exits", (partial(inner_fault, "exit"),), 20, 250),
    Goal("S4 vehicle closes the link", (partial(inner_fault, "close"),), 20, 250),
    Goal(
        "S5 TERM, HUP, INT, QUIT to the guardian, the vehicle, both",
        tuple(
            partial(signal_to, target, number)
            for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)
            for target in ("guardian", "vehicle", "both")
        ),
        100,
        100,
    ),
    Goal(
        "S6 vehicle stopped (SIGSTOP)", (partial(signal_to, "vehicle", signal.SIGSTOP),), 200, 250
    ),
    Goal(
        "S6 vehicle hangs, sleeping or spinning",
        (partial(inner_fault, "hang"), partial(inner_fault, "spin")),
        200,
        250,
    ),
    Goal("S7 a part raises", (partial(inner_fault, "raise"),), 100, 100),
    Goal("S1 the driver falls silent", (partial(inner_fault, "silent driver"),), 300, 300),
    Goal(
        "flood of garbage, replayed or half frames",
        tuple(partial(inner_fault, kind) for kind in ("garbage", "replay", "half")),
        200,
        250,
    ),
    Goal(
        "S9 bus failed 400 ms (nothing answers, stuck, broken off), from its return",
        tuple(partial(bus_fault, kind, 0.4) for kind in ("nack", "stuck", "short")),
        50,
        50,
    ),
    Goal("guardian killed (SIGKILL)", (partial(signal_to, "guardian", signal.SIGKILL),), 100, 150),
    Goal("guardian stopped (SIGSTOP)", (partial(signal_to, "guardian", signal.SIGSTOP),), 700, 800),
)


def measure(goal: Goal, trials: int, factor: float) -> bool:
    """Print one row; whether the goal was reached."""
    verdicts = [goal.probes[n % len(goal.probes)]() for n in range(trials)]
    times = sorted(verdict.stopped_ms for verdict in verdicts)
    p99_ms = times[max(0, -(-99 * trials // 100) - 1)]
    runaways = sum(verdict.runaway for verdict in verdicts)
    print(
        f"| {goal.name} | {trials} | {statistics.median(times):.1f} | {p99_ms:.1f} | "
        f"{times[-1]:.1f} | {goal.p99_ms:g} / {goal.max_ms:g} | {runaways} |",
        flush=True,
    )
    return not runaways and p99_ms <= factor * goal.p99_ms and times[-1] <= factor * goal.max_ms


def count(name: str, cases: int, wrong: int) -> bool:
    """Print one row of the second table."""
    print(f"| {name} | {cases} | {wrong} |", flush=True)
    return not wrong


def main(argv: list[str] | None = None) -> int:
    """Print the tables; 1 if a goal is missed."""
    parser = argparse.ArgumentParser(prog="scripts/bench safety", description=__doc__)
    parser.add_argument("--trials", type=int, default=300, help="of each fault")
    parser.add_argument("--starts", type=int, default=100)
    parser.add_argument("--cases", type=int, default=100_000, help="of each of the last rows")
    parser.add_argument("--factor", type=float, default=1.0, help="on the limits of time")
    parser.add_argument("--burners", type=int, default=0, help="busy loops beside it")
    parser.add_argument("--only", default="", help="rows whose name contains this")
    parser.add_argument("--seed", type=int, default=None)
    args = parser.parse_args(argv)
    seed = random.randrange(2**32) if args.seed is None else args.seed
    random.seed(seed)
    burners = [
        subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(args.burners)
    ]
    started_s, missed = time.monotonic(), []
    try:
        print("| fault | trials | median ms | p99 ms | max ms | goal p99 / max ms | runaways |")
        print("|---|---|---|---|---|---|---|")
        for goal in GOALS:
            if args.only in goal.name and not measure(goal, args.trials, args.factor):
                missed.append(goal.name)
        print("\n| property | cases | violations |\n|---|---|---|")
        kinds = list(LEFT_OVER)
        rows: dict[str, tuple[int, Callable[[int], int]]] = {
            "S17 a start sends anything but neutral or nothing": (
                args.starts,
                lambda cases: sum(not start(kinds[n % len(kinds)]) for n in range(cases)),
            ),
            "S18 an output passes through a third value": (args.cases, transitions),
            "S9 more than 60 transfers in a second, or not neutral after a fault": (
                args.cases // 1000,
                retries,
            ),
            "guardian frames: the motor moves without an armed order": (args.cases, frames),
        }
        for name, (cases, violations) in rows.items():
            if args.only in name and not count(name, cases, violations(cases)):
                missed.append(name)
    finally:
        for burner in burners:
            burner.kill()
            burner.wait()
    print(f"\nseed {seed}, {args.burners} busy loops, {time.monotonic() - started_s:.0f} s")
    for name in missed:
        print(f"MISSED: {name}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
