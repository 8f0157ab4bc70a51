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
    assert named(cfg) == [
        "DONKEY_HOME", "CAMERA_TYPE", "DRIVE_TRAIN_TYPE", "STEERING_CHANNEL", "STEERING_LEFT_PWM",
        "STEERING_RIGHT_PWM", "THROTTLE_CHANNEL", "THROTTLE_FORWARD_PWM", "THROTTLE_STOPPED_PWM",
        "THROTTLE_REVERSE_PWM", "USE_JOYSTICK_AS_DEFAULT", "CONTROLLER_TYPE",
        "JOYSTICK_MAX_THROTTLE", "CACHE_IMAGES", "PRUNE_CNN", "LED_B", "AUG_BLUR_RANGE",
    ]  # fmt: skip


def test_the_owner_is_told_where_a_flat_name_went(load):
    notice = next(n for n in load(old_cars.VERSION_4).notices if "STEERING_LEFT_PWM" in n)
    assert notice == (
        "myconfig.py:13: STEERING_LEFT_PWM has no effect: donkeycar 5 moved it into "
        "PWM_STEERING_THROTTLE['STEERING_LEFT_PWM']; write it there."
    )


def test_the_settings_of_a_version_5_car_load(load, tmp_path):
    cfg = load(old_cars.VERSION_5)
    assert cfg.PWM_STEERING_THROTTLE["STEERING_LEFT_PWM"] == 440
    assert cfg.PWM_STEERING_THROTTLE["THROTTLE_STOPPED_PWM"] == 370
    assert cfg.GYM_CONF["body_rgb"] == (128, 0, 128)
    assert Path(cfg.DATA_PATH) == tmp_path / "data"


def test_each_setting_of_a_version_5_car_without_effect_is_named_once(load):
    assert named(load(old_cars.VERSION_5)) == [
        "DRIVE_TRAIN_TYPE", "PWM_STEERING_THROTTLE", "CONTROLLER_TYPE", "HAVE_IMU", "DONKEY_GYM",
        "GYM_CONF", "CACHE_POLICY", "BEHAVIOR_LIST",
    ]  # fmt: skip
