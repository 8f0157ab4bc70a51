"""A part that slows the loop down is named, once; a hiccup is not."""

from types import SimpleNamespace

import pytest

from donkeycar.testing import FakeClock
from donkeycar.vehicle import Vehicle


class Waits:
    """A part that waits for a device in the loop."""

    def __init__(self, clock, times_s):
        self.clock = clock
        self.times_s = iter(times_s)

    def run(self):
        self.clock.advance(next(self.times_s))


class Quick:
    def run(self):
        return None


@pytest.fixture
def clock(monkeypatch):
    clock = FakeClock(100.0)
    # The loop takes the time of its parts on the computer's clock.
    counter = SimpleNamespace(perf_counter=clock.monotonic, monotonic=clock.monotonic)
    monkeypatch.setattr("donkeycar.vehicle.time", counter)
    return clock


def drive(clock, times_s, *, rate_hz=20):
    car = Vehicle(clock=clock)
    car.add(Quick())
    car.add(Waits(clock, times_s))
    car.start(rate_hz=rate_hz, max_loop_count=len(times_s))
    return car


def test_a_part_that_halves_the_rate_is_named_once(clock, caplog):
    """What used to happen: at 3 Hz orders expired before the next tick, and the page said that
    nobody drives; nothing named the part."""
    car = drive(clock, [0.3] * 40)
    (record,) = [record for record in caplog.records if "drive loop" in record.message]
    assert record.message.startswith(
        "The drive loop runs 3 times a second instead of 20, because Waits takes 300 ms of each "
        "tick."
    )
    assert car.mem["loop/rate_hz"] == pytest.approx(1 / 0.3)


@pytest.mark.parametrize(
    "times_s",
    [
        [0.04] * 200,  # within its tick
        [0.3] * 7 + [0.0] * 100,  # two slow seconds, as when a library is loaded
        ([0.5] + [0.0] * 15) * 10,  # a hiccup a second
    ],
)
def test_a_loop_that_keeps_its_rate_says_nothing(clock, caplog, times_s):
    drive(clock, times_s)
    assert "drive loop" not in caplog.text


def test_a_computer_that_is_busy_otherwise_blames_no_part(clock, caplog, monkeypatch):
    # The loop wakes up late: 0.3 s go by between two ticks, and none of them in a part.
    monkeypatch.setattr(clock, "sleep", lambda seconds: clock.advance(0.3))
    drive(clock, [0.0] * 40)
    assert "drive loop" not in caplog.text
