"""A pilot that drives, and a camera that fails: the motor is neutral soon (the short form)."""

import pytest

from benchmarks.safety import stream_loss, usb_camera_loss
from benchmarks.safety.camera_loss import KINDS, MAX_P99_MS, trial


@pytest.mark.parametrize("kind", KINDS)
def test_a_camera_that_fails_leaves_the_motor_neutral(kind):
    result = trial(kind, seed=1)
    # A machine shared with others may be late by a tick or two, and not by more.
    assert result.stopped_ms < MAX_P99_MS + 150
    assert not result.runaway, "it stops by itself, and names the camera"


@pytest.mark.parametrize("kind", usb_camera_loss.KINDS)
def test_a_usb_camera_that_fails_leaves_the_motor_neutral(kind):
    result = trial(kind, seed=1, make_camera=usb_camera_loss.FailingUsbCamera)
    assert result.stopped_ms < MAX_P99_MS + 150
    assert not result.runaway, "it stops by itself, and names the camera"


@pytest.mark.parametrize("kind", stream_loss.KINDS)
def test_a_stream_that_fails_leaves_the_motor_neutral(kind):
    result = trial(kind, seed=1, make_camera=stream_loss.FailingStreamCamera)
    assert result.stopped_ms < MAX_P99_MS + 150
    assert not result.runaway, "it stops by itself, and names the camera"
