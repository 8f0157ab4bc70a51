import sys
import time
import types

import numpy as np
import pytest

from donkeycar.errors import ConfigError, DeviceError, PartFailed, StaleData
from donkeycar.parts.camera.picamera import PiCamera
from donkeycar.parts.camera.sensor_mode import sensor_mode
from donkeycar.testing import FakeClock, StubPicamera2, check_part
from donkeycar.vehicle import Vehicle


@pytest.fixture
def clock():
    return FakeClock(now_s=100.0)


@pytest.fixture
def stub(clock):
    with StubPicamera2(clock=clock) as stub:
        yield stub


def scene(width_px=160, height_px=120, seed=1):
    """A picture in which every pixel and channel differs from its neighbours."""
    random = np.random.default_rng(seed)
    return random.integers(0, 256, (height_px, width_px, 3), dtype=np.uint8)


def test_the_camera_is_asked_for_rgb_at_its_rate_without_a_queue(stub, clock):
    PiCamera(framerate_hz=30, clock=clock)
    config = stub.camera.camera_configuration()
    assert config["main"]["format"] == "BGR888"
    assert config["main"]["size"] == (160, 120)
    assert config["controls"] == {"FrameDurationLimits": (33333, 33333)}
    assert config["queue"] is False
    assert config["buffer_count"] == 4
    assert config["sensor"] == {"output_size": (1640, 1232), "bit_depth": 10}
    assert stub.camera.started


def test_pixels_arrive_in_red_green_blue(stub, clock):
    camera = PiCamera(clock=clock)
    stub.camera.deliver(scene())
    image, _, _ = camera.run()
    np.testing.assert_array_equal(image, scene())


@pytest.mark.parametrize("align_bytes", [1, 32, 64, 256])
@pytest.mark.parametrize("size", [(160, 120), (161, 121), (162, 120), (100, 75), (31, 17)])
def test_padding_and_odd_sizes_are_trimmed(clock, align_bytes, size):
    width_px, height_px = size
    with StubPicamera2(align_bytes=align_bytes, clock=clock) as stub:
        camera = PiCamera(width_px=width_px, height_px=height_px, clock=clock)
        sensed = scene(width_px + width_px % 2, height_px + height_px % 2)
        stub.camera.deliver(sensed)
        image, _, _ = camera.run()
        np.testing.assert_array_equal(image, sensed[:height_px, :width_px])
        assert image.flags.c_contiguous


@pytest.mark.parametrize(
    ("flips", "expected"),
    [
        ({"hflip": True}, scene()[:, ::-1]),
        ({"vflip": True}, scene()[::-1]),
        ({"hflip": True, "vflip": True}, scene()[::-1, ::-1]),
    ],
    ids=["hflip", "vflip", "both"],
)
def test_flips_are_done_by_the_image_processor(stub, clock, flips, expected):
    camera = PiCamera(clock=clock, **flips)
    stub.camera.deliver(scene())
    np.testing.assert_array_equal(camera.run()[0], expected)


def test_exposure_begins_before_the_time_stamp(stub, clock):
    camera = PiCamera(clock=clock)
    stub.camera.deliver(stamped_s=99.98, exposure_us=15_000)
    assert camera.run()[1] == pytest.approx(99.965)


def test_frames_stamped_by_another_clock_count_from_their_arrival(stub, clock, caplog):
    camera = PiCamera(clock=clock)
    stub.camera.deliver(stamped_s=1_700_000_000.0)
    assert camera.run()[1] == 100.0
    clock.advance(0.05)
    stub.camera.deliver(stamped_s=1_700_000_000.05)
    assert camera.run()[1] == pytest.approx(100.05)
    assert caplog.text.count("another clock") == 1


def test_frames_without_a_stamp_count_from_their_arrival(stub, clock):
    camera = PiCamera(clock=clock)
    stub.camera.deliver(metadata={})
    assert camera.run()[1:] == (100.0, 1)


def test_only_the_newest_frame_is_kept(stub, clock):
    camera = PiCamera(clock=clock)
    for seed in (1, 2, 3):
        clock.advance(0.01)
        stub.camera.deliver(scene(seed=seed))
    image, _, sequence = camera.run()
    np.testing.assert_array_equal(image, scene(seed=3))
    assert sequence == 1


