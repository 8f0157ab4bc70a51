"""The doctor says whether the camera answers, what it needs, and how old its frames are."""

import time

import pytest

from donkeycar.config import load_config
from donkeycar.management.createcar import create_car
from donkeycar.management.doctor.camera import camera, camera_age, libraries
from donkeycar.testing import StubPicamera2, VideoKernel
from donkeycar.timing import RealClock


class Behind(RealClock):
    """The stamps of a camera that is so old when it hands a frame over."""

    def __init__(self, age_s):
        self.age_s = age_s

    def monotonic(self):
        return time.monotonic() - self.age_s


@pytest.fixture
def settings(tmp_path):
    create_car(tmp_path / "car")

    def load(text):
        (tmp_path / "car" / "myconfig.py").write_text(text)
        return load_config(tmp_path / "car" / "config.py")

    return load


LISTED = (
    "Available cameras\n-----------------\n"
    "0 : imx219 [3280x2464 10-bit RGGB] (/base/i2c)\n    Modes: 'SRGGB10' : 640x480\n"
)
NONE = "No cameras available!\n"


@pytest.mark.parametrize(
    ("text", "answers", "state", "said"),
    [
        ("CAMERA_TYPE = 'MOCK'", {}, "ok", "CAMERA_TYPE MOCK needs no hardware"),
        ("CAMERA_TYPE = 'PICAM'", {"rpicam-hello": LISTED}, "ok", "0 : imx219"),
        ("CAMERA_TYPE = 'PICAM'", {"libcamera-hello": LISTED}, "ok", "0 : imx219"),
        (
            "CAMERA_TYPE = 'PICAM'", {"rpicam-hello": NONE}, "missing",
            "CAMERA_TYPE is PICAM, but no camera answers",
        ),
        ("CAMERA_TYPE = 'PICAM'", {}, "missing", "no camera answers"),
        # What used to happen: the doctor praised the camera with another number.
        ("CAMERA_INDEX = 1", {"rpicam-hello": LISTED}, "missing", "no camera has the number 1"),
    ],
)  # fmt: skip
def test_a_camera_is_found_by_the_systems_own_list(settings, text, answers, state, said):
    with StubPicamera2(free_running=True):
        first = next(camera(settings(f"{text}\n"), run=lambda words: answers.get(words[0])))
    assert (first.what, first.state) == ("camera", state)
    assert said in first.found
    assert bool(first.step) == (state == "missing")


def test_what_a_camera_needs_is_told_with_the_line_that_installs_it(settings):
    needed = libraries(settings("CAMERA_TYPE = 'PICAM'\n"))
    assert list(needed) == ["picamera2"]
    assert needed["picamera2"].startswith("sudo apt install -y python3-picamera2")
    assert "--system-site-packages" in needed["picamera2"]
    assert libraries(settings("CAMERA_TYPE = 'MOCK'\n")) == {}


@pytest.mark.parametrize("kind", ["MOCK", "SIM", "TUB", "IMAGE_LIST"])
def test_a_simulated_camera_is_as_old_as_the_settings_say(settings, kind):
    finding = camera_age(settings(f"CAMERA_TYPE = {kind!r}\nCAMERA_LATENCY_S = 0.08\n"))
    assert (finding.state, finding.found) == (
        "ok", "The camera is 80 ms old, give or take 15, as CAMERA_LATENCY_S says",
    )  # fmt: skip


@pytest.mark.parametrize(("age_s", "state"), [(0.06, "ok"), (0.27, "warning")])
def test_a_camera_is_measured_as_the_car_would_open_it(settings, age_s, state):
    with StubPicamera2(free_running=True, clock=Behind(age_s)) as stub:
        finding = camera_age(settings("CAMERA_FRAMERATE = 60\n"))
        assert stub.camera.closed
    assert finding.state == state
    old_ms = int(finding.found.partition("The camera is ")[2].partition(" ms old")[0])
    assert 1000 * age_s <= old_ms < 1000 * age_s + 40
    if state == "warning":
        assert "a pilot drives well with up to 120 ms" in finding.found
        assert "CAMERA_FRAMERATE" in finding.step


