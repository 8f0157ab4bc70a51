"""What a message does to the car, and what it cannot."""

import itertools
import json
import math

import numpy as np
import pytest

from donkeycar.driving.client import Client
from donkeycar.driving.cockpit import Cockpit
from donkeycar.driving.driver_link import (
    FREE,
    HANDED_OVER,
    LEFT,
    LOST,
    NOBODY,
    SILENT,
    START,
    STOPPED,
)
from donkeycar.driving.message import Message, MessageError, parse_message
from donkeycar.driving.telemetry import shown


class Page:
    """A page that sends what the protocol asks for."""

    def __init__(self, cockpit, clock, name):
        self.cockpit, self.clock = cockpit, clock
        self.client = Client(name)
        self.counter = itertools.count(1)

    def send(self, **fields):
        """One message with a fresh echo."""
        echo = self.cockpit.issue_tick()
        return self.say(echo=echo, seq=next(self.counter), **fields)

    def say(self, **fields):
        return self.cockpit.handle(self.client, Message(**fields))

    def drive(self, seconds, **fields):
        for _ in range(round(seconds * 16)):
            self.send(**fields)
            self.clock.advance(1 / 16)
        return self.send(**fields)

    @property
    def state(self):
        return self.cockpit.state(self.client)


@pytest.fixture
def cockpit(clock):
    return Cockpit(
        mode="user", throttle_ceiling=0.8, has_pilot=True, car_name="test car", clock=clock
    )


@pytest.fixture
def anna(cockpit, clock):
    return Page(cockpit, clock, "anna")


@pytest.fixture
def ben(cockpit, clock):
    return Page(cockpit, clock, "ben")


def told(cockpit, clock):
    """Angle, throttle and code, as the loop reads them."""
    angle, throttle, _, code = cockpit.order.at(clock.monotonic())
    return angle, throttle, code


def test_the_driver_drives(anna, cockpit, clock):
    anna.send(angle=0.25, throttle=0.5)
    assert told(cockpit, clock) == (0.25, 0.5, FREE)
    assert anna.state["driver"] == "you"
    assert anna.state["you_drive"] is True


def test_everything_else_the_driver_says_is_stored(anna, cockpit):
    anna.send(
        drive_mode="local_angle",
        recording=True,
        max_throttle=0.4,
        buttons={"w1": True, "w2": False, "w5": True},
    )
    assert cockpit.mode == "local_angle"
    assert cockpit.recording is True
    assert cockpit.max_throttle == 0.4
    assert list(cockpit.pressed) == ["w1", "w5"]


def test_a_flood_of_presses_is_bounded(anna, cockpit):
    for _ in range(100):
        anna.send(buttons={"w1": True})
    assert len(cockpit.pressed) == 16


def test_only_one_drives(anna, ben, cockpit, clock):
    anna.send(angle=0.0, throttle=0.2)
    for _ in range(100):
        ben.send(angle=1.0, throttle=0.8, recording=True, drive_mode="local", max_throttle=0.1)
        assert told(cockpit, clock) == (0.0, 0.2, FREE)
    assert (cockpit.recording, cockpit.mode, cockpit.max_throttle) == (False, "user", 0.8)
    assert ben.state["driver"] == "other"
    assert ben.state["you_drive"] is False


def test_who_only_watches_does_not_take_the_wheel(anna, ben, cockpit, clock):
    anna.send()
    assert told(cockpit, clock)[2] == NOBODY
    assert ben.state["driver"] == "nobody"


def test_anyone_stops_the_car(anna, ben, cockpit, clock):
    anna.send(throttle=0.5, drive_mode="local")
    assert ben.say(stop=True, seq=17) == {"stop_ack": 17}
    assert told(cockpit, clock)[1:] == (0.0, STOPPED)
    assert cockpit.mode == "user"
    anna.send(throttle=0.5)
    assert told(cockpit, clock)[1:] == (0.0, STOPPED)


