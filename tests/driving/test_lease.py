"""One driver at a time."""

import pytest

from donkeycar.driving.lease import DriverLease
from donkeycar.testing import FakeClock


@pytest.fixture
def clock():
    return FakeClock(100.0)


@pytest.fixture
def lease(clock):
    return DriverLease(clock=clock)


def test_nobody_drives_at_first(lease):
    assert lease.holder is None
    assert lease.asker is None


def test_the_first_who_claims_drives(lease):
    assert lease.claim("anna")
    assert not lease.claim("ben")
    assert lease.holder == "anna"


def test_two_seconds_of_silence_free_the_wheel(lease, clock):
    lease.claim("anna")
    clock.advance(1.999)
    assert not lease.claim("ben")
    clock.advance(0.001)
    assert lease.holder is None
    assert lease.claim("ben")


def test_a_driver_who_is_heard_keeps_the_wheel(lease, clock):
    for _ in range(5):
        assert lease.claim("anna")
        clock.advance(1.5)
    assert lease.holder == "anna"


def test_a_failed_claim_does_not_keep_the_driver_alive(lease, clock):
    lease.claim("anna")
    clock.advance(1.5)
    lease.claim("ben")
    clock.advance(0.5)
    assert lease.holder is None


def test_whoever_lets_go_frees_the_wheel_at_once(lease):
    lease.claim("anna")
    assert lease.release("anna")
    assert lease.claim("ben")


def test_only_the_driver_can_let_go(lease):
    lease.claim("anna")
    assert not lease.release("ben")
    assert lease.holder == "anna"


def test_the_driver_gives_the_wheel_to_who_asked(lease):
    lease.claim("anna")
    lease.ask("ben")
    assert lease.asker == "ben"
    assert lease.give("anna")
    assert lease.holder == "ben"
    assert lease.asker is None


def test_the_new_driver_has_two_seconds_of_their_own(lease, clock):
    lease.claim("anna")
    clock.advance(1.9)
    lease.ask("ben")
    lease.give("anna")
    clock.advance(1.9)
    assert lease.holder == "ben"


def test_nobody_but_the_driver_can_give(lease):
    lease.claim("anna")
    lease.ask("ben")
    assert not lease.give("ben")
    assert lease.holder == "anna"


def test_nothing_is_given_to_nobody(lease):
    lease.claim("anna")
    assert not lease.give("anna")
    assert lease.holder == "anna"


def test_a_request_is_forgotten_after_ten_seconds(lease, clock):
    lease.ask("ben")
    clock.advance(9.9)
    assert lease.asker == "ben"
    clock.advance(0.1)
    assert lease.asker is None


def test_who_leaves_no_longer_asks(lease):
    lease.claim("anna")
    lease.ask("ben")
    lease.release("ben")
    assert lease.asker is None


def test_who_drives_no_longer_asks(lease):
    lease.ask("ben")
    lease.claim("anna")
    assert lease.asker == "ben"
    lease.release("anna")
    lease.claim("ben")
    assert lease.asker is None
