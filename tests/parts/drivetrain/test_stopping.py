"""Real processes on an emulated chip, one trial each of what `scripts/bench safety` repeats."""

import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from benchmarks.safety_fuzz import frames, retries, transitions
from benchmarks.safety_trial import LEFT_OVER, bus_fault, inner_fault, signal_to, start

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
    "the guardian is stopped": (signal_to, "guardian", signal.SIGSTOP, 800),
    "the bus comes back": (bus_fault, "stuck", 0.4, 50),
}


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
