"""The camera of a Jetson: what GStreamer is asked for, and a real pipeline of GStreamer."""

import os
import shutil
import subprocess
import time

import numpy as np
import pytest

from donkeycar.errors import ConfigError, DeviceError
from donkeycar.parts.camera.csic import CSICamera, probe
from donkeycar.parts.camera.gst_launch import GSTREAMER
from donkeycar.testing import StubGstLaunch, check_part

# The Jetson's elements, as the ones that every GStreamer has: the same words but for these.
PC = """#!/usr/bin/env python3
import os, sys
words, given = [], sys.argv[1:]
skipping = False
for word in given:
    if word == "nvarguscamerasrc":
        words += ["videotestsrc", "is-live=true", "pattern=smpte"]
        skipping = True
    elif skipping and word != "!":
        pass
    elif word == "nvvidconv":
        words += ["videoconvert", "!", "videoscale", "!", "videoflip"]
    elif word.startswith("flip-method="):
        words += [{"0": "video-direction=identity", "4": "video-direction=horiz"}[word[12:]]]
    else:
        skipping = False
        small = word.replace("width=1640,height=1232", "width=410,height=308")
        words.append(small.replace("(memory:NVMM)", ""))
os.execv(REAL, [REAL, *words])
"""


@pytest.fixture
def stub():
    with StubGstLaunch() as stub:
        stub.deliver_first(np.full((8, 8, 3), 9, np.uint8))
        yield stub


@pytest.fixture
def gstreamer_on_path(tmp_path, monkeypatch):
    """A PATH on which GStreamer is found."""
    program = tmp_path / "gst-launch-1.0"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.fixture
def gstreamer(tmp_path, monkeypatch):
    """GStreamer of this computer, with its test picture in place of the Jetson's camera."""
    real = shutil.which("gst-launch-1.0")
    if real is None:
        reason = "there is no gst-launch-1.0: scripts/test installs it"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    program = tmp_path / "gst-launch-1.0"
    program.write_text(PC.replace("REAL", repr(real)))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")


def words_of(stub, **arguments):
    camera = CSICamera(**arguments)
    camera.shutdown()
    return " ".join(stub.words)


@pytest.mark.parametrize(("flip", "left"), [(0, "white"), (4, "blue")])
def test_a_real_pipeline_of_gstreamer_drives_the_camera(gstreamer, flip, left):
    image, exposed_s, _ = check_part(
        # Limits that a busy computer keeps.
        CSICamera(framerate_hz=30, flip=flip, start_timeout_s=60, max_age_s=20, close_timeout_s=20),
        outputs=3, threaded=True, timeout_s=20,
    )  # fmt: skip
    assert (image.shape, image.dtype) == ((120, 160, 3), np.uint8)
    assert 2 / 30 - 0.001 <= time.monotonic() - exposed_s < 40
    edge = image[10:60, 2:18].mean((0, 1))
    assert edge[2] > 150
    assert (edge[0] > 150) == (left == "white")


def test_a_real_pipeline_that_cannot_start_says_why(gstreamer, monkeypatch):
    monkeypatch.setattr("donkeycar.parts.camera.csic.TURNING", ())
    with pytest.raises(DeviceError, match="must show pictures. Received: .*Check both ends"):
        CSICamera(flip=3, start_timeout_s=60)  # the test's program knows no such word


def test_the_sensor_is_asked_for_its_widest_view_and_the_jetson_scales(stub):
    assert words_of(stub, camera_index=1, flip=2) == (
        "-q nvarguscamerasrc sensor-id=1 wbmode=1 "
        "! video/x-raw(memory:NVMM),width=1640,height=1232,format=NV12,framerate=30/1 "
        "! nvvidconv flip-method=2 ! video/x-raw,width=160,height=122,format=RGBA "
        "! queue leaky=downstream max-size-buffers=1 max-size-bytes=0 max-size-time=0 "
        "! multipartmux boundary=frame ! fdsink sync=false " + stub.words[-1]
    )


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"framerate_hz": 60}, "width=1280,height=720,format=NV12,framerate=60/1"),
        ({"flip": 1}, "video/x-raw,width=160,height=214,format=RGBA"),
        # It used to crash below a sixteenth (donkeycar issue 451).
        ({"width_px": 32, "height_px": 24}, "video/x-raw,width=104,height=78,format=RGBA"),
        ({"exposure_ms": 5}, "exposuretimerange=5000000 5000000"),
        ({"gain": 2.5}, "gainrange=2.5 2.5 ispdigitalgainrange=1 1"),
        ({"white_balance_k": 6000}, "wbmode=5"),
        ({"white_balance_k": 2700}, "wbmode=2"),
    ],
)
def test_settings_become_words_of_the_pipeline(stub, arguments, expected):
    assert expected in words_of(stub, **arguments)


