"""Recording rule and launch."""

import logging

import pytest

from donkeycar.parts.launch import Launch
from donkeycar.parts.rate_log import RateLog
from donkeycar.parts.recording_rule import RecordingRule


def test_each_new_picture_is_recorded_once():
    rule = RecordingRule()
    assert [rule.run(True, "user", sequence) for sequence in (1, 1, 2, 2, 3)] == [
        (True, ""), (False, ""), (True, ""), (False, ""), (True, ""),
    ]  # fmt: skip


def test_a_camera_that_does_not_count_is_recorded_every_tick():
    rule = RecordingRule()
    assert [rule.run(True, "user", None) for _ in range(2)] == [(True, ""), (True, "")]


@pytest.mark.parametrize(
    ("during_ai", "mode", "recorded"),
    [(False, "user", True), (False, "local", False), (True, "local", True), (False, None, True)],
)
def test_the_pilot_is_recorded_only_when_asked_for(during_ai, mode, recorded):
    take, why_not = RecordingRule(during_ai=during_ai).run(True, mode, 1)
    assert take is recorded
    assert ("RECORD_DURING_AI" in why_not) is not recorded


def test_who_drives_is_named_where_nothing_is_recorded():
    rule = RecordingRule()
    assert rule.run(True, "local_angle", 1)[1].startswith("Nothing is recorded while the pilot st")
    assert rule.run(True, "local", 2)[1].startswith("Nothing is recorded while the pilot drives")
    assert "pilot" in rule.run(True, "local", 3, "Stopped.")[1], "to resume would not help"


@pytest.mark.parametrize("mode", ["user", "local"])
@pytest.mark.parametrize("reason", ["", "Stopped."])
def test_nothing_is_recorded_nor_said_while_recording_is_off(mode, reason):
    assert RecordingRule().run(False, mode, 1, reason) == (False, "")


@pytest.mark.parametrize(("reason", "recorded"), [("Stopped.", False), ("", True), (None, True)])
def test_a_stopped_car_is_not_recorded_standing(reason, recorded):
    take, why_not = RecordingRule().run(True, "user", 1, reason)
    assert take is recorded
    assert ("while the car is stopped" in why_not) is not recorded


def test_the_launch_lasts_for_its_duration_once_a_take_over(clock):
    launch = Launch(throttle=0.9, duration_s=1.0, clock=clock)
    assert launch.run("user", 0.2) is None
    assert launch.run("local", 0.2) == 0.9
    clock.sleep(0.9)
    assert launch.run("local", 0.2) == 0.9
    clock.sleep(0.2)
    assert launch.run("local", 0.2) is None
    launch.run("user", 0.2)
    assert launch.run("local", 0.2) == 0.9


def test_no_launch_without_a_pilot(clock):
    launch = Launch(throttle=0.9, duration_s=1.0, clock=clock)
    assert launch.run("local", None) is None


def test_a_launch_can_wait_for_a_press_that_arms_it_once(clock):
    launch = Launch(throttle=0.9, duration_s=1.0, always=False, clock=clock)
    launch.run("user", 0.2, ())
    assert launch.run("local", 0.2, ()) is None
    launch.run("user", 0.2, ("ai_launch",))
    assert launch.run("local", 0.2, ()) == 0.9
    launch.run("user", 0.2, ())
    assert launch.run("local", 0.2, ()) is None
    launch.run("local", 0.2, ("ai_launch",))
    launch.run("user", 0.2, None)
    assert launch.run("local", 0.2, None) is None, "armed while the pilot drives it would surprise"


def test_the_loop_rate_is_logged_every_interval(clock, caplog):
    log = RateLog(interval_s=1.0, clock=clock)
    with caplog.at_level(logging.INFO):
        for _ in range(45):
            clock.sleep(0.05)
            log.run(19.98, 3)
    assert [record.getMessage() for record in caplog.records] == [
        "loop: 19.98 Hz, 3 late ticks"
    ] * 2
