"""How old the camera is, as the page tells."""

import pytest

from donkeycar.parts.camera.frame_age import FrameAge
from donkeycar.testing import FakeClock


def test_it_is_the_usual_age_of_new_frames_and_one_late_frame_changes_nothing():
    clock = FakeClock(100.0)
    age = FrameAge(clock=clock)
    for number in range(10):
        clock.sleep(0.05)
        seen = age.run(clock.monotonic() - (0.3 if number == 8 else 0.08), number)
        assert seen == pytest.approx(0.08)
    clock.sleep(0.05)
    assert age.run(clock.monotonic() - 0.13, 9) is None, "that is the frame before"


def test_without_a_frame_there_is_no_age():
    assert FrameAge(clock=FakeClock()).run(None, None) is None