def test_a_stop_is_obeyed_without_number_late_and_repeated(anna, ben, cockpit, clock):
    old = cockpit.issue_tick()
    clock.advance(60)
    anna.send(throttle=0.5)
    assert ben.say(stop=True, echo=old) == {"stop_ack": True}
    assert ben.say(stop=True, seq=0) == {"stop_ack": 0}
    assert ben.say(stop=True, seq=0) == {"stop_ack": 0}
    assert told(cockpit, clock)[2] == STOPPED


def test_a_stop_wins_over_everything_else_in_its_message(anna, cockpit, clock):
    anna.send(stop=True, throttle=0.5, drive_mode="local")
    assert told(cockpit, clock)[1:] == (0.0, STOPPED)
    assert cockpit.mode == "user"


def test_only_the_driver_resumes(anna, ben, cockpit, clock):
    anna.send(stop=True, throttle=0.0)
    anna.drive(0.5, throttle=0.0)
    ben.send(resume=True)
    assert told(cockpit, clock)[2] == STOPPED
    assert anna.state["can_resume"] is True
    assert anna.send(resume=True) == {}
    assert told(cockpit, clock)[2] == FREE


def test_resume_says_what_it_lacks(anna, cockpit, clock):
    anna.send(stop=True, throttle=0.0)
    assert "steady link" in anna.send(resume=True)["error"]
    assert anna.state["can_resume"] is False
    anna.drive(1.0, throttle=0.3)
    assert "throttle at zero" in anna.send(resume=True)["error"]
    assert told(cockpit, clock)[2] == STOPPED


def test_resume_without_a_stop_is_nothing(anna):
    assert anna.send(throttle=0.5, resume=True) == {}


def test_a_late_order_is_not_applied(anna, cockpit, clock):
    anna.send(throttle=0.2)
    old = cockpit.issue_tick()
    clock.advance(0.3125)
    anna.send(throttle=0.2)
    anna.say(throttle=0.8, echo=old, seq=100)
    assert told(cockpit, clock)[1] == 0.2


def test_a_late_order_is_no_heartbeat(anna, cockpit, clock):
    anna.send(throttle=0.2)
    old = cockpit.issue_tick()
    for seq in range(100, 120):
        clock.advance(0.0625)
        anna.say(throttle=0.2, echo=old, seq=seq)
    assert told(cockpit, clock)[1:] == (0.0, LOST)


def test_a_repeated_or_older_message_is_not_applied(anna, cockpit, clock):
    anna.send(throttle=0.2)
    echo = cockpit.issue_tick()
    anna.say(throttle=0.6, echo=echo, seq=10)
    anna.say(throttle=0.8, echo=echo, seq=10)
    anna.say(throttle=0.8, echo=echo, seq=9)
    assert told(cockpit, clock)[1] == 0.6


def test_who_ever_echoed_must_always_echo(anna, cockpit, clock):
    anna.send(throttle=0.2)
    anna.say(throttle=0.8)
    assert told(cockpit, clock)[1] == 0.2


def test_a_client_of_5x_drives_without_echo_for_250_ms(anna, cockpit, clock):
    anna.say(angle=0.1, throttle=0.3)
    assert told(cockpit, clock) == (0.1, 0.3, FREE)
    clock.advance(0.25)
    assert told(cockpit, clock) == (0.1, 0.0, SILENT)
    anna.say(angle=0.1, throttle=0.3)
    assert told(cockpit, clock)[1] == 0.3


def test_a_pong_is_answered_to_everyone(anna, ben):
    assert anna.say(ping=12.5) == {"pong": 12.5}
    assert ben.send(ping=1) == {"pong": 1}


def test_a_page_that_hides_stops_the_car_and_frees_the_wheel(anna, ben, cockpit, clock):
    anna.send(throttle=0.5, drive_mode="local")
    anna.send(bye=True, throttle=0.0)
    assert told(cockpit, clock) == (0.0, 0.0, LEFT)
    assert ben.state["driver"] == "nobody"
    ben.send(throttle=0.5)
    assert told(cockpit, clock)[1:] == (0.0, LEFT)


