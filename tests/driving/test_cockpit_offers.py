"""Gamepads and remote controls at the same wheel as the page; a stop from anyone, in any state."""

import math

import pytest

from benchmarks.safety.stop_rule import EVERY, Hand, Page, disobeyed
from donkeycar.driving.arbiter import Offer
from donkeycar.driving.client import Client
from donkeycar.driving.cockpit import Cockpit
from donkeycar.driving.driver_link import FREE, GONE, NOBODY, STOPPED
from donkeycar.driving.reasons import HELD


@pytest.fixture
def cockpit(clock):
    return Cockpit(
        mode="user", throttle_ceiling=0.8, max_throttle=0.5, has_pilot=True, car_name="c",
        clock=clock,
    )  # fmt: skip


@pytest.fixture
def pad(cockpit, clock):
    return Hand(cockpit, clock, "gamepad")


@pytest.fixture
def rc(cockpit, clock):
    return Hand(cockpit, clock, "rc")


@pytest.fixture
def page(cockpit, clock):
    return Page(cockpit, clock)


def told(cockpit, clock):
    angle, throttle, _, code = cockpit.order.at(clock.monotonic())
    return angle, throttle, code


def test_a_gamepad_drives(pad, cockpit, clock):
    pad.offer(0.4, 0.2, moved=True)
    assert told(cockpit, clock) == (0.2, 0.4, FREE)
    assert cockpit.source == "gamepad"


def test_a_gamepad_on_the_table_does_not(pad, cockpit, clock):
    pad.hold(1.0)
    assert told(cockpit, clock)[2] == NOBODY
    assert cockpit.source == "none"


def test_a_page_in_use_keeps_the_wheel(pad, page, cockpit, clock):
    for _ in range(40):
        page.send(angle=0.0, throttle=0.3)
        pad.offer(0.5, moved=True)
        clock.advance(0.05)
    page.send(angle=0.0, throttle=0.3)
    assert told(cockpit, clock)[1] == 0.3
    assert cockpit.source == "web"


def test_a_gamepad_takes_over_from_a_page_at_rest_and_back(pad, page, cockpit, clock):
    page.hold(1.5, angle=0.0, throttle=0.0)
    pad.offer(0.4, moved=True)
    assert told(cockpit, clock) == (0.0, 0.4, FREE)
    for _ in range(25):
        assert cockpit.source == "gamepad", "a page at rest takes nothing"
        pad.offer(0.0)
        page.send(angle=0.0, throttle=0.0)
        clock.advance(0.05)
    page.send(angle=0.0, throttle=0.2)
    assert told(cockpit, clock)[1] == 0.2
    assert cockpit.source == "web"
    assert cockpit.state(page.client)["source"] == "web"


def test_the_modes_go_round(pad, cockpit):
    pad.offer(moved=True)
    modes = []
    for _ in range(3):
        pad.press("mode")
        modes.append(cockpit.mode)
    assert modes == ["local_angle", "local", "user"]
    pad.press("mode_local")
    assert cockpit.mode == "local"


def test_without_a_pilot_the_mode_button_does_nothing(clock):
    cockpit = Cockpit(mode="user", throttle_ceiling=1, has_pilot=False, car_name="c", clock=clock)
    pad = Hand(cockpit, clock, "gamepad").press("mode")
    assert cockpit.mode == "user"
    pad.press("mode_local")
    assert cockpit.mode == "user"


def test_the_limit_goes_up_to_the_ceiling_and_down_to_zero(pad, cockpit):
    for _ in range(3):
        pad.press("limit_up")
    assert cockpit.max_throttle == 0.65
    for _ in range(9):
        pad.press("limit_up")
    assert cockpit.max_throttle == 0.8
    for _ in range(30):
        pad.press("limit_down")
    assert cockpit.max_throttle == 0.0


