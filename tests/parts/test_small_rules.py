"""Recording rule and launch."""

import logging

import pytest

from donkeycar.parts.launch import Launch
from donkeycar.parts.rate_log import RateLog
from donkeycar.parts.recording_rule import RecordingRule


def test_each_new_picture_is_recorded_once():
    rule = RecordingRule()
    assert [rule.run(True, "user", sequence) for sequence in (1, 1, 2, 2, 3)] == [
        True, False, True, False, True,
    ]  # fmt: skip


def test_a_camera_that_does_not_count_is_recorded_every_tick():
    rule = RecordingRule()
    assert [rule.run(True, "user", None) for _ in range(2)] == [True, True]


@pytest.mark.parametrize(
    ("during_ai", "mode", "recorded"),
    [(False, "user", True), (False, "local", False), (True, "local", True), (False, None, True)],
)
def test_the_pilot_is_recorded_only_when_asked_for(during_ai, mode, recorded):
    assert RecordingRule(during_ai=during_ai).run(True, mode, 1) is recorded


def test_nothing_is_recorded_while_recording_is_off():
    assert RecordingRule(during_ai=True).run(False, "user", 1) is False


@pytest.mark.parametrize(("reason", "recorded"), [("Stopped.", False), ("", True), (None, True)])
def test_a_stopped_car_is_not_recorded_standing(reason, recorded):
    assert RecordingRule().run(True, "user", 1, reason) is recorded


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
