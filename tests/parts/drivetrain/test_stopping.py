"""Real processes on an emulated chip, one trial each of what `scripts/bench safety` repeats."""

import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from benchmarks.safety import FREEZE, KILL
from benchmarks.safety_fuzz import frames, retries, transitions
from benchmarks.safety_trial import (
    LEFT_OVER,
    bus_away,
    bus_fault,
    inner_fault,
    signal_to,
    start,
    two_faults,
)

# Limits of the specification, and half as much again for a machine that is shared.
SHARED = 1.5

# What goes wrong, and how many milliseconds later the motor must be neutral.
TRIALS = {
    "it segfaults": (inner_fault, "segfault", 200),
    "it exits": (inner_fault, "exit", 200),
    "it loses its files": (inner_fault, "close", 200),
    "it sleeps": (inner_fault, "hang", 250),
    "it spins": (inner_fault, "spin", 250),
    "a part raises": (inner_fault, "raise", 100),
    "the driver is silent": (inner_fault, "silent driver", 300),
    "it sends garbage": (inner_fault, "garbage", 250),
    "it is killed": (signal_to, "vehicle", signal.SIGKILL, 200),
    "it is stopped": (signal_to, "vehicle", signal.SIGSTOP, 250),
    "the service ends": (signal_to, "guardian", signal.SIGTERM, 100),
    "somebody presses Ctrl-C": (signal_to, "both", signal.SIGINT, 100),
    "the guardian is killed": (signal_to, "guardian", signal.SIGKILL, 150),
    "the guardian is stopped": (signal_to, "guardian", signal.SIGSTOP, 400),
    # What used to happen: the last throttle stayed in the chip for ever.
    "the guardian is killed and nothing answers": (bus_away, "nack", 1.0, 50),
    "the guardian is killed and the bus is stuck": (bus_away, "stuck", 1.0, 50),
    "both are killed": (two_faults, ("guardian", KILL), ("vehicle", KILL), 0.0, 150),
    "it hangs, then the guardian is killed": (
        two_faults, ("vehicle", FREEZE), ("guardian", KILL), 0.05, 150,
    ),
    "the guardian hangs, then it is killed": (
        two_faults, ("guardian", FREEZE), ("vehicle", KILL), 0.3, 400,
    ),
    "the watchdog is killed, then the guardian": (
        two_faults, ("watchdog", KILL), ("guardian", KILL), 0.005, 150,
    ),
    "the bus comes back": (bus_fault, "stuck", 0.4, 50),
}  # fmt: skip


@pytest.fixture(scope="module")
def pool():
    """Trials mostly wait, so several of them run beside each other."""
    with ThreadPoolExecutor(3) as pool:
        yield pool


@pytest.fixture(scope="module")
def verdicts(pool):
    return {name: pool.submit(trial, *words) for name, (trial, *words, _) in TRIALS.items()}


@pytest.fixture(scope="module")
def starts(pool):
    return {left_over: pool.submit(start, left_over) for left_over in LEFT_OVER}


@pytest.mark.parametrize("name", TRIALS)
def test_the_motor_stops_when(verdicts, name):
    verdict = verdicts[name].result()
    assert not verdict.runaway
    assert verdict.stopped_ms <= SHARED * TRIALS[name][-1]


@pytest.mark.parametrize("left_over", LEFT_OVER)
def test_a_start_sends_neutral_or_nothing(starts, left_over):
    assert starts[left_over].result()


@pytest.mark.parametrize(
    ("campaign", "cases"), [(transitions, 3000), (retries, 10), (frames, 3000)]
)
def test_no_case_of_a_campaign_is_wrong(campaign, cases):
    assert campaign(cases) == 0
