"""Exposure, gain and colours are locked, or the camera says that it cannot."""

import pytest

from donkeycar.assembly.camera import CAMERAS
from donkeycar.assembly.check import check_car
from donkeycar.config import load_config
from donkeycar.errors import ConfigError
from donkeycar.parts.camera.picamera import PiCamera
from donkeycar.parts.camera.v4l import V4LCamera
from donkeycar.settings.rows.camera import CAMERA_WORDS, LOCKS
from donkeycar.testing import StubPicamera2, VideoKernel
from donkeycar.testing.picamera2 import CONTROLS

OLD = {name: row for name, row in CONTROLS.items() if not name.endswith("Mode")}


def controls_of(known=None, **locks):
    with StubPicamera2(controls=known) as stub:
        camera = PiCamera(**locks)
        controls = stub.camera.camera_configuration()["controls"]
        camera.shutdown()
    controls.pop("FrameDurationLimits")
    return controls


@pytest.mark.parametrize(
    ("locks", "new", "old"),
    [
        ({}, {}, {}),
        (
            {"exposure_ms": 8},
            {"ExposureTime": 8000, "ExposureTimeMode": 1},
            {"ExposureTime": 8000},
        ),
        ({"gain": 2.0}, {"AnalogueGain": 2.0, "AnalogueGainMode": 1}, {"AnalogueGain": 2.0}),
        (
            {"exposure_ms": 8, "gain": 2.0},
            {
                "ExposureTime": 8000, "ExposureTimeMode": 1,
                "AnalogueGain": 2.0, "AnalogueGainMode": 1,
            },
            {"ExposureTime": 8000, "AnalogueGain": 2.0, "AeEnable": False},
        ),
        (
            {"red_gain": 1.5, "blue_gain": 2.0},
            {"ColourGains": (1.5, 2.0), "AwbEnable": False},
            {"ColourGains": (1.5, 2.0), "AwbEnable": False},
        ),
        (
            {"white_balance_k": 4000},
            {"ColourTemperature": 4000, "AwbEnable": False},
            {"ColourTemperature": 4000, "AwbEnable": False},
        ),
    ],
)  # fmt: skip
def test_a_pi_camera_is_locked_in_the_words_of_its_libcamera(locks, new, old):
    assert controls_of(**locks) == new
    assert controls_of(OLD, **locks) == old


@pytest.mark.parametrize(
    ("locks", "message"),
    [
        ({"exposure_ms": 50}, "`exposure_ms` must be less than the time of a frame, 50 ms"),
        ({"exposure_ms": 0.05}, "`exposure_ms` must be from 0.075 to"),
        ({"gain": 20}, "`gain` must be from 1 to 10.6667 for this camera. Received: gain=20"),
        ({"red_gain": 2.0}, "`red_gain` and `blue_gain` must be set together"),
        ({"red_gain": 2.0, "blue_gain": 2.0, "white_balance_k": 4000}, "without `white_balance_k`"),
        ({"red_gain": 2.0, "blue_gain": 40.0}, "`blue_gain` must be from 0 to 32"),
    ],
)
def test_what_a_pi_camera_cannot_lock_is_refused_and_the_camera_closed(locks, message):
    with StubPicamera2() as stub:
        with pytest.raises(ConfigError, match=message):
            PiCamera(**locks)
        assert stub.camera.closed


def test_an_old_libcamera_without_kelvin_names_the_other_way():
    known = {name: row for name, row in CONTROLS.items() if name != "ColourTemperature"}
    with (
        StubPicamera2(controls=known),
        pytest.raises(ConfigError, match="cannot lock it.*CAMERA_RED_GAIN and CAMERA_BLUE_GAIN"),
    ):
        PiCamera(white_balance_k=4000)


def test_a_usb_camera_is_locked_and_given_back_its_own():
    with VideoKernel() as kernel:
        V4LCamera(exposure_ms=8, gain=30, white_balance_k=4500).shutdown()
        values = kernel.camera.values
        assert (values[0x9A0901], values[0x9A0902]) == (1, 80)
        assert (values[0x98090C], values[0x98091A]) == (0, 4500)
        assert values[0x980913] == 30
        V4LCamera().shutdown()
        assert (values[0x9A0901], values[0x98090C], values[0x980913]) == (3, 1, 0)


def test_a_gain_that_the_automatic_exposure_of_a_usb_camera_would_change_is_refused():
    with VideoKernel() as kernel:
        with pytest.raises(ConfigError, match="`gain` must be locked together with `exposure_ms`"):
            V4LCamera(gain=30)
        kernel.camera.controls[0x980912] = (0, 1, 1)  # automatic gain, with a knob of its own
        V4LCamera(gain=30).shutdown()
        assert kernel.camera.values[0x980912] == 0


@pytest.mark.parametrize("lock", LOCKS)
@pytest.mark.parametrize("word", CAMERAS)
def test_a_lock_is_used_or_refused_but_never_ignored(word, lock, tmp_path):
    """What used to happen: a lock for a camera without one was a notice, and the car drove."""
    config = tmp_path / "config.py"
    config.write_text("")
    (tmp_path / "myconfig.py").write_text("")
    value = 4000 if lock.endswith("_K") else 4
    overrides = [f"CAMERA_TYPE={word}", "DRIVE_TRAIN_TYPE=MOCK", f"{lock}={value}"]
    cfg = load_config(config, myconfig="myconfig.py", overrides=overrides, command="drive")
    if lock in CAMERA_WORDS[word].reads:
        assert not [notice for notice in cfg.notices if lock in notice]
        return
    with pytest.raises(ConfigError, match=f"{lock}` must be None for CAMERA_TYPE '{word}'"):
        check_car(cfg)
