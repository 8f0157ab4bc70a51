"""Intervals that hold what they promise for records that resemble their neighbours."""

import numpy as np
import pytest

from donkeycar.errors import TrainingError
from donkeycar.evaluation.bootstrap import Blocks, Interval
from donkeycar.training.validation import correlation


def smooth_noise(rng, count, memory):
    """Numbers of mean 0 and spread 1 that resemble their neighbours."""
    noise = rng.normal(size=count) * np.sqrt(1 - memory**2)
    noise[0] = rng.normal()
    for step in range(1, count):
        noise[step] += memory * noise[step - 1]
    return noise


def test_nineteen_of_twenty_intervals_hold_the_truth():
    rng = np.random.default_rng(0)
    held = 0
    for run in range(200):
        values = smooth_noise(rng, 1500, memory=0.8)
        interval = Blocks(np.zeros(1500), seed=run, resamples=400).mean(values)
        held += interval.low <= 0 <= interval.high
    assert 0.88 <= held / 200 <= 0.98


def test_drawing_records_one_by_one_would_promise_too_much():
    rng = np.random.default_rng(0)
    values = smooth_noise(rng, 2000, memory=0.8)
    interval = Blocks(np.zeros(2000)).mean(values)
    naive = 2 * 1.96 * values.std() / np.sqrt(2000)
    assert (interval.high - interval.low) > 2 * naive


def test_the_value_is_that_of_all_records():
    rng = np.random.default_rng(1)
    a = rng.normal(size=500)
    b = a + rng.normal(size=500)
    blocks = Blocks(np.repeat([0, 1], 250))
    among = a > 0.5
    assert blocks.mean(a).value == pytest.approx(a.mean())
    assert blocks.mean(a, among).value == pytest.approx(a[among].mean())
    together = blocks.correlation(a, b)
    assert together.value == pytest.approx(correlation(a, b))
    assert together.low < together.value < together.high <= 1


def test_a_correlation_with_something_that_never_changes_is_none():
    assert Blocks(np.zeros(50)).correlation(np.full(50, 0.3), np.arange(50.0)) is None


def test_no_block_crosses_a_session():
    # Two sessions of opposite error: blocks of one session only draw -1 or +1 as a whole.
    values = np.repeat([-1.0, 1.0], [30, 10])
    blocks = Blocks(np.repeat([0, 1], [30, 10]))
    assert blocks.num_blocks == 20
    sums = blocks._sums(values)
    assert set(np.abs(sums)) == {2.0}


def test_the_same_seed_gives_the_same_interval():
    values = np.random.default_rng(0).normal(size=300)
    assert Blocks(np.zeros(300), seed=3).mean(values) == Blocks(np.zeros(300), seed=3).mean(values)


def test_one_record_has_an_interval_of_no_width():
    assert Blocks(np.zeros(1)).mean(np.array([0.25])) == Interval(0.25, 0.25, 0.25)


def test_no_records_are_refused():
    with pytest.raises(TrainingError, match="at least one record"):
        Blocks(np.zeros(0))


def test_an_interval_reads_as_people_write_it():
    assert str(Interval(0.1234, 0.1, 0.15)) == "0.123 [0.100, 0.150]"
    assert Interval(0.1, -0.1, 0.2).holds_zero
    assert not Interval(0.1, 0.05, 0.2).holds_zero