def test_buttons_for_programs_and_for_other_parts(pad, cockpit):
    pad.press("w2", "erase", "w5", "ai_launch", "record")
    assert list(cockpit.pressed) == ["w2", "w5"]
    assert list(cockpit.actions) == ["erase", "ai_launch"]
    assert cockpit.recording is True
    pad.press("record")
    assert cockpit.recording is False


def test_the_switch_of_a_small_remote_erases_in_mode_user_and_stops_in_others(pad, cockpit, clock):
    pad.press("erase_or_stop")
    assert (list(cockpit.actions), told(cockpit, clock)[2]) == (["erase"], FREE)
    pad.press("mode")
    pad.press("erase_or_stop")
    assert (list(cockpit.actions), told(cockpit, clock)[2]) == (["erase"], STOPPED)
    assert cockpit.mode == "user"


def test_throttle_records_and_a_switch_in_between_is_heeded(pad, cockpit):
    pad.offer(0.3, moved=True, recording=True)
    assert cockpit.recording is True
    pad.offer(0.3, recording=True, actions=("record",))
    pad.offer(0.3, recording=True)
    assert cockpit.recording is False
    pad.offer(0.0, recording=False)
    pad.offer(0.3, recording=True)
    assert cockpit.recording is True


def test_a_car_that_was_stopped_records_no_throttle(pad, cockpit):
    pad.offer(0.3, moved=True, recording=True)
    pad.offer(0.3, recording=True, actions=("stop",))
    assert cockpit.recording is False


def test_who_does_not_drive_changes_nothing(pad, page, cockpit):
    page.send(angle=0.0, throttle=0.3)
    pad.press("mode", "record", "limit_up", "w1", "erase", "resume")
    assert (cockpit.mode, cockpit.recording, cockpit.max_throttle) == ("user", False, 0.5)
    assert not cockpit.pressed and not cockpit.actions


def test_resume_waits_for_the_throttle_and_a_steady_moment(pad, cockpit, clock):
    pad.offer(0.3, moved=True)
    pad.press("stop")
    pad.press("resume")
    pad.hold(1.1, throttle=0.3)
    assert told(cockpit, clock)[2] == STOPPED
    pad.hold(1.0)
    assert told(cockpit, clock)[2] == STOPPED, "the wish to resume has run out"
    pad.press("resume")
    assert told(cockpit, clock)[2] == FREE


def test_who_was_never_at_the_wheel_can_resume(pad, cockpit, clock):
    cockpit.stop()
    pad.press("resume")
    pad.hold(0.6)
    assert told(cockpit, clock)[2] == FREE


def test_a_gamepad_that_goes_stops_the_car_until_resume(pad, cockpit, clock):
    pad.offer(0.4, 0.3, moved=True)
    pad.gone()
    assert told(cockpit, clock)[1:] == (0.0, GONE)
    pad.hold(2.0)
    assert told(cockpit, clock)[1:] == (0.0, GONE)
    assert cockpit.source == "gamepad", "back, it has the wheel that nobody took"
    pad.press("resume")
    pad.offer(0.2)
    assert told(cockpit, clock)[1:] == (0.2, FREE)


def test_a_remote_control_that_is_heard_again_goes_on_from_rest(rc, cockpit, clock):
    rc.offer(0.4, moved=True)
    rc.gone()
    assert told(cockpit, clock)[1:] == (0.0, GONE)
    rc.hold(2.0, throttle=0.4)
    assert told(cockpit, clock)[1:] == (0.0, GONE), "not while its stick is pushed"
    rc.hold(0.2)
    rc.offer(0.3)
    assert told(cockpit, clock)[1:] == (0.3, FREE)


def test_a_remote_control_resumes_no_stop(rc, cockpit, clock):
    rc.offer(0.4, moved=True)
    cockpit.stop()
    rc.hold(3.0)
    assert told(cockpit, clock)[2] == STOPPED


def test_a_gamepad_that_does_not_drive_may_go(pad, page, cockpit, clock):
    pad.gone()
    page.send(throttle=0.3)
    pad.gone()
    assert told(cockpit, clock)[1:] == (0.3, FREE)