def test_a_camera_that_does_not_open_or_gives_nothing_is_no_end_of_the_report(settings):
    cfg = settings("CAMERA_FRAMERATE = 60\n")
    with StubPicamera2(cameras=0):
        finding = camera_age(cfg)
        assert finding.state == "warning"
        assert finding.found.startswith("not measured: Camera 0 must answer.")
    # What used to happen: "Camera __init__ sequence did not complete", and the ribbon cable.
    with StubPicamera2(open_error="Device or resource busy"):
        finding = camera_age(cfg)
        assert finding.state == "warning"
        assert finding.found.startswith("not measured: Camera 0 must be free.")
        assert "Failed to acquire camera: Device or resource busy" in finding.found
    with StubPicamera2():
        finding = camera_age(cfg, timeout_s=0.1)
        assert (finding.state, finding.found) == ("warning", "not measured: 0 frames in 0.1 s")


C920 = {"name": "HD Pro Webcam C920"}
CAMERAS = [C920, {**C920, "capabilities": 0x04800000}, {"name": "Front camera"}]


@pytest.mark.parametrize("word", ["V4L", "CVCAM", "WEBCAM"])
def test_the_usb_camera_is_named_with_its_formats_and_the_others_beside_it(settings, word):
    with VideoKernel(cameras=CAMERAS) as kernel:
        cfg = settings(f"CAMERA_TYPE = {word!r}\nCAMERA_SOURCE = 'front'\n")
        finding = next(camera(cfg, run=lambda words: None))
        assert finding.state == "ok"
        assert f"{kernel.devices}/video2 Front camera (YUYV, MJPG); there are" in finding.found
        assert f"{kernel.devices}/video0 HD Pro Webcam C920" in finding.found
        assert not any(found.is_open for found in kernel.cameras)
        assert libraries(cfg) == {}


@pytest.mark.parametrize(
    ("text", "cameras", "said", "step"),
    [
        ("", [], "must be there. Received: No such file", "Plug it in"),
        ("CAMERA_INDEX = 1", CAMERAS, "without any, such as the one for metadata", "Set CAMERA"),
        ("CAMERA_SOURCE = 'Elgato'", CAMERAS, "'Elgato' in its name", "Correct CAMERA_SOURCE"),
        ("", [{"errors": {"open": 13}}], "must be allowed to use", "usermod -aG video"),
    ],
)
def test_a_usb_camera_that_is_not_there_is_told_with_the_next_step(
    settings, text, cameras, said, step
):
    with VideoKernel(cameras=cameras):
        findings = list(camera(settings(f"CAMERA_TYPE = 'V4L'\n{text}\n"), run=lambda words: None))
    assert [finding.state for finding in findings] == ["missing"]
    assert findings[0].found.startswith("CAMERA_TYPE is V4L, but ")
    assert said in findings[0].found
    assert step in findings[0].step


def test_a_pair_without_cameras_is_missing_twice_and_each_names_its_settings(settings):
    """Only camera A was named, and one mended that before hearing of B."""
    with VideoKernel(cameras=[]):
        cfg = settings("CAMERA_TYPE = 'V4L'\nCAMERA_STEREO = True\n")
        findings = list(camera(cfg, run=lambda words: None))
    assert [(found.what, found.state) for found in findings] == [
        ("camera A", "missing"), ("camera B", "missing"),
    ]  # fmt: skip
    assert findings[0].step == "Plug it in", "there is no camera to choose"


def test_camera_b_of_a_pair_is_mended_by_its_own_settings(settings):
    """The step was to set CAMERA_SOURCE or CAMERA_INDEX, which are those of camera A."""
    with VideoKernel(cameras=CAMERAS[:1]):
        cfg = settings("CAMERA_TYPE = 'V4L'\nCAMERA_STEREO = True\nCAMERA_INDEX_B = 7\n")
        *_, finding = camera(cfg, run=lambda words: None)
    assert (finding.what, finding.state) == ("camera B", "missing")
    assert finding.step == "Plug it in, or set CAMERA_SOURCE_B or CAMERA_INDEX_B to one of these"
