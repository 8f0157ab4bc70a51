"""A stop reaches the motor from the thread that hears it; the loop's next tick finds it latched."""

import pytest

from donkeycar.driving.arbiter import Offer
from donkeycar.driving.client import Client
from donkeycar.driving.cockpit import Cockpit
from donkeycar.driving.driver_link import FREE, GONE, HANDED_OVER, LEFT, STOPPED
from donkeycar.driving.message import Message


class Motor:
    """Notes each halt, and what the loop would have read at that moment."""

    def __init__(self, clock):
        self.clock = clock
        self.cockpit = None
        self.halts = []

    def halt(self):
        _, throttle, expires_s, why = self.cockpit.order.at(self.clock.monotonic())
        assert (throttle, expires_s) == (0.0, 0.0), "first the order is void, then the motor stops"
        self.halts.append((why, self.cockpit.mode))


@pytest.fixture
def motor(clock):
    motor = Motor(clock)
    motor.cockpit = Cockpit(
        mode="user", throttle_ceiling=1.0, has_pilot=True, car_name="c", halt=motor.halt,
        clock=clock,
    )  # fmt: skip
    return motor


@pytest.fixture
def cockpit(motor):
    return motor.cockpit


@pytest.fixture
def anna():
    return Client("anna")


@pytest.fixture
def pad():
    return Client("gamepad", kind="gamepad")


def say(cockpit, client, **fields):
    return cockpit.handle(client, Message(echo=cockpit.issue_tick(), **fields))


def offer(cockpit, client, clock, throttle=0.0, *actions, moved=True):
    cockpit.take(client, Offer(0.0, throttle, clock.monotonic() + 0.25, moved, None, actions))


def told(cockpit, clock):
    _, throttle, _, why = cockpit.order.at(clock.monotonic())
    return throttle, why


@pytest.mark.parametrize("mode", ["user", "local_angle", "local"])
@pytest.mark.parametrize("who", ["anna", "somebody else"])
def test_a_stop_of_a_page(cockpit, motor, anna, mode, who):
    say(cockpit, anna, throttle=0.5, drive_mode=mode)
    assert motor.halts == []
    say(cockpit, anna if who == "anna" else Client(who), stop=True)
    assert motor.halts == [(STOPPED, "user")]


def test_a_driver_who_leaves(cockpit, motor, anna):
    say(cockpit, anna, throttle=0.5)
    cockpit.leave(Client("visitor"))
    assert motor.halts == []
    say(cockpit, anna, bye=True)
    assert motor.halts == [(LEFT, "user")]


def test_a_wheel_that_is_handed_over(cockpit, motor, anna):
    say(cockpit, anna, throttle=0.5)
    say(cockpit, Client("ben"), take=True)
    assert motor.halts == []
    say(cockpit, anna, give=True)
    assert motor.halts == [(HANDED_OVER, "user")]


def test_to_drive_and_to_resume_halt_nothing(cockpit, motor, anna, pad, clock):
    offer(cockpit, pad, clock, 0.3, "mode", "record", "limit_up", "w1", "erase")
    cockpit.stop()
    motor.halts.clear()
    for _ in range(15):
        offer(cockpit, pad, clock, 0.0, "resume")
        say(cockpit, anna, throttle=0.0)
        clock.advance(0.05)
    assert told(cockpit, clock)[1] == FREE
    assert motor.halts == []


@pytest.mark.parametrize("kind", ["gamepad", "rc"])
@pytest.mark.parametrize("mode", ["user", "local_angle", "local"])
@pytest.mark.parametrize("drives", [True, False])
def test_a_stop_that_a_device_tells_between_two_ticks(
    cockpit, motor, anna, clock, kind, mode, drives
):
    device = Client(kind, kind=kind)
    if drives:
        offer(cockpit, device, clock, 0.5, f"mode_{mode}")
    else:
        say(cockpit, anna, throttle=0.5, drive_mode=mode)
    cockpit.hear(device, "stop")
    assert motor.halts == [(STOPPED, "user")]
    assert told(cockpit, clock) == (0.0, STOPPED)
    # The next tick has it as well.
    offer(cockpit, device, clock, 0.5, "stop")
    assert cockpit.mode == "user"
    offer(cockpit, device, clock, -0.5, "mode_local")
    assert told(cockpit, clock) == (0.0, STOPPED)


def test_the_switch_of_a_small_remote_stops_at_once_only_where_it_is_a_stop(
    cockpit, motor, pad, clock
):
    offer(cockpit, pad, clock, 0.5)
    cockpit.hear(pad, "erase_or_stop")
    assert motor.halts == []
    offer(cockpit, pad, clock, 0.5, "erase_or_stop")
    assert list(cockpit.actions) == ["erase"]
    offer(cockpit, pad, clock, 0.5, "mode")
    cockpit.hear(pad, "erase_or_stop")
    assert motor.halts == [(STOPPED, "user")]
    offer(cockpit, pad, clock, 0.5, "erase_or_stop")
    assert list(cockpit.actions) == ["erase"], "the same press does not erase in mode user now"
    assert told(cockpit, clock) == (0.0, STOPPED)


@pytest.mark.parametrize(
    "action", ["resume", "mode", "mode_local", "record", "limit_down", "w1", ""]
)
def test_everything_else_waits_for_the_tick(cockpit, motor, pad, clock, action):
    offer(cockpit, pad, clock, 0.5)
    cockpit.hear(pad, action)
    assert motor.halts == []
    assert (told(cockpit, clock), cockpit.mode) == ((0.5, FREE), "user")
    assert (cockpit.recording, cockpit.max_throttle, list(cockpit.pressed)) == (False, 1.0, [])


def test_a_device_that_goes_stops_the_car_it_drives(cockpit, motor, pad, clock):
    offer(cockpit, pad, clock, 0.5)
    cockpit.hear(pad, GONE)
    assert motor.halts == [(GONE, "user")]
    assert told(cockpit, clock) == (0.0, GONE)
    # The tick that was under way has the last offer still, and the next one has none.
    offer(cockpit, pad, clock, 0.5, moved=False)
    assert told(cockpit, clock) == (0.0, GONE)
    cockpit.take(pad, Offer())
    assert told(cockpit, clock) == (0.0, GONE)
    offer(cockpit, pad, clock, moved=False)
    assert cockpit.source == "gamepad", "back, it has the wheel that nobody took"


def test_a_remote_control_that_goes_stays_stopped_by_the_offer_that_was_under_way(
    cockpit, motor, clock
):
    rc = Client("rc", kind="rc")
    for _ in range(20):
        offer(cockpit, rc, clock)
        clock.advance(0.05)
    cockpit.hear(rc, GONE)
    offer(cockpit, rc, clock, moved=False)
    assert told(cockpit, clock) == (0.0, GONE), "not even at rest: it has to be steady anew"


def test_a_device_that_does_not_drive_may_go(cockpit, motor, anna, pad, clock):
    say(cockpit, anna, throttle=0.5)
    cockpit.hear(pad, GONE)
    assert motor.halts == []
    assert told(cockpit, clock) == (0.5, FREE)
