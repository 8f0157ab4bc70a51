import logging
import sys
import time

import numpy as np
import pytest

from donkeycar.errors import ConfigError, DeviceError, PartFailed, StaleData
from donkeycar.parts.camera import d435, d435_usb, usb_bus
from donkeycar.parts.camera.d435 import D435Camera
from donkeycar.parts.finding import MISSING, OK, WARNING
from donkeycar.testing import FakeClock, StubRealSense, check_part


@pytest.fixture
def clock():
    return FakeClock(now_s=100.0)


@pytest.fixture
def stub(clock):
    with StubRealSense(clock=clock) as stub:
        yield stub


def picture(size=(320, 240), left=(250, 40, 10), right=(10, 60, 240)):
    width, height = size
    seen = np.zeros((height, width, 3), np.uint8)
    seen[:, : width // 2], seen[:, width // 2 :] = left, right
    return seen


def ramp(size):
    width, height = size
    return (np.arange(height)[:, None] * 100 + np.arange(width)).astype(np.uint16)


def test_the_smallest_mode_that_serves_is_chosen(stub, clock):
    D435Camera(framerate_hz=20, clock=clock)
    (size, kind, fps) = stub.camera.streams["color"]
    assert (size, kind.name, fps) == ((320, 240), "rgb8", 30)
    # A depth of fewer lines would show only a part of the view.
    assert stub.camera.streams["depth"][::2] == ((640, 480), 30)


@pytest.mark.parametrize(
    ("wanted", "rate_hz", "color", "depth"),
    [
        ((424, 240), 60, ((424, 240), 60), ((424, 240), 60)),
        ((640, 480), 15, ((640, 480), 15), ((640, 480), 15)),
        ((1280, 720), 30, ((1280, 720), 30), ((1280, 720), 30)),
        ((200, 66), 10, ((320, 180), 30), ((424, 240), 30)),
        ((160, 120), 90, ((320, 240), 60), ((640, 480), 60)),
    ],
)
def test_modes_for_other_sizes_and_rates(stub, clock, wanted, rate_hz, color, depth):
    D435Camera(width_px=wanted[0], height_px=wanted[1], framerate_hz=rate_hz, clock=clock)
    assert stub.camera.streams["color"][::2] == color
    assert stub.camera.streams["depth"][::2] == depth


def test_a_rate_that_no_mode_has_is_told(stub, clock, caplog):
    D435Camera(framerate_hz=90, clock=clock)
    assert "gives 60 frames a second of the 90 of CAMERA_FRAMERATE" in caplog.text


def test_frames_have_the_size_of_the_settings_and_red_green_blue(stub, clock):
    camera = D435Camera(width_px=100, height_px=75, clock=clock)
    stub.camera.deliver(picture())
    image, _, sequence, depth = camera.run()
    assert image.shape == (75, 100, 3)
    assert (image[:, :45] == (250, 40, 10)).all()
    assert (image[:, 55:] == (10, 60, 240)).all()
    assert depth.shape == (75, 100)
    assert sequence == 1


@pytest.mark.parametrize("align_bytes", [1, 64, 4096])
@pytest.mark.parametrize("size", [(320, 240), (160, 120)], ids=["larger", "as large as a frame"])
def test_padding_never_shows_and_bytes_that_were_given_back_are_not_used(clock, align_bytes, size):
    modes = {"color": ((*size, (30,)),), "depth": ((424, 240, (30,)),)}
    with StubRealSense(align_bytes=align_bytes, modes=modes, clock=clock) as stub:
        camera = D435Camera(clock=clock)
        stub.camera.deliver(picture(size), depth=ramp((424, 240)))
        image, _, _, depth = camera.run()
        kept, kept_depth = image.copy(), depth.copy()
        clock.advance(0.05)
        stub.camera.deliver()
        assert camera.run()[2] == 2
    assert (image[:, :70] == (250, 40, 10)).all()
    assert np.isin(depth, ramp((424, 240))).all()
    np.testing.assert_array_equal(image, kept)
    np.testing.assert_array_equal(depth, kept_depth)


@pytest.mark.parametrize("unit_m", [0.001, 0.0001, 0.00025])
def test_depth_is_in_millimetres_whatever_the_unit_of_the_camera(clock, unit_m):
    modes = {"color": ((160, 120, (30,)),), "depth": ((160, 120, (30,)),)}
    with StubRealSense(unit_m=unit_m, modes=modes, clock=clock) as stub:
        camera = D435Camera(clock=clock)
        raw = np.zeros((120, 160), np.uint16)
        raw[0, :3] = round(0.5 / unit_m), 65535, 1
        stub.camera.deliver(depth=raw)
        depth = camera.run()[3]
    assert depth[0, 0] == 500
    assert depth[0, 1] == min(65535, round(65535 * unit_m * 1000))
    assert (depth[1:] == 0).all(), "0 stays: nothing was measured"


@pytest.mark.parametrize(
    ("hflip", "vflip"), [(True, False), (False, True), (True, True)], ids=["h", "v", "both"]
)
def test_picture_and_depth_are_flipped_together(clock, hflip, vflip):
    modes = {"color": ((160, 120, (30,)),), "depth": ((160, 120, (30,)),)}
    with StubRealSense(modes=modes, clock=clock) as stub:
        camera = D435Camera(hflip=hflip, vflip=vflip, clock=clock)
        seen = picture((160, 120))
        stub.camera.deliver(seen, depth=ramp((160, 120)))
        image, _, _, depth = camera.run()
    turn = slice(None, None, -1 if vflip else 1), slice(None, None, -1 if hflip else 1)
    np.testing.assert_array_equal(image, seen[turn])
    np.testing.assert_array_equal(depth, ramp((160, 120))[turn])


def test_without_depth_only_frames_come(stub, clock):
    camera = D435Camera(depth=False, clock=clock)
    stub.camera.deliver()
    assert len(camera.run()) == 3
    assert "depth" not in stub.camera.streams


def test_without_colour_the_left_infrared_camera_gives_the_frames(stub, clock):
    camera = D435Camera(colour=False, exposure_ms=5, clock=clock)
    size = stub.camera.streams["depth"][0]
    assert stub.camera.streams["infrared"][0] == size
    stub.camera.deliver(picture(size, (180, 0, 0), (40, 0, 0)), depth=ramp(size))
    image, *_ = camera.run()
    assert (image[:, :75] == 180).all()
    assert (image[:, 85:] == 40).all()
    assert "color" not in stub.camera.streams
    assert stub.camera.sensors["depth"].set["exposure"] == 5000


def test_the_motion_sensor_comes_under_the_names_of_both_versions(stub, clock):
    camera = D435Camera(imu=True, clock=clock)
    assert stub.camera.streams["accel"][2] == 100
    assert stub.camera.streams["gyro"][2] == 200
    stub.camera.deliver(motion=((0.1, -9.8, 0.3), (0.01, 0.02, 0.03)))
    _, _, _, _, *motion = camera.run()
    assert motion == [0.1, -9.8, 0.3, 0.01, 0.02, 0.03, (0.1, -9.8, 0.3), (0.01, 0.02, 0.03)]


def test_a_camera_without_a_motion_sensor_says_so(clock):
    with (
        StubRealSense(has_imu=False, name="Intel RealSense D435", clock=clock),
        pytest.raises(ConfigError, match="`imu` must be False .*D435i has one.*RealSense D435$"),
    ):
        D435Camera(imu=True, clock=clock)


def test_a_motion_sensor_that_falls_silent_stops_the_car(stub, clock):
    camera = D435Camera(imu=True, clock=clock)
    stub.camera.deliver()
    camera.run()
    for _ in range(5):
        clock.advance(0.1)
        stub.camera.deliver(motion=None)
        assert camera.run() is not None
    clock.advance(0.1)
    stub.camera.deliver(motion=None)
    with pytest.raises(DeviceError, match="motion sensor .* must go on.*REALSENSE_D435_IMU = Fals"):
        camera.run()


def test_no_frame_before_the_motion_sensor_has_spoken(stub, clock):
    camera = D435Camera(imu=True, clock=clock)
    stub.camera.deliver(motion=None)
    assert camera.read() is None
    assert camera.lacking == 1


def test_a_frame_counts_from_the_start_of_its_exposure_on_the_clock_of_the_camera(stub, clock):
    camera = D435Camera(clock=clock)
    stub.camera.deliver(stamped_s=99.95, exposure_us=8000)
    assert camera.run()[1] == pytest.approx(99.942)


@pytest.mark.parametrize("ahead_s", [-90.0, 1e9, 2**32 / 1e6 - 100.5])
@pytest.mark.parametrize("tells_time", [True, False])
def test_frames_that_were_held_up_are_old_also_when_the_clock_begins_anew(
    clock, ahead_s, tells_time
):
    with StubRealSense(tells_time=tells_time, clock=clock) as stub:
        stub.ahead_s = ahead_s
        camera = D435Camera(framerate_hz=30, clock=clock)
        for _ in range(40):
            stub.camera.deliver(stamped_s=clock.monotonic() - 0.03)
            age_s = clock.monotonic() - camera.run()[1]
            # What it cannot tell is the time that each frame needs.
            assert age_s == pytest.approx(0.03 if tells_time else 1 / 30, abs=1e-3)
            clock.advance(0.04)
        stub.camera.deliver(stamped_s=clock.monotonic() - 0.33)
        age_s = clock.monotonic() - camera.read()[1]
    assert age_s == pytest.approx(0.33 if tells_time else 0.3 + 1 / 30, abs=1e-3)


def test_a_camera_whose_clock_is_not_known_says_so(clock, caplog):
    with StubRealSense(domain="system_time", clock=clock) as stub:
        camera = D435Camera(framerate_hz=30, clock=clock)
        for _ in range(2):
            stub.camera.deliver()
            assert camera.run()[1] == pytest.approx(clock.monotonic() - 1 / 30)
            clock.advance(0.05)
    assert caplog.text.count("does not say when its frames were exposed") == 1


def test_times_are_those_of_the_device_and_not_of_the_wall(stub, clock):
    D435Camera(clock=clock)
    for sensor in stub.camera.query_sensors():
        assert sensor.set["global_time_enabled"] == 0


def test_more_frames_than_asked_for_are_left_out(stub, clock):
    camera = D435Camera(framerate_hz=20, clock=clock)
    taken = 0
    for _ in range(90):
        clock.advance(1 / 30)
        stub.camera.deliver()
        taken += camera.read() is not None
    assert taken == pytest.approx(60, abs=2)


def test_the_picture_of_before_is_no_new_frame(stub, clock):
    camera = D435Camera(clock=clock)
    stub.camera.deliver()
    camera.run()
    clock.advance(0.1)
    stub.camera.deliver(new=False)
    assert camera.read() is None
    assert camera.repeats == 1


def test_the_depth_of_before_is_no_depth(stub, clock):
    camera = D435Camera(clock=clock)
    stub.camera.deliver()
    camera.run()
    clock.advance(0.1)
    stub.camera.deliver(new_depth=False)
    assert camera.read() is None
    assert camera.lacking == 1


def test_a_stall_says_what_to_check(stub, clock):
    camera = D435Camera(clock=clock)
    with pytest.raises(StaleData, match="must give a first value .*both ends of its cable"):
        camera.run()
    stub.camera.deliver()
    camera.run()
    with pytest.raises(StaleData, match="nothing new for .*both ends of its cable"):
        camera.run()


def test_unplugged_while_driving_is_told_at_once(stub, clock):
    camera = D435Camera(clock=clock)
    stub.camera.deliver()
    camera.run()
    stub.camera.unplug()
    camera.update()
    with pytest.raises(PartFailed, match="gone from the USB bus.*unplugged, or has too little pow"):
        camera.run_threaded()


def test_an_error_of_the_library_stops_the_car(stub, clock):
    camera = D435Camera(clock=clock)
    camera._link._pipeline.device = None
    with pytest.raises(DeviceError, match="must go on giving pictures. Received: try_wait_for_fra"):
        camera.run()


def test_shutdown_stops_the_camera_once(stub, clock):
    camera = D435Camera(imu=True, clock=clock)
    camera.shutdown()
    camera.shutdown()
    assert not stub.camera.running


def test_shutdown_ends_although_the_camera_hangs(stub, clock, caplog):
    camera = D435Camera(close_timeout_s=0.05, clock=clock)
    stub.hang()
    started_s = time.monotonic()
    camera.shutdown()
    assert time.monotonic() - started_s < 1
    assert "did not close within 0.05 s" in caplog.text


def test_a_camera_that_never_opens_is_one_sentence(stub, clock):
    stub.hang()
    with pytest.raises(DeviceError, match="must open within 0.05 s.*Plug the camera out and in"):
        D435Camera(open_timeout_s=0.05, clock=clock)


def test_keeps_the_part_contract_in_a_thread():
    with StubRealSense(free_running=True):
        value = check_part(D435Camera(framerate_hz=30, imu=True), outputs=12, threaded=True)
    assert value[0].shape == (120, 160, 3)
    assert 0 <= time.monotonic() - value[1] < 5


def test_exposure_and_white_balance_are_locked(stub, clock):
    D435Camera(exposure_ms=8, gain=64, white_balance_k=4600, clock=clock)
    assert stub.camera.sensors["color"].set == {
        "global_time_enabled": 0, "auto_exposure_priority": 0, "enable_auto_exposure": 0,
        "exposure": 80, "gain": 64, "enable_auto_white_balance": 0, "white_balance": 4600,
    }  # fmt: skip


def test_what_another_program_has_locked_is_freed(stub, clock):
    D435Camera(clock=clock)
    seen = stub.camera.sensors["color"].set
    assert seen["enable_auto_exposure"] == seen["enable_auto_white_balance"] == 1
    assert "enable_auto_exposure" not in stub.camera.sensors["depth"].set


@pytest.mark.parametrize(
    ("more", "options", "message"),
    [
        ({}, {"white_balance_k": 9000}, "`white_balance_k` must be from 2800 to 6500 for this cam"),
        (
            {"options": ("exposure",)},
            {"exposure_ms": 5},
            "`exposure_ms` must be None for this camera, which cannot lock it",
        ),
        ({}, {"exposure_ms": 60}, "`exposure_ms` must be less than the time of a frame, 50 ms"),
        ({}, {"gain": 20}, "`gain` must be locked together with `exposure_ms`"),
        ({}, {"gain": 200, "exposure_ms": 5}, "`gain` must be from 0 to 128 for this camera"),
        ({}, {"colour": False, "depth": False}, "`colour` or `depth` must be True"),
        ({"serials": ()}, {}, "RealSense camera must be there. Received: none. Plug it in, with"),
        ({"serials": ("1", "2")}, {}, "`device_id` must name one of the RealSense cameras, 1, 2"),
        ({"serials": ("1", "2")}, {"device_id": "3"}, "camera 3 must be there. Received: 1, 2"),
        (
            {"errors": {"start": "xioctl(VIDIOC_S_FMT) failed: Device or resource busy"}},
            {},
            "must start.*busy. End the program that uses it",
        ),
        ({"errors": {"start": "Couldn't resolve requests"}}, {}, "must start.*on USB 2 it has few"),
        ({"errors": {"start": "failed to set power state"}}, {}, "If it may not be opened: echo"),
        (
            {"usb": "2.1"},
            {"width_px": 1600, "height_px": 900},
            "colour pictures of at least 1600x900. Received: .*1280x720. Lower IMAGE_W",
        ),
        (
            {"modes": {"color": ((640, 480, (30,)),), "depth": ((64, 48, (30,)),)}},
            {},
            "must give depth of at least 160x120. Received: 64x48",
        ),
    ],
)
def test_what_stands_in_the_way_is_said_before_anything_moves(clock, more, options, message):
    with (
        StubRealSense(clock=clock, **more),
        pytest.raises((DeviceError, ConfigError), match=message),
    ):
        D435Camera(**options, clock=clock)


def test_one_of_several_is_chosen_by_its_number(clock):
    with StubRealSense(serials=("1", "2"), clock=clock) as stub:
        D435Camera(device_id="2", clock=clock)
        assert stub.camera.serial == "2"


@pytest.mark.parametrize(("usb", "told"), [("2.1", True), ("3.2", False)])
def test_a_cable_of_usb_2_is_told(clock, caplog, usb, told):
    caplog.set_level(logging.WARNING)
    with StubRealSense(usb=usb, clock=clock):
        D435Camera(framerate_hz=15, clock=clock)
    assert ("on USB 2: it has fewer sizes and rates" in caplog.text) == told


def test_the_library_is_named_for_this_computer(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyrealsense2", None)
    with pytest.raises(DeviceError, match=r"D435Camera needs pyrealsense2.*Run `.*pyrealsense2"):
        D435Camera()
    assert d435.library("x86_64").install.endswith("pip install pyrealsense2")
    on_pi = d435.library("aarch64").install
    assert on_pi.endswith("pip install dreamscale-pyrealsense2==2.58.4")


def test_a_missing_libusb_is_another_sentence(monkeypatch):
    class Finder:
        @staticmethod
        def find_spec(name, path=None, target=None):
            if name == "pyrealsense2":
                raise ImportError("libusb-1.0.so.0: cannot open shared object file")

    monkeypatch.setattr(sys, "meta_path", [Finder, *sys.meta_path])
    with pytest.raises(DeviceError, match="needs libusb.*sudo apt install -y libusb-1.0-0"):
        D435Camera()


def usb(folder, port, **told):
    (folder / port).mkdir(parents=True)
    for name, value in told.items():
        (folder / port / name).write_text(f"{value}\n")


@pytest.fixture
def bus(tmp_path, monkeypatch):
    monkeypatch.setattr(usb_bus.usb_devices, "__defaults__", (tmp_path / "bus", tmp_path / "dev"))
    # A Bluetooth adapter of the same maker.
    usb(tmp_path / "bus", "1-1", idVendor="8086", idProduct="0aaa", busnum=1, devnum=2)
    (tmp_path / "dev" / "002").mkdir(parents=True)
    return tmp_path


@pytest.mark.parametrize(
    ("speeds", "may", "state", "said"),
    [
        ((), True, MISSING, "no RealSense camera is on the USB bus"),
        ((5000,), True, OK, "Intel RealSense 435i"),
        ((480,), True, WARNING, "Intel RealSense 435i, on USB 2"),
        ((5000,), False, MISSING, "this user may not use the RealSense camera"),
        ((5000, 5000), True, MISSING, "2 RealSense cameras are plugged in"),
    ],
)
def test_the_doctor_finds_it_on_the_bus(bus, speeds, may, state, said):
    for number, speed in enumerate(speeds, 3):
        usb(
            bus / "bus", f"2-{number}", idVendor="8086", idProduct="0b3a", busnum=2,
            devnum=number, speed=speed, product="Intel RealSense 435i",
        )  # fmt: skip
        if may:
            (bus / "dev" / "002" / f"{number:03}").touch()
    finding = d435_usb.probe(device_id=None, run=lambda words: None)
    assert finding.state == state
    assert finding.found.startswith(said)
    assert finding.step or state == OK
