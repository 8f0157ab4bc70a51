import math

import numpy as np
import pytest

from donkeycar.errors import ConfigError, PartError, StaleData
from donkeycar.parts.camera.camera import Camera
from donkeycar.parts.camera.latency import Latency
from donkeycar.parts.camera.mock import MockCamera
from donkeycar.testing import FakeClock, check_part

SHAPE = (12, 16, 3)


class Scripted(Camera):
    """Captures the pictures of a list, each at the time of its capture."""

    def __init__(self, *pictures, **kwargs):
        super().__init__(width_px=16, height_px=12, **kwargs)
        self.pictures = list(pictures)

    def capture(self):
        picture = self.pictures.pop(0)
        return None if picture is None else (picture, self.clock.monotonic())


def picture(value):
    return np.full(SHAPE, value, dtype=np.uint8)


@pytest.fixture
def clock():
    return FakeClock(now_s=100.0)


def test_a_frame_is_an_image_its_time_and_its_number(clock):
    camera = Scripted(picture(1), picture(2), clock=clock)
    image, exposed_s, sequence = camera.run()
    assert (image[0, 0].tolist(), exposed_s, sequence) == ([1, 1, 1], 100.0, 1)
    clock.advance(0.05)
    assert camera.run()[1:] == (100.05, 2)


@pytest.mark.parametrize("exposed_s", [None, math.nan, math.inf, 1.7e9, 100.02])
def test_a_time_of_another_clock_is_refused(clock, exposed_s):
    # What used to happen: a camera that stamps with time.time() was never too old, and the car
    # drove on for ever on its last picture.
    camera = Scripted(clock=clock)
    camera.capture = lambda: (picture(1), exposed_s)
    with pytest.raises(PartError, match=r"on the clock of the car, car.clock.monotonic\(\)"):
        camera.run()


def test_the_same_picture_again_is_no_new_frame(clock):
    camera = Scripted(picture(1), picture(1), picture(2), clock=clock)
    camera.run()
    assert camera.run() is None
    assert camera.repeats == 1
    assert camera.run()[2] == 2, "numbers count new frames only"


def test_one_different_bit_makes_a_new_frame(clock):
    other = picture(1)
    other[-1, -1, -1] ^= 1
    camera = Scripted(picture(1), other, clock=clock)
    camera.run()
    assert camera.run() is not None


def test_a_frozen_picture_becomes_an_error_that_says_so(clock):
    camera = Scripted(*[picture(1)] * 20, max_age_s=0.5, clock=clock)
    seen = []
    with pytest.raises(StaleData, match="Scripted must .* 11 pictures were the same .* frozen"):
        for _ in range(20):
            seen.append(camera.run())
            clock.advance(0.05)
    assert [frame is not None for frame in seen] == [True] + [False] * 10
    assert clock.now_s == pytest.approx(100.55)


def test_a_picture_changed_by_others_still_counts_as_frozen(clock):
    camera = Scripted(picture(1), picture(1), clock=clock)
    camera.run()[0][:] = 9
    assert camera.run() is None


def test_a_camera_that_may_repeat_gives_the_same_picture_as_a_new_frame(clock):
    camera = Scripted(picture(1), picture(1), may_repeat=True, clock=clock)
    assert [camera.run()[2], camera.run()[2]] == [1, 2]


def test_a_frame_exposed_too_long_ago_is_an_error(clock):
    class Late(Scripted):
        def capture(self):
            return self.pictures.pop(0), self.clock.monotonic() - 0.8

    with pytest.raises(StaleData, match="nothing new for 0.80 s"):
        Late(picture(1), max_age_s=0.5, clock=clock).run()


@pytest.mark.parametrize(
    ("captured", "received"),
    [
        (picture(1), "an array of shape (12, 16, 3), without its time"),
        (picture(1)[:2], "an array of shape (2, 16, 3), without its time"),
        ([picture(1), 1.0, 2], "list of 3 values"),
        ("frame", "str"),
    ],
)
def test_a_capture_without_its_time_is_told_what_to_return(clock, captured, received):
    """What used to happen: "too many values to unpack (expected 2)"."""
    camera = Scripted(clock=clock)
    camera.capture = lambda: captured
    with pytest.raises(PartError, match="capture` must return the image and when") as refused:
        camera.run()
    assert str(refused.value).endswith(f"Received: {received}")


@pytest.mark.parametrize("image", [[1, 2], None, "frame"])
def test_a_frame_that_is_no_array_is_told(clock, image):
    """What used to happen: "'list' object has no attribute 'shape'"."""
    camera = Scripted(clock=clock)
    camera.capture = lambda: (image, clock.monotonic())
    with pytest.raises(PartError, match="must capture a uint8 array of shape .* Received: "):
        camera.run()


def test_grey_keeps_three_channels_with_the_brightness_in_each(clock):
    colours = np.zeros(SHAPE, dtype=np.uint8)
    colours[0, 0], colours[0, 1], colours[0, 2] = (255, 0, 0), (0, 255, 0), (0, 0, 255)
    colours[0, 3] = 255
    image, _, _ = Scripted(colours, grey=True, clock=clock).run()
    assert image.shape == SHAPE
    assert image.dtype == np.uint8
    assert image[0, :4].tolist() == [[76] * 3, [149] * 3, [28] * 3, [255] * 3]


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((16, 12, 3), dtype=np.uint8),
        np.zeros((12, 16), dtype=np.uint8),
        np.zeros(SHAPE, dtype=np.float32),
        np.zeros((12, 16, 6), dtype=np.uint8)[:, :, ::2],
    ],
    ids=["turned", "one channel", "float", "not contiguous"],
)
def test_a_picture_that_breaks_the_contract_is_refused(clock, wrong):
    with pytest.raises(PartError, match=r"Scripted must capture a C-contiguous uint8 image"):
        Scripted(wrong, clock=clock).run()


def test_impossible_size():
    with pytest.raises(ConfigError, match="`width_px` must be at least 1. Received: width_px=0"):
        MockCamera(width_px=0)


def test_mock_camera_moves(clock):
    camera = MockCamera(clock=clock)
    first, second = camera.run()[0], camera.run()[0]
    assert (first != second).any()


def test_mock_camera_gives_fresh_arrays_even_when_the_picture_comes_round(clock):
    camera = MockCamera(width_px=2, height_px=2, clock=clock)
    first = camera.run()[0]
    kept = first.copy()
    first[:] = 0
    np.testing.assert_array_equal(camera.run()[0], kept)


@pytest.mark.parametrize("threaded", [False, True])
def test_mock_camera_keeps_the_part_contract(threaded):
    image, _, sequence = check_part(MockCamera(framerate_hz=100), outputs=3, threaded=threaded)
    assert image.shape == (120, 160, 3)
    assert sequence >= 1


def test_mock_camera_runs_at_its_frame_rate(clock):
    camera = MockCamera(framerate_hz=25, latency=Latency(0.06, jitter_s=0.0), clock=clock)
    pauses = []

    def sleep(seconds):
        pauses.append(seconds)
        clock.advance(seconds)
        if len(pauses) == 10:
            camera.shutdown()

    clock.sleep = sleep
    camera.update()
    assert clock.now_s == pytest.approx(100.4)
