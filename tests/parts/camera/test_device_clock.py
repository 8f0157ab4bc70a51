import random

import pytest

from donkeycar.driving.moment import AHEAD_S
from donkeycar.parts.camera.device_clock import DeviceClock

PERIOD_S = 100.0


def messages(count, *, rate_hz=20, begin_s=95.0, seed=1, slow_s=0.08, least_s=0.03):
    """When messages are stamped, on both clocks, and when they arrive; the clock wraps at 100 s."""
    chance = random.Random(seed)
    for number in range(count):
        true_s = 1000 + number / rate_hz
        arrived_s = true_s + least_s + chance.random() * slow_s
        yield (begin_s + number / rate_hz) % PERIOD_S, true_s, arrived_s


def test_the_quickest_message_shows_how_far_the_clocks_are_apart():
    clock = DeviceClock(period_s=PERIOD_S, least_s=0.03)
    errors_s = [clock.seen(stamp, arrived) - true for stamp, true, arrived in messages(4000)]
    # Never younger than it is by more than what the quickest so far was slow; soon by nothing.
    assert max(errors_s[200:]) < 0.002
    assert min(errors_s) > -0.001


def test_a_device_that_was_asked_is_known_exactly_over_the_end_of_its_count():
    clock = DeviceClock(period_s=PERIOD_S, least_s=0.03)
    for number, (stamp, true, arrived) in enumerate(messages(4000)):
        if number % 100 == 0:
            clock.synchronise(stamp, asked_s=true)
        assert clock.seen(stamp, arrived) == pytest.approx(true, abs=1e-6)


def test_a_message_that_was_held_up_is_old():
    clock = DeviceClock(period_s=PERIOD_S, least_s=0.01)
    for stamp, _, arrived in messages(40):
        clock.seen(stamp, arrived)
    assert clock.seen(97.0, 1003.0) == pytest.approx(1002.0, abs=0.05)


def test_a_device_that_was_started_anew_is_learnt_anew():
    clock = DeviceClock(period_s=PERIOD_S, least_s=0.01)
    for stamp, _, arrived in messages(40):
        clock.seen(stamp, arrived)
    assert clock.seen(50.0, 1010.0) == pytest.approx(1009.99)
    assert clock.seen(50.5, 1010.5) == pytest.approx(1010.49)


def test_drift_is_followed():
    clock = DeviceClock(period_s=PERIOD_S, least_s=0.0)
    for number in range(20 * 60):
        true_s = 1000 + number / 20
        stamp_s = (number / 20) * (1 + 1e-4) % PERIOD_S  # 0.1 ms a second
        seen_s = clock.seen(stamp_s, true_s)
    assert abs(seen_s - true_s) < 0.002


def test_nothing_is_seen_before_it_arrives():
    clock = DeviceClock(period_s=PERIOD_S, least_s=0.0)
    clock.synchronise(5.0, asked_s=1000.0)
    assert clock.seen(5.2 + AHEAD_S / 2, 1000.2) == 1000.2


def test_a_clock_that_jumped_ahead_is_seen_in_the_future():
    # It looked as new as its arrival, and the car drove on by it, however old it was.
    clock = DeviceClock(period_s=PERIOD_S, least_s=0.0)
    clock.synchronise(5.0, asked_s=1000.0)
    assert clock.seen(5.5, 1000.2) == 1000.5
