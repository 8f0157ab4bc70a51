"""Driving on after a silence, a stop or a hand-over: who must do what before throttle counts."""

import pytest

from benchmarks.safety.stop_rule import Hand, Page
from donkeycar.driving.client import Client
from donkeycar.driving.cockpit import Cockpit
from donkeycar.driving.driver_link import FREE, HANDED_OVER, LOST, STOPPED
from donkeycar.driving.message import Message


@pytest.fixture
def cockpit(clock):
    return Cockpit(has_pilot=True, clock=clock)


@pytest.fixture
def page(cockpit, clock):
    return Page(cockpit, clock)


def told(cockpit, clock):
    _, throttle, _, code = cockpit.order.at(clock.monotonic())
    return throttle, code


@pytest.mark.parametrize("kind", ["gamepad", "page"])
def test_a_driver_whose_link_was_lost_does_not_drive_on_by_letting_go(page, cockpit, clock, kind):
    # A client of 5.x without echoes may: it cannot tap Resume.
    hand = Hand(cockpit, clock, "gamepad")
    send = page.send if kind == "page" else hand.offer
    send(throttle=0.5, **({} if kind == "page" else {"moved": True}))
    clock.advance(1.5)
    send(throttle=0.0)
    assert told(cockpit, clock) == (0.0, LOST)
    send(throttle=0.5)
    assert told(cockpit, clock) == (0.0, LOST)


def test_a_gamepad_that_drives_again_after_it_was_gone_for_long_records_again(cockpit, clock):
    hand = Hand(cockpit, clock, "gamepad")
    hand.offer(0.4, moved=True, recording=True)
    assert cockpit.recording is True
    for _ in range(20):
        hand.gone()  # once a tick, for as long as the radio is away
    assert cockpit.source == "none"
    hand.hold(0.6)
    assert cockpit.source == "gamepad", "back, it has the wheel that nobody took"
    hand.press("resume")
    cockpit.recording = False
    hand.gone()
    assert hand.client.records is None
    hand.hold(0.6)
    hand.press("resume")
    hand.offer(0.4, recording=True)
    assert cockpit.recording is True


@pytest.mark.parametrize(("sixteenths", "code"), [(15, FREE), (16, STOPPED)])
def test_a_press_of_resume_is_over_after_a_second(cockpit, clock, sixteenths, code):
    hand = Hand(cockpit, clock, "gamepad")
    hand.offer(0.5, moved=True)
    cockpit.stop()
    hand.offer(0.5, actions=("resume",))
    for _ in range(sixteenths):
        hand.offer(0.5)
        clock.advance(1 / 16)
    hand.offer(0.0)
    assert told(cockpit, clock) == (0.0, code)


@pytest.mark.parametrize(("sixteenths", "driver"), [(15, "web"), (16, "gamepad")])
def test_a_wheel_is_at_rest_after_a_second_and_not_before(page, cockpit, clock, sixteenths, driver):
    page.send(angle=0.3, throttle=0.0)
    for _ in range(sixteenths):
        clock.advance(1 / 16)
        page.send(angle=0.0, throttle=0.0)
    Hand(cockpit, clock, "gamepad").offer(0.4, moved=True)
    assert cockpit.source == driver


def test_a_car_without_an_echo_from_its_driver_drives_on_when_the_throttle_is_let_go(
    cockpit, clock
):
    script = Client("script")
    cockpit.handle(script, Message(throttle=0.5))
    clock.advance(1.5)
    cockpit.handle(script, Message(throttle=0.5))
    assert told(cockpit, clock) == (0.0, LOST)
    cockpit.handle(script, Message(throttle=0.0))
    cockpit.handle(script, Message(throttle=0.5))
    assert told(cockpit, clock) == (0.5, FREE)


def test_who_is_handed_the_wheel_cannot_resume_while_pushing(page, cockpit, clock):
    ben = Page(cockpit, clock, "ben")
    page.send(throttle=0.0)
    ben.hold(1.0, take=True, throttle=0.5)
    page.send(throttle=0.0, give=True)
    ben.hold(0.6, throttle=0.5)
    answer = ben.send(throttle=0.5, resume=True)
    assert answer == {"error": "Resume needs the throttle at zero. Let go of the stick."}
    assert told(cockpit, clock) == (0.0, HANDED_OVER)


@pytest.mark.parametrize("steering", [0.0, 0.4])
def test_a_late_release_of_the_driver_stops_the_motor_and_that_of_another_does_not(
    page, cockpit, clock, steering
):
    ben = Client("ben")
    old = cockpit.issue_tick()
    clock.advance(1.0)
    page.send(throttle=0.5)
    late = Message(throttle=0.0, angle=steering, echo=old)
    cockpit.handle(ben, late)
    assert told(cockpit, clock) == (0.5, FREE)
    cockpit.handle(page.client, late)
    assert told(cockpit, clock) == (0.0, FREE)


@pytest.mark.parametrize("throttle", [0.8, 1.0])
def test_a_late_push_of_the_driver_neither_counts_nor_lets_go(page, cockpit, clock, throttle):
    old = cockpit.issue_tick()
    clock.advance(1.0)
    page.send(throttle=0.5)
    cockpit.handle(page.client, Message(throttle=throttle, echo=old))
    assert told(cockpit, clock) == (0.5, FREE)


def test_of_a_connection_that_was_replaced_only_a_stop_and_a_release_count(page, cockpit, clock):
    def late(**fields):
        message = Message(echo=cockpit.issue_tick(), **fields)
        return cockpit.handle(page.client, message, replaced=True)

    page.send(throttle=0.5)
    late(throttle=0.9, drive_mode="local", recording=True)
    late(bye=True)
    assert told(cockpit, clock) == (0.5, FREE)
    assert (cockpit.mode, cockpit.recording) == ("user", False)
    late(throttle=0.0)
    assert told(cockpit, clock) == (0.0, FREE)
    assert late(stop=True, seq=3) == {"stop_ack": 3}
    assert told(cockpit, clock) == (0.0, STOPPED)


def test_a_page_that_was_loaded_again_is_heard_from_its_first_message(page, cockpit, clock):
    page.send(throttle=0.5, seq=7)
    cockpit.reconnect(page.client)
    page.send(throttle=0.2, seq=0)
    assert told(cockpit, clock) == (0.2, FREE)
    page.send(throttle=0.9, seq=0)
    assert told(cockpit, clock) == (0.2, FREE)
