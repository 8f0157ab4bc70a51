"""A loop that hung: the cockpit has whoever drives wait for Resume, and nobody else."""

import pytest

from benchmarks.safety.stop_rule import Hand, Page
from donkeycar.driving.cockpit import Cockpit
from donkeycar.driving.driver_link import (
    FREE,
    GONE,
    HANDED_OVER,
    HUNG,
    LEFT,
    LOST,
    NOBODY,
    START,
    STOPPED,
)


@pytest.fixture
def halts():
    return []


@pytest.fixture
def cockpit(clock, halts):
    return Cockpit(has_pilot=True, halt=lambda: halts.append(1), clock=clock)


@pytest.fixture
def page(cockpit, clock):
    return Page(cockpit, clock)


def told(cockpit, clock):
    _, throttle, _, code = cockpit.order.at(clock.monotonic())
    return throttle, code


@pytest.mark.parametrize("mode", ["user", "local_angle", "local"])
def test_whoever_drives_waits_for_resume_and_keeps_the_mode(page, cockpit, clock, halts, mode):
    page.send(throttle=0.5, drive_mode=mode)
    cockpit.hold(HUNG)
    assert (told(cockpit, clock), cockpit.mode, halts) == ((0.0, HUNG), mode, [1])
    page.hold(1.0, throttle=0.5)
    assert told(cockpit, clock) == (0.0, HUNG), "a stick that is held does not drive on"
    page.hold(0.6, throttle=0.0)
    assert page.send(throttle=0.0, resume=True) == {}
    page.send(throttle=0.3)
    assert told(cockpit, clock) == (0.3, FREE)


def test_nobody_is_made_to_wait_for_what_nobody_drove(page, cockpit, clock, halts):
    page.send()
    cockpit.hold(HUNG)
    assert (told(cockpit, clock), halts) == ((0.0, NOBODY), [])
    page.send(throttle=0.5)
    assert told(cockpit, clock) == (0.5, FREE)


def test_a_link_that_was_lost_meanwhile_does_not_hide_that_the_loop_hung(page, cockpit, clock):
    page.send(throttle=0.5)
    clock.advance(1.5)
    cockpit.hold(HUNG)
    assert told(cockpit, clock) == (0.0, HUNG)


@pytest.mark.parametrize("why", [STOPPED, LEFT, START, HANDED_OVER, GONE])
def test_the_reason_why_a_driver_waited_before_stays(page, cockpit, clock, halts, why):
    page.send(throttle=0.0)
    cockpit._latch(why)
    cockpit.hold(HUNG)
    assert (told(cockpit, clock), halts) == ((0.0, why), [1])


def test_who_has_gone_is_not_asked_for_a_resume_of_the_loop(page, cockpit, clock, halts):
    page.send(throttle=0.5)
    clock.advance(2.0)
    cockpit.hold(HUNG)
    assert (told(cockpit, clock), halts) == ((0.0, LOST), [])


@pytest.mark.parametrize("why", [GONE, LOST, HUNG])
def test_a_remote_control_resumes_with_its_sticks_at_rest_and_a_gamepad_does_not(
    cockpit, clock, why
):
    for kind, code in (("gamepad", why), ("rc", FREE)):
        hand = Hand(cockpit, clock, kind)
        hand.offer(0.4, moved=True)
        cockpit._latch(why)
        hand.hold(1.0)
        assert told(cockpit, clock) == (0.0, code)
        cockpit.leave(hand.client)


@pytest.mark.parametrize("why", [STOPPED, LEFT, START, HANDED_OVER])
def test_a_remote_control_at_rest_resumes_nothing_that_a_person_ordered(cockpit, clock, why):
    hand = Hand(cockpit, clock, "rc")
    hand.offer(0.4, moved=True)
    cockpit._latch(why)
    hand.hold(3.0)
    assert told(cockpit, clock) == (0.0, why)
