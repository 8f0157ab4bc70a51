"""A created car, started as its owner starts it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import donkeycar
from donkeycar.management.createcar import create_car

ROOT = Path(donkeycar.__file__).parents[1]
INDOORS = (
    "CAMERA_TYPE = DRIVE_TRAIN_TYPE = 'MOCK'\n"
    "WEB_HOST = '127.0.0.1'\nWEB_CONTROL_PORT = 0\nMAX_LOOPS = 5\n"
)


@pytest.fixture
def car(tmp_path):
    create_car(tmp_path / "car")
    (tmp_path / "car" / "myconfig.py").write_text(INDOORS)
    return tmp_path / "car"


@pytest.fixture
def manage(car, tmp_path):
    """Run `python manage.py ...` from another folder."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("DONKEY_", "WEB_"))}

    def manage(*words):
        return subprocess.run(
            [sys.executable, str(car / "manage.py"), *words],
            cwd=tmp_path,
            env={**clean, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            encoding="utf-8",
            timeout=60,
        )

    return manage


def test_a_created_car_drives(manage):
    done = manage("drive")
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr


@pytest.mark.parametrize(
    ("myconfig", "words", "sentence"),
    [
        ("IMAGE_W = 'wide'\n", ["drive"], "myconfig.py:5: IMAGE_W must be a whole number from"),
        ("IMAGE_W = = 3\n", ["drive"], "myconfig.py:5: not Python: invalid syntax"),
        ("", ["drive", "--set", "MAX_LOOP=3"], "Did you mean MAX_LOOPS?"),
        ("", ["drive", "--myconfig", "rain.py"], "rain.py does not exist"),
        ("", ["drive", "--model", "nosuchpilot"], "nosuchpilot"),
        ("", ["train"], "data"),
    ],
    ids=["wrong value", "not Python", "typo", "no such file", "no such pilot", "nothing recorded"],
)
def test_what_cannot_be_is_refused_in_one_line(car, manage, myconfig, words, sentence):
    (car / "myconfig.py").write_text(INDOORS + myconfig)
    before = sorted(car.rglob("*"))
    done = manage(*words)
    assert done.returncode == 1
    assert done.stderr.startswith("manage.py: error: "), done.stderr
    assert done.stderr.count("\n") == 1
    assert sentence in done.stderr
    after = sorted(path for path in car.rglob("*") if "__pycache__" not in path.parts)
    assert after == before


IDLE = ("PRUNE_CNN", "HAVE_ODOM", "USE_LIDAR", "HAVE_RGB_LED", "HAVE_PERFMON")


def test_many_settings_without_effect_are_counted(car, manage):
    """An old car in place used to print dozens of lines, with the error somewhere among them."""
    settings = "".join(f"{name} = True\n" for name in IDLE) + "DRIVE_LOOP_HS = 30\n"
    (car / "myconfig.py").write_text(INDOORS + settings)
    done = manage("drive")
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    assert output.count("has no effect") == 0
    counted = "5 settings have no effect in this version, such as PRUNE_CNN, HAVE_ODOM, USE_LIDAR. "
    assert output.count(counted + "`donkey config` lists all of them") == 1
    assert "Did you mean DRIVE_LOOP_HZ?" in output


def test_an_owner_is_told_once_what_has_no_effect(car, manage):
    (car / "myconfig.py").write_text(INDOORS + "PRUNE_CNN = True\nDRIVE_LOOP_HS = 30\n")
    done = manage("drive")
    assert done.returncode == 0, done.stderr
    output = done.stdout + done.stderr
    assert output.count("myconfig.py:5: PRUNE_CNN has no effect") == 1
    assert output.count("Did you mean DRIVE_LOOP_HZ?") == 1
