"""Who drives, by mode, limit and freshness."""

import math

import numpy as np
import pytest

from donkeycar.driving.drive_mode import DriveMode
from donkeycar.errors import PartError

LATER_S = 101.0


@pytest.fixture
def drive_mode(clock):
    return DriveMode(clock=clock)


def decide(drive_mode, **changes):
    values = {
        "mode": "user",
        "user_angle": 0.1,
        "user_throttle": 0.2,
        "user_expires_s": LATER_S,
        "max_throttle": 1.0,
        "pilot_angle": -0.3,
        "pilot_throttle": 0.4,
        "pilot_expires_s": LATER_S - 0.5,
    }
    return drive_mode.run(**values | changes)[2]


@pytest.mark.parametrize(
    ("mode", "command"),
    [
        ("user", (0.1, 0.2, "user", LATER_S)),
        ("local_angle", (-0.3, 0.2, "user+pilot", LATER_S - 0.5)),
        ("local", (-0.3, 0.4, "pilot", LATER_S - 0.5)),
    ],
)
def test_the_mode_decides_who_drives(drive_mode, mode, command):
    assert decide(drive_mode, mode=mode) == command


@pytest.mark.parametrize("mode", ["autopilot", "", None, 3])
def test_an_unknown_mode_changes_nothing(drive_mode, mode):
    # What used to happen elsewhere: an unknown mode was the autopilot.
    decide(drive_mode, mode="local_angle")
    assert decide(drive_mode, mode=mode).source == "user+pilot"


@pytest.mark.parametrize("mode", ["user", "local_angle", "local"])
@pytest.mark.parametrize("expires_s", [None, 0.0, 99.9, 100.0, math.nan])
def test_nothing_moves_in_any_mode_when_the_persons_order_is_void(drive_mode, mode, expires_s):
    command = decide(drive_mode, mode=mode, user_expires_s=expires_s)
    assert command.throttle == 0
    assert command.source == "none"


@pytest.mark.parametrize("mode", ["local_angle", "local"])
@pytest.mark.parametrize("expires_s", [None, 99.0])
def test_a_pilot_without_a_fresh_picture_does_not_drive(drive_mode, mode, expires_s):
    assert decide(drive_mode, mode=mode, pilot_expires_s=expires_s).throttle == 0


@pytest.mark.parametrize("mode", ["local_angle", "local"])
@pytest.mark.parametrize("expires_s", [math.nan, math.inf, 1.7e9, 101.01])
def test_a_pilot_whose_answer_has_no_end_near_by_does_not_drive(
    drive_mode, caplog, mode, expires_s
):
    # What used to happen: it drove as long as the person's link was there, though the part that
    # wrote it, with time.time(), had said nothing for minutes.
    assert decide(drive_mode, mode=mode, pilot_expires_s=expires_s).throttle == 0
    (record,) = caplog.records
    assert record.message.startswith("The pilot does not drive. An order must end at most 1 s from")
    assert decide(drive_mode, mode=mode).throttle != 0
    assert decide(drive_mode, mode=mode, pilot_expires_s=expires_s).throttle == 0
    assert caplog.records == [record], "it is told once"


def test_a_car_that_has_just_started_takes_no_pilot_without_an_end_either(clock):
    clock.sleep(0.5)
    command = decide(DriveMode(clock=clock), mode="local", pilot_expires_s=1.7e9)
    assert command.throttle == 0


def test_a_dead_pilot_does_not_stop_the_person(drive_mode):
    assert decide(drive_mode, mode="user", pilot_expires_s=None, pilot_angle=None).throttle == 0.2


@pytest.mark.parametrize("mode", ["local_angle", "local"])
@pytest.mark.parametrize("value", [None, math.nan, math.inf])
def test_a_pilot_that_says_nonsense_does_not_drive(drive_mode, mode, value):
    assert decide(drive_mode, mode=mode, pilot_angle=value).throttle == 0


@pytest.mark.parametrize("mode", ["user", "local"])
def test_the_persons_limit_bounds_everybody(drive_mode, mode):
    command = decide(drive_mode, mode=mode, max_throttle=0.1)
    assert command.throttle == pytest.approx(0.1)
    reverse = decide(
        drive_mode, mode=mode, max_throttle=0.1, user_throttle=-1.0, pilot_throttle=-1.0
    )
    assert reverse.throttle == pytest.approx(-0.1)


@pytest.mark.parametrize("limit", [math.nan, math.inf, -math.inf, -0.5])
def test_a_limit_that_is_not_known_allows_nothing(drive_mode, limit):
    """What used to happen: a limit that a part had worked out to NaN limited nothing."""
    assert decide(drive_mode, max_throttle=limit).throttle == 0
    assert decide(drive_mode, max_throttle=None).throttle == 0.2


def test_the_pilots_throttle_is_scaled_and_still_bounded(clock):
    drive_mode = DriveMode(throttle_scale=5.0, clock=clock)
    assert decide(drive_mode, mode="local", max_throttle=0.5).throttle == 0.5
    assert decide(drive_mode, mode="user").throttle == 0.2


def test_steering_is_held_when_the_throttle_goes_neutral(drive_mode):
    assert decide(drive_mode, user_expires_s=0.0).angle == 0.1


def test_values_out_of_range_are_bounded(drive_mode):
    command = decide(drive_mode, user_angle=7.0, user_throttle=99.0)
    assert (command.angle, command.throttle) == (1.0, 1.0)


@pytest.mark.parametrize("value", ["0.9", b"1", 10**400, 1j, object(), {}, np.ones(2)])
@pytest.mark.parametrize(
    "channel", ["user/angle", "user/throttle", "user/max_throttle", "pilot/angle", "pilot/throttle"]
)
def test_what_is_no_number_is_named_by_its_channel(drive_mode, channel, value):
    # What used to happen: "DriveMode failed: can't multiply sequence by non-int of type 'float'".
    mode, _, name = channel.replace("pilot", "local").partition("/")
    argument = name if name == "max_throttle" else channel.replace("/", "_")
    with pytest.raises(PartError, match=f"`{channel}` must be a number from -1 to 1. Received: "):
        decide(drive_mode, mode=mode, **{argument: value})


@pytest.mark.parametrize(
    ("value", "received"), [("0.9", "'0.9'"), ("9" * 1000, "'" + "9" * 79), (1j, "1j")]
)
def test_what_came_instead_of_a_number_is_shown_within_a_line(drive_mode, value, received):
    with pytest.raises(PartError) as refusal:
        decide(drive_mode, user_angle=value)
    assert str(refusal.value).endswith(f"from -1 to 1. Received: {received}")


@pytest.mark.parametrize("value", [True, np.float32(1), np.array(1.0), 1])
def test_numbers_of_any_make_drive(drive_mode, value):
    assert decide(drive_mode, mode="local", pilot_throttle=value).throttle == 1.0
