"""Two cameras side by side: one picture of both, and the failure of either."""

import threading

import numpy as np
import pytest

from donkeycar.assembly.camera import add_camera, make_camera
from donkeycar.assembly.check import check_car
from donkeycar.assembly.stereo import STEREO_CHANNELS
from donkeycar.config import load_config
from donkeycar.errors import ConfigError, DeviceError, PartFailed, StaleData
from donkeycar.management.car import main
from donkeycar.management.doctor.camera import camera as doctor
from donkeycar.parts.camera.stereo import joined
from donkeycar.testing import FakeClock, VideoKernel, check_part
from donkeycar.timing import RealClock
from donkeycar.vehicle import Vehicle


@pytest.fixture
def clock():
    return FakeClock(now_s=100.0)


@pytest.fixture
def kernel(clock):
    with VideoKernel(clock=clock, cameras=[{"name": "Left"}, {"name": "Right"}]) as kernel:
        yield kernel


@pytest.fixture
def settings(tmp_path):
    (tmp_path / "config.py").write_text("")
    (tmp_path / "myconfig.py").write_text("CAMERA_TYPE = 'WEBCAM'\nCAMERA_STEREO = True\n")

    def load(*overrides):
        config = tmp_path / "config.py"
        mock = "DRIVE_TRAIN_TYPE=MOCK"
        return load_config(
            config, myconfig="myconfig.py", overrides=[mock, *overrides], command="drive"
        )

    return load


def flat(value):
    return np.full((120, 160, 3), value, np.uint8)


def test_red_is_the_first_green_the_second_and_blue_where_they_differ():
    first, second = flat(10), flat(200)
    first[0, 0], second[0, 0] = 255, 0
    picture = joined(first, second)
    assert (picture.shape, picture.dtype) == ((120, 160, 3), np.uint8)
    assert picture[1, 1].tolist() == [10, 200, 33]
    assert picture[0, 0].tolist() == [255, 0, 255]
    assert joined(second, second)[5, 5].tolist() == [200, 200, 128]


def test_a_pair_is_as_old_as_the_older_one_and_gives_both_pictures(kernel, clock, settings):
    camera = make_camera(settings(), clock)
    kernel.cameras[0].deliver(flat(60), stamped_s=99.96)
    kernel.cameras[1].deliver(flat(180), stamped_s=99.98)
    image, exposed_s, sequence, a, b = camera.run()
    assert (exposed_s, sequence) == (pytest.approx(99.96), 1)
    assert (round(a.mean()), round(b.mean())) == (60, 180)
    np.testing.assert_array_equal(image, joined(a, b))
    camera.shutdown()
    assert not any(camera.is_open for camera in kernel.cameras)


def test_pictures_that_are_more_than_half_a_frame_apart_wait_for_a_nearer_one(
    kernel, clock, settings
):
    camera = make_camera(settings(), clock)
    kernel.cameras[0].deliver(stamped_s=99.95)
    kernel.cameras[1].deliver(stamped_s=99.99)
    assert camera.run() is None
    clock.advance(0.02)
    kernel.cameras[0].deliver(stamped_s=100.0)
    kernel.cameras[1].deliver(stamped_s=100.02)
    assert camera.run()[1] == pytest.approx(100.0)


def test_each_picture_is_used_once(kernel, clock, settings):
    camera = make_camera(settings(), clock)
    for half in kernel.cameras:
        half.deliver()
    assert camera.run() is not None
    clock.advance(0.01)
    camera._threads = [threading.current_thread()]  # it looks at what is there, and does not wait
    camera._came.set()
    assert camera.capture() is None


def test_the_car_gets_the_frame_and_both_pictures(kernel, settings):
    car = Vehicle(clock=RealClock())
    add_camera(car, settings())
    assert all(car.writes(channel) for channel in ("cam/image_array", *STEREO_CHANNELS))
    car.stop()


@pytest.mark.parametrize("broken", [0, 1])
def test_the_error_names_the_camera_that_was_unplugged(settings, broken):
    with VideoKernel(cameras=[{"name": "Left"}, {"name": "Right"}]) as kernel:
        camera = make_camera(settings(), RealClock())
        thread = threading.Thread(target=camera.update)
        thread.start()
        kernel.cameras[broken].unplug()
        thread.join(20)
        assert not thread.is_alive()
        with pytest.raises(PartFailed, match=f"StereoCamera .*Camera {'AB'[broken]} of.*unplugged"):
            camera.run_threaded()
        camera.shutdown()


def test_one_that_is_silent_stops_the_pair(kernel, clock, settings):
    camera = make_camera(settings(), clock)
    for half in kernel.cameras:
        half.deliver()
    camera.run()
    clock.advance(0.6)
    with pytest.raises(StaleData, match="StereoCamera must give a new value"):
        camera.run_threaded()
    kernel.cameras[0].deliver()
    with pytest.raises(DeviceError, match="Camera B of the pair: V4LCamera must give a new value"):
        kernel.cameras[1].deliver(stamped_s=99.0)
        camera.run()


def test_it_keeps_the_rules_of_a_part(settings):
    with VideoKernel(cameras=[{"name": "Left"}, {"name": "Right"}]) as kernel:
        ended = threading.Event()

        def shine():
            while not ended.wait(0.02):
                for half in kernel.cameras:
                    half.deliver()

        light = threading.Thread(target=shine)
        light.start()
        check_part(make_camera(settings(), RealClock()), outputs=5, threaded=True, timeout_s=10)
        ended.set()
        light.join()


def test_a_second_camera_that_is_missing_is_named_and_the_first_closed(clock, settings):
    with VideoKernel(clock=clock) as kernel:
        with pytest.raises(DeviceError, match="Camera B of .*CAMERA_INDEX_B.*video1 must be there"):
            make_camera(settings(), clock)
        assert not kernel.camera.is_open


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["CAMERA_INDEX_B=0"], "must name another camera .*Received: 0 for both"),
        (["CAMERA_SOURCE=C920", "CAMERA_SOURCE_B=C920"], "Received: 'C920' for both"),
        (["CAMERA_TYPE=SIM"], "`CAMERA_STEREO` must be False for CAMERA_TYPE 'SIM'.*PICAM, V4L"),
        (["IMAGE_DEPTH=1"], "`IMAGE_DEPTH` must be 3 with CAMERA_STEREO"),
    ],
)
def test_what_is_no_pair_is_refused_before_anything_opens(settings, overrides, message):
    with pytest.raises(ConfigError, match=message):
        check_car(settings(*overrides))


@pytest.mark.parametrize(
    ("words", "expected"),
    [([], False), (["--camera=stereo"], True), (["--camera", "single"], False)],
)
def test_drive_takes_the_word_of_donkeycar_5(tmp_path, words, expected):
    """What used to happen: `--camera` was refused."""
    (tmp_path / "config.py").write_text("")
    (tmp_path / "myconfig.py").write_text("CAMERA_TYPE = 'V4L'\nDRIVE_TRAIN_TYPE = 'MOCK'\n")
    seen = []
    drive = lambda cfg, **more: seen.append(cfg.CAMERA_STEREO)  # noqa: E731
    assert main(drive, str(tmp_path / "manage.py"), ["drive", *words]) == 0
    assert seen == [expected]


def test_the_doctor_looks_for_both(kernel, settings):
    kernel.cameras[1].unplugged = True
    found = list(doctor(settings(), run=lambda words: None))
    assert [(each.what, each.state) for each in found] == [
        ("camera A", "ok"), ("camera B", "missing"),
    ]  # fmt: skip
