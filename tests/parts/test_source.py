import threading

import pytest

from donkeycar.errors import ConfigError, PartFailed, StaleData
from donkeycar.parts.source import Source
from donkeycar.testing import FakeClock, check_part
from donkeycar.vehicle import Vehicle


class Scripted(Source):
    """Reads what a test wrote down; an exception in the script is raised."""

    what_to_check = "Check the plug"

    def __init__(self, *script, **kwargs):
        super().__init__(**kwargs)
        self.script = list(script)
        self.reads = 0

    def read(self):
        self.reads += 1
        if not self.script:
            self.shutdown()
            return None
        value = self.script.pop(0)
        if isinstance(value, Exception):
            raise value
        return value


class Stuck(Source):
    """Its device never answers."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.released = threading.Event()

    def read(self):
        self.released.wait()

    def shutdown(self):
        super().shutdown()
        self.released.set()


@pytest.fixture
def clock():
    return FakeClock()


def test_a_value_is_handed_over_once(clock):
    source = Scripted(1, clock=clock)
    assert source.run() == 1
    assert source.run_threaded() is None


def test_only_the_newest_value_is_handed_over(clock):
    class Counter(Scripted):
        def pause(self, keeper):
            if not self.script:
                fed.set()
                go_on.wait(5)

    fed, go_on = threading.Event(), threading.Event()
    source = Counter(1, 2, 3, clock=clock)
    thread = threading.Thread(target=source.update)
    thread.start()
    fed.wait(5)
    assert source.run_threaded() == 3
    go_on.set()
    thread.join(5)


def test_equal_values_are_both_new(clock):
    source = Scripted(7, 7, clock=clock)
    assert [source.run(), source.run()] == [7, 7]


def test_nothing_comes_before_the_first_value(clock):
    assert Stuck(clock=clock).run_threaded() is None


def test_run_returns_none_when_the_device_has_nothing_new(clock):
    assert Scripted(None, clock=clock).run() is None


def test_a_value_too_old_is_an_error_that_names_the_part_and_what_to_check(clock):
    source = Scripted(1, max_age_s=0.5, clock=clock)
    source.run()
    clock.advance(0.51)
    with pytest.raises(
        StaleData, match=r"Scripted must .*max_age_s=0.5.* nothing new for 0.51 s. Check the plug"
    ):
        source.run_threaded()


def test_a_value_just_young_enough_is_no_error(clock):
    source = Scripted(1, max_age_s=0.5, clock=clock)
    source.run()
    clock.advance(0.5)
    assert source.run_threaded() is None


def test_a_device_that_comes_back_is_heard_again(clock):
    source = Scripted(1, 2, clock=clock)
    source.run()
    clock.advance(9)
    assert source.run() == 2


def test_no_first_value_is_an_error_that_says_what_to_check(clock):
    source = Stuck(start_timeout_s=3, clock=clock)
    clock.advance(60)
    assert source.run_threaded() is None, "the time counts from the first tick"
    clock.advance(3.1)
    with pytest.raises(StaleData, match="Stuck must give a first value within start_timeout_s=3"):
        source.run_threaded()


def test_a_dead_thread_is_an_error_with_its_cause_at_the_next_tick(clock):
    source = Scripted(1, OSError("bus gone"), clock=clock)
    source.update()
    with pytest.raises(PartFailed, match="Scripted stopped reading: bus gone") as error:
        source.run_threaded()
    assert isinstance(error.value.__cause__, OSError)


def test_the_thread_reads_at_the_rate_asked_for(clock):
    source = Scripted(1, 2, 3, 4, rate_hz=20, clock=clock)
    source.update()
    assert clock.now_s == pytest.approx(5 * 0.05)


def test_without_a_rate_the_thread_does_not_wait(clock):
    Scripted(1, 2, 3, clock=clock).update()
    assert clock.sleeps == []


def test_run_never_waits(clock):
    source = Scripted(1, 2, rate_hz=20, clock=clock)
    source.run()
    source.run()
    assert clock.sleeps == []


def test_after_shutdown_nothing_comes_and_nothing_is_wrong(clock):
    source = Scripted(1, clock=clock)
    source.run()
    source.shutdown()
    source.shutdown()
    clock.advance(60)
    assert source.run_threaded() is None


def test_keeps_the_part_contract_in_a_thread():
    class Counter(Source):
        def read(self):
            return "value"

    check_part(Counter(rate_hz=100), outputs=1, threaded=True)


def test_a_stuck_source_stops_the_car_by_name(clock):
    source = Stuck(start_timeout_s=2, clock=clock)
    car = Vehicle(clock=clock)
    car.add(source, outputs=["sensor/value"], threaded=True)
    with pytest.raises(PartFailed, match="Stuck must give a first value"):
        car.start(rate_hz=20, max_loop_count=100)
    assert clock.now_s == pytest.approx(2.1, abs=0.06)


def test_a_dying_source_stops_the_car_within_a_tick(clock):
    ticks = []

    class Watch:
        def run(self):
            ticks.append(clock.now_s)
            if len(ticks) == 3:
                source.die.set()
                dead.wait(5)

    class Mortal(Source):
        die = threading.Event()

        def read(self):
            self.die.wait(5)
            raise OSError("bus gone")

        def update(self):
            super().update()
            dead.set()

    dead = threading.Event()
    source = Mortal(clock=clock)
    car = Vehicle(clock=clock)
    car.add(source, outputs=["sensor/value"], threaded=True)
    car.add(Watch())
    with pytest.raises(PartFailed, match="bus gone"):
        car.start(rate_hz=20, max_loop_count=100)
    assert len(ticks) == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"max_age_s": 0}, "`max_age_s` must be greater than 0. Received: max_age_s=0"),
        ({"start_timeout_s": -1}, "`start_timeout_s` must be greater than 0. Received: .*=-1"),
        ({"rate_hz": 0}, "`rate_hz` must be greater than 1 / max_age_s = 2, .* rate_hz=0"),
        ({"rate_hz": 1}, "`rate_hz` must be greater than 1 / max_age_s = 2, .* rate_hz=1"),
        ({"rate_hz": float("nan")}, "Received: rate_hz=nan"),
    ],
)
def test_impossible_arguments(arguments, message):
    with pytest.raises(ConfigError, match=message):
        Scripted(**arguments)