def test_a_late_goodbye_is_believed(anna, cockpit, clock):
    anna.send(throttle=0.5)
    anna.say(bye=True, seq=1, echo=0)
    assert told(cockpit, clock)[2] == LEFT


def test_the_goodbye_of_who_does_not_drive_changes_nothing(anna, ben, cockpit, clock):
    anna.send(throttle=0.5)
    ben.send(bye=True)
    assert told(cockpit, clock) == (0.0, 0.5, FREE)


def test_the_wheel_is_handed_over_on_request_only(anna, ben, cockpit, clock):
    anna.send(throttle=0.2)
    ben.send(take=True)
    assert anna.state["asked"] is True
    assert ben.state["asked"] is False
    assert told(cockpit, clock)[1] == 0.2
    anna.send(give=True)
    assert told(cockpit, clock) == (0.0, 0.0, HANDED_OVER)
    assert ben.state["driver"] == "you"
    anna.send(throttle=0.8)
    ben.drive(0.5, throttle=0.0)
    ben.send(resume=True)
    ben.send(throttle=0.3)
    assert told(cockpit, clock)[1:] == (0.3, FREE)


def test_giving_to_nobody_keeps_driving(anna, cockpit, clock):
    anna.send(throttle=0.2)
    anna.send(give=True)
    assert told(cockpit, clock)[1:] == (0.2, FREE)


def test_the_wheel_is_free_after_two_seconds_but_the_car_waits(anna, ben, cockpit, clock):
    anna.send(throttle=0.5)
    clock.advance(2.0)
    ben.send(throttle=0.5)
    assert ben.state["driver"] == "you"
    assert told(cockpit, clock)[1:] == (0.0, LOST)
    ben.drive(0.5, throttle=0.0)
    ben.send(resume=True)
    ben.send(throttle=0.5)
    assert told(cockpit, clock)[1:] == (0.5, FREE)


def test_a_mode_the_car_cannot_do_is_refused_whole(anna, clock):
    cockpit = Cockpit(mode="user", throttle_ceiling=1, has_pilot=False, car_name="", clock=clock)
    with pytest.raises(MessageError, match="has no pilot.*Received: drive_mode='local'"):
        cockpit.handle(anna.client, parse_message('{"drive_mode": "local", "throttle": 0.5}'))
    assert cockpit.mode == "user"
    assert told(cockpit, clock)[2] == NOBODY
    cockpit.handle(anna.client, parse_message('{"drive_mode": "user"}'))


def test_a_limit_above_the_ceiling_is_refused_whole(anna, cockpit, clock):
    with pytest.raises(MessageError, match="at most 0.8 on this car. Received: max_throttle=0.9"):
        anna.send(max_throttle=0.9, throttle=0.5)
    assert cockpit.max_throttle == 0.8
    anna.send(max_throttle=0.8)


def test_a_car_that_starts_in_a_pilot_mode_waits_for_resume(clock):
    cockpit = Cockpit(
        mode="local", throttle_ceiling=1, has_pilot=True, car_name="test car", clock=clock
    )
    page = Page(cockpit, clock, "anna")
    page.drive(1.0, throttle=0.0)
    assert told(cockpit, clock)[2] == START
    page.send(resume=True)
    assert told(cockpit, clock)[2] == FREE


@pytest.mark.parametrize("mode", ["user", "local_angle", "local"])
@pytest.mark.parametrize("state", ["driving", "silent", "lost", "left", "free", "stopped"])
@pytest.mark.parametrize("source", ["driver", "other", "script"])
def test_a_stop_works_from_anyone_in_every_mode_and_state(
    source, state, mode, anna, ben, cockpit, clock
):
    anna.send(throttle=0.5, drive_mode=mode)
    match state:
        case "silent":
            clock.advance(0.5)
        case "lost":
            clock.advance(1.5)
        case "left":
            anna.send(bye=True)
        case "free":
            clock.advance(2.5)
        case "stopped":
            anna.send(stop=True)
    if source == "script":
        ben.say(stop=True)
    else:
        (anna if source == "driver" else ben).send(stop=True)
    assert told(cockpit, clock)[1:] == (0.0, STOPPED)
    assert cockpit.order.at(clock.monotonic())[2] == 0.0


