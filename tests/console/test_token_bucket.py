"""How often somebody may do something."""

import pytest

from donkeycar.console.token_bucket import TokenBucket


@pytest.fixture
def ration(clock):
    return TokenBucket(10, burst=5, clock=clock)


def test_a_burst_is_allowed_and_no_more(ration):
    assert [ration.take() for _ in range(6)] == [True] * 5 + [False]


def test_in_the_long_run_the_rate_holds(ration, clock):
    taken = 0
    for _ in range(1000):
        taken += ration.take()
        clock.advance(1 / 64)
    assert taken == pytest.approx(1000 / 64 * 10 + 5, abs=1)


def test_a_long_pause_saves_up_one_burst(ration, clock):
    clock.advance(1000)
    assert sum(ration.take() for _ in range(100)) == 5
