"""A car that is short of time tells its pages less often, and more again when it keeps up."""

import time

import numpy as np
import pytest

from donkeycar.console.frames import FrameHub
from donkeycar.console.pace import EASED_HZ, FULL_HZ, Pace
from donkeycar.driving.driver_link import MAX_ECHO_AGE_S, ORDER_LIFE_S


class Car:
    """Ticks of a loop of which some are late; the count of them comes once a second."""

    def __init__(self, clock):
        self.clock = clock
        self.pace = Pace(clock=clock)
        self.late = 0.0

    def drive(self, seconds, *, late_hz, rate_hz=20):
        """Return for how many of `seconds` the pages were eased."""
        eased = 0
        for tick in range(round(seconds * rate_hz)):
            self.late += late_hz / rate_hz
            if tick % rate_hz == rate_hz - 1:
                self.told = int(self.late)
            self.pace.heed(getattr(self, "told", None))
            self.clock.sleep(1 / rate_hz)
            eased += self.pace.is_eased
        return eased / rate_hz


@pytest.fixture
def slow(clock):
    return Car(clock)


def test_a_car_on_time_tells_everything(slow):
    assert slow.drive(60, late_hz=0.2) == 0
    assert (slow.pace.rate_hz, slow.pace.min_interval_s) == (FULL_HZ, 0.0)


def test_a_car_that_is_late_is_eased_within_seconds_and_stays_so(slow):
    # The drive page cost a third of what the whole car did, and went on though the loop was late.
    assert slow.drive(60, late_hz=20) > 55
    assert slow.pace.rate_hz == EASED_HZ


def test_it_recovers_when_it_keeps_up(slow):
    slow.drive(10, late_hz=20)
    slow.drive(20, late_hz=0)
    assert not slow.pace.is_eased


def test_a_car_that_keeps_up_only_when_eased_does_not_sway(slow):
    changes, before = 0, slow.pace.is_eased
    for _ in range(600):
        slow.drive(1, late_hz=0 if slow.pace.is_eased else 20)
        changes += slow.pace.is_eased != before
        before = slow.pace.is_eased
    # Ten minutes: eased after 10, 20, 40, 80, 160 s of calm again, and each time for a moment.
    assert changes < 15


@pytest.mark.parametrize(("rate_hz", "bearable_hz"), [(4, 0.2), (60, 4), (100, 8)])
def test_it_is_the_share_of_late_ticks_that_counts(slow, rate_hz, bearable_hz):
    assert slow.drive(30, late_hz=bearable_hz, rate_hz=rate_hz) == 0
    assert slow.drive(30, late_hz=bearable_hz * 4, rate_hz=rate_hz) > 20


def test_a_single_hiccup_changes_nothing(slow):
    slow.drive(10, late_hz=0)
    slow.late += 2
    assert slow.drive(10, late_hz=0) == 0


def test_a_page_that_is_eased_can_drive():
    # A heartbeat echoes the last message: at worst one interval old, when it sets out.
    assert 2 / EASED_HZ <= ORDER_LIFE_S
    assert 2 / EASED_HZ < MAX_ECHO_AGE_S


@pytest.mark.parametrize(("camera_hz", "seen_hz"), [(10, 10), (20, 10), (30, 10), (60, 10), (5, 5)])
def test_an_eased_car_shows_ten_pictures_a_second(slow, camera_hz, seen_hz):
    slow.drive(10, late_hz=20)
    hub = FrameHub(max_viewers=1, pace=slow.pace)
    image, seen = np.zeros((2, 2, 3), np.uint8), set()
    for number in range(camera_hz * 10):
        jitter_s = 0.004 * (number % 3 - 1)
        hub.offer(image, 100 + number / camera_hz + jitter_s, number)
        seen.add(hub._newest[2])
    hub.close()
    assert len(seen) == pytest.approx(seen_hz * 10, rel=0.12)


def test_pictures_whose_clock_was_set_back_are_shown(slow):
    slow.drive(10, late_hz=20)
    hub = FrameHub(max_viewers=1, pace=slow.pace)
    image = np.zeros((2, 2, 3), np.uint8)
    hub.offer(image, 100.0, 1)
    hub.offer(image, 3.0, 2)
    assert hub._newest[2] == 2
    hub.close()


def test_the_page_is_told_at_that_rate_and_that_it_is_so(car):
    page = car.socket()
    page.hear_until("tick")
    assert page.state["eased"] is False
    pace = car.controller._console.pace
    pace.is_eased = True
    page.hear_until("eased")
    began_s = time.monotonic()
    for _ in range(5):
        page.hear_until("tick")
    assert time.monotonic() - began_s > 0.4
