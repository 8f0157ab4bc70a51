import re
from pathlib import Path

import pytest

from donkeycar.settings.check import check
from donkeycar.settings.rows.controller import CONTROLLER_WORDS
from donkeycar.settings.schema import GROUPS, SETTINGS, nearest
from donkeycar.settings.text import config_text, markdown

HERE = Path(__file__).parent
ROOT = HERE.parents[1]

# Names that donkeycar 5.2 put into a new car's config.py.
VERSION_5 = HERE.joinpath("names_of_5.txt").read_text().split()

# Names that were in older files, or that its code read without ever listing them.
OLDER = HERE.joinpath("names_before_5.txt").read_text().split()

# Default of donkeycar 5, for settings whose parts are here; the others have no part to default.
DEFAULTS = {
    "CAMERA_TYPE": "PICAM", "IMAGE_W": 160, "IMAGE_H": 120, "IMAGE_DEPTH": 3,
    "CAMERA_FRAMERATE": 20, "CAMERA_VFLIP": False, "CAMERA_HFLIP": False, "CAMERA_INDEX": 0,
    "DRIVE_LOOP_HZ": 20, "MAX_LOOPS": None, "AI_THROTTLE_MULT": 1.0, "AI_LAUNCH_DURATION": 0.0,
    "AI_LAUNCH_THROTTLE": 0.0, "AI_LAUNCH_KEEP_ENABLED": False,
    "RECORD_DURING_AI": False, "AUTO_CREATE_NEW_TUB": False, "HAVE_CONSOLE_LOGGING": True,
    "LOGGING_LEVEL": "INFO", "LOGGING_FORMAT": "%(message)s", "SHOW_FPS": False,
    "FPS_DEBUG_INTERVAL": 10, "WEB_CONTROL_PORT": 8887, "WEB_INIT_MODE": "user",
    "DEFAULT_MODEL_TYPE": "linear", "BATCH_SIZE": 128, "TRAIN_TEST_SPLIT": 0.8, "MAX_EPOCHS": 100,
    "SHOW_PLOT": True, "VERBOSE_TRAIN": True, "USE_EARLY_STOP": True, "EARLY_STOP_PATIENCE": 5,
    "MIN_DELTA": 0.0005, "PRINT_MODEL_SUMMARY": True, "OPTIMIZER": None, "LEARNING_RATE": 0.001,
    "LEARNING_RATE_DECAY": 0.0, "TRANSFORMATIONS": (),
    "ROI_CROP_TOP": 45, "ROI_CROP_BOTTOM": 0, "ROI_CROP_LEFT": 0, "ROI_CROP_RIGHT": 0,
    "ROI_TRAPEZE_LL": 0, "ROI_TRAPEZE_LR": 160, "ROI_TRAPEZE_UL": 20, "ROI_TRAPEZE_UR": 140,
    "ROI_TRAPEZE_MIN_Y": 60, "ROI_TRAPEZE_MAX_Y": 120,
}  # fmt: skip


@pytest.mark.parametrize("name", VERSION_5 + OLDER)
def test_a_name_of_donkeycar_5_is_known(name):
    assert name in SETTINGS


@pytest.mark.parametrize("name", DEFAULTS)
def test_a_setting_that_works_has_the_default_of_donkeycar_5(name):
    assert SETTINGS[name].status == "active"
    assert SETTINGS[name].default == DEFAULTS[name]


def test_no_name_is_in_the_table_twice():
    names = [setting.name for group in GROUPS for setting in group.settings]
    assert len(names) == len(set(names))


def test_every_default_obeys_its_own_row():
    _, problems = check({name: setting.default for name, setting in SETTINGS.items()})
    assert problems == []


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=lambda setting: setting.name)
def test_every_row_tells_the_driver_what_it_does_and_if_it_does_nothing_why(setting):
    assert setting.help
    assert bool(setting.reason) == (setting.status != "active")


def test_every_setting_of_config_py_has_its_comment_beside_or_above():
    lines = config_text().splitlines()
    settings = [line for line in lines if line and line[0].isupper() and " = " in line]
    assert len(settings) == sum(setting.status == "active" for setting in SETTINGS.values())
    above = dict(zip(lines[1:], lines, strict=False))
    assert all("  # " in line or above[line].startswith("# ") for line in settings)
    assert all(len(line) <= 100 for line in lines)


def test_config_defaults_is_what_the_table_says():
    path = ROOT / "donkeycar" / "templates" / "config_defaults.py"
    assert path.read_text() == config_text(), "run python -m donkeycar.settings.text"


def test_the_page_of_settings_is_what_the_table_says():
    page = (ROOT / "docs" / "settings.md").read_text()
    assert page == markdown(), "run python -m donkeycar.settings.text"


def found_in_the_package(pattern):
    """Names of settings that code outside the table mentions."""
    package = ROOT / "donkeycar"
    found = set()
    for path in package.rglob("*.py"):
        if "settings" not in path.parts and path.name != "config_defaults.py":
            found |= set(re.findall(pattern, path.read_text(encoding="utf-8")))
    return found & set(SETTINGS)


def test_every_setting_that_works_is_read_by_somebody():
    active = {name for name, setting in SETTINGS.items() if setting.status == "active"}
    switches = {row.switch for row in CONTROLLER_WORDS.values()}
    named = found_in_the_package(r"""(?:\bcfg\.|["'])([A-Z][A-Z0-9_]+)\b""")
    assert active - named - switches == set()


def test_nobody_reads_a_setting_that_does_not_work():
    working = {n for n, setting in SETTINGS.items() if setting.status in ("active", "computed")}
    assert found_in_the_package(r"\bcfg\.([A-Z][A-Z0-9_]+)\b") - working == set()


def test_a_misspelt_name_finds_its_neighbour():
    assert nearest("STEERNG_LEFT_PWM") == "STEERING_LEFT_PWM"


def test_a_name_like_no_other_has_no_neighbour():
    assert nearest("FAVOURITE_COLOUR") is None