@pytest.mark.parametrize("stamped_s", [100.0, 99.9], ids=["the same", "an older one"])
def test_a_frame_no_newer_than_the_last_is_dropped(stub, clock, stamped_s):
    camera = PiCamera(clock=clock)
    stub.camera.deliver(stamped_s=100.0)
    camera.run()
    clock.advance(0.05)
    stub.camera.deliver(stamped_s=stamped_s)
    assert camera.run() is None
    assert camera.repeats == 1


def test_an_identical_picture_is_dropped_however_new_its_stamp(stub, clock):
    camera = PiCamera(clock=clock)
    stub.camera.deliver(scene())
    camera.run()
    clock.advance(0.05)
    stub.camera.deliver(scene())
    assert camera.run() is None


def test_a_stall_is_an_error_that_says_what_to_check(stub, clock):
    camera = PiCamera(clock=clock)
    stub.camera.deliver()
    camera.run()
    clock.advance(0.6)
    with pytest.raises(StaleData, match="PiCamera must .* nothing new for 0.60 s. Check .* ribbon"):
        camera.run_threaded()


def test_no_first_frame_is_an_error_that_says_what_to_check(stub, clock):
    camera = PiCamera(clock=clock)
    camera.run_threaded()
    clock.advance(5.1)
    with pytest.raises(StaleData, match="PiCamera must give a first value .*rpicam-hello"):
        camera.run_threaded()


def test_run_waits_for_a_frame_and_gives_up(clock):
    with StubPicamera2() as stub:
        camera = PiCamera(start_timeout_s=0.05, max_age_s=0.1)
        with pytest.raises(StaleData, match="must give a first value within start_timeout_s=0.05"):
            camera.run()
        stub.camera.deliver()
        assert camera.run()[2] == 1
        with pytest.raises(StaleData, match="must give a new value every max_age_s=0.1"):
            camera.run()


def test_a_broken_frame_stops_the_car_with_its_cause(stub, clock):
    camera = PiCamera(clock=clock)
    broken = types.SimpleNamespace(make_array=lambda name: 1 / 0, get_metadata=dict)
    stub.camera.post_callback(broken)
    camera.update()
    with pytest.raises(PartFailed, match="PiCamera stopped reading: division by zero"):
        camera.run_threaded()


def test_shutdown_closes_the_camera_once(stub, clock):
    camera = PiCamera(clock=clock)
    camera.shutdown()
    camera.shutdown()
    assert stub.camera.closed
    assert stub.camera.post_callback is None


def test_shutdown_ends_although_the_camera_hangs(stub, clock, caplog):
    camera = PiCamera(close_timeout_s=0.05, clock=clock)
    stub.hang()
    started_s = time.monotonic()
    camera.shutdown()
    assert time.monotonic() - started_s < 1
    assert "did not close within 0.05 s" in caplog.text


def test_keeps_the_part_contract_in_a_thread():
    with StubPicamera2(free_running=True):
        image, exposed_s, _ = check_part(PiCamera(framerate_hz=50), outputs=3, threaded=True)
    assert image.shape == (120, 160, 3)
    assert 0 <= time.monotonic() - exposed_s < 5


def test_a_camera_that_hangs_while_driving_stops_the_car():
    seen, hung_at, hung_s = [], [], []

    class Watch:
        def run(self, sequence):
            seen.append(sequence)
            # On a busy machine a tick may pass over a frame.
            if sequence and sequence >= 3 and not hung_s:
                hung_s.append(time.monotonic())
                hung_at.append(sequence)
                stub.hang()

    with StubPicamera2(free_running=True) as stub:
        car = Vehicle()
        camera = PiCamera(framerate_hz=50, max_age_s=0.4, close_timeout_s=0.05)
        car.add(camera, outputs=["image", "exposed_s", "sequence"], threaded=True)
        car.add(Watch(), inputs=["sequence"])
        with pytest.raises(PartFailed, match="PiCamera must give a new value every max_age_s=0.4"):
            car.start(rate_hz=50, max_loop_count=500)
    assert seen[-1] <= hung_at[0] + 1
    assert time.monotonic() - hung_s[0] < 3


def test_picamera2_missing_is_one_sentence_with_the_way_out(monkeypatch):
    monkeypatch.setitem(sys.modules, "picamera2", None)
    with pytest.raises(DeviceError, match="apt install -y python3-picamera2.*system-site-packages"):
        PiCamera()


