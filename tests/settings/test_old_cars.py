import importlib.util
from pathlib import Path

import pytest

from donkeycar.config import load_config
from donkeycar.settings.text import config_text

spec = importlib.util.spec_from_file_location("old_cars", Path(__file__).with_name("old_cars.py"))
old_cars = importlib.util.module_from_spec(spec)
spec.loader.exec_module(old_cars)


@pytest.fixture
def load(tmp_path, monkeypatch):
    monkeypatch.delenv("WEB_CONTROL_PORT", raising=False)
    (tmp_path / "config.py").write_text(config_text())
    (tmp_path / "helpers.py").write_text(old_cars.HELPERS)

    def load(myconfig):
        (tmp_path / "myconfig.py").write_text(myconfig)
        return load_config(tmp_path / "config.py")

    return load


def named(cfg):
    """Setting that each notice is about."""
    return [notice.split(": ")[1].split()[0].rstrip(":") for notice in cfg.notices]


def test_the_settings_of_a_version_4_car_load(load):
    cfg = load(old_cars.VERSION_4)
    assert (cfg.IMAGE_W, cfg.TRANSFORMATIONS, cfg.CAMERA_TYPE) == (160, ("CROP",), "WEBCAM")
    assert cfg.USE_JOYSTICK_AS_DEFAULT is True
    assert callable(cfg.TRAIN_FILTER)


def test_each_setting_of_a_version_4_car_without_effect_is_named_once(load):
    cfg = load(old_cars.VERSION_4)
    assert named(cfg) == ["DONKEY_HOME", "CACHE_IMAGES", "PRUNE_CNN", "LED_B"]


def test_the_usb_camera_of_a_version_5_car_works_and_its_swap_of_colours_is_told_once(load):
    """What used to happen: CVCAM, WEBCAM and V4L did not work in this version yet."""
    cfg = load('CAMERA_TYPE = "CVCAM"\nCAMERA_INDEX = 2\nBGR2RGB = True\n')
    assert (cfg.CAMERA_TYPE, cfg.CAMERA_INDEX) == ("CVCAM", 2)
    (notice,) = cfg.notices
    assert notice.startswith("myconfig.py:3: BGR2RGB has no effect: every camera gives red, green")
    assert "TRANSFORMATIONS = ['RGB2BGR']" in notice


def test_the_flat_names_of_a_version_4_car_work(load):
    cfg = load(old_cars.VERSION_4)
    assert (cfg.STEERING_CHANNEL, cfg.STEERING_LEFT_PWM, cfg.THROTTLE_FORWARD_PWM) == (1, 460, 450)


def test_the_owner_of_a_version_5_car_is_told_that_flat_names_have_no_effect(load):
    cfg = load(old_cars.VERSION_5 + "STEERING_LEFT_PWM = 440\n")
    notice = next(n for n in cfg.notices if " STEERING_LEFT_PWM" in n)
    assert notice.split(": ", 1)[1] == (
        "STEERING_LEFT_PWM has no effect with DRIVE_TRAIN_TYPE PWM_STEERING_THROTTLE: it is for "
        "I2C_SERVO and SERVO_ESC."
    )


@pytest.mark.parametrize("kind", ["PIGPIO_PWM", "SERVO_HBRIDGE_PWM"])
def test_the_owner_of_a_dead_drivetrain_can_still_load_the_settings_and_is_told(load, kind):
    (notice,) = load(f"DRIVE_TRAIN_TYPE = {kind!r}\n").notices
    # What used to happen: twelve words to choose from, and none of them with a reason.
    assert notice.endswith(
        f"DRIVE_TRAIN_TYPE: {kind!r} does not work any more. `donkey doctor` says what to write "
        "instead, with the pins of this car."
    )


def test_the_settings_of_a_version_5_car_load(load, tmp_path):
    cfg = load(old_cars.VERSION_5)
    assert cfg.PWM_STEERING_THROTTLE["STEERING_LEFT_PWM"] == 440
    assert cfg.PWM_STEERING_THROTTLE["THROTTLE_STOPPED_PWM"] == 370
    assert cfg.GYM_CONF["body_rgb"] == (128, 0, 128)
    assert Path(cfg.DATA_PATH) == tmp_path / "data"


def test_each_setting_of_a_version_5_car_without_effect_is_named_once(load):
    assert named(load(old_cars.VERSION_5)) == [
        "HAVE_IMU", "DONKEY_GYM",
        "GYM_CONF", "CACHE_POLICY",
    ]  # fmt: skip


def test_a_range_of_a_change_that_is_not_made_has_no_effect(load):
    cfg = load("AUGMENTATIONS = ['FLIP']\nAUG_BLUR_RANGE = 2\n")
    assert cfg.notices[0].endswith(
        "AUG_BLUR_RANGE has no effect with AUGMENTATIONS FLIP: it is for BLUR."
    )


def test_an_augmentation_of_version_4_is_accepted_and_named(load):
    [notice] = load("AUGMENTATIONS = ['MULTIPLY', 'BLUR']\n").notices
    assert "AUGMENTATIONS: 'MULTIPLY' does not work any more. These do: 'FLIP'" in notice
