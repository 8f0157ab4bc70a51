import pytest

from donkeycar.testing import FakeClock
from donkeycar.timing import RateKeeper


def test_time_moves_only_when_told_to():
    clock = FakeClock(now_s=5)
    assert (clock.monotonic(), clock.monotonic()) == (5, 5)
    clock.advance(2)
    assert clock.now_s == 7


def test_sleeping_moves_the_time_and_is_noted():
    clock = FakeClock()
    clock.sleep(0.5)
    clock.sleep(-1)
    assert clock.now_s == 0.5
    assert clock.sleeps == [0.5, -1]


def test_it_paces_a_loop():
    clock = FakeClock()
    keeper = RateKeeper(20, clock=clock)
    for _ in range(10):
        clock.advance(0.01)
        keeper.wait()
    assert clock.now_s == pytest.approx(0.5)


def test_it_never_goes_back():
    with pytest.raises(ValueError, match="`seconds` must not be negative. Received: seconds=-1"):
        FakeClock().advance(-1)
