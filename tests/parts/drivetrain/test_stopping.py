"""Real processes on an emulated chip, one trial each of what `scripts/bench safety` repeats."""

import signal

import pytest

from benchmarks.safety_fuzz import frames, retries, transitions
from benchmarks.safety_trial import LEFT_OVER, bus_fault, inner_fault, signal_to, start

# Limits of the specification, and half as much again for a machine that is shared.
SHARED = 1.5


@pytest.mark.parametrize(
    ("fault", "limit_ms"),
    [
        ("segfault", 200), ("exit", 200), ("close", 200), ("hang", 250), ("spin", 250),
        ("raise", 100), ("silent driver", 300), ("garbage", 250),
    ],
)  # fmt: skip
def test_the_motor_stops_when_the_vehicle_goes_wrong(fault, limit_ms):
    verdict = inner_fault(fault)
    assert not verdict.runaway
    assert verdict.stopped_ms <= SHARED * limit_ms


@pytest.mark.parametrize(
    ("target", "number", "limit_ms"),
    [
        ("vehicle", signal.SIGKILL, 200), ("vehicle", signal.SIGSTOP, 250),
        ("guardian", signal.SIGTERM, 100), ("both", signal.SIGINT, 100),
        ("guardian", signal.SIGKILL, 150), ("guardian", signal.SIGSTOP, 800),
    ],
)  # fmt: skip
def test_the_motor_stops_on_a_signal(target, number, limit_ms):
    verdict = signal_to(target, number)
    assert not verdict.runaway
    assert verdict.stopped_ms <= SHARED * limit_ms


def test_the_motor_is_neutral_when_a_bus_comes_back():
    verdict = bus_fault("stuck", 0.4)
    assert not verdict.runaway
    assert verdict.stopped_ms <= SHARED * 50


@pytest.mark.parametrize("left_over", LEFT_OVER)
def test_a_start_sends_neutral_or_nothing(left_over):
    assert start(left_over)


@pytest.mark.parametrize(
    ("campaign", "cases"), [(transitions, 3000), (retries, 10), (frames, 3000)]
)
def test_no_case_of_a_campaign_is_wrong(campaign, cases):
    assert campaign(cases) == 0
