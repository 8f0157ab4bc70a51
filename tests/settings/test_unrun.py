"""Somebody else's settings file is read without running any of it."""

from pathlib import Path

import pytest

from donkeycar.errors import ConfigError
from donkeycar.settings.owner.file import read_owner_file
from donkeycar.settings.owner.unrun import read_unrun

# What owners write, as far as its value follows from the file alone.
READABLE = """\
import os
import math as m
from os.path import join, dirname
from pathlib import Path
from numbers_of_mine import CENTRE as C
from numbers_of_mine import *

CAR_PATH = PACKAGE_PATH = os.path.dirname(os.path.realpath(__file__))
DATA_PATH = os.path.join(CAR_PATH, "data")
MODELS_PATH = join(dirname(__file__), "models")
LOGS = Path(__file__).parent / "logs"
WEB_CONTROL_PORT = int(os.getenv("WEB_CONTROL_PORT_OF_NOBODY", 8887))
IMAGE_W, IMAGE_H = 160, 60 * 2
IMAGE_DEPTH: int = 3
SOMETHING: float
TARGET_H = IMAGE_H - 40
THROTTLE_STOPPED_PWM = 1520 / (1000000 / 4096 / 62.5)
MAX_STEERING_ANGLE = m.pi / 4
PWM_STEERING_THROTTLE = {"STEERING_LEFT_PWM": C + 80, **MORE}
PWM_STEERING_THROTTLE["STEERING_RIGHT_PWM"] = round(300.4)
PWM_STEERING_THROTTLE.update({"THROTTLE_STOPPED_PWM": 371}, THROTTLE_FORWARD_PWM=480)
AUGMENTATIONS = []
AUGMENTATIONS.append("BLUR")
AUGMENTATIONS += ["FLIP"]
IS_BIG = IMAGE_W > 100 and not IMAGE_DEPTH == 1
CAMERA_TYPE = "PICAM" if IS_BIG else "MOCK"
if CAMERA_TYPE == "PICAM":
    CAMERA_HFLIP = True
elif undecided():
    CAMERA_VFLIP = True
NAME = f"car of {CAMERA_TYPE}".upper()[:10]
DRIVE_LOOP_HZ = min(20, 30) if 0 < IMAGE_DEPTH <= 3 else measure()
bgr2rgb = 3
print("hello")
"""
BESIDE = "CENTRE = 372\nMORE = {'THROTTLE_REVERSE_PWM': 222}\n"


def read(tmp_path, source):
    path = tmp_path / "myconfig.py"
    path.write_text(source)
    unread = {}
    return read_unrun(path, unread), unread


def test_plain_values_are_those_that_running_the_file_gives(tmp_path, capsys):
    (tmp_path / "numbers_of_mine.py").write_text(BESIDE)
    source = READABLE.replace("undecided()", "False")
    file, unread = read(tmp_path, source)
    assert capsys.readouterr().out == "", "the file must not be run"
    run = read_owner_file(tmp_path / "myconfig.py")
    assert file.values == run.values
    assert unread == {}
    assert (file.lines["IMAGE_W"], file.lines["CAMERA_HFLIP"]) == (13, 28)
    assert file.small == {"bgr2rgb": 33}


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("X = measure()", "it needs measure, which the file does not say"),
        ("import smbus\nX = smbus.SMBus(1)", "it needs smbus, and it is the module smbus"),
        ("def X(record):\n    return True", "it is code"),
        ("X = lambda record: True", "computed by code"),
        ("X = [n for n in range(3)]", "computed by code"),
        ("X = 3\nfor X in (1, 2):\n    pass", "given a value by code"),
        ("X = 3\nif asked():\n    X = 4", "depends on a condition"),
        ("try:\n    X = 1\nexcept OSError:\n    X = 2", "given a value by code"),
        ("X = {'a': 1}\nchange(X)", "code may change it"),
        ("X = {'a': 1}\nX.update(other())", "code may change it"),
        ("X = {'a': 1}\nX['a'] = other()", "it needs other"),
        ("X = 1\ndef f():\n    global X\n    X = 2\n", "code may change it"),
        ("X = 1 / 0", "fails: division by zero"),
        ("X = int('five')", "fails"),
        ("Y = measure()\nX = Y + 1", "it needs Y, and"),
        ("from elsewhere import X", "it comes from elsewhere"),
        ("import os\nX = os.environ['HOME']", "fails"),
        ("import os\nX = os.system('true')", "computed by code"),
        ("X = ().__class__", "computed by code"),
        ("X = '%s' % 3", "put together by %"),
        ("X = 9 ** 9 ** 9", "too large"),
        ("X = 1 << 10 ** 9", "too large"),
        ("X = 'a' * 10 ** 9", "too long"),
        ("A = [0] * 1000\nX = [A] * 1000", "too long"),
        ("X = 1j", "no value of a setting"),
    ],
)
def test_a_value_that_is_not_plain_is_named_with_its_reason(tmp_path, source, why):
    file, unread = read(tmp_path, source)
    assert "X" not in file.values
    assert why in unread["X"].why
    assert unread["X"].place.startswith("myconfig.py:")


@pytest.mark.parametrize(
    "source",
    ["exec(open('x').read())", "globals()['IMAGE_W'] = 3", "from somewhere import *"],
)
def test_code_that_may_set_any_name_is_said(tmp_path, source):
    _, unread = read(tmp_path, source)
    assert "may set any name" in unread["*"].why


def test_a_later_plain_value_counts_and_a_local_name_does_not(tmp_path):
    source = "IMAGE_W = asked()\nIMAGE_W = 200\nIMAGE_H = 90\ndef f():\n    IMAGE_H = 3\n"
    file, unread = read(tmp_path, source)
    assert (file.values["IMAGE_W"], file.values["IMAGE_H"], unread) == (200, 90, {})


def test_nothing_of_the_file_runs(tmp_path):
    mark = tmp_path / "ran"
    (tmp_path / "helper.py").write_text(f"open({str(mark)!r}, 'w')\nY = 4\n")
    source = (
        f"open({str(mark)!r}, 'w')\nimport helper\nfrom helper import Y\n"
        f"X = open({str(mark)!r}, 'w')\n@open({str(mark)!r}, 'w')\nclass Z:\n    pass\n"
    )
    file, _ = read(tmp_path, source)
    assert file.values == {"Y": 4}
    assert not mark.exists()


def test_a_file_that_holds_itself_ends(tmp_path):
    (tmp_path / "other.py").write_text("from myconfig import *\nIMAGE_W = 3\n")
    file, _ = read(tmp_path, "D = {}\nD['D'] = D\nfrom other import *\n")
    assert file.values["IMAGE_W"] == 3
    assert "D" not in file.values


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"X = = 3", "myconfig.py:1: not Python"), (b"#" * 2_000_001, "at most 2000000 bytes")],
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path, content, message):
    path = Path(tmp_path / "myconfig.py")
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=message):
        read_unrun(path, {})