def test_after_a_gamepad_went_a_page_can_drive_on(pad, page, cockpit, clock):
    pad.offer(0.4, moved=True)
    pad.gone()
    page.hold(0.6, angle=0.0, throttle=0.0)
    page.send(resume=True, throttle=0.0)
    page.send(throttle=0.3)
    assert told(cockpit, clock)[1:] == (0.3, FREE)
    pad.offer(0.0)
    assert cockpit.source == "web"


@pytest.mark.parametrize(("source", "mode", "state"), EVERY)
def test_a_stop_is_obeyed_from_any_source_in_any_mode_and_state(source, mode, state):
    assert disobeyed(source, mode, state) == ""


def test_the_page_is_told_why_a_controllers_throttle_does_nothing(cockpit, clock):
    note = "Let go of the throttle for two seconds: ABS_RY has not been seen at rest yet."
    page, pad, rc = Client("page"), Client("gamepad", kind="gamepad"), Client("rc", kind="rc")
    live = Offer(expires_s=clock.monotonic() + 0.25)
    cockpit.take(pad, live._replace(note=note))
    cockpit.take(rc, live)
    assert cockpit.state(page)["controller_note"] == note
    cockpit.take(pad, live)
    assert cockpit.state(page)["controller_note"] == ""
    cockpit.take(rc, live._replace(note="RC"))
    cockpit.take(rc, Offer())
    assert cockpit.state(page)["controller_note"] == "", "it is gone"


@pytest.mark.parametrize("expires_s", [math.nan, math.inf, 1.7e9, 1.01])
def test_an_offer_that_nothing_ends_is_none(cockpit, clock, expires_s):
    # What used to happen: a controller of the owner's that named a moment of time.time() drove on
    # with the last throttle when its radio had fallen silent, for as long as the car had power.
    page, pad = Client("page"), Client("gamepad", kind="gamepad")
    cockpit.take(pad, Offer(0.2, 0.4, clock.monotonic() + expires_s, moved=True))
    assert told(cockpit, clock)[1] == 0.0
    assert cockpit.source == "none"
    note = cockpit.state(page)["controller_note"]
    assert note.startswith("An order must end at most 1 s from now, on the clock of the car")
    cockpit.take(pad, Offer(0.2, 0.4, clock.monotonic() + 0.25, moved=True))
    assert told(cockpit, clock)[1] == 0.4
    cockpit.take(pad, Offer(0.2, 0.4, clock.monotonic() + expires_s))
    assert told(cockpit, clock)[1:] == (0.0, GONE)


@pytest.fixture
def watched(page, cockpit):
    """A pilot drives; the driver's phone watches it."""
    page.hold(1.2, angle=0.0, throttle=0.0)
    page.send(drive_mode="local", angle=0.0, throttle=0.0)
    page.hold(1.2, angle=0.0, throttle=0.0)
    assert (cockpit.source, cockpit.mode) == ("web", "local")
    return page


@pytest.mark.parametrize("kind", ["gamepad", "rc"])
def test_who_takes_the_wheel_takes_it_from_the_pilot_too(watched, cockpit, clock, kind):
    # What used to happen: a twitch of a gamepad on the desk took the wheel in mode local. When the
    # phone that had watched the pilot was gone, the pilot drove on for ever.
    hand = Hand(cockpit, clock, kind)
    hand.offer(moved=True)
    assert (cockpit.source, cockpit.mode) == (kind, "user")
    assert told(cockpit, clock) == (0.0, 0.0, FREE)


def test_a_page_that_takes_the_wheel_takes_it_from_the_pilot_too(pad, page, cockpit):
    pad.press("mode_local")
    pad.hold(1.2)
    page.send(angle=0.3, throttle=0.0)
    assert (cockpit.source, cockpit.mode) == ("web", "user")


