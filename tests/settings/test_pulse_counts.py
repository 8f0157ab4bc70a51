"""Pulses are counts of a frame: another frequency must not turn neutral into throttle."""

import ast
import re

import pytest

from donkeycar.config import load_config
from donkeycar.errors import ConfigError
from donkeycar.parts.drivetrain.pca9685 import tick_us
from donkeycar.settings import pulse_counts
from donkeycar.settings.text import config_text

COUNTS = {
    "STEERING_LEFT_PWM": 460, "STEERING_RIGHT_PWM": 290, "THROTTLE_FORWARD_PWM": 500,
    "THROTTLE_STOPPED_PWM": 370, "THROTTLE_REVERSE_PWM": 220,
}  # fmt: skip


@pytest.fixture
def load(tmp_path):
    def load(myconfig, command="drive"):
        (tmp_path / "config.py").write_text(config_text())
        (tmp_path / "myconfig.py").write_text(myconfig)
        return load_config(tmp_path / "config.py", command=command)

    return load


@pytest.mark.parametrize("command", ["drive", "calibrate", "doctor"])
def test_another_frequency_alone_is_refused_with_the_pulses_to_write(load, command):
    """What used to happen: 50 Hz for the speed controller, and 60 % of throttle as its neutral."""
    with pytest.raises(ConfigError) as refusal:
        load("PWM_FREQUENCY = 50\n", command)
    text = str(refusal.value)
    assert text.startswith("myconfig.py:1: PWM_FREQUENCY 50 makes other pulses")
    assert "THROTTLE_STOPPED_PWM 370 would be 1806 us instead of 1510" in text
    offered = ast.literal_eval(re.search(r"Add (\{.*?\}) to PWM_STEERING_THROTTLE", text)[1])
    assert offered == {name: round(count * 50 / 60) for name, count in COUNTS.items()}
    cfg = load(f"PWM_FREQUENCY = 50\nPWM_STEERING_THROTTLE = {offered}\n", command)
    assert (cfg.notices, cfg.faults) == ((), ())


@pytest.mark.parametrize("rate_hz", [25, 50, 60, 100, 333, 1500])
def test_a_count_is_as_long_as_on_the_chip(rate_hz):
    assert pulse_counts._us(370, rate_hz) == pytest.approx(370 * tick_us(rate_hz))


def test_only_pulses_that_nobody_wrote_are_named(load):
    text = (
        "PWM_FREQUENCY = 100\n"
        "PWM_STEERING_THROTTLE = {'STEERING_LEFT_PWM': 766, 'STEERING_RIGHT_PWM': 483}\n"
    )
    with pytest.raises(ConfigError, match="THROTTLE_STOPPED_PWM") as refusal:
        load(text)
    assert "STEERING" not in str(refusal.value).partition("Add {")[2].partition("}")[0]


def test_a_motor_on_a_bridge_has_a_servo_whose_pulses_count_too(load):
    with pytest.raises(ConfigError, match=r"STEERING_LEFT_PWM 460 .* to SERVO_HBRIDGE_2PIN, then"):
        load("PWM_FREQUENCY = 50\nDRIVE_TRAIN_TYPE = 'SERVO_HBRIDGE_2PIN'\n")


def test_a_car_of_donkeycar_4_is_told_names_of_its_own(load):
    text = "PWM_FREQUENCY = 50\nDRIVE_TRAIN_TYPE = 'I2C_SERVO'\nTHROTTLE_STOPPED_PWM = 308\n"
    with pytest.raises(ConfigError, match="Write STEERING_LEFT_PWM = 383, STEERING") as refusal:
        load(text)
    assert "STOPPED" not in str(refusal.value)


@pytest.mark.parametrize("kind", ["MOCK", "SIM", "VESC", "MM1", "DC_TWO_WHEEL"])
def test_who_has_no_such_pulses_may_have_any_frequency(load, kind):
    assert load(f"PWM_FREQUENCY = 50\nDRIVE_TRAIN_TYPE = {kind!r}\n").PWM_FREQUENCY == 50


@pytest.mark.parametrize("command", ["neutral", "config", "train"])
def test_nobody_else_is_kept_from_working(load, command):
    assert load("PWM_FREQUENCY = 50\n", command).PWM_FREQUENCY == 50


DRIVES_AT_ONCE = {
    "a typing error": "PWM_STEERING_THROTTLE = {'THROTTLE_STOPPED_PWM': 450}",
    "too short": "PWM_STEERING_THROTTLE = {'THROTTLE_STOPPED_PWM': 270}",
    "a factor": "PWM_STEERING_THROTTLE = {'PWM_THROTTLE_SCALE': 1.2}",
    "outside of a dictionary": "DRIVE_TRAIN_TYPE = 'SERVO_ESC'; THROTTLE_STOPPED_PWM = 450",
    "all pulses of 60 Hz at 50": f"PWM_FREQUENCY = 50; PWM_STEERING_THROTTLE = {COUNTS}",
}


@pytest.mark.parametrize("name", DRIVES_AT_ONCE)
def test_a_stop_on_which_most_speed_controllers_drive_is_said(load, name):
    """What used to happen: `donkey doctor` found nothing, and 1836 us went out as neutral."""
    notices = load(DRIVES_AT_ONCE[name] + "\n").notices
    assert any("stand still near 1500 us" in notice for notice in notices), notices
    assert all(notice.startswith("myconfig.py:1: ") for notice in notices)


STANDS = {
    "as delivered": "",
    "a trimmed stick": "PWM_STEERING_THROTTLE = {'THROTTLE_STOPPED_PWM': 390}",
    "a motor without reverse": "PWM_STEERING_THROTTLE = "
    "{'THROTTLE_STOPPED_PWM': 250, 'THROTTLE_REVERSE_PWM': 250}",
    "nothing moves": "DRIVE_TRAIN_TYPE = 'MOCK'; "
    "PWM_STEERING_THROTTLE = {'THROTTLE_STOPPED_PWM': 450}",
    "no speed controller": "DRIVE_TRAIN_TYPE = 'SERVO_HBRIDGE_2PIN'",
}


@pytest.mark.parametrize("name", STANDS)
def test_and_nothing_is_said_of_one_that_stands(load, name):
    assert not any("stand still" in notice for notice in load(STANDS[name] + "\n").notices)
