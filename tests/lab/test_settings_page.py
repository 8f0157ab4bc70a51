"""The settings page: what it says of each setting, and what it writes into the owner's file."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from donkeycar.errors import ConfigError
from donkeycar.lab.command import digest
from donkeycar.lab.lab import Lab
from donkeycar.lab.settings import change, settings
from donkeycar.management.createcar import create_car
from donkeycar.settings.schema import SETTINGS

MINE = "# My car.\nIMAGE_W = 320  # wide\n\nmine = 3\nif mine:\n    MAX_LOOPS = 9\n"


@pytest.fixture
def lab(tmp_path):
    create_car(tmp_path / "car")
    (tmp_path / "car" / "myconfig.py").write_text(MINE)
    return Lab(tmp_path / "car")


def row(lab, name):
    told = json.loads(json.dumps(settings(lab), allow_nan=False))
    (found,) = [one for group in told["groups"] for one in group["settings"] if one["name"] == name]
    return found


def mine(lab):
    return (lab.folder / "myconfig.py").read_text()


def test_every_setting_with_an_effect_is_there(lab):
    told = settings(lab)
    names = [one["name"] for group in told["groups"] for one in group["settings"]]
    assert sorted(names) == sorted(
        name for name, setting in SETTINGS.items() if setting.status == "active"
    )
    assert told["file"] == str(lab.folder / "myconfig.py")


def test_a_setting_has_meaning_unit_range_value_and_source(lab):
    assert row(lab, "DRIVE_LOOP_HZ") == {
        "name": "DRIVE_LOOP_HZ",
        "help": "how often the drive loop runs: the car looks and steers",
        "kind": "float", "unit": "times per second", "low": 1, "high": 1000, "choices": [],
        "rule": "a number from 1 to 1000 (times per second)", "optional": False, "value": 20.0,
        "default": "20", "source": "default", "own": False, "fields": [], "only_for": None,
        "used": True,
    }  # fmt: skip
    wide = row(lab, "IMAGE_W")
    assert (wide["value"], wide["source"], wide["own"]) == (320, "myconfig.py:2", True)


def test_a_change_leaves_the_other_lines_as_they_were(lab):
    told = change(lab, name="IMAGE_W", value=160)
    assert mine(lab) == MINE.replace("320", "160")
    assert told["setting"]["value"] == 160
    assert told["restart"] is False
    assert told["note"] == ""
    change(lab, name="LOGGING_LEVEL", value="DEBUG")
    assert mine(lab) == MINE.replace("320", "160") + "LOGGING_LEVEL = 'DEBUG'\n"


def test_a_car_that_drives_by_an_older_file_must_start_again(lab):
    car = Lab(lab.folder, is_car=True, driven_by=digest(lab.folder / "myconfig.py"))
    assert settings(car)["restart"] is False
    assert change(car, name="IMAGE_W", value=160)["restart"] is True
    assert settings(car)["restart"] is True
    assert change(car, name="IMAGE_W", value=320)["restart"] is False, "as it was"


def test_a_setting_that_this_car_does_not_read_is_marked(lab):
    change(lab, name="CAMERA_TYPE", value="MOCK")
    assert row(lab, "IMAGE_W")["used"]
    assert not row(lab, "CAMERA_SOURCE")["used"]
    assert change(lab, name="CAMERA_TYPE", value="STREAM")["setting"]["used"]
    assert row(lab, "CAMERA_SOURCE")["used"]


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("DRIVE_LOOP_HZ", 5000, "DRIVE_LOOP_HZ must be a number from 1 to 1000 .*=5000"),
        ("DRIVE_LOOP_HZ", "fast", "DRIVE_LOOP_HZ must be a number .* Received: .*'fast'"),
        ("IMAGE_W", None, "IMAGE_W must be a whole number"),
        ("CAMERA_TYPE", "picam", "CAMERA_TYPE must be one of .* Did you mean 'PICAM'"),
        ("IMAGE_DEPTH", 2, "IMAGE_DEPTH must be one of"),
        ("IMAGE_X", 3, "`name` must be a setting with an effect. .* Did you mean IMAGE_W"),
        ("CAR_PATH", "/", "`name` must be a setting with an effect"),
        ("AUGMENTATIONS", "[", "AUGMENTATIONS must be .*, as Python writes it. Received: '\\['"),
        ("AUGMENTATIONS", "['NOTHING']", "AUGMENTATIONS must be"),
        ("AUGMENTATIONS", "__import__('os').system('touch stolen')", "as Python writes it"),
    ],
)
def test_a_wrong_value_is_refused_in_the_settings_own_sentence(lab, name, value, sentence):
    with pytest.raises(ConfigError, match=sentence):
        change(lab, name=name, value=value)
    assert mine(lab) == MINE


def test_one_entry_of_a_dictionary_is_changed(lab):
    told = change(lab, name="PWM_STEERING_THROTTLE", entry="STEERING_LEFT_PWM", value=470)
    fields = {field["name"]: field["value"] for field in told["setting"]["fields"]}
    assert fields["STEERING_LEFT_PWM"] == 470
    assert mine(lab).startswith(MINE)
    for entry, value in (("STEERING_LEFT_PWM", -5), ("NOTHING", 1), ("", {})):
        with pytest.raises(ConfigError, match="must be"):
            change(lab, name="PWM_STEERING_THROTTLE", entry=entry, value=value)


def test_a_dictionary_of_own_names_is_replaced_as_a_whole(lab):
    change(lab, name="CONTROLLER_BINDINGS", value="{'BTN_SOUTH': 'stop', 'BTN_EAST': 'record'}")
    assert "'BTN_EAST'" in mine(lab)
    change(lab, name="CONTROLLER_BINDINGS", value="{'BTN_SOUTH': 'stop'}")
    assert "'BTN_EAST'" not in mine(lab)


def test_a_value_that_something_else_overrides_is_written_and_said(lab, monkeypatch):
    monkeypatch.setenv("DONKEY_DRIVE_LOOP_HZ", "40")
    told = change(lab, name="DRIVE_LOOP_HZ", value=30)
    assert "DRIVE_LOOP_HZ = 30" in mine(lab)
    assert told["setting"]["value"] == 40
    assert "it wins over myconfig.py" in told["note"]


def test_a_file_that_is_not_python_is_a_sentence_and_stays(lab):
    (lab.folder / "myconfig.py").write_text("IMAGE_W = = 3\n")
    for ask in (lambda: settings(lab), lambda: change(lab, name="IMAGE_W", value=160)):
        with pytest.raises(ConfigError, match="myconfig.py:1: not Python"):
            ask()
    assert mine(lab) == "IMAGE_W = = 3\n"


def test_a_wrong_value_elsewhere_in_the_file_blocks_nothing(lab):
    (lab.folder / "myconfig.py").write_text("DRIVE_LOOP_HZ = 'x'\n")
    told = settings(lab)
    assert any("DRIVE_LOOP_HZ must be a number" in notice for notice in told["notices"])
    change(lab, name="IMAGE_W", value=320)
    change(lab, name="DRIVE_LOOP_HZ", value=30)
    assert mine(lab) == "DRIVE_LOOP_HZ = 30\nIMAGE_W = 320\n"


def test_two_browsers_at_once_lose_nothing(lab):
    names = [f"WEB_{word}" for word in ("LAB", "REMEMBER", "ANNOUNCE", "FOXGLOVE")]
    names += ["SHOW_FPS", "RECORD_DURING_AI", "AUTO_CREATE_NEW_TUB", "AI_LAUNCH_KEEP_ENABLED"]
    with ThreadPoolExecutor(len(names)) as pool:
        list(pool.map(lambda name: change(lab, name=name, value=True), names))
    assert sorted(mine(lab).removeprefix(MINE).splitlines()) == sorted(
        f"{name} = True" for name in names
    )


def test_passwords_are_not_shown_and_not_lost(lab):
    with (lab.folder / "myconfig.py").open("a") as file:
        file.write("CAMERA_SOURCE = 'rtsp://me:secret@camera/1'\n")
    shown = row(lab, "CAMERA_SOURCE")["value"]
    assert shown == "rtsp://me:•••@camera/1"
    before = mine(lab)
    with pytest.raises(ConfigError, match="must be written with its password"):
        change(lab, name="CAMERA_SOURCE", value=shown)
    assert mine(lab) == before


def test_a_folder_without_a_car_says_what_to_do(tmp_path):
    with pytest.raises(ConfigError, match="has no config.py. .* donkey createcar"):
        settings(Lab(tmp_path))
