import logging
import sys
import threading
import time

import numpy as np
import pytest

from donkeycar.errors import ConfigError, DeviceError, PartFailed, StaleData
from donkeycar.parts.camera import oakd, usb_bus
from donkeycar.parts.camera.oakd import OakDCamera
from donkeycar.parts.finding import MISSING, OK
from donkeycar.testing import FakeClock, StubDepthAI, check_part
from donkeycar.vehicle import Vehicle

VERSIONS = ("2.33.0.0", "3.12.0")
# What a sensor of 4208x3120 leaves at 1/6.
ISP = (702, 520)
# What its depth has: the proportions of the sensor, even.
DEPTH = (640, 474)


class SmallCamera(OakDCamera):
    """One that computes little, for tests in which time passes."""

    def __init__(self, **more):
        super().__init__(isp_scale_den=20, **more)


@pytest.fixture
def clock():
    return FakeClock(now_s=100.0)


@pytest.fixture(params=VERSIONS)
def stub(request, clock):
    with StubDepthAI(version=request.param, clock=clock) as stub:
        yield stub


def halves(size, left, right):
    """A picture whose left half has one colour and its right half another."""
    width, height = size
    picture = np.zeros((height, width, 3), np.uint8)
    picture[:, : width // 2], picture[:, width // 2 :] = left, right
    return picture


def ramp(size=DEPTH):
    """Depth in which every pixel has another value than its neighbours."""
    width, height = size
    return (np.arange(height)[:, None] * 100 + np.arange(width)).astype(np.uint16)


def small(depth, size=(160, 120)):
    """What a frame of that size shows of a depth picture: the middle, nearest pixels."""
    height, width = depth.shape
    scale = min(width / size[0], height / size[1])
    left, top = (width - scale * size[0]) / 2, (height - scale * size[1]) / 2
    columns = (left + (np.arange(size[0]) + 0.5) * scale).astype(int)
    rows = (top + (np.arange(size[1]) + 0.5) * scale).astype(int)
    return depth[np.ix_(rows, columns)]


def is_of(part, colour):
    """Whether part of a picture has one colour, as nearly as its format can hold."""
    return (np.abs(part.astype(int) - colour) <= 3).all()


def kinds(stub, name):
    """The nodes of a kind in the pipeline of the camera."""
    nodes = stub.camera.output.node.pipeline.nodes
    return [node for node in nodes if type(node).__name__ == name]


def test_frames_have_the_size_of_the_settings_and_red_green_blue(stub, clock):
    camera = OakDCamera(width_px=100, height_px=75, clock=clock)
    stub.camera.deliver(halves(ISP, (250, 40, 10), (10, 60, 240)))
    image, _, sequence, _ = camera.run()
    assert image.shape == (75, 100, 3)
    assert is_of(image[:, :45], (250, 40, 10))
    assert is_of(image[:, 55:], (10, 60, 240))
    assert sequence == 1


@pytest.mark.parametrize("align_bytes", [1, 16, 64, 256])
@pytest.mark.parametrize("mode", ["isp", "video"])
def test_the_padding_of_rows_never_shows(clock, mode, align_bytes):
    with StubDepthAI(align_bytes=align_bytes, clock=clock) as stub:
        camera = OakDCamera(output_mode=mode, clock=clock)
        size = ISP if mode == "isp" else (640, 480)
        stub.camera.deliver(halves(size, (200, 30, 30), (30, 30, 200)), depth=ramp())
        image, _, _, depth = camera.run()
    assert is_of(image[:, 0], (200, 30, 30))
    assert is_of(image[:, -1], (30, 30, 200))
    assert np.isin(depth, ramp()).all()


def test_depth_is_what_the_same_pixel_shows_in_millimetres(stub, clock):
    camera = OakDCamera(clock=clock)
    stub.camera.deliver(depth=ramp())
    depth = camera.run()[3]
    assert depth.dtype == np.uint16
    assert depth.shape == (120, 160)
    np.testing.assert_array_equal(depth, small(ramp()))


def test_depth_is_aligned_with_the_colour_camera_and_comes_with_its_frame(stub, clock):
    OakDCamera(framerate_hz=25, clock=clock)
    (stereo,) = kinds(stub, "StereoDepth")
    assert stereo.align.name == "CAM_A"
    assert stereo.left_right_check
    (sync,) = kinds(stub, "Sync")
    assert sync.threshold.total_seconds() == pytest.approx(0.02)
    assert [camera.rate_hz for camera in kinds(stub, "MonoCamera")] == [25, 25]
    assert [camera.socket.name for camera in kinds(stub, "MonoCamera")] == ["CAM_B", "CAM_C"]


@pytest.mark.parametrize(
    ("hflip", "vflip"), [(True, False), (False, True), (True, True)], ids=["h", "v", "both"]
)
def test_picture_and_depth_are_flipped_together(stub, clock, hflip, vflip):
    camera = OakDCamera(hflip=hflip, vflip=vflip, clock=clock)
    stub.camera.deliver(halves(ISP, (200, 200, 200), (20, 20, 20)), depth=ramp())
    image, _, _, depth = camera.run()
    turn = slice(None, None, -1 if vflip else 1), slice(None, None, -1 if hflip else 1)
    np.testing.assert_array_equal(depth, small(ramp())[turn])
    assert (image[0, 0, 0] > 100) != hflip


def test_without_depth_only_frames_come(stub, clock):
    camera = OakDCamera(depth=False, clock=clock)
    stub.camera.deliver()
    assert len(camera.run()) == 3
    assert not kinds(stub, "StereoDepth")


def test_without_colour_the_grey_camera_that_depth_is_measured_from_gives_the_frames(stub, clock):
    camera = OakDCamera(colour=False, clock=clock)
    depth = ramp((640, 480))
    stub.camera.deliver(halves((640, 480), (180, 0, 0), (40, 0, 0)), depth=depth)
    image, _, _, depth = camera.run()
    assert (image[:, :75] == 180).all()
    assert (image[:, 85:] == 40).all()
    # 640x480 has the proportions of 160x120: every fourth pixel, from the middle of each block.
    np.testing.assert_array_equal(depth, ramp((640, 480))[2::4, 2::4])
    (stereo,) = kinds(stub, "StereoDepth")
    assert stereo.align.name == "RECTIFIED_RIGHT"
    assert not kinds(stub, "ColorCamera")


@pytest.mark.parametrize(
    ("sensor", "size"),
    [((4056, 3040), (640, 480)), ((1280, 800), (640, 400)), ((3840, 2160), (640, 360))],
)
def test_depth_has_the_proportions_of_the_sensor(clock, sensor, size):
    with StubDepthAI(sensor=sensor, clock=clock) as stub:
        OakDCamera(isp_scale_den=2, clock=clock)
        assert stub.camera.depth_size == size


@pytest.mark.parametrize(("lens", "focus"), [(120, 120), (0, None), (None, None)])
def test_an_autofocus_is_locked_where_the_camera_was_calibrated(clock, lens, focus):
    with StubDepthAI(lens=lens, clock=clock) as stub:
        OakDCamera(clock=clock)
        assert kinds(stub, "ColorCamera")[0].initialControl.focus == focus


def test_nothing_at_all_is_refused():
    with pytest.raises(ConfigError, match="`colour` or `depth` must be True"):
        OakDCamera(colour=False, depth=False)


def test_the_scale_of_the_settings_reaches_the_camera(stub, clock):
    OakDCamera(isp_scale_num=2, isp_scale_den=9, exposure_ms=8, white_balance_k=5000, clock=clock)
    (colour,) = kinds(stub, "ColorCamera")
    assert colour.scale == (2, 9)
    assert colour.resolution == "THE_13_MP"
    assert colour.initialControl.exposure == (8000, 400)
    assert colour.initialControl.white_balance_k == 5000


def test_the_gain_of_the_settings_reaches_the_camera(stub, clock):
    OakDCamera(exposure_ms=8, gain=2.5, clock=clock)
    assert kinds(stub, "ColorCamera")[0].initialControl.exposure == (8000, 250)
    OakDCamera(exposure_ms=8, gain=2.5, colour=False, clock=clock)
    assert [each.initialControl.exposure for each in kinds(stub, "MonoCamera")] == 2 * [(8000, 250)]


def test_a_scale_that_leaves_less_than_a_frame_is_refused_and_the_camera_released(stub, clock):
    with pytest.raises(ConfigError, match="`isp_scale_den` must leave at least 160x120.*132x98"):
        OakDCamera(isp_scale_num=1, isp_scale_den=32, clock=clock)
    assert stub.camera.closed


@pytest.mark.parametrize(
    ("crop", "expected"),
    [
        ((None, None), ((1 - 640 / 4208) / 2, (1 - 480 / 3120) / 2)),
        ((0.25, None), (0.25, 0.0)),
        ((0.1, 0.5), (0.1, 0.5)),
    ],
    ids=["the middle", "one is None", "both"],
)
def test_the_window_of_mode_video_lies_where_the_settings_say(stub, clock, crop, expected):
    camera = OakDCamera(
        output_mode="video", sensor_crop_x=crop[0], sensor_crop_y=crop[1], clock=clock
    )
    (colour,) = kinds(stub, "ColorCamera")
    assert colour.video_size == (640, 480)
    assert colour.crop == pytest.approx(expected)
    # Its depth is that of the window, not of the whole picture.
    stub.camera.deliver(depth=ramp())
    depth = camera.run()[3]
    left, top = DEPTH[0] * expected[0], DEPTH[1] * expected[1]
    assert depth[0, 0] == ramp()[int(top + 0.3), int(left + 0.3)]
    right, bottom = left + DEPTH[0] * 640 / 4208, top + DEPTH[1] * 480 / 3120
    assert depth.max() < ramp()[int(bottom) + 1, int(right) + 1]


def test_a_window_beyond_the_edge_is_refused(stub, clock):
    with pytest.raises(ConfigError, match="`sensor_crop_x` must be at most 0.848 .*sensor_crop_x="):
        OakDCamera(output_mode="video", sensor_crop_x=0.9, clock=clock)


def test_a_frame_counts_from_the_start_of_its_exposure(stub, clock):
    camera = OakDCamera(clock=clock)
    stub.camera.deliver(stamped_s=99.98, exposure_us=15_000)
    assert camera.run()[1] == pytest.approx(99.965)


def test_frames_stamped_by_another_clock_count_as_a_frame_old(stub, clock, caplog):
    camera = OakDCamera(framerate_hz=20, clock=clock)
    for _ in range(2):
        stub.camera.deliver(stamped_s=clock.monotonic() + 5000)
        assert camera.run()[1] == pytest.approx(clock.monotonic() - 0.05)
        clock.advance(0.05)
    assert caplog.text.count("another clock") == 1


def test_only_the_newest_frame_is_kept(stub, clock):
    camera = OakDCamera(depth=False, clock=clock)
    for level in (50, 100, 150):
        clock.advance(0.01)
        stub.camera.deliver(halves(ISP, (level,) * 3, (level,) * 3))
    image, _, sequence = camera.run()
    assert abs(int(image[0, 0, 0]) - 150) < 3
    assert sequence == 1


@pytest.mark.parametrize("stamped_s", [100.0, 99.9], ids=["the same", "an older one"])
def test_a_frame_no_newer_than_the_last_is_dropped(stub, clock, stamped_s):
    camera = OakDCamera(clock=clock)
    stub.camera.deliver(stamped_s=100.0)
    camera.run()
    clock.advance(0.05)
    stub.camera.deliver(stamped_s=stamped_s)
    assert camera.read() is None
    assert camera.repeats == 1


def test_depth_that_stands_still_is_no_depth(stub, clock):
    camera = OakDCamera(clock=clock)
    stub.camera.deliver()
    camera.run()
    for _ in range(3):
        clock.advance(0.2)
        stub.camera.deliver(depth_stamped_s=100.0)
        assert camera.read() is None
    with pytest.raises(StaleData, match="nothing new for .*Depth or motion was missing 3 times"):
        camera.run_threaded()


def test_the_same_picture_again_is_frozen(stub, clock):
    camera = OakDCamera(clock=clock)
    picture = halves(ISP, (9, 9, 9), (99, 99, 99))
    stub.camera.deliver(picture)
    camera.run()
    clock.advance(0.6)
    stub.camera.deliver(picture)
    assert camera.read() is None
    with pytest.raises(StaleData, match="it is frozen"):
        camera.run_threaded()


def test_no_first_frame_and_a_stall_say_what_to_check(stub, clock):
    camera = OakDCamera(clock=clock)
    with pytest.raises(StaleData, match="must give a first value .*both ends of its cable"):
        camera.run()
    stub.camera.deliver()
    camera.run()
    with pytest.raises(StaleData, match="nothing new for .*both ends of its cable"):
        camera.run()


def test_unplugged_while_driving_is_told_at_once(stub, clock):
    camera = OakDCamera(clock=clock)
    stub.camera.deliver()
    camera.run()
    stub.camera.unplug()
    camera.update()
    with pytest.raises(PartFailed, match="must go on giving pictures.*unplugged.*too little power"):
        camera.run_threaded()


def test_closed_without_an_error_is_the_same(stub, clock):
    camera = OakDCamera(clock=clock)
    stub.camera.closed = True
    with pytest.raises(DeviceError, match="Received: its connection was closed"):
        camera.run()


def test_a_picture_that_is_cut_off_stops_the_car(stub, clock):
    camera = OakDCamera(depth=False, clock=clock)
    stub.camera.deliver()
    stub.camera.queue.messages[0]._data = stub.camera.queue.messages[0]._data[:5000]
    with pytest.raises(DeviceError, match="at least 160x120. Received: 5000 bytes"):
        camera.run()


def test_shutdown_closes_the_camera_once(stub, clock):
    camera = OakDCamera(clock=clock)
    camera.shutdown()
    camera.shutdown()
    assert stub.camera.closed


def test_shutdown_ends_although_the_camera_hangs(stub, clock, caplog):
    camera = OakDCamera(close_timeout_s=0.05, clock=clock)
    stub.hang()
    started_s = time.monotonic()
    camera.shutdown()
    assert time.monotonic() - started_s < 1
    assert "did not close within 0.05 s" in caplog.text


def test_a_camera_that_never_opens_is_one_sentence(stub, clock):
    stub.hang()
    with pytest.raises(DeviceError, match="must open within 0.05 s.*Plug the camera out and in"):
        OakDCamera(open_timeout_s=0.05, clock=clock)


@pytest.mark.parametrize("version", VERSIONS)
def test_keeps_the_part_contract_in_a_thread(version):
    with StubDepthAI(version=version, free_running=True):
        value = check_part(SmallCamera(framerate_hz=30), outputs=4, threaded=True)
    assert value[0].shape == (120, 160, 3)
    assert 0 <= time.monotonic() - value[1] < 5


def test_a_camera_that_hangs_while_driving_stops_the_car():
    hung = threading.Event()

    class Watch:
        def run(self, sequence):
            if sequence == 3 and not hung.is_set():
                hung.set()
                stub.hang()

    with StubDepthAI(free_running=True) as stub:
        car = Vehicle()
        camera = SmallCamera(framerate_hz=30, close_timeout_s=0.05)
        car.add(camera, outputs=["image", "exposed_s", "sequence", "depth"], threaded=True)
        car.add(Watch(), inputs=["sequence"])
        with pytest.raises(PartFailed, match="SmallCamera must give a new value every max_age_s"):
            car.start(rate_hz=30, max_loop_count=3000)
    assert hung.is_set()


def test_depthai_missing_is_one_sentence_with_the_way_out(monkeypatch):
    monkeypatch.setitem(sys.modules, "depthai", None)
    with pytest.raises(DeviceError, match="OakDCamera needs depthai.*pip install 'depthai<3'"):
        OakDCamera()


def test_another_version_of_depthai_is_refused():
    with (
        StubDepthAI(version="4.0.0"),
        pytest.raises(DeviceError, match="depthai must be version 2 or 3. Received: 4.0.0"),
    ):
        OakDCamera()


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("more", "device_id", "message"),
    [
        ({"ids": ()}, None, "OAK-D must be there. Received: none. Plug it in"),
        ({"ids": ("A", "B")}, None, "`device_id` must name one of the OAK-D cameras, A, B"),
        ({"ids": ("A", "B")}, "C", "OAK-D C must be there. Received: A, B"),
        ({"ids": (), "busy": ("A",)}, None, "must be free. Received: A, which another program"),
        ({"ids": ("B",), "busy": ("A",)}, "A", "must be free. Received: A, which another program"),
        ({"errors": {"open": "Insufficient permissions to"}}, None, "must start.*sudo udevadm"),
        ({"errors": {"start": "no memory"}}, None, "must start. Received: no memory. Plug"),
        ({"sensor": None}, None, "OAKD_RGB needs a camera in the socket CAM_A.*OAKD_RGB = False"),
        ({"pair": None}, None, "OAKD_DEPTH needs a camera in the socket CAM_B.*OAKD_DEPTH = False"),
        ({"sensor": (99, 99)}, None, "must have one of these sizes.*Received: 99x99"),
        ({"max_fps": 10.0}, None, "`framerate_hz` must be at most 10 with the sensor IMX214"),
    ],
)
def test_what_stands_in_the_way_is_said_before_anything_moves(
    version, clock, more, device_id, message
):
    with (
        StubDepthAI(version=version, clock=clock, **more) as stub,
        pytest.raises((DeviceError, ConfigError), match=message),
    ):
        OakDCamera(device_id=device_id, clock=clock)
    assert all(camera.closed for camera in stub.opened)


