"""What the driver's part says in a tick: from page, gamepad and radio, in time, and never twice."""

import time

import pytest

from benchmarks.safety.stop_rule import Page
from donkeycar.driving.arbiter import Offer
from donkeycar.driving.cockpit import Cockpit
from donkeycar.errors import PartError
from donkeycar.parts.driver import HUNG_AFTER_S, ButtonsPart, DriverPart, Driving
from donkeycar.testing import FakeClock


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


def offer(clock, throttle=0.0, *actions):
    return Offer(0.2, throttle, clock.monotonic() + 0.25, moved=True, actions=actions)


@pytest.mark.parametrize(("wanted", "given"), [(0.9, 0.4), (-0.9, -0.4), (0.3, 0.3)])
def test_all_that_a_page_wants_is_in_the_tick_within_its_limit(part, page, wanted, given):
    page.send(angle=-0.5, throttle=wanted, drive_mode="local", recording=True, max_throttle=0.4)
    assert part.run(rate_hz=20.0) == Driving(
        angle=-0.5, throttle=given, mode="local", recording=True, expires_s=100.25, reason="",
        max_throttle=0.4, source="web", actions=(),
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["gamepad", "rc"])
def test_a_car_may_have_either_controller_without_the_other(part, clock, kind):
    driving = part.run(**{kind: offer(clock, 0.5)})
    assert (driving.source, driving.angle, driving.throttle) == (kind, 0.2, 0.5)


def test_a_button_for_another_part_is_passed_on_once(part, clock):
    assert part.run(gamepad=offer(clock, 0.0, "erase", "ai_launch")).actions == (
        "erase", "ai_launch",
    )  # fmt: skip
    assert part.run(gamepad=offer(clock)).actions == ()


@pytest.mark.parametrize("kind", ["gamepad", "rc"])
def test_an_offer_that_is_none_is_refused_with_the_part_that_makes_it_one(part, kind):
    with pytest.raises(PartError) as error:
        part.run(**{kind: (0.1, 0.2)})
    assert str(error.value) == (
        f"`{kind}/offer` must hold an Offer of donkeycar.driving.arbiter. Received: (0.1, 0.2). "
        "Wrap the part that writes it: AsOffer(part, ['user/angle', 'user/throttle']), "
        "see docs/parts.md"
    )


def test_a_pilot_that_still_loads_is_the_reason_until_it_is_there(clock):
    cockpit = Cockpit(mode="local", has_pilot=True, clock=clock)
    part = DriverPart(cockpit, clock=clock)
    assert part.run(pilot_note="The pilot loads.").reason == "The pilot loads."
    assert part.run(pilot_note=None).reason.startswith("The car starts with the pilot driving.")
    assert cockpit.pilot_note == ""


@pytest.mark.parametrize(
    ("rate_hz", "age_s", "drives"),
    [
        # An order lives for 250 ms, and the motor must be neutral by then, not one tick later.
        (20.0, 0.19, True), (20.0, 0.2, False),
        (None, 0.19, True), (None, 0.2, False),
        (100.0, 0.23, True), (100.0, 0.24, False),
        # So slow a loop would see each order expire at once.
        (5.0, 0.14, True), (5.0, 0.16, False),
    ],
)  # fmt: skip
def test_the_end_of_an_order_is_seen_one_tick_ahead(part, page, clock, rate_hz, age_s, drives):
    page.send(throttle=0.5)
    clock.advance(age_s)
    assert part.run(rate_hz=rate_hz).throttle == (0.5 if drives else 0.0)


@pytest.mark.parametrize(("late_s", "drives"), [(0.0, True), (1 / 64, False)])
def test_a_loop_has_hung_when_it_stood_still_for_longer_than_it_may(
    part, page, clock, late_s, drives
):
    page.send(throttle=0.5)
    part.run()
    for step in range(6):
        clock.advance(HUNG_AFTER_S / 6 + (late_s if step == 5 else 0.0))
        page.send(throttle=0.5)
    assert clock.monotonic() == 100.0 + HUNG_AFTER_S + late_s
    assert part.run().throttle == (0.5 if drives else 0.0)


def test_it_drives_in_real_time():
    part = DriverPart(Cockpit())
    driving = part.run(gamepad=Offer(0.2, 0.5, time.monotonic() + 1.0, moved=True))
    assert (driving.source, driving.throttle) == ("gamepad", 0.5)


def test_a_programmable_button_is_true_for_one_tick(page, cockpit):
    buttons = ButtonsPart(cockpit)
    page.send(buttons={"w2": True, "w5": True, "w1": False})
    page.send(buttons={"w2": True})
    assert buttons.run() == (False, True, False, False, True)
    assert buttons.run() == (False,) * 5
