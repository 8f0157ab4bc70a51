"""Details that a broken version of the package would get wrong: first values, words, defaults."""

import time

import pytest

from donkeycar.driving import driver_link as link_module
from donkeycar.driving.arbiter import NOBODY, Arbiter
from donkeycar.driving.drive_mode import DriveMode
from donkeycar.driving.driver_link import FREE, STOPPED, TICKS_KEPT, DriverLink, Order
from donkeycar.driving.lease import DriverLease
from donkeycar.driving.message import MessageError, _number, parse_message
from donkeycar.testing import FakeClock

FAR_S = 1e9  # a clock that is nowhere near this computer's own


@pytest.fixture
def clock():
    return FakeClock(FAR_S)


@pytest.fixture
def link(clock):
    return DriverLink(clock=clock)


# Without a clock of their own all of them take real time.


def test_a_link_takes_real_time():
    link = DriverLink()
    link.beat(angle=0.0, throttle=0.0, echoed=True)
    assert link.order.beat_s == pytest.approx(time.monotonic(), abs=1.0)


def test_a_lease_takes_real_time():
    assert DriverLease().claim("anna")


def test_an_arbiter_takes_real_time():
    assert Arbiter(DriverLease()).claim("anna", "web", wants=True, in_use=True)


@pytest.mark.parametrize(("life_s", "source"), [(10.0, "user"), (-10.0, "none")])
def test_a_drive_mode_takes_real_time(life_s, source):
    expires_s = time.monotonic() + life_s
    command = DriveMode().run("user", 0.0, 0.5, expires_s, 1.0, None, None, None)[2]
    assert command.source == source


# First values.


def test_nobody_holds_or_asks_for_a_new_lease(clock):
    lease = DriverLease(clock=clock)
    assert lease.holder is None
    assert lease.asker is None


def test_a_new_wheel_is_nobodys_whoever_holds_the_lease(clock):
    lease = DriverLease(clock=clock)
    lease.claim("somebody")
    assert Arbiter(lease, clock=clock).kind == NOBODY


def test_a_wheel_that_was_never_turned_is_at_rest(clock):
    lease = DriverLease(clock=FakeClock(1.0))
    lease.claim("somebody")
    arbiter = Arbiter(lease, clock=FakeClock(1.0))
    assert arbiter.claim("pad", "gamepad", wants=True, in_use=True)


@pytest.mark.parametrize("wish", [None, "nonsense"])
def test_the_first_mode_is_the_persons(clock, wish):
    mode = DriveMode(clock=clock)
    command = mode.run(wish, 0.1, 0.5, FAR_S + 1, 1.0, -0.1, 0.2, FAR_S + 1)[2]
    assert command[:3] == (0.1, 0.5, "user")


# What is not said.


def test_an_unknown_limit_is_full_throttle_and_no_more(clock):
    assert DriveMode(clock=clock).run("user", 0.0, 1.5, FAR_S + 1, None, None, None, None)[1] == 1.0


@pytest.mark.parametrize("mode", ["local", "local_angle"])
def test_a_pilot_that_says_nothing_gives_no_order(mode):
    drive_mode = DriveMode(clock=FakeClock(0.5))
    assert drive_mode.run(mode, 0.3, 0.5, 9.0, 1.0, None, None, None)[0:2] == (0.0, 0.0)
    assert drive_mode.run(mode, 0.3, 0.5, 9.0, 1.0, 0.2, 0.4, None)[2].source == "none"


def test_a_pilot_on_another_clock_has_no_share_right_after_the_computer_started():
    # The clock of a Pi counts from its start, and a car may drive within the first second.
    command = DriveMode(clock=FakeClock(0.5)).run("local", 0.0, 0.0, 1.2, 1.0, 0.2, 0.4, FAR_S)[2]
    assert command.source == "none"


def test_a_person_who_says_nothing_gives_no_order():
    command = DriveMode(clock=FakeClock(0.5)).run("user", 0.3, 0.5, None, 1.0, None, None, None)[2]
    assert command.source == "none"


