"""Clocks and pacing."""

import time

import pytest

from donkeycar.errors import ConfigError
from donkeycar.timing import RateKeeper, RealClock, SimulatedClock


def test_rate_must_be_positive():
    with pytest.raises(ConfigError, match="must be greater than 0. Received: rate_hz=0"):
        RateKeeper(0)


def test_scale_must_be_positive():
    with pytest.raises(ConfigError, match="must be greater than 0. Received: scale=-1"):
        SimulatedClock(scale=-1)


def test_a_late_tick_is_made_up_for_so_that_the_mean_rate_is_exact(clock):
    rate = RateKeeper(20, clock=clock)
    clock.sleep(0.06)
    assert rate.wait() == pytest.approx(-0.01)
    for _ in range(199):
        rate.wait()
    assert clock.monotonic() == pytest.approx(10)
    assert rate.late_ticks == 1


def test_a_late_tick_disturbs_one_interval_not_the_next_one_as_well(clock):
    # What used to happen: the tick after a late one came early by as much as that one was late.
    rate = RateKeeper(20, clock=clock)
    clock.sleep(0.06)
    rate.wait()
    start_s = clock.monotonic()
    rate.wait()
    assert clock.monotonic() - start_s == pytest.approx(0.05, rel=0.0021)


def test_a_long_stall_is_not_followed_by_a_burst(clock):
    rate = RateKeeper(20, clock=clock)
    clock.sleep(3)
    rate.wait()
    start_s = clock.monotonic()
    rate.wait()
    assert clock.monotonic() - start_s == pytest.approx(0.05)
    assert rate.late_ticks == 1


def test_the_real_clock_sleeps_at_least_as_long_as_asked():
    clock = RealClock()
    start_s = time.monotonic()
    clock.sleep(0.003)
    assert time.monotonic() - start_s >= 0.003


def test_a_scaled_clock_waits_its_share_of_real_time():
    clock = SimulatedClock(scale=10)
    start_s = time.monotonic()
    clock.sleep(0.1)
    assert clock.monotonic() == pytest.approx(0.1)
    assert time.monotonic() - start_s >= 0.0099