def test_the_page_sees_what_the_loop_says(anna, cockpit):
    cockpit.telemetry = shown(
        {
            "tub/num_records": 1234, "tub/status": "the disk is full", "loop/rate_hz": 19.87,
            "angle": 0.12345, "throttle": 0.2, "pilot/angle": -0.5, "pilot/throttle": None,
        }
    )  # fmt: skip
    state = anna.state
    assert state["num_records"] == 1234
    assert state["recorder_status"] == "the disk is full"
    assert state["loop_hz"] == 19.9
    assert (state["angle"], state["throttle"]) == (0.123, 0.2)
    assert (state["pilot_angle"], state["pilot_throttle"]) == (-0.5, None)


def test_the_page_sees_why_the_motor_does_not_follow(anna, cockpit):
    anna.send(throttle=0.5)
    assert (anna.state["drivetrain_state"], anna.state["drivetrain_reason"]) == (None, "")
    why = "The motor does not answer. Check its wires and power, let go of the throttle."
    cockpit.telemetry = shown({"drivetrain/state": "safe", "drivetrain/reason": why})
    state = anna.state
    assert state["camera_age_s"] is None
    assert (state["drivetrain_state"], state["drivetrain_reason"]) == ("safe", why)
    assert state["reason"] == "", "the driver's link is fine"


def test_the_page_sees_that_the_pi_has_too_little_voltage(anna, cockpit):
    assert anna.state["power_reason"] == ""
    cockpit.telemetry = shown({"power/reason": "Too little voltage."})
    assert anna.state["power_reason"] == "Too little voltage."


def test_the_page_sees_how_old_the_camera_is_and_hears_no_noise(anna, cockpit):
    for age_s in (0.0781, 0.0843):
        cockpit.telemetry = shown({"cam/age_s": age_s})
        assert anna.state["camera_age_s"] == 0.08


def test_the_page_sees_since_when_the_car_stands(anna, clock):
    anna.send(throttle=0.5)
    clock.advance(0.5)
    assert (anna.state["reason_code"], anna.state["reason_age_s"]) == (SILENT, 0.5)
    clock.advance(0.9)
    assert (anna.state["reason_code"], anna.state["reason_age_s"]) == (LOST, 1.4)
    anna.send(stop=True)
    clock.advance(3)
    assert (anna.state["reason_code"], anna.state["reason_age_s"]) == (STOPPED, 3.0)
    assert "Resume" in anna.state["reason"]


def test_whatever_the_loop_says_can_be_sent(anna, cockpit):
    odd = (np.int64(7), np.float32(20), np.float32(0.5), math.nan, math.inf, np.float64(0.25))
    names = ("tub/num_records", "loop/rate_hz", "angle", "throttle", "pilot/angle",
             "pilot/throttle")  # fmt: skip
    cockpit.telemetry = shown(dict(zip(names, odd, strict=True)))
    state = json.loads(json.dumps(anna.state, allow_nan=False))
    assert (state["num_records"], state["loop_hz"], state["angle"]) == (7, 20.0, 0.5)
    assert (state["throttle"], state["pilot_angle"], state["pilot_throttle"]) == (None, None, 0.25)


@pytest.mark.parametrize("odd", ["left", [0.1], 1j, 10**400, {}, object()])
def test_what_is_no_number_is_shown_as_not_known(odd):
    """What used to happen: "WebConsole failed: must be real number, not str", the wrong part."""
    told = shown({"pilot/angle": odd, "pilot/throttle": 0.2, "tub/num_records": odd})
    assert (told["pilot_angle"], told["pilot_throttle"]) == (None, 0.2)
    assert told["num_records"] in (None, 10**400)
