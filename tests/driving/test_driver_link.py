"""Is the driver still there?"""

import pytest

from donkeycar.driving.driver_link import (
    FREE,
    HANDED_OVER,
    LOST,
    NOBODY,
    SILENT,
    START,
    STOPPED,
    DriverLink,
    Order,
)
from donkeycar.errors import ConfigError
from donkeycar.testing import FakeClock


@pytest.fixture
def clock():
    return FakeClock(100.0)


@pytest.fixture
def link(clock):
    return DriverLink(clock=clock)


def beat(link, throttle=0.5, angle=0.25, echoed=True):
    link.beat(angle=angle, throttle=throttle, echoed=echoed)


def steady(link, clock, seconds, throttle=0.0, echoed=True):
    """Heartbeats every 1/16 s, which adds up exactly, for so long, and one at the end."""
    for _ in range(round(seconds * 16)):
        beat(link, throttle, echoed=echoed)
        clock.advance(1 / 16)
    beat(link, throttle, echoed=echoed)


def now(link, clock):
    return link.order.at(clock.monotonic())


def test_nobody_drives_before_the_first_heartbeat(link, clock):
    assert now(link, clock) == (0.0, 0.0, 0.0, NOBODY)


def test_an_order_lives_250_ms(link, clock):
    beat(link)
    assert now(link, clock) == (0.25, 0.5, 100.25, FREE)
    clock.advance(0.249)
    assert now(link, clock) == (0.25, 0.5, 100.25, FREE)


def test_after_250_ms_the_throttle_is_neutral_and_the_steering_held(link, clock):
    beat(link)
    clock.advance(0.25)
    assert now(link, clock) == (0.25, 0.0, 0.0, SILENT)
    clock.advance(0.74)
    assert now(link, clock) == (0.25, 0.0, 0.0, SILENT)


def test_after_a_second_the_steering_is_centred(link, clock):
    beat(link)
    clock.advance(1.0)
    assert now(link, clock) == (0.0, 0.0, 0.0, LOST)


def test_the_order_ends_by_itself_for_whoever_still_holds_it(link, clock):
    """The drive loop must not depend on the thread that hears the driver."""
    beat(link)
    order = link.order
    assert order.at(100.0)[3] == FREE
    assert order.at(100.3)[1] == 0.0
    assert order.at(101.0) == (0.0, 0.0, 0.0, LOST)


def test_whoever_looks_every_50_ms_sees_the_end_before_it_is_late(link, clock):
    beat(link)
    assert link.order.at(100.19, tick_s=0.05)[1] == 0.5
    assert link.order.at(100.21, tick_s=0.05) == (0.25, 0.0, 0.0, SILENT)


def test_a_shorter_loss_ends_with_the_next_heartbeat(link, clock):
    beat(link)
    clock.advance(0.999)
    beat(link)
    assert now(link, clock)[1] == 0.5


def test_a_loss_of_a_second_needs_more_than_heartbeats(link, clock):
    beat(link)
    clock.advance(1.0)
    steady(link, clock, 2.0, throttle=0.5)
    assert now(link, clock)[1:] == (0.0, 0.0, LOST)
    steady(link, clock, 2.0, throttle=0.0)
    assert now(link, clock)[1:] == (0.0, 0.0, LOST)


def test_resume_after_a_loss(link, clock):
    beat(link)
    clock.advance(1.0)
    steady(link, clock, 0.5)
    assert link.resume() == ""
    beat(link)
    assert now(link, clock)[1] == 0.5


def test_resume_needs_a_live_link(link, clock):
    link.stop(STOPPED)
    assert "live link" in link.resume()
    steady(link, clock, 0.5)
    clock.advance(0.25)
    assert "live link" in link.resume()
    assert link.order.latch == STOPPED


def test_resume_needs_half_a_second_without_a_gap(link, clock):
    beat(link)
    clock.advance(1.0)
    steady(link, clock, 0.4375)
    assert "steady link" in link.resume()
    clock.advance(0.25)
    steady(link, clock, 0.4375)
    assert "steady link" in link.resume()
    steady(link, clock, 0.0625)
    assert link.resume() == ""


def test_resume_needs_the_throttle_at_zero(link, clock):
    link.stop(STOPPED)
    steady(link, clock, 0.5, throttle=0.01)
    assert "throttle at zero" in link.resume()
    beat(link, 0.0)
    assert link.missing() == ""
    assert link.resume() == ""


def test_a_heartbeat_without_an_order_keeps_the_order(link, clock):
    beat(link)
    clock.advance(0.125)
    beat(link, throttle=None, angle=None)
    assert now(link, clock) == (0.25, 0.5, 100.375, FREE)


def test_a_heartbeat_after_a_silence_does_not_bring_the_throttle_back(link, clock):
    beat(link)
    clock.advance(0.25)
    beat(link, throttle=None, angle=None)
    assert now(link, clock)[:2] == (0.25, 0.0)


def test_a_stop_holds_while_the_driver_goes_on(link, clock):
    beat(link)
    link.stop(STOPPED)
    beat(link)
    assert now(link, clock)[1:] == (0.0, 0.0, STOPPED)
    assert link.order.latched_s == 100.0


