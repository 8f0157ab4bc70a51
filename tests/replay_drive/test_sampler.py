"""What channels hold, as values that can be stored."""

import numpy as np
import pytest

from donkeycar.driving.command import Command
from donkeycar.memory import Memory
from donkeycar.replay_drive.sampler import plain, sample
from donkeycar.testing import FakeClock


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (True, 1.0),
        (3, 3.0),
        (np.float32(0.5), 0.5),
        (-0.0, 0.0),
        (0.123456789, 0.1234568),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
        (None, None),
        ("run", "run"),
        ((), ""),
        (("erase", "ai_launch"), "erase, ai_launch"),
        ([0.0, 1.0], (0.0, 1.0)),
        (np.array([0.25, 0.5]), (0.25, 0.5)),
    ],
)
def test_every_value_is_plain(value, wanted):
    assert plain(value) == wanted


def test_a_picture_is_the_brightness_of_its_blocks():
    image = np.zeros((8, 8, 3), np.uint8)
    image[:2, 2:4] = 255
    blocks = plain(image)
    assert len(blocks) == 16
    assert (blocks[0], blocks[1], sum(blocks)) == (0.0, 1.0, 1.0)


def test_a_time_is_that_from_now_and_none_stays_none():
    mem = Memory(clock=FakeClock())
    mem["cam/exposed_s"], mem["user/expires_s"], mem["pilot/expires_s"] = 9.94, 0.0, None
    mem["command"] = Command(0.5, 0.25, "pilot", 10.25)
    assert sample(mem, 10.0) == {
        "cam/exposed_s": -0.06,
        "user/expires_s": 0.0,
        "pilot/expires_s": None,
        "command/angle": 0.5,
        "command/throttle": 0.25,
        "command/source": "pilot",
        "command/expires_s": 0.25,
    }