@pytest.mark.parametrize("flip", range(8))
def test_a_turned_picture_keeps_the_size_of_a_frame(stub, flip):
    camera = CSICamera(flip=flip, max_age_s=20)
    assert camera.run()[0].shape == (120, 160, 3)
    camera.shutdown()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"flip": 8}, "`flip` must be 0 to 7. Received: flip=8"),
        ({"framerate_hz": 121}, "`framerate_hz` must be at most 120"),
        ({"exposure_ms": 40}, "less than the time of a frame, 33.3 ms. Received: exposure_ms=40"),
        ({"gain": 0.5}, "`gain` must be at least 1. Received: gain=0.5"),
        ({"width_px": 1641}, "must be at most 1640 and 1232"),
        ({"framerate_hz": 2}, "`framerate_hz` must be greater than"),
    ],
)
def test_what_the_camera_cannot_do_is_refused_before_it_is_opened(stub, arguments, message):
    with pytest.raises(ConfigError, match=message):
        CSICamera(**arguments)
    assert not (stub.folder / "words").exists()


def test_what_the_driver_says_is_the_reason(stub):
    stub.take_camera_away()
    with pytest.raises(DeviceError, match="Received: Error generated.*No cameras available. Check"):
        CSICamera()


@pytest.mark.parametrize(
    ("element", "step"),
    [("nvarguscamerasrc", "nvidia-l4t-camera`; only a Jetson"), ("multipartmux", "plugins-good")],
)
def test_an_element_that_is_missing_is_told_with_its_package(stub, element, step):
    (stub.folder / "refusal").write_text(f'WARNING: erroneous pipeline: no element "{element}"\n')
    with pytest.raises(DeviceError, match=f'no element "{element}". Run .*{step}'):
        CSICamera()


def test_a_pipeline_that_shows_nothing_is_ended_and_refused(stub):
    stub.deliver_first(None)
    with pytest.raises(DeviceError, match="must show pictures. Received: none within 0.3 s"):
        CSICamera(start_timeout_s=0.3)


def test_a_frame_that_waited_is_dropped(stub):
    camera = CSICamera(max_age_s=0.2)
    time.sleep(0.15)  # the first picture waits meanwhile
    assert camera.capture() is None
    assert camera.passed_over == 1
    camera.shutdown()


@pytest.mark.parametrize(
    ("version", "elements", "step"),
    [
        (None, None, "try again; if it stays so, look at: gst-inspect-1.0"),
        ("1.20", None, "nvidia-l4t-gstreamer"),
        ("1.20", "Factory Details", ""),
    ],
)
def test_the_doctor_says_what_must_be_installed(version, elements, step, gstreamer_on_path):
    """An answer that came late used to count as a GStreamer that is not installed."""

    def run(words):
        return version if words[-1] == "--version" else elements

    found = probe(camera_index=0, run=run)
    assert step in found.step
    assert bool(found.step) == bool(step)


def test_the_doctor_asks_the_system_whether_gstreamer_is_there(monkeypatch):
    monkeypatch.setenv("PATH", "")
    found = probe(camera_index=0, run=lambda words: None)
    assert (found.found, found.step) == ("GStreamer is not installed", GSTREAMER.install)


def test_no_program_is_left_behind(stub):
    camera = CSICamera()
    process = camera._pipeline._process
    camera.shutdown()
    assert process.returncode is not None
    assert subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True).stdout == b""
