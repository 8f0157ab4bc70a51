"""Pairing by token and by PIN."""

import pytest

from donkeycar.console.access import (
    IN_USE_S,
    MAX_SESSIONS,
    NEWCOMER_S,
    Access,
    TooManySessions,
)


@pytest.fixture
def access(clock):
    return Access(clock=clock)


def wrong(pin):
    return f"{(int(pin) + 1) % 10**6:06}"


def test_the_token_has_128_bits_and_is_new_every_time(access, clock):
    assert len(access.token) >= 22
    assert access.token != Access(clock=clock).token


def test_the_token_pairs_more_than_one_phone(access, clock):
    clock.advance(3600)
    first, second = access.pair_by_token(access.token), access.pair_by_token(access.token)
    assert access.session_name(first) != access.session_name(second)


def test_a_wrong_token_pairs_nobody(access):
    assert access.pair_by_token("") is None
    assert access.pair_by_token(access.token[:-1]) is None
    assert access.pair_by_token("\udc80ä") is None


def test_a_session_never_made_has_no_name(access):
    assert access.session_name("") is None
    assert access.session_name(access.token) is None


def test_the_pin_pairs_for_five_minutes(access, clock):
    assert len(access.pin) == 6
    clock.advance(299.9)
    assert access.pair_by_pin(access.pin)
    pin = access.pin
    clock.advance(0.1)
    assert access.pin == ""
    assert access.pair_by_pin(pin) is None
    assert access.pair_by_pin("") is None


def test_a_renewed_pin_pairs_again(access, clock):
    clock.advance(1000)
    assert access.pair_by_pin(access.renew_pin())


def test_ten_wrong_pins_change_it_and_lock_it_for_a_minute(access, clock):
    pin = access.pin
    for _ in range(9):
        assert access.pair_by_pin(wrong(pin)) is None
    assert access.locked_s == 0
    access.pair_by_pin(wrong(pin))
    assert access.locked_s == 60
    assert access.pin != pin
    assert access.pair_by_pin(access.pin) is None
    clock.advance(60)
    assert access.pair_by_pin(access.pin)


def test_a_lock_does_not_keep_the_link_out(access):
    for _ in range(10):
        access.pair_by_pin(wrong(access.pin))
    assert access.pair_by_token(access.token)


def test_a_lock_ignores_even_more_guesses(access, clock):
    for _ in range(10):
        access.pair_by_pin(wrong(access.pin))
    pin = access.pin
    clock.advance(30)
    for _ in range(1000):
        access.pair_by_pin(wrong(pin))
    assert access.locked_s == 30
    assert access.pin == pin


def test_a_hundred_thousand_guesses_in_five_minutes_hardly_ever_hit(access, clock):
    """333 guesses a second from anywhere: 60 of the 100,000 are looked at."""
    looked_at = 0
    for _ in range(100_000):
        looked_at += access.locked_s == 0 and access.pin != ""
        access.pair_by_pin(wrong(access.pin or "0"))
        clock.advance(0.003)
    assert looked_at <= 60


def pair_all(access, number=MAX_SESSIONS):
    return [access.pair_by_token(access.token) for _ in range(number)]


def test_a_phone_in_use_is_not_pushed_out_by_any_number_of_pairings(access, clock):
    """What used to happen: 64 pairings, and the phone that drove had to pair again."""
    phone = access.pair_by_token(access.token)
    name = access.session_name(phone)
    refused = 0
    for _ in range(10 * MAX_SESSIONS):
        clock.advance(5)
        access.touch(name)  # a message of the page that drives
        try:
            other = access.pair_by_pin(access.renew_pin())
            access.session_name(other)
        except TooManySessions:
            refused += 1
    assert access.session_name(phone) == name
    assert 0 < refused < 10 * MAX_SESSIONS


def test_who_never_came_back_makes_room_first(access, clock):
    kept, lost, *others = pair_all(access)
    for session in (kept, *others):
        access.session_name(session)
    with pytest.raises(TooManySessions):
        access.pair_by_token(access.token)
    clock.advance(NEWCOMER_S)
    new = access.pair_by_token(access.token)
    assert access.session_name(lost) is None
    assert all(access.session_name(session) for session in (kept, new, *others))


def test_who_was_away_for_longest_makes_room_then(access, clock):
    sessions = pair_all(access)
    for session in sessions:
        access.session_name(session)
    clock.advance(IN_USE_S / 2)
    for session in sessions[1:]:
        access.session_name(session)
    clock.advance(IN_USE_S / 2)
    assert access.pair_by_token(access.token)
    assert access.session_name(sessions[0]) is None
    assert all(access.session_name(session) for session in sessions[1:])


def test_a_session_is_the_whole_secret_not_only_its_name(access):
    session = access.pair_by_token(access.token)
    name = access.session_name(session)
    assert access.session_name(name) is None
    access.touch("bearer 192.168.1.20")  # no session: means nothing