def test_one_of_several_is_chosen_by_its_number_or_its_port(clock):
    with StubDepthAI(ids=("A", "B"), clock=clock) as stub:
        for name in ("B", "1.1"):
            OakDCamera(device_id=name, clock=clock)
            assert stub.camera.info.deviceId == "B"


@pytest.mark.parametrize(("speed", "warnings"), [("HIGH", 1), ("SUPER", 0), ("UNKNOWN", 0)])
def test_a_cable_of_usb_2_is_told(clock, caplog, speed, warnings):
    caplog.set_level(logging.WARNING)
    with StubDepthAI(usb_speed=speed, clock=clock):
        OakDCamera(clock=clock)
    assert caplog.text.count("on USB 2: frames come later. Use a USB 3 cable") == warnings


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"output_mode": "preview"}, "`output_mode` must be one of isp, video"),
        ({"exposure_ms": 40}, "`exposure_ms` must be at most 33"),
        ({"exposure_ms": 20, "framerate_hz": 60}, "`exposure_ms` must be at most 16.6"),
        ({"gain": 2}, "`gain` must be locked together with `exposure_ms`"),
        ({"gain": 20, "exposure_ms": 5}, "`gain` must be from 1 to 16. Received: gain=20"),
        ({"white_balance_k": 15000}, "`white_balance_k` must be at most 12000"),
    ],
)
def test_a_value_out_of_its_range_is_refused_before_the_camera_is_opened(more, message):
    with StubDepthAI() as stub, pytest.raises(ConfigError, match=message):
        OakDCamera(**more)
    assert stub.opened == []


