"""A pilot that is being loaded cannot be chosen, and no car drives off when it is there."""

import pytest

from benchmarks.safety.stop_rule import Hand, Page
from donkeycar.driving.cockpit import Cockpit
from donkeycar.driving.driver_link import FREE, START, STOPPED
from donkeycar.driving.message import MessageError
from donkeycar.driving.reasons import reason_for
from donkeycar.parts.pilot_loading import LOADING


@pytest.fixture
def make(clock):
    def make(mode="user"):
        return Cockpit(
            mode=mode, throttle_ceiling=1.0, has_pilot=True, pilot_note=LOADING, car_name="c",
            clock=clock,
        )  # fmt: skip

    return make


def is_there(cockpit):
    """What the loop says at its next tick."""
    cockpit.pilot_note = ""


def code_of(cockpit, clock):
    return cockpit.order.at(clock.monotonic())[3]


@pytest.mark.parametrize("mode", ["local", "local_angle"])
def test_a_page_cannot_choose_it_yet_and_is_told_why(make, clock, mode):
    cockpit = make()
    page = Page(cockpit, clock)
    with pytest.raises(
        MessageError, match=f"must be user. {LOADING} Received: drive_mode='{mode}'"
    ):
        page.send(drive_mode=mode, throttle=0.0)
    state = cockpit.state(page.client)
    assert state["driveMode"] == "user"
    assert state["has_pilot"] and state["pilot_note"] == LOADING
    is_there(cockpit)
    page.send(drive_mode=mode, throttle=0.0)
    state = cockpit.state(page.client)
    assert (state["driveMode"], state["pilot_note"]) == (mode, "")


def test_a_person_drives_by_hand_in_the_meantime(make, clock):
    cockpit = make()
    page = Page(cockpit, clock)
    page.send(angle=0.2, throttle=0.4, drive_mode="user")
    assert cockpit.order.at(clock.monotonic())[:2] == (0.2, 0.4)
    assert code_of(cockpit, clock) == FREE
    assert cockpit.state(page.client)["reason"] == ""


@pytest.mark.parametrize("kind", ["gamepad", "rc"])
@pytest.mark.parametrize("action", ["mode", "mode_local", "mode_local_angle"])
def test_a_button_cannot_choose_it_yet(make, clock, kind, action):
    cockpit = make()
    hand = Hand(cockpit, clock, kind)
    hand.offer(0.3, moved=True, actions=(action,))
    assert cockpit.mode == "user"
    assert code_of(cockpit, clock) == FREE
    is_there(cockpit)
    hand.offer(0.0, actions=(action,))
    assert cockpit.mode != "user"


def test_a_car_that_starts_in_a_pilot_mode_waits_for_pilot_and_person(make, clock):
    """It must not drive off by itself as soon as the pilot is there."""
    cockpit = make("local")
    page = Page(cockpit, clock)
    page.hold(1.0, throttle=0.0)
    assert page.send(resume=True) == {"error": LOADING}
    state = cockpit.state(page.client)
    assert (state["reason"], state["reason_code"], state["can_resume"]) == (LOADING, START, False)
    assert reason_for(START, cockpit.unready) == LOADING
    is_there(cockpit)
    page.hold(1.0, throttle=0.0)
    assert code_of(cockpit, clock) == START
    state = cockpit.state(page.client)
    assert state["reason"] == "The car starts with the pilot driving. Tap Resume to let it go."
    assert state["can_resume"]
    assert page.send(resume=True) == {}
    assert code_of(cockpit, clock) == FREE


@pytest.mark.parametrize("kind", ["gamepad", "rc"])
def test_a_button_does_not_let_it_go_either(make, clock, kind):
    cockpit = make("local")
    hand = Hand(cockpit, clock, kind)
    hand.hold(1.0, throttle=0.0, moved=True)
    hand.offer(0.0, actions=("resume",))
    hand.hold(0.2, throttle=0.0)
    assert code_of(cockpit, clock) == START
    is_there(cockpit)
    hand.hold(2.0, throttle=0.0)
    assert code_of(cockpit, clock) == START, "the press from before is forgotten"
    hand.offer(0.0, actions=("resume",))
    hand.hold(0.2, throttle=0.0)
    assert code_of(cockpit, clock) == FREE


def test_whoever_chose_to_drive_by_hand_need_not_wait(make, clock):
    cockpit = make("local")
    page = Page(cockpit, clock)
    page.hold(1.0, throttle=0.0, drive_mode="user")
    assert page.send(resume=True) == {}
    assert code_of(cockpit, clock) == FREE


def test_a_stop_is_obeyed_in_a_message_that_chooses_it_too_early(make, clock):
    cockpit = make()
    page = Page(cockpit, clock)
    page.send(throttle=0.4)
    with pytest.raises(MessageError):
        page.send(stop=True, drive_mode="local")
    assert code_of(cockpit, clock) == STOPPED


def test_a_car_without_such_a_pilot_waits_for_nothing(clock):
    cockpit = Cockpit(mode="user", throttle_ceiling=1, has_pilot=True, car_name="c", clock=clock)
    Page(cockpit, clock).send(throttle=0.0, drive_mode="local")
    assert cockpit.mode == "local"
