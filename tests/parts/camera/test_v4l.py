"""USB cameras: real JPEGs and YUYV through the kernel's side of Video4Linux."""

import errno
import io
import threading
import time

import numpy as np
import pytest
from PIL import Image as Picture

from donkeycar.errors import ConfigError, DeviceError, PartFailed, StaleData
from donkeycar.parts.camera import v4l2_abi as abi
from donkeycar.parts.camera.usb_picture import from_yuyv
from donkeycar.parts.camera.v4l import V4LCamera
from donkeycar.testing import FakeClock, VideoKernel, check_part
from donkeycar.testing.video_kernel import AT_START, MJPG, MONOTONIC, YUYV

DQBUF, S_FMT, STREAMON, REQBUFS, QUERYCAP = (
    0xC0585611, 0xC0D05605, 0x40045612, 0xC0145608, 0x80685600,
)  # fmt: skip


@pytest.fixture
def clock():
    return FakeClock(now_s=100.0)


@pytest.fixture
def kernel(clock):
    with VideoKernel(clock=clock) as kernel:
        yield kernel


def scene(width=160, height=120, seed=1):
    """Four fields of colour, so that both JPEG and YUYV keep them, with noise."""
    image = np.zeros((height, width, 3), np.uint8)
    image[: height // 2, : width // 2] = 220, 40, 30
    image[: height // 2, width // 2 :] = 40, 200, 60
    image[height // 2 :, : width // 2] = 40, 60, 210
    image[height // 2 :, width // 2 :] = 120, 120, 120
    noise = np.random.default_rng(seed).integers(0, 6, image.shape, np.uint8)
    return image + noise


def jpeg(image, quality=90):
    file = io.BytesIO()
    Picture.fromarray(image).save(file, "JPEG", quality=quality)
    return file.getvalue()


def fields(image):
    """The colour in the middle of each of the four fields."""
    height, width = image.shape[:2]
    return [
        image[int(height * y) - 4 : int(height * y) + 4, int(width * x) - 4 : int(width * x) + 4]
        .reshape(-1, 3)
        .mean(0)
        for y in (0.25, 0.75)
        for x in (0.25, 0.75)
    ]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"formats": {YUYV: [(160, 120)]}},
        {"formats": {YUYV: [(640, 480)]}},
        {"formats": {YUYV: [(160, 120)]}, "pad_bytes": 64},
        {"formats": {YUYV: [(640, 480)]}, "pad_bytes": 32},
        {"formats": {MJPG: [(640, 480)]}},
        {"formats": {MJPG: [(176, 144)]}},
        {"formats": {MJPG: None}, "given_size": (320, 240)},
    ],
    ids=["JPEG", "YUYV", "large YUYV", "padded", "large padded", "large", "cut", "unlisted"],
)
def test_red_green_and_blue_arrive_as_such_in_the_size_of_a_frame(clock, options):
    with VideoKernel(clock=clock, **options) as kernel:
        camera = V4LCamera(clock=clock)
        kernel.camera.deliver(scene(*kernel.camera.size))
        image, _, sequence = camera.run()
    assert (image.shape, image.dtype, sequence) == ((120, 160, 3), np.uint8, 1)
    assert image.flags.c_contiguous
    # JPEG and YUYV keep a field's colour to about three steps.
    np.testing.assert_allclose(fields(image), fields(scene()), atol=5)


@pytest.mark.parametrize(
    ("flips", "order"),
    [({"hflip": True}, [1, 0, 3, 2]), ({"vflip": True}, [2, 3, 0, 1]),
     ({"hflip": True, "vflip": True}, [3, 2, 1, 0])],
)  # fmt: skip
def test_a_picture_is_flipped(kernel, clock, flips, order):
    camera = V4LCamera(clock=clock, **flips)
    kernel.camera.deliver(scene())
    expected = fields(scene())
    np.testing.assert_allclose(fields(camera.run()[0]), [expected[i] for i in order], atol=5)


def test_yuyv_of_the_full_range_is_not_stretched():
    data = bytes([200, 128] * 4)
    assert (from_yuyv(data, (2, 2), 4, True, 2, 2) == 200).all()
    assert (from_yuyv(data, (2, 2), 4, False, 2, 2) == 214).all()


@pytest.mark.parametrize(
    ("sizes", "wanted", "size"),
    [
        ([(640, 480), (160, 90), (160, 120), (1280, 720)], (160, 120), (160, 120)),
        ([(1280, 720), (640, 480), (320, 180)], (160, 120), (640, 480)),
        ([(1280, 720), (320, 180)], (160, 120), (320, 180)),
        ([(640, 480), (1280, 720)], (320, 180), (1280, 720)),
    ],
)
def test_the_smallest_size_of_the_same_proportions_is_asked_for(clock, sizes, wanted, size):
    with VideoKernel(clock=clock, formats={MJPG: sizes}) as kernel:
        V4LCamera(width_px=wanted[0], height_px=wanted[1], clock=clock)
        assert kernel.camera.size == size


def test_jpeg_is_preferred_and_the_rate_is_asked_for(kernel, clock, caplog):
    V4LCamera(clock=clock)
    assert kernel.camera.pixel_format == MJPG
    assert kernel.camera.values[0x9A0903] == 0, "no longer exposures in the dark"
    assert not caplog.records
    with VideoKernel(clock=clock, rate_hz=15.0):
        V4LCamera(framerate_hz=30, clock=clock)
    assert "gives 15 frames a second of the 30 of CAMERA_FRAMERATE" in caplog.text


@pytest.mark.parametrize(("given_hz", "num_taken"), [(30.0, 40), (60.0, 40), (20.0, 40), (15, 30)])
def test_a_camera_that_knows_no_such_rate_gives_no_more_than_that(clock, given_hz, num_taken):
    """A camera with 30 frames a second only, for a car that was trained with 20."""
    with VideoKernel(clock=clock, rate_hz=given_hz) as kernel:
        camera = V4LCamera(framerate_hz=20, clock=clock)
        taken = 0
        for _ in range(round(2 * given_hz)):
            kernel.camera.deliver()
            taken += camera.run() is not None
            clock.advance(1 / given_hz)
        # It used to be all of them: 60 and 120.
        assert abs(taken - num_taken) <= 2
        clock.advance(0.4)
        kernel.camera.deliver()
        assert camera.run() is not None, "the first after a break is never too many"


def test_only_the_newest_of_the_waiting_frames_is_taken(kernel, clock):
    camera = V4LCamera(clock=clock)
    for level in (50, 100, 150):
        clock.advance(0.05)
        kernel.camera.deliver(np.full((120, 160, 3), level, np.uint8))
    image, exposed_s, sequence = camera.run()
    assert abs(image.mean() - 150) < 3
    assert exposed_s == pytest.approx(100.15)
    assert sequence == 1
    # All buffers are back: as many frames again find one.
    for _ in range(4):
        clock.advance(0.01)
        kernel.camera.deliver()
    assert kernel.camera.lost == 0


@pytest.mark.parametrize(
    ("stamps", "exposed_s", "told"),
    [
        (MONOTONIC | AT_START, 99.96, False),
        # Of a stamp at its end, a frame was exposed at most the time of one frame earlier.
        (MONOTONIC, 99.91, False),
        (0, 99.95, True),
        (0x4000 | AT_START, 99.95, True),
    ],
    ids=["start", "end", "unknown", "copied"],
)
def test_when_a_frame_was_exposed(clock, stamps, exposed_s, told, caplog):
    with VideoKernel(clock=clock, stamps=stamps) as kernel:
        camera = V4LCamera(framerate_hz=20, clock=clock)
        for _ in range(2):
            kernel.camera.deliver(stamped_s=clock.monotonic() - 0.04)
            assert camera.run()[1] == pytest.approx(exposed_s + clock.monotonic() - 100)
            clock.advance(0.05)
    assert caplog.text.count("does not say when its frames were exposed") == told


def test_stamps_of_another_clock_count_from_the_arrival(kernel, clock, caplog):
    camera = V4LCamera(framerate_hz=20, clock=clock)
    kernel.camera.deliver(stamped_s=1_700_000_000.0)
    assert camera.run()[1] == pytest.approx(99.95)
    assert "does not say when" in caplog.text


@pytest.mark.parametrize("stamped_s", [100.0, 99.9], ids=["the same", "an older one"])
def test_a_frame_no_newer_than_the_last_is_dropped(kernel, clock, stamped_s):
    camera = V4LCamera(clock=clock)
    kernel.camera.deliver(stamped_s=100.0)
    assert camera.run() is not None
    kernel.camera.deliver(stamped_s=stamped_s)
    assert camera.run() is None
    assert camera.repeats == 1


def without_huffman_tables(data):
    """As many webcams send JPEG: the tables are agreed on, and left out."""
    kept, at = bytearray(data[:2]), 2
    while data[at + 1] != 0xDA:
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if data[at + 1] != 0xC4:
            kept += data[at:end]
        at = end
    return bytes(kept + data[at:])


@pytest.mark.parametrize(
    "made", [without_huffman_tables, lambda data: data + bytes(500)], ids=["no tables", "zeros"]
)
def test_a_jpeg_as_webcams_send_it_is_read(kernel, clock, made):
    camera = V4LCamera(clock=clock)
    kernel.camera.deliver(data=made(jpeg(scene())))
    np.testing.assert_allclose(fields(camera.run()[0]), fields(scene()), atol=5)


WHOLE = jpeg(scene())


@pytest.mark.parametrize(
    ("pixel_format", "options"),
    [
        (MJPG, {"damaged": True}),
        (MJPG, {"data": WHOLE[: len(WHOLE) // 2]}),
        (MJPG, {"data": b""}),
        (MJPG, {"data": b"\xff\xd8" + bytes(300)}),
        (MJPG, {"data": jpeg(scene(80, 60))}),
        (YUYV, {"data": bytes(2 * 160 * 119)}),
        (YUYV, {"damaged": True}),
    ],
    ids=["marked", "cut off", "empty", "no JPEG", "too small", "short YUYV", "marked YUYV"],
)
def test_a_damaged_picture_is_dropped_and_counted(clock, pixel_format, options):
    with VideoKernel(clock=clock, formats={pixel_format: [(160, 120)]}) as kernel:
        camera = V4LCamera(clock=clock, start_timeout_s=0.5)
        kernel.camera.deliver(scene())
        assert camera.run() is not None
        for _ in range(8):
            clock.advance(0.05)
            kernel.camera.deliver(**options)
            assert _at_once(camera) is None
        clock.advance(0.2)
        with pytest.raises(StaleData, match=r"nothing new for 0.60 s. 8 pictures were damaged"):
            camera.run_threaded()
        kernel.camera.deliver(scene(seed=2))
        assert _at_once(camera) is not None
        assert kernel.camera.lost == 0, "every buffer was given back"


def _at_once(camera):
    """What one look at the device gives."""
    taken = camera._device.newest(0.0)
    return None if taken is None else camera._frame(taken)


def test_an_identical_picture_is_dropped_however_new_its_stamp(kernel, clock):
    camera = V4LCamera(clock=clock)
    kernel.camera.deliver(scene())
    camera.run()
    clock.advance(0.05)
    kernel.camera.deliver(scene())
    assert camera.run() is None
    clock.advance(0.5)
    with pytest.raises(StaleData, match="1 pictures were the same .* frozen. Check its plug"):
        camera.run_threaded()


def test_no_first_frame_is_an_error_that_says_what_to_check(kernel, clock):
    camera = V4LCamera(clock=clock)
    camera.run_threaded()
    clock.advance(5.1)
    with pytest.raises(StaleData, match="V4LCamera must give a first value .*Check its plug"):
        camera.run_threaded()


@pytest.mark.parametrize(
    ("number", "said"), [(errno.ENODEV, "It was unplugged"), (errno.EIO, "It gave up")]
)
def test_a_camera_that_fails_while_driving_ends_its_thread_at_once(number, said):
    with VideoKernel() as kernel:
        camera = V4LCamera()
        thread = threading.Thread(target=camera.update)
        thread.start()
        kernel.camera.deliver(scene())
        if number == errno.ENODEV:
            kernel.camera.unplug()
        else:
            kernel.camera.errors[DQBUF] = number
            kernel.camera.deliver(scene(seed=3))
        thread.join(5)
        assert not thread.is_alive()
        with pytest.raises(
            PartFailed, match=f"V4LCamera stopped reading: .*{said}. Check its plug"
        ):
            camera.run_threaded()
        camera.shutdown()
        assert not kernel.camera.is_open


def test_shutdown_ends_a_waiting_thread_and_gives_the_camera_back():
    with VideoKernel() as kernel:
        camera = V4LCamera()
        thread = threading.Thread(target=camera.update)
        thread.start()
        while not kernel.camera.streaming:
            time.sleep(0.001)
        camera.shutdown()
        camera.shutdown()
        thread.join(5)
        assert not thread.is_alive()
        assert not kernel.camera.is_open
        assert camera.run_threaded() is None


REFUSED = {
    "no such file": ({"cameras": []}, "must be there. .*there are: no camera. Plug it in"),
    "no permission": ({"errors": {"open": errno.EACCES}}, "usermod -aG video"),
    "busy to open": ({"errors": {"open": errno.EBUSY}}, "must be free. .*fuser -v"),
    "busy to set": ({"errors": {S_FMT: errno.EBUSY}}, "must be free. .*fuser -v"),
    "busy to start": ({"errors": {STREAMON: errno.EBUSY}}, "must be free. .*fuser -v"),
    "the bus is full": ({"errors": {STREAMON: errno.ENOSPC}}, "room on its USB bus.*another port"),
    "the bus is full, in other words": (
        {"errors": {STREAMON: errno.ENOMEM}}, "room on its USB bus. Received: Cannot allocate"
    ),
    "no memory": ({"errors": {REQBUFS: errno.ENOMEM}}, "must answer as a camera"),
    "another kind of device": ({"errors": {QUERYCAP: errno.ENOTTY}}, "must answer as a camera"),
    "metadata": ({"capabilities": 0x04800000}, "without any, such as the one for metadata"),
    "a sensor without a processor": (
        {"formats": {b"RG10": [(3280, 2464)]}}, "MJPG or YUYV. Received: RG10.*PICAM"
    ),
    "too small": ({"given_size": (80, 60)}, "at least 160x120. Received: MJPG of 80x60. Lower"),
    "other pictures": ({"formats": {MJPG: [(80, 60)]}}, "Received: MJPG of 80x60"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_camera_that_cannot_be_used_is_refused_in_a_sentence_and_left_closed(clock, name):
    options, said = REFUSED[name]
    with VideoKernel(clock=clock, **options) as kernel:
        with pytest.raises(DeviceError, match=said) as refusal:
            V4LCamera(clock=clock)
        assert "Received: " in str(refusal.value)
        assert not any(camera.is_open for camera in kernel.cameras)


META = {"name": "HD Pro Webcam C920", "capabilities": 0x04800000}
TWO = [{"name": "HD Pro Webcam C920"}, META, {"name": "USB  2.0 Camera: Front"}]


@pytest.mark.parametrize(
    ("source", "index", "number"),
    [("", 0, 0), ("", 2, 2), ("2", 0, 2), ("c920", 0, 0), ("USB 2.0 camera", 0, 2)],
)
def test_a_camera_is_found_by_number_path_or_name(source, index, number):
    with VideoKernel(cameras=TWO) as kernel:
        assert V4LCamera(source, camera_index=index).path == kernel.devices / f"video{number}"
        (kernel.devices / "by-id").symlink_to(kernel.devices / f"video{number}")
    with VideoKernel(cameras=TWO) as kernel:
        (kernel.devices / "by-id").symlink_to(kernel.devices / f"video{number}")
        V4LCamera(str(kernel.devices / "by-id"))
        assert kernel.cameras[number].streaming


def test_a_name_that_none_or_two_have_is_refused():
    with VideoKernel(cameras=TWO), pytest.raises(DeviceError, match="C920.*Correct CAMERA_SOURCE"):
        V4LCamera("Elgato")
    twins = [TWO[0], META, {**TWO[0], "name": "HD Pro Webcam C920 "}]
    with VideoKernel(cameras=twins), pytest.raises(ConfigError, match=r"by-path"):
        V4LCamera("C920")
    with VideoKernel(), pytest.raises(ConfigError, match="CAMERA_TYPE = 'STREAM'"):
        V4LCamera("rtsp://10.0.0.2/")


def test_only_what_an_owner_can_mean_is_listed():
    """What used to happen: twenty device files of a Pi's codecs in each message."""
    board = [
        {"name": "bcm2835-codec-decode"},
        {"name": "rp1-cfe-csi2_ch0"},
        {"name": "pispbe-input"},
    ]
    with VideoKernel(cameras=[*board, *TWO]) as kernel, pytest.raises(DeviceError) as refusal:
        V4LCamera("Elgato")
    assert (
        f"Received: {kernel.devices}/video3 HD Pro Webcam C920, {kernel.devices}/video5 "
        "USB 2.0 Camera: Front. Correct"
    ) in str(refusal.value)


S_CTRL = 0xC008561C


def test_a_camera_that_refuses_its_knobs_drives_unless_one_is_to_be_locked(clock):
    with VideoKernel(clock=clock, errors={S_CTRL: errno.EACCES}) as kernel:
        V4LCamera(clock=clock).shutdown()
        for lock in ({"exposure_ms": 10}, {"white_balance_k": 4000}):
            with pytest.raises(ConfigError, match="must be None for the camera .* cannot lock it"):
                V4LCamera(clock=clock, **lock)
            assert not kernel.camera.is_open


def test_the_range_of_yuyv_is_what_the_driver_says_or_means():
    ranges = {(0, 8): False, (0, 7): True, (1, 8): True, (2, 7): False}
    for (quantization, colorspace), is_full in ranges.items():
        told = abi.Format(quantization=quantization, colorspace=colorspace)
        assert told.is_full_range == is_full


def test_exposure_and_white_balance_are_locked(kernel, clock):
    V4LCamera(exposure_ms=12.5, white_balance_k=4600, clock=clock)
    values = kernel.camera.values
    assert (values[0x9A0901], values[0x9A0902]) == (1, 125)
    assert (values[0x98090C], values[0x98091A]) == (0, 4600)


def test_what_another_program_has_locked_is_left_to_the_camera_again(kernel, clock):
    V4LCamera(clock=clock)
    assert (kernel.camera.values[0x9A0901], kernel.camera.values[0x98090C]) == (3, 1)
    assert 0x9A0902 not in kernel.camera.values


@pytest.mark.parametrize(
    ("wanted", "controls", "said"),
    [
        ({"exposure_ms": 50.0}, None, "less than the time of a frame, 50 ms"),
        ({"exposure_ms": 0.1}, None, "from 0.3 to 204.7 for the camera"),
        ({"white_balance_k": 9000}, None, "from 2000 to 6500 for the camera"),
        ({"exposure_ms": 10.0}, {}, "must be None for the camera .* cannot lock it"),
        ({"white_balance_k": 5000}, {}, "must be None for the camera .* cannot lock it"),
        ({"framerate_hz": 2}, None, "must be greater than 1 / max_age_s"),
    ],
)
def test_what_a_camera_cannot_lock_is_refused_and_it_is_closed(clock, wanted, controls, said):
    with VideoKernel(clock=clock, controls=controls) as kernel:
        with pytest.raises(ConfigError, match=said):
            V4LCamera(clock=clock, **wanted)
        assert not kernel.camera.is_open


def test_the_camera_keeps_the_rules_of_a_part():
    with VideoKernel() as kernel:
        camera = V4LCamera()
        ended = threading.Event()

        def shine():
            while not ended.wait(0.02):
                kernel.camera.deliver()

        light = threading.Thread(target=shine)
        light.start()
        try:
            check_part(camera, outputs=3, threaded=True)
        finally:
            ended.set()
            light.join()
