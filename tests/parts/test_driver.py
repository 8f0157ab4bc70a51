"""The driver as a part: an order of who drives in every tick, and none after a loop that hung."""

import pytest

from benchmarks.safety.stop_rule import Hand, Page
from donkeycar.driving.arbiter import Offer
from donkeycar.driving.cockpit import Cockpit
from donkeycar.driving.driver_link import FREE, HUNG, NOBODY
from donkeycar.parts.driver import DriverPart
from donkeycar.testing import FakeClock
from donkeycar.timing import SimulatedClock
from donkeycar.vehicle import Vehicle

TICK_S = 0.05
HANG_S = 3.0


@pytest.fixture
def clock():
    return FakeClock(100.0)


@pytest.fixture
def cockpit(clock):
    return Cockpit(has_pilot=True, clock=clock)


@pytest.fixture
def part(cockpit, clock):
    return DriverPart(cockpit, clock=clock)


@pytest.fixture
def page(cockpit, clock):
    return Page(cockpit, clock)


def hang(clock, driver, *, duration_s=HANG_S, **held):
    """The loop stands still; the driver's device does not, and its thread hears it."""
    for _ in range(round(duration_s / TICK_S)):
        driver(**held)
        clock.advance(TICK_S)


@pytest.mark.parametrize("mode", ["user", "local_angle", "local"])
def test_a_loop_that_hung_waits_for_resume(mode, part, page, cockpit, clock):
    # What used to happen: the car drove on by itself 0.6 s after the loop was back, if a thumb
    # still held the throttle or a pilot drove.
    page.send(throttle=0.6, drive_mode=mode)
    assert part.run().throttle == 0.6
    hang(clock, page.send, throttle=0.6)
    for _ in range(40):
        assert part.run()[1] == 0.0
        assert cockpit.order.latch == HUNG
        assert part.run().expires_s == 0.0
        page.send(throttle=0.6)
        clock.advance(TICK_S)
    assert "hung" in part.run().reason
    assert cockpit.mode == mode
    hang(clock, page.send, duration_s=0.6, throttle=0.0)
    part.run()
    page.send(resume=True, throttle=0.0)
    page.send(throttle=0.4)
    assert part.run().throttle == 0.4


def test_a_loop_that_is_late_or_slow_is_not_taken_for_one_that_hung(part, page, clock):
    page.send(throttle=0.6)
    part.run()
    for duration_s in (0.3, 1.0, 1.4):
        hang(clock, page.send, duration_s=duration_s, throttle=0.6)
        page.send(throttle=0.6)
        assert part.run().throttle == 0.6


def test_the_first_tick_may_be_late(part, page, clock):
    hang(clock, page.send, throttle=0.0)
    page.send(throttle=0.6)
    assert part.run().throttle == 0.6


def test_a_car_that_nobody_drove_asks_for_no_resume(part, page, cockpit, clock):
    part.run()
    clock.advance(HANG_S)
    assert part.run().reason.startswith("Nobody drives")
    assert cockpit.order.at(clock.monotonic())[3] == NOBODY
    page.send(throttle=0.6)
    assert part.run().throttle == 0.6


def test_why_the_car_waited_before_the_hang_stays(part, page, cockpit, clock):
    page.send(throttle=0.6)
    part.run()
    page.send(stop=True)
    hang(clock, page.send, throttle=0.0)
    assert part.run().reason.startswith("Stopped")


def test_a_remote_control_resumes_with_its_sticks_at_rest(part, cockpit, clock):
    radio = Hand(cockpit, clock, "rc")
    radio.offer(0.6, moved=True)
    part.run()
    hang(clock, lambda: None)
    assert part.run().throttle == 0.0
    for _ in range(20):
        radio.offer(0.6, moved=True)
        assert part.run().throttle == 0.0, "held all the time"
        clock.advance(TICK_S)
    radio.hold(1.0)
    radio.offer(0.6, moved=True)
    assert part.run().throttle == 0.6
    assert cockpit.order.latch == FREE


class Hangs:
    """A part that hangs once: a camera without an answer, a disk that is full of waiting."""

    def __init__(self, stall):
        self.ticks, self._stall = 0, stall

    def run(self):
        self.ticks += 1
        if self.ticks == 10:
            self._stall()


def test_whoever_held_the_loop_up_is_named(caplog, monkeypatch, page, cockpit, clock):
    # What used to happen: nobody said which part it was.
    times = iter(range(1000))
    car = Vehicle(clock=clock)
    car.add(Hangs(lambda: None))
    monkeypatch.setattr("time.perf_counter", lambda: 2.0 * next(times))
    car.step()
    assert "Hangs held the drive loop up for 2.0 s" in caplog.text


def test_in_simulated_time_nothing_is_held_up(caplog, monkeypatch):
    """The first frame of the simulator takes a second: the log said that a motor was neutral."""
    times = iter(range(1000))
    car = Vehicle(clock=SimulatedClock())
    car.add(Hangs(lambda: None))
    monkeypatch.setattr("time.perf_counter", lambda: 2.0 * next(times))
    car.step()
    assert "Hangs took 2.0 s of the computer" in caplog.text
    assert "motor" not in caplog.text


def test_a_whole_car_waits_after_a_part_that_hung(page, cockpit, clock):
    orders = []

    class Wheels:
        def run(self, throttle):
            orders.append(throttle)
            page.send(throttle=0.6)

    car = Vehicle(clock=clock)
    car.add(
        DriverPart(cockpit, clock=clock),
        outputs=[
            "user/angle", "user/throttle", "user/mode", "recording", "user/expires_s",
            "stop/reason", "user/max_throttle", "user/source", "user/actions",
        ],
    )  # fmt: skip
    car.add(Wheels(), inputs=["user/throttle"])
    car.add(Hangs(lambda: hang(clock, page.send, throttle=0.6)))
    page.send(throttle=0.6)
    car.start(rate_hz=20, max_loop_count=40)
    assert orders == [0.6] * 10 + [0.0] * 30


@pytest.mark.parametrize("kind", ["gamepad", "rc"])
@pytest.mark.parametrize("expires_s", [1.7e9, float("nan")])
def test_an_offer_on_another_clock_is_told_once_in_the_log(part, clock, kind, expires_s, caplog):
    # What used to happen: a controller with time.time() did nothing, and only the menu of the page
    # said why; a car without a page said nothing.
    for _ in range(3):
        assert part.run(**{kind: Offer(0.1, 0.2, expires_s, moved=True)}).throttle == 0.0
        clock.advance(TICK_S)
    (record,) = caplog.records
    assert record.message.startswith(
        f"What writes {kind}/offer does not drive. An order must end at most 1 s from now"
    )


def test_who_is_gone_or_drives_is_no_case_for_the_log(part, clock, caplog):
    part.run(gamepad=Offer(), rc=Offer(0.1, 0.0, clock.monotonic() + 0.25))
    assert caplog.text == ""