# The link.


def test_what_resume_needs_is_said_in_whole_sentences(link, clock):
    link.stop(STOPPED)
    assert link.missing() == "Resume needs a live link to the driver."
    link.beat(angle=0.0, throttle=0.3, echoed=True)
    assert link.missing() == "Resume needs the throttle at zero. Let go of the stick."
    link.beat(angle=0.0, throttle=0.0, echoed=True)
    assert link.missing() == "Resume needs a steady link for 0.5 s. Wait a moment."


def test_after_resume_nothing_of_the_stop_is_left(link, clock):
    link.stop(STOPPED)
    for _ in range(7):
        link.beat(angle=0.25, throttle=0.0, echoed=True)
        clock.advance(0.1)
    assert link.resume() == ""
    assert link.order[3:5] == (FREE, None)


def test_the_next_driver_finds_nothing_of_the_one_before(link):
    link.beat(angle=0.5, throttle=0.5, echoed=True)
    link.change_driver()
    assert link.order == Order(angle=0.0, throttle=0.0, beat_s=None)


def test_the_next_driver_is_told_why_and_since_when_the_car_stands(link, clock):
    link.beat(angle=0.5, throttle=0.5, echoed=True)
    link.stop(STOPPED)
    clock.advance(1.5)
    link.change_driver()
    assert link.order == Order(latch=STOPPED, latched_s=FAR_S)


def test_a_client_without_echoes_that_lets_go_is_free(link, clock):
    link.beat(angle=0.0, throttle=0.5, echoed=False)
    clock.advance(1.5)
    assert link.order.latch == link_module.LOST
    link.beat(angle=0.0, throttle=0.0, echoed=False)
    assert link.order.latch == FREE


def test_as_many_ticks_are_remembered_as_are_needed(link):
    ticks = [link.issue_tick() for _ in range(TICKS_KEPT + 1)]
    assert [link.is_fresh(tick) for tick in ticks] == [False] + [True] * TICKS_KEPT


# Words of a refusal.


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"echo": -1}',
         "`echo` must be a whole number from 0 to 9007199254740992. Received: echo=-1"),
        ('{"drive_mode": "autopilot"}',
         "`drive_mode` must be one of user, local_angle, local. Received: drive_mode='autopilot'"),
        (f'{{"drive_mode": "{60 * "x"}"}}',
         "`drive_mode` must be one of user, local_angle, local. "
         f"Received: drive_mode='{39 * 'x'}"),
        ('{"buttons": [1]}',
         "`buttons` must be an object such as {'w1': true}. Received: buttons=[1]"),
        ('{"buttons": {"w6": true}}',
         "`buttons` must be named w1, w2, w3, w4, w5. Received: buttons='w6'"),
        ('{"angle": 0, "angle": 1}', "Every key must be there once. Received: a key twice"),
        (b'{"angle": "\xff"}', "A message must be UTF-8. Received: other bytes"),
        ('{"speed": 1}',
         "`key` must be one of angle, throttle, drive_mode, recording, buttons, max_throttle, seq, "
         "echo, ping, stop, resume, take, give, bye, erase, undo_erase, to_start, pilot. "
         "Received: key='speed'"),
    ],
    ids=["echo", "mode", "long", "buttons", "button", "twice", "bytes", "key"],
)  # fmt: skip
def test_a_refusal_names_the_rule_and_what_came(text, message):
    with pytest.raises(MessageError) as error:
        parse_message(text)
    assert str(error.value) == message


@pytest.mark.parametrize("value", [-2, 3, 0.5])
def test_a_number_in_range_is_accepted(value):
    _number(-2, 3)("x", value)


@pytest.mark.parametrize("value", [-2.1, 3.1, True, "1", None, float("nan")])
def test_a_number_out_of_range_is_refused_with_the_range(value):
    with pytest.raises(MessageError) as error:
        _number(-2, 3)("x", value)
    assert str(error.value) == f"`x` must be -2 to 3. Received: x={value!r}"