def test_libcamera_missing_is_the_same_sentence(monkeypatch):
    class Finder:
        @staticmethod
        def find_spec(name, path=None, target=None):
            if name == "picamera2":
                raise ModuleNotFoundError("No module named 'libcamera'")

    monkeypatch.setattr(sys, "meta_path", [Finder, *sys.meta_path])
    with pytest.raises(DeviceError, match="No module named 'libcamera'.*system-site-packages"):
        PiCamera()


def test_apts_simplejpeg_beside_a_newer_numpy_is_explained(monkeypatch):
    class Finder:
        @staticmethod
        def find_spec(name, path=None, target=None):
            if name == "picamera2":
                raise ValueError("numpy.dtype size changed, may indicate binary incompatibility")

    monkeypatch.setattr(sys, "meta_path", [Finder, *sys.meta_path])
    with pytest.raises(DeviceError, match="numpy.dtype size changed.*pip install -U simplejpeg"):
        PiCamera()


def test_no_camera_connected(clock):
    with (
        StubPicamera2(cameras=0, clock=clock),
        pytest.raises(DeviceError, match="Camera 0 must answer.*ribbon.*--list-cameras"),
    ):
        PiCamera(clock=clock)


def test_a_camera_that_refuses_its_settings_is_closed(clock):
    with StubPicamera2(configure_error="Invalid camera configuration", clock=clock) as stub:
        with pytest.raises(DeviceError, match="must start. Received: Invalid camera configuration"):
            PiCamera(clock=clock)
        assert stub.camera.closed


def test_a_driver_that_gives_a_smaller_picture_is_refused_and_closed(clock):
    with StubPicamera2(delivered_size=(128, 120), clock=clock) as stub:
        with pytest.raises(DeviceError, match="at least 160x120. Received: BGR888, 128x120"):
            PiCamera(clock=clock)
        assert stub.camera.closed


def test_a_sensor_that_cannot_reach_the_rate_is_refused_and_closed(stub, clock):
    with pytest.raises(ConfigError, match="`framerate_hz` must be at most 206.65"):
        PiCamera(framerate_hz=300, clock=clock)
    assert stub.camera.closed


def test_a_rate_that_would_always_be_too_old_is_refused_before_the_camera_is_opened(stub):
    with pytest.raises(ConfigError, match="`framerate_hz` must be greater than 1 / max_age_s = 2"):
        PiCamera(framerate_hz=2)
    assert stub.opened == []


def mode(size, fps, crop, bit_depth=10):
    return {"size": size, "fps": fps, "crop_limits": (0, 0, *crop), "bit_depth": bit_depth}


# Camera Module 1: its smallest mode bins four pixels and sees all but the rim.
OV5647 = [
    mode((640, 480), 58.92, (2560, 1920)),
    mode((1296, 972), 46.34, (2592, 1944)),
    mode((1920, 1080), 32.81, (1928, 1080)),
    mode((2592, 1944), 15.63, (2592, 1944)),
]


@pytest.mark.parametrize(
    ("size", "framerate_hz", "expected"),
    [
        ((160, 120), 20, (640, 480)),
        ((800, 600), 20, (1296, 972)),
        ((4000, 3000), 15, (2592, 1944)),
    ],
    ids=["the smallest that sees all", "no smaller than the picture", "the largest if none is"],
)
def test_the_mode_is_the_smallest_of_the_widest(size, framerate_hz, expected):
    assert sensor_mode(OV5647, size=size, framerate_hz=framerate_hz)["size"] == expected


def test_a_deeper_mode_wins_over_a_shallow_one_of_the_same_size():
    modes = [mode((640, 480), 60, (640, 480), depth) for depth in (8, 12, 10)]
    assert sensor_mode(modes, size=(160, 120), framerate_hz=20)["bit_depth"] == 12


def test_a_rate_that_costs_field_of_view_is_a_warning():
    modes = [mode((640, 480), 200, (1280, 960)), mode((1640, 1232), 80, (3280, 2464))]
    with pytest.warns(UserWarning, match="At 120 frames .* only 15% of its field of view"):
        assert sensor_mode(modes, size=(160, 120), framerate_hz=120)["size"] == (640, 480)


def test_a_camera_that_is_no_raw_sensor_has_no_mode_to_choose(clock):
    with StubPicamera2(modes=[{"format": "MJPEG"}], clock=clock) as stub:
        PiCamera(clock=clock)
        assert stub.camera.config["sensor"] == {}