def test_a_lost_link_does_not_hide_a_stop(link, clock):
    beat(link)
    link.stop(STOPPED)
    clock.advance(5.0)
    assert now(link, clock)[3] == STOPPED
    assert link.order.latched_s == 100.0


def test_a_loss_counts_from_the_last_heartbeat(link, clock):
    beat(link)
    clock.advance(5.0)
    assert link.order.latch == LOST
    assert link.order.latched_s == 100.0


def test_a_car_may_start_latched(clock):
    link = DriverLink(latch=START, clock=clock)
    steady(link, clock, 0.5)
    assert now(link, clock)[3] == START
    assert link.resume() == ""
    assert link.order.latched_s is None
    assert now(link, clock)[3] == FREE


def test_the_next_driver_starts_from_zero(link, clock):
    steady(link, clock, 1.0, throttle=0.5)
    link.change_driver()
    link.stop(HANDED_OVER)
    assert now(link, clock) == (0.0, 0.0, 0.0, HANDED_OVER)
    beat(link, 0.0)
    assert "steady link" in link.resume()


def test_a_new_driver_does_not_hide_that_the_old_one_was_lost(link, clock):
    beat(link)
    clock.advance(2.0)
    link.change_driver()
    beat(link)
    assert now(link, clock)[1:] == (0.0, 0.0, LOST)


def test_without_echoes_a_finished_client_may_begin_again(link, clock):
    beat(link, throttle=0.0, echoed=False)
    clock.advance(1.0)
    assert now(link, clock)[3] == NOBODY
    beat(link, echoed=False)
    assert now(link, clock)[1] == 0.5


def test_without_echoes_a_client_lost_at_speed_must_send_zero_first(link, clock):
    beat(link, echoed=False)
    clock.advance(1.0)
    beat(link, echoed=False)
    assert now(link, clock)[1:] == (0.0, 0.0, LOST)
    beat(link, throttle=0.0, echoed=False)
    assert now(link, clock)[3] == FREE
    beat(link, echoed=False)
    assert now(link, clock)[1] == 0.5


def test_without_echoes_zero_throttle_lifts_no_stop(link, clock):
    link.stop(STOPPED)
    beat(link, throttle=0.0, echoed=False)
    assert now(link, clock)[3] == STOPPED


def test_with_echoes_zero_throttle_lifts_no_loss(link, clock):
    beat(link, throttle=0.0)
    clock.advance(1.0)
    beat(link, throttle=0.0)
    assert now(link, clock)[3] == LOST


def test_a_tick_is_fresh_for_300_ms(link, clock):
    tick = link.issue_tick()
    clock.advance(0.2999)
    assert link.is_fresh(tick)
    clock.advance(0.0002)
    assert not link.is_fresh(tick)


def test_at_exactly_300_ms_a_tick_is_still_fresh():
    clock = FakeClock(0.0)
    link = DriverLink(clock=clock)
    tick = link.issue_tick()
    clock.advance(0.3)
    assert link.is_fresh(tick)


def test_a_tick_never_issued_is_not_fresh(link):
    tick = link.issue_tick()
    assert not link.is_fresh(tick + 1)
    assert not link.is_fresh(0)


def test_ticks_count_up(link):
    assert [link.issue_tick() for _ in range(3)] == [1, 2, 3]


def test_the_life_of_an_order_can_be_chosen(clock):
    link = DriverLink(life_s=0.125, clock=clock)
    beat(link)
    clock.advance(0.125)
    assert now(link, clock)[3] == SILENT


@pytest.mark.parametrize("life_s", [0, 0.09, 1.01, float("nan")])
def test_the_link_cannot_be_switched_off(life_s):
    with pytest.raises(ConfigError, match="`life_s` must be 0.1 to 1 s. Received: life_s="):
        DriverLink(life_s=life_s)


@pytest.mark.parametrize("life_s", [0.1, 1.0])
def test_the_ends_of_the_range_are_allowed(life_s):
    assert DriverLink(life_s=life_s).order == Order(life_s=life_s)


def test_with_the_longest_life_a_second_still_latches(clock):
    link = DriverLink(life_s=1.0, clock=clock)
    beat(link)
    clock.advance(1.0)
    assert now(link, clock)[3] == LOST


def test_who_lets_go_of_the_stick_has_no_throttle_and_no_longer_life(link, clock):
    link.beat(angle=0.3, throttle=0.5, echoed=True)
    clock.advance(0.2)
    link.let_go()
    angle, throttle, ends_s, code = link.order.at(clock.monotonic())
    assert (angle, throttle, code) == (0.3, 0.0, FREE)
    assert ends_s - clock.monotonic() == pytest.approx(0.05)
    link.beat(angle=0.3, throttle=0.5, echoed=True)
    assert link.order.throttle == 0.5


def test_to_let_go_does_not_make_a_held_stick_good_for_resume(link, clock):
    steady(link, clock, 1, throttle=0.5)
    link.stop(STOPPED)
    link.let_go()
    assert "Let go of the stick" in link.missing()
