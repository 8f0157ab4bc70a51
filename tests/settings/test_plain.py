"""What is taken at first sight is what a close look would have made of it."""

import math
import subprocess
import sys
from types import MappingProxyType

import pytest

from donkeycar.management.createcar import create_car
from donkeycar.settings.check import check, frozen
from donkeycar.settings.model import validated
from donkeycar.settings.plain import UNSURE, plain_value
from donkeycar.settings.schema import SETTINGS

VALUES = (
    "x", "", "a/b", "é\ud800\n☃", "a\0b", 0, -1, 1, 3, 20, 255, 10**9, 2**53, 2**53 + 1, 10**400,
    -1.5, 0.0, 0.5, 20.0, 1e308, math.nan, math.inf, -math.inf, True, False, None,
    [], (), [1, 2], (0, 3), (3, 0), (0.5, math.inf), ["CROP"], ("CROP", 3), ["é"],
    {}, {1: 2}, {"a": "b"}, {"a": None}, {"a": 1}, {"é": "b"}, b"x", len, object(), {1, 2}, 1j,
)  # fmt: skip


def same(left, right):
    """Equal, and of the same types all the way down."""
    if isinstance(left, MappingProxyType):
        left, right = dict(left), dict(right)
        return left.keys() == right.keys() and all(same(left[name], right[name]) for name in left)
    if isinstance(left, tuple) and isinstance(right, tuple):
        return len(left) == len(right) and all(map(same, left, right))
    return type(left) is type(right) and (left == right or left is right)


def values_for(setting):
    choices = setting.all_choices
    yield from (*VALUES, setting.default, *choices, [*choices], *map(str, choices))
    limits = [limit for limit in (setting.low, setting.high) if limit is not None]
    yield from (limit + step for limit in limits for step in (-1, -0.001, 0, 0.001, 1))
    if setting.fields:
        yield {}
        yield {**setting.default, "OWN": [1]}
        for row in setting.fields:
            yield {name: value for name, value in setting.default.items() if name != row.name}
            yield from ({**setting.default, row.name: value} for value in VALUES)


@pytest.mark.parametrize("name", SETTINGS)
def test_first_sight_and_close_look_agree(name):
    for value in values_for(SETTINGS[name]):
        plain = plain_value(SETTINGS[name], value)
        if plain is not UNSURE:
            found, wrong = validated([name], {name: value})
            assert not wrong, value
            assert same(frozen(plain), frozen(found[name])), value


def test_nothing_wrong_of_two_settings_hides_behind_one_that_is_right():
    values = {name: setting.default for name, setting in SETTINGS.items()}
    _, problems = check({**values, "IMAGE_W": "wide", "CAMERA_FRAMERATE": 0, "DRIVE_LOOP_HZ": 30})
    assert {problem.names[0] for problem in problems} == {"IMAGE_W", "CAMERA_FRAMERATE"}


def test_the_settings_of_an_ordinary_car_need_no_close_look(tmp_path):
    # Loading what looks closely takes longer than the rest of the settings, and each car did twice.
    create_car(tmp_path / "car")
    (tmp_path / "car" / "myconfig.py").write_text(
        'DRIVE_TRAIN_TYPE = "PWM_STEERING_THROTTLE"\nPWM_STEERING_THROTTLE = {\n'
        '    "PWM_STEERING_PIN": "PCA9685.1:40.1", "STEERING_LEFT_PWM": 460,\n}\n'
        "CAMERA_FRAMERATE = 30\nIMAGE_W = 224\nAI_THROTTLE_MULT = 0.8\n"
        'CONTROLLER_BINDINGS = {"button_a": "stop"}\n'
    )
    lines = (
        "import sys; from donkeycar.config import load_config; load_config();"
        "print('pydantic' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", lines], cwd=tmp_path / "car", capture_output=True, text=True
    )
    assert done.stdout == "False\n", done.stderr
