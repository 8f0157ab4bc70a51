"""Who drives, and which mode follows which wish."""

import itertools

import pytest

from donkeycar.driving.arbiter import NOBODY, REST_S, Arbiter, Offer, next_mode
from donkeycar.driving.lease import FREE_AFTER_S, DriverLease
from donkeycar.testing import FakeClock


@pytest.fixture
def clock():
    return FakeClock(10.0)


@pytest.fixture
def lease(clock):
    return DriverLease(clock=clock)


@pytest.fixture
def arbiter(lease, clock):
    return Arbiter(lease, clock=clock)


def test_a_free_wheel_goes_to_whoever_wants_it(arbiter):
    assert arbiter.kind == NOBODY
    assert not arbiter.claim("gamepad", "gamepad", wants=False, in_use=True)
    assert arbiter.kind == NOBODY
    assert arbiter.claim("gamepad", "gamepad", wants=True, in_use=False)
    assert arbiter.kind == "gamepad"


def test_who_holds_the_wheel_need_not_want_it_again(arbiter):
    arbiter.claim("gamepad", "gamepad", wants=True, in_use=True)
    assert arbiter.claim("gamepad", "gamepad", wants=False, in_use=False)


def test_a_wheel_in_use_is_not_taken(arbiter, clock):
    for _ in range(100):
        assert arbiter.claim("phone", "web", wants=True, in_use=True)
        clock.advance(0.05)
        assert not arbiter.claim("gamepad", "gamepad", wants=True, in_use=True)
    assert arbiter.kind == "web"


@pytest.mark.parametrize(
    ("rest_s", "kind", "wants", "in_use", "taken"),
    [
        (REST_S, "gamepad", True, True, True),
        (REST_S - 0.01, "gamepad", True, True, False),
        (REST_S, "web", True, True, False),
        (REST_S, "gamepad", False, True, False),
        (REST_S, "gamepad", True, False, False),
    ],
)
def test_a_wheel_at_rest_goes_to_another_kind_that_uses_it(
    arbiter, clock, rest_s, kind, wants, in_use, taken
):
    arbiter.claim("phone", "web", wants=True, in_use=True)
    clock.advance(rest_s)
    arbiter.claim("phone", "web", wants=True, in_use=False)
    assert arbiter.claim("other", kind, wants=wants, in_use=in_use) is taken
    assert arbiter.kind == (kind if taken else "web")


def test_who_takes_the_wheel_without_turning_it_has_it_for_a_while(arbiter, clock):
    arbiter.claim("phone", "web", wants=True, in_use=False)
    clock.advance(REST_S - 0.01)
    assert not arbiter.claim("gamepad", "gamepad", wants=True, in_use=True)


def test_a_silent_driver_loses_the_wheel(arbiter, clock):
    arbiter.claim("phone", "web", wants=True, in_use=True)
    clock.advance(FREE_AFTER_S)
    assert arbiter.kind == NOBODY
    assert arbiter.claim("tablet", "web", wants=True, in_use=False)


MODES = ("user", "local_angle", "local")
NEXT = {"user": "local_angle", "local_angle": "local", "local": "user"}


@pytest.mark.parametrize("mode", MODES)
def test_modes_follow_their_wishes(mode):
    assert next_mode(mode, "next", has_pilot=True) == NEXT[mode]
    for wish in MODES:
        assert next_mode(mode, wish, has_pilot=True) == wish
    for has_pilot in (True, False):
        assert next_mode(mode, "user", has_pilot=has_pilot) == "user"


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("wish", ["", "auto", "LOCAL", "none", "local "])
def test_an_unknown_mode_changes_nothing(mode, wish):
    assert next_mode(mode, wish, has_pilot=True) == mode


@pytest.mark.parametrize(("mode", "wish"), list(itertools.product(MODES, ["local", "local_angle"])))
def test_without_a_pilot_no_pilot_mode_is_reached(mode, wish):
    assert next_mode(mode, wish, has_pilot=False) == mode
    assert next_mode("user", "next", has_pilot=False) == "user"


@pytest.mark.parametrize(
    ("expires_s", "holds"), [(0.0, False), (10.0, False), (10.25, True), (11.0, True)]
)
def test_an_offer_holds_until_its_end(expires_s, holds):
    offer = Offer(expires_s=expires_s, note="Press B first.")
    assert offer.holds(10.0) is holds
    assert offer.note_at(10.0) == "Press B first."


@pytest.mark.parametrize("expires_s", [11.001, float("inf"), float("nan")])
def test_an_offer_without_an_end_near_by_does_not_hold_and_says_so(expires_s):
    offer = Offer(expires_s=expires_s, note="Press B first.")
    assert not offer.holds(10.0)
    assert offer.note_at(10.0).startswith("An order must end at most 1 s from now")
