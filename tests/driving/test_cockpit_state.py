"""A cockpit as its owner gets it without asking for anything, and all that a page sees of it."""

import time

import pytest

from donkeycar.driving.arbiter import Offer
from donkeycar.driving.client import Client
from donkeycar.driving.cockpit import MAX_PRESSES, Cockpit
from donkeycar.driving.driver_link import FREE, NOBODY, SILENT
from donkeycar.driving.message import Message
from donkeycar.driving.reasons import REASONS
from donkeycar.driving.telemetry import shown
from donkeycar.errors import ConfigError

NOBODY_DRIVES = {
    "driveMode": "user", "recording": False, **shown({}), "pilot_note": "", "has_pilot": False,
    "max_throttle": 1.0, "throttle_ceiling": 1.0, "reason": REASONS[NOBODY],
    "reason_code": NOBODY, "reason_age_s": None, "can_resume": False, "driver": "nobody",
    "source": "none", "you_drive": False, "asked": False, "car_name": "donkeycar",
    "controller_note": "",
}  # fmt: skip


def test_a_page_that_opens_sees_a_car_that_nobody_drives():
    assert Cockpit().state(Client("anna")) == NOBODY_DRIVES


def test_its_driver_sees_what_was_chosen_and_another_page_sees_who_drives(clock):
    cockpit = Cockpit(has_pilot=True, throttle_ceiling=0.8, car_name="Rosinante", clock=clock)
    anna = Client("anna")
    choice = Message(
        echo=cockpit.issue_tick(), throttle=0.5, drive_mode="local", recording=True,
        max_throttle=0.4,
    )  # fmt: skip
    cockpit.handle(anna, choice)
    chosen = {
        **NOBODY_DRIVES, "driveMode": "local", "recording": True, "has_pilot": True,
        "max_throttle": 0.4, "throttle_ceiling": 0.8, "reason": "", "reason_code": FREE,
        "source": "web", "car_name": "Rosinante",
    }  # fmt: skip
    assert cockpit.state(anna) == {**chosen, "driver": "you", "you_drive": True}
    assert cockpit.state(Client("ben")) == {**chosen, "driver": "other"}


def test_a_page_is_told_tenths_of_a_second_and_no_more(clock):
    # Each change has to be sent; a page is sent its state at each tick.
    cockpit = Cockpit(clock=clock)
    anna = Client("anna")
    cockpit.handle(anna, Message(echo=cockpit.issue_tick(), throttle=0.5))
    clock.advance(0.53125)
    state = cockpit.state(anna)
    assert (state["reason_code"], state["reason_age_s"]) == (SILENT, 0.5)


@pytest.mark.parametrize("life_s", [0.25, 0.5])
def test_an_order_lives_for_as_long_as_the_owner_says(clock, life_s):
    cockpit = Cockpit(life_s=life_s, clock=clock)
    cockpit.handle(Client("anna"), Message(echo=cockpit.issue_tick(), throttle=0.5))
    clock.advance(life_s - 1 / 16)
    assert cockpit.order.at(clock.monotonic())[1] == 0.5
    clock.advance(1 / 16)
    assert cockpit.order.at(clock.monotonic())[1] == 0.0


def test_a_mode_that_is_none_is_refused_with_those_that_are():
    with pytest.raises(ConfigError) as error:
        Cockpit(mode="autopilot")
    assert str(error.value) == (
        "`mode` must be one of user, local_angle, local. Received: mode='autopilot'"
    )


@pytest.mark.parametrize("kind", ["gamepad", "rc"])
def test_a_controller_in_the_car_drives_in_real_time(kind):
    cockpit = Cockpit()
    client = {"gamepad": cockpit.gamepad, "rc": cockpit.rc}[kind]
    # A device of the owner's that names itself so is the same driver, in the thread that hears it.
    assert client == Client(kind, kind=kind)
    cockpit.take(client, Offer(0.2, 0.5, time.monotonic() + 0.5, moved=True))
    assert (cockpit.source, cockpit.order.throttle) == (kind, 0.5)


def test_a_flood_of_presses_for_other_parts_is_bounded_too(clock):
    cockpit = Cockpit(clock=clock)
    for _ in range(100):
        offer = Offer(expires_s=clock.monotonic() + 0.25, moved=True, actions=("erase",))
        cockpit.take(cockpit.gamepad, offer)
    assert list(cockpit.actions) == ["erase"] * MAX_PRESSES