def usb(folder, port, **told):
    """A device on the bus, as the kernel describes it."""
    (folder / port).mkdir(parents=True)
    for name, value in told.items():
        (folder / port / name).write_text(f"{value}\n")


@pytest.fixture
def bus(tmp_path, monkeypatch):
    """An empty bus, and a folder of device files."""
    monkeypatch.setattr(usb_bus.usb_devices, "__defaults__", (tmp_path / "bus", tmp_path / "dev"))
    usb(tmp_path / "bus", "usb1", idVendor="1d6b", idProduct="0002", busnum=1, devnum=1)
    return tmp_path


def oak_on(bus, number, *, may=True):
    usb(
        bus / "bus", f"1-{number}", idVendor="03e7", idProduct="2485", product="Movidius MyriadX",
        busnum=1, devnum=number, speed=480,
    )  # fmt: skip
    if may:
        (bus / "dev" / "001").mkdir(parents=True, exist_ok=True)
        (bus / "dev" / "001" / f"{number:03}").touch()


def test_the_doctor_finds_it_on_the_bus(bus):
    finding = oakd.probe(device_id=None, run=lambda words: None)
    assert (finding.state, finding.found) == (MISSING, "no OAK-D is on the USB bus")
    oak_on(bus, 4)
    finding = oakd.probe(device_id=None, run=lambda words: None)
    assert (finding.state, finding.found) == (OK, "an OAK-D, Movidius MyriadX")
    oak_on(bus, 5)
    finding = oakd.probe(device_id=None, run=lambda words: None)
    assert finding.state == MISSING
    assert "set OAKD_ID" in finding.step
    assert oakd.probe(device_id="A", run=lambda words: None).state == OK


def test_the_doctor_says_that_only_root_may_use_it(bus):
    oak_on(bus, 4, may=False)
    finding = oakd.probe(device_id=None, run=lambda words: None)
    assert finding.state == MISSING
    assert "80-movidius.rules" in finding.step