def test_the_mode_button_takes_the_wheel_from_the_pilot_and_does_no_more(watched, pad, cockpit):
    pad.press("mode")
    assert (cockpit.source, cockpit.mode) == ("gamepad", "user")
    pad.press("mode")
    assert cockpit.mode == "local_angle"


def test_who_chooses_the_pilot_while_taking_the_wheel_has_it(watched, pad, cockpit):
    pad.press("mode_local")
    assert (cockpit.source, cockpit.mode) == ("gamepad", "local")


@pytest.mark.parametrize("kind", ["gamepad", "rc"])
def test_a_throttle_that_was_held_while_another_drove_counts_once_let_go(
    page, cockpit, clock, kind
):
    # What used to happen: a book on the stick, or a constant throttle chosen meanwhile, did nothing
    # until the page was at rest and the steering twitched; then the car shot off at the limit.
    hand = Hand(cockpit, clock, kind)
    for _ in range(30):
        page.send(angle=0.0, throttle=0.0)
        hand.offer(0.5)
        clock.advance(0.05)
    hand.offer(0.5, 0.3, moved=True)
    assert cockpit.source == kind
    assert told(cockpit, clock) == (0.3, 0.0, FREE)
    hand.hold(1.0, throttle=0.5)
    assert told(cockpit, clock)[1] == 0.0
    assert cockpit.state(page.client)["controller_note"] == HELD
    hand.offer(0.0)
    hand.offer(0.5)
    assert told(cockpit, clock)[1] == 0.5
    assert cockpit.state(page.client)["controller_note"] == ""


def test_a_thumb_that_lay_on_the_page_while_a_gamepad_drove_counts_once_lifted(
    pad, page, cockpit, clock
):
    pad.offer(0.4, moved=True)
    for _ in range(30):
        page.send(angle=0.0, throttle=0.8)
        pad.offer(0.0)
        clock.advance(0.05)
    assert cockpit.source == "web"
    assert told(cockpit, clock)[1] == 0.0
    assert cockpit.state(page.client)["controller_note"] == HELD
    page.send(angle=0.0, throttle=0.0)
    page.send(angle=0.0, throttle=0.8)
    assert told(cockpit, clock)[1] == 0.8


def test_the_push_that_takes_the_wheel_counts(pad, page, cockpit, clock):
    pad.offer(0.4, moved=True)
    pad.hold(0.8)
    for _ in range(7):
        page.send(angle=0.0, throttle=0.8)
        pad.offer(0.0)
        clock.advance(0.05)
    assert told(cockpit, clock)[1] == 0.8


def test_a_pilot_does_not_drive_on_by_itself_when_a_radio_is_heard_again(rc, cockpit, clock):
    # What used to happen: half a second after the radio was back, the pilot drove off.
    rc.press("mode_local")
    rc.gone()
    rc.hold(1.0)
    assert (told(cockpit, clock)[2], cockpit.mode) == (FREE, "user")
    rc.offer(0.3)
    assert told(cockpit, clock)[1:] == (0.3, FREE)


def test_with_a_button_for_resume_the_pilot_drives_on(rc, cockpit, clock):
    rc.press("mode_local")
    rc.gone()
    rc.offer()
    rc.press("resume")
    rc.hold(0.6, actions=())
    assert (told(cockpit, clock)[2], cockpit.mode) == (FREE, "local")


def test_why_the_throttle_of_who_does_not_drive_does_nothing_is_not_told(page, cockpit, clock):
    # What used to happen: a gamepad with a worn stick on the desk kept "The throttle waits" on the
    # page of somebody whose throttle worked.
    pad = Client("gamepad", kind="gamepad")
    page.send(angle=0.0, throttle=0.2)
    cockpit.take(pad, Offer(expires_s=clock.monotonic() + 0.25, note="Let go."))
    assert cockpit.state(page.client)["controller_note"] == ""
    # A page that is open holds the wheel too: whoever took up the gamepad then must be told.
    page.send(angle=0.0, throttle=0.0)
    assert cockpit.state(page.client)["controller_note"] == "Let go."
