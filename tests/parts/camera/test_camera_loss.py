"""A pilot that drives, and a camera that fails: the motor is neutral soon (the short form)."""

import pytest

from benchmarks.camera_loss import KINDS, MAX_P99_S, trial


@pytest.mark.parametrize("kind", KINDS)
def test_a_camera_that_fails_leaves_the_motor_neutral(kind):
    result = trial(kind, seed=1)
    # A machine shared with others may be late by a tick or two, and not by more.
    assert result.neutral_s < MAX_P99_S + 0.15
    assert result.stopped
