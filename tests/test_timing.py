"""Clocks and pacing."""

import time

import pytest

from donkeycar.errors import ConfigError
from donkeycar.timing import RateKeeper, RealClock, SimulatedClock, wall_time


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


def test_a_long_stall_counts_every_tick_that_it_took(clock):
    # It counted as one.
    rate = RateKeeper(20, clock=clock)
    clock.sleep(3.001)
    rate.wait()
    assert rate.late_ticks == 60


class Oversleeping(SimulatedClock):
    """The clock of a busy computer: whoever sleeps is woken too late."""

    late_s = 0.0

    def sleep(self, seconds):
        super().sleep(seconds + self.late_s)


@pytest.mark.parametrize("late_s", [0.006, 0.013, 0.05, 0.2])
def test_ticks_that_a_busy_computer_wakes_late_are_counted(late_s):
    # A loop that kept 15.9 of 20 Hz counted none: there had been time to spare before each sleep.
    clock = Oversleeping()
    clock.late_s = late_s
    rate = RateKeeper(20, clock=clock)
    ticks = 0
    while clock.monotonic() < 60:
        rate.wait()
        ticks += 1
    planned = 60 * 20
    assert ticks < planned
    # Each one that came was late, and what did not come is counted, too.
    assert rate.late_ticks == pytest.approx(planned, rel=0.01)


def test_a_little_late_each_time_is_told_by_the_ticks_that_are_missing():
    clock = Oversleeping()
    clock.late_s = 0.002
    rate = RateKeeper(20, clock=clock)
    ticks = 0
    while clock.monotonic() < 60:
        rate.wait()
        ticks += 1
    assert rate.late_ticks == pytest.approx(60 * 20 - ticks, abs=1.5)


def test_one_hiccup_counts_once(clock):
    rate = RateKeeper(20, clock=clock)
    for tick in range(200):
        clock.sleep(0.07 if tick == 50 else 0.01)
        rate.wait()
    assert rate.late_ticks == 1


def test_the_jitter_of_an_idle_computer_counts_as_nothing():
    clock = Oversleeping()
    rate = RateKeeper(100, clock=clock)
    for tick in range(1000):
        clock.late_s = (0.0, 0.0, 0.00005)[tick % 3]
        rate.wait()
    assert rate.late_ticks == 0
    assert clock.monotonic() == pytest.approx(10, rel=0.001)


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


def test_records_of_a_real_car_have_the_time_of_the_computer():
    assert wall_time(RealClock()) is time.time


def test_records_of_a_simulation_have_its_time_from_when_it_began():
    clock = SimulatedClock()
    clock.sleep(7)
    before_s = time.time()
    wall_s = wall_time(clock)
    clock.sleep(60)
    assert before_s + 60 <= wall_s() <= time.time() + 60
