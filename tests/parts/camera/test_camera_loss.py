"""A pilot that drives, and a camera that fails: the motor is neutral soon (the short form)."""

import pytest

from benchmarks.safety.camera_loss import MAX_P99_MS, trial
from benchmarks.safety.rigs import LOSABLE, RIGS
from benchmarks.safety.rigs.light import KINDS, OF_STAMPS
from donkeycar.assembly.camera import CAMERAS

CASES = [
    (word, kind) for word, rig in LOSABLE.items() for kind in KINDS
    if rig.knows_age or kind not in OF_STAMPS
]  # fmt: skip


@pytest.mark.parametrize(
    ("word", "kind", "paced"),
    [(*case, False) for case in CASES] + [("OWN", kind, True) for kind in KINDS],
)
def test_a_camera_that_fails_leaves_the_motor_neutral(word, kind, paced):
    """A driver that went round in its old pictures used to drive on, whatever paced the loop."""
    result = trial(kind, seed=1, word=word, paced=paced)
    # A machine shared with others may be late by a tick or two, and not by more.
    assert result.stopped_ms < MAX_P99_MS + 150
    assert not result.runaway, "it stops by itself, and names the camera"


def test_every_camera_with_hardware_is_lost():
    lost = {RIGS[word] for word in LOSABLE if word in RIGS}
    assert {RIGS[word] for word, row in CAMERAS.items() if row.is_real} == lost
