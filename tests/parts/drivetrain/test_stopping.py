"""Real processes on emulated hardware, one trial each of what `scripts/bench safety` repeats."""

import math
import random
import signal
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from benchmarks.controllers import gamepad_stop
from benchmarks.safety.fuzz import frames, retries, transitions
from benchmarks.safety.hardware import HARDWARE
from benchmarks.safety.safety import FREEZE, KILL
from benchmarks.safety.trial import (
    LEFT_OVER,
    bus_away,
    inner_fault,
    signal_to,
    start,
    trial,
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
    "the guardian is killed and nothing answers": (bus_away, "nack", (0.0, 1.0), "guardian", 50),
    "the guardian is killed and the bus is stuck": (bus_away, "stuck", (0.0, 1.0), "guardian", 50),
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
    "the bus comes back": (bus_away, "stuck", (0.4, 0.4), 50),
}  # fmt: skip

# Beside the chip, whose trials these are, the same on other hardware.
ELSEWHERE = {
    "it is killed": (signal_to, "vehicle", KILL, 200),
    "somebody presses Ctrl-C": (signal_to, "both", signal.SIGINT, 100),
    "the guardian is killed": (signal_to, "guardian", KILL, 150),
    "the guardian is stopped": (signal_to, "guardian", FREEZE, 400),
    "all is refused for a while": (bus_away, "refused", (0.4, 0.4), 50),
    "all is refused, the guardian killed": (bus_away, "refused", (0.0, 0.5), "guardian", 50),
}
OTHERS = sorted(HARDWARE.keys() - {"pca9685"})
STOP = gamepad_stop.WAYS["S11 stop button of a gamepad"]


@pytest.fixture(scope="module")
def pool():
    """Trials mostly wait, so several of them run beside each other."""
    with ThreadPoolExecutor(3) as pool:
        yield pool


@pytest.fixture(scope="module")
def verdicts(pool):
    return {name: pool.submit(probe, *words) for name, (probe, *words, _) in TRIALS.items()}


@pytest.fixture(scope="module")
def elsewhere(pool):
    return {
        (hardware, name): pool.submit(partial(probe, *words, hardware=hardware))
        for hardware in OTHERS
        for name, (probe, *words, _) in ELSEWHERE.items()
    }


@pytest.fixture(scope="module")
def stopped(pool):
    return {
        hardware: pool.submit(gamepad_stop.trials, STOP, 3, random.Random(1), 20, hardware)
        for hardware in OTHERS
    }


@pytest.fixture(scope="module")
def starts(pool):
    return {left_over: pool.submit(start, left_over) for left_over in LEFT_OVER}


@pytest.mark.parametrize("name", TRIALS)
def test_the_motor_stops_when(verdicts, name):
    verdict = verdicts[name].result()
    assert not verdict.runaway
    assert verdict.stopped_ms <= SHARED * TRIALS[name][-1]


@pytest.mark.parametrize("hardware", OTHERS)
@pytest.mark.parametrize("name", ELSEWHERE)
def test_the_motor_stops_on_other_hardware_when(elsewhere, hardware, name):
    verdict = elsewhere[hardware, name].result()
    assert not verdict.runaway
    assert verdict.stopped_ms <= SHARED * ELSEWHERE[name][-1]


@pytest.mark.parametrize("hardware", OTHERS)
def test_a_button_stops_the_motor_on_other_hardware(stopped, hardware):
    verdicts = stopped[hardware].result()
    assert not any(verdict.runaway for verdict in verdicts)
    assert statistics.median(v.stopped_ms for v in verdicts) <= SHARED * STOP.goal_ms


@pytest.mark.parametrize("hardware", ["pca9685", "kernel_pwm"])
def test_the_judge_sees_a_motor_that_nobody_stops(hardware):
    # Pulses of both go on when all programs of the car are dead.
    with trial(hardware=hardware) as car:
        car.wait_until_driving()
        began_s = time.monotonic()
        for number in (FREEZE, KILL):  # at once: none of them sees another one die
            for target in ("watchdog", "both"):
                car.send(target, number)
        assert car.verdict(began_s, within_s=0.3) == (math.inf, True)


@pytest.mark.parametrize("left_over", LEFT_OVER)
def test_a_start_sends_neutral_or_nothing(starts, left_over):
    assert starts[left_over].result()


@pytest.mark.parametrize(
    ("campaign", "cases"), [(transitions, 3000), (retries, 10), (frames, 3000)]
)
def test_no_case_of_a_campaign_is_wrong(campaign, cases):
    assert campaign(cases) == 0
