"""What is said of a pilot that is too slow, where and how often."""

import logging
import math

import pytest

from donkeycar.parts.pilot_life import PilotLife
from donkeycar.parts.pilot_report import PilotReport
from donkeycar.testing import FakeClock

SLOW = "The pilot needs 180 ms for a frame: it is too slow to drive."


class Delayed:
    """The pilot's part, as far as it tells of delays."""

    num_answers = 0
    reason = ""
    loading = ""
    delays = "The camera is 60 ms old, the pilot needs 12 ms for a frame"


@pytest.fixture
def pilot():
    return Delayed()


@pytest.fixture
def report(pilot, clock):
    return PilotReport(pilot, clock=clock)


def test_a_reason_is_told_until_the_motor_has_followed(pilot, report, clock):
    assert report.run("local")[0] == ""
    pilot.reason = SLOW
    assert report.run("local")[0] == SLOW
    pilot.reason = ""
    clock.sleep(0.9)
    assert report.run("local")[0] == SLOW
    clock.sleep(0.2)
    assert report.run("local")[0] == ""


def test_the_log_hears_of_a_kind_of_reason_once_where_the_pilot_drives(
    pilot, report, clock, caplog
):
    """What used to happen: a line every ten seconds, each with another number."""
    pilot.reason = SLOW
    report.run("user")
    assert caplog.text == ""
    for tick in range(210):
        pilot.reason = SLOW.replace("180", str(180 + tick % 7)) if tick % 3 else ""
        report.run("local_angle")
        clock.sleep(0.1)
    assert caplog.text.count("it is too slow to drive") == 1
    pilot.reason = "The camera has given no frame for 310 ms."
    report.run("local_angle")
    assert caplog.text.count("no frame") == 1
    clock.sleep(11)
    pilot.reason = SLOW
    report.run("local_angle")
    assert caplog.text.count("it is too slow to drive") == 2


def test_the_log_says_once_how_old_the_camera_is(pilot, report, caplog):
    caplog.set_level(logging.INFO)
    report.run("user")
    assert caplog.text == ""
    pilot.num_answers = 100
    report.run("user")
    report.run("user")
    assert caplog.text.count("The camera is 60 ms old, the pilot needs 12 ms for a frame") == 1


@pytest.mark.parametrize(
    ("written_s", "exposed_s", "reason"),
    [
        (9.95, 9.9, ""),
        (9.95, None, ""),
        (9.69, 9.9, "OwnPilot has said nothing for 310 ms."),
        (-math.inf, 9.9, "OwnPilot has said nothing yet."),
        (
            9.95, 9.73,
            "The camera's newest frame is 270 ms old, more than the 230 ms that a pilot can drive "
            "with.",
        ),
    ],
)  # fmt: skip
def test_of_a_pilot_of_the_owners_it_is_told_what_is_too_old(written_s, exposed_s, reason):
    """It never drove, and the page said that the order was too old."""
    life = PilotLife(
        lambda: 10.0 - written_s,
        name="OwnPilot",
        has_camera=exposed_s is not None,
        clock=FakeClock(10.0),
    )
    expires_s, told = life.run(exposed_s)
    assert told == reason
    assert (expires_s > 10.0) == (reason == "")


@pytest.mark.parametrize("exposed_s", [None, math.nan, math.inf, 1.7e9, 10.02])
def test_a_pilot_of_the_owners_needs_a_camera_that_says_how_old_it_is(exposed_s):
    # What used to happen: it drove on what a frozen camera had shown last, for ever.
    life = PilotLife(lambda: 0.0, name="OwnPilot", clock=FakeClock(10.0))
    expires_s, told = life.run(exposed_s)
    assert expires_s == 0.0
    assert told.startswith("The camera must say when its frames were exposed (cam/exposed_s)")


@pytest.mark.parametrize("said", [(math.nan, 0.3), (0.0, math.inf), (None, 0.3), (None,)])
def test_a_pilot_of_the_owners_that_answers_no_number_is_named(said):
    # What used to happen: the page said that the order was too old.
    life = PilotLife(lambda: 0.0, name="OwnPilot", clock=FakeClock(10.0))
    expires_s, told = life.run(9.95, *said)
    assert expires_s == 0.0
    assert told == f"OwnPilot gave an answer that is not an order: {', '.join(map(str, said))}."
    assert life.run(9.95, 0.0, 0.3)[0] > 10.0
    assert life.run(9.95, "0.9", [1])[0] > 10.0, "the rule who drives refuses it by name"


@pytest.mark.parametrize(
    ("exposed_s", "said", "fault"),
    [
        (9.95, (math.nan, 0.3), "OwnPilot gave an answer that is not an order: nan, 0.3."),
        (1.7e9, (0.0, 0.3), "The camera must say when its frames were exposed"),
    ],
)
def test_a_mistake_in_a_part_of_the_owners_is_logged_once(exposed_s, said, fault, caplog):
    # What used to happen: only the page said why no pilot drives, and not every car has one.
    life = PilotLife(lambda: 0.0, name="OwnPilot", clock=FakeClock(10.0))
    caplog.clear()
    for _ in range(3):
        life.run(exposed_s, *said)
    (record,) = caplog.records
    assert record.message.startswith(f"The pilot does not drive. {fault}")


def test_a_camera_without_a_first_frame_is_not_logged(caplog):
    life = PilotLife(lambda: 0.0, name="OwnPilot", clock=FakeClock(10.0))
    caplog.clear()
    life.run(None, 0.0, 0.3)
    life.run(9.95, 0.0, 0.3)
    assert caplog.text == ""
