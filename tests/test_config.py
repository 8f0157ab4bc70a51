import copy
import pickle
from pathlib import Path

import pytest

from donkeycar.config import Config, load_config
from donkeycar.errors import ConfigError, DonkeyError
from donkeycar.settings.text import config_text


@pytest.fixture
def car(tmp_path, monkeypatch):
    for variable in ("WEB_CONTROL_PORT", "DONKEY_IMAGE_W"):
        monkeypatch.delenv(variable, raising=False)
    (tmp_path / "config.py").write_text(config_text())
    return tmp_path


@pytest.fixture
def load(car):
    def load(myconfig="", overrides=()):
        (car / "myconfig.py").write_text(myconfig)
        return load_config(car / "config.py", overrides=overrides)

    return load


def test_a_new_car_has_the_defaults_and_nothing_to_say(load):
    cfg = load()
    assert (cfg.IMAGE_W, cfg.DRIVE_LOOP_HZ, cfg.MAX_LOOPS) == (160, 20, None)
    assert cfg.notices == ()
    assert {cfg.source_of(name) for name in cfg} == {"default"}


def test_each_layer_wins_over_those_before_it(car, monkeypatch):
    def width(overrides=()):
        cfg = load_config(car / "config.py", overrides=overrides)
        return cfg.IMAGE_W, cfg.source_of("IMAGE_W")

    (car / "config.py").write_text("IMAGE_W = 200\n")
    assert width() == (200, "config.py:1")
    (car / "myconfig.py").write_text("\nIMAGE_W = 300\n")
    assert width() == (300, "myconfig.py:2")
    monkeypatch.setenv("DONKEY_IMAGE_W", "400")
    assert width() == (400, "environment DONKEY_IMAGE_W")
    assert width(["IMAGE_W=500"]) == (500, "--set")


def test_myconfig_can_go_back_to_the_default(car):
    (car / "config.py").write_text("IMAGE_W = 200\n")
    (car / "myconfig.py").write_text("IMAGE_W = 160\n")
    assert load_config(car / "config.py").IMAGE_W == 160


def test_the_web_port_is_taken_from_the_environment_as_ever(load, monkeypatch):
    monkeypatch.setenv("WEB_CONTROL_PORT", "9001")
    assert load("WEB_CONTROL_PORT = 9000\n").WEB_CONTROL_PORT == 9001
    monkeypatch.setenv("DONKEY_WEB_CONTROL_PORT", "9002")
    assert load().WEB_CONTROL_PORT == 9002


def test_a_setting_that_begins_with_donkey_needs_no_second_donkey(load, monkeypatch):
    monkeypatch.setenv("DONKEY_GYM", "true")
    assert load().DONKEY_GYM is True


def test_variables_of_other_programs_are_left_alone(load, monkeypatch):
    monkeypatch.setenv("DONKEY_KONG", "1981")
    assert load().notices == ()


@pytest.mark.parametrize(
    ("typed", "name", "value"),
    [
        ("RECORD_DURING_AI=true", "RECORD_DURING_AI", True),
        ("RECORD_DURING_AI=False", "RECORD_DURING_AI", False),
        ("MAX_LOOPS=none", "MAX_LOOPS", None),
        ("MAX_LOOPS=7", "MAX_LOOPS", 7),
        ("CAMERA_TYPE=MOCK", "CAMERA_TYPE", "MOCK"),
        ("TELEMETRY_DONKEY_NAME=1234", "TELEMETRY_DONKEY_NAME", "1234"),
        ("LOGGING_FORMAT=a=b", "LOGGING_FORMAT", "a=b"),
        ("TRANSFORMATIONS=['CROP']", "TRANSFORMATIONS", ("CROP",)),
        ("OPTIMIZER=None", "OPTIMIZER", None),
        ("IMAGE_W = 320", "IMAGE_W", 320),
    ],
)
def test_values_typed_on_the_command_line_become_what_the_setting_is(load, typed, name, value):
    assert load(overrides=[typed]).get(name) == value


def test_set_reaches_into_a_family(load):
    cfg = load(overrides=["PWM_STEERING_THROTTLE.STEERING_LEFT_PWM=450"])
    assert cfg.PWM_STEERING_THROTTLE["STEERING_LEFT_PWM"] == 450
    assert cfg.PWM_STEERING_THROTTLE["STEERING_RIGHT_PWM"] == 290


@pytest.mark.parametrize("text", ["IMAGE_W", "=3", "IMAGE_WIDHT=3"])
def test_set_must_name_a_setting_and_a_value(load, text):
    with pytest.raises(ConfigError, match="--set"):
        load(overrides=[text])


def test_set_with_a_typo_is_answered_by_the_right_name(load):
    with pytest.raises(ConfigError, match=r"Did you mean IMAGE_DEPTH\?"):
        load(overrides=["IMAGE_DEPHT=3"])


def test_set_in_small_letters_is_answered_by_the_name_in_capitals(load):
    with pytest.raises(ConfigError, match=r"Did you mean IMAGE_W\?"):
        load(overrides=["image_w=320"])


def test_families_are_merged_entry_by_entry_across_all_layers(car):
    (car / "config.py").write_text("GYM_CONF = {'car_name': 'a', 'font_size': 7}\n")
    (car / "myconfig.py").write_text("GYM_CONF = {'car_name': 'b'}\n")
    conf = load_config(car / "config.py", overrides=["GYM_CONF.country=NZ"]).GYM_CONF
    assert (conf["car_name"], conf["font_size"], conf["country"]) == ("b", 7, "NZ")
    assert conf["body_style"] == "donkey"


def test_an_unknown_entry_of_a_family_is_pointed_out(load):
    cfg = load("PWM_STEERING_THROTTLE = {'STEERING_LEFT_PW': 3}\n")
    assert "['STEERING_LEFT_PW'] is not a setting of donkeycar. Did you mean" in cfg.notices[0]


def test_wrong_values_are_reported_all_at_once_with_their_lines(load):
    with pytest.raises(ConfigError) as caught:
        load("IMAGE_W = 'a'\n\nCAMERA_TYPE = 'PICAN'\n")
    lines = str(caught.value).splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("myconfig.py:1: IMAGE_W must be a whole number from 16 to 4096")
    assert lines[0].endswith("Received: IMAGE_W='a'")
    assert lines[1].startswith("myconfig.py:3: CAMERA_TYPE must be one of 'PICAM', ")


def test_a_wrong_entry_of_a_family_is_named(load):
    with pytest.raises(ConfigError, match=r"PWM_STEERING_THROTTLE\['STEERING_LEFT_PWM'\] must be"):
        load("PWM_STEERING_THROTTLE = {'STEERING_LEFT_PWM': 4096}\n")


def test_wrong_values_of_the_environment_and_of_set_name_their_place(load, monkeypatch):
    with pytest.raises(ConfigError, match="^--set: IMAGE_W must be"):
        load(overrides=["IMAGE_W=wide"])
    monkeypatch.setenv("DONKEY_IMAGE_W", "wide")
    with pytest.raises(ConfigError, match="^environment DONKEY_IMAGE_W: IMAGE_W must be"):
        load()


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("ROI_CROP_TOP = 120\n", "must leave something of IMAGE_H"),
        ("ROI_CROP_LEFT = 90\nROI_CROP_RIGHT = 70\n", "must leave something of IMAGE_W"),
        ("ROI_TRAPEZE_UL = 150\n", "ROI_TRAPEZE_UL must be less than"),
        ("ROI_TRAPEZE_LL = 160\n", "ROI_TRAPEZE_LL must be less than"),
        ("ROI_TRAPEZE_MAX_Y = 121\n", "at most IMAGE_H"),
    ],
)
def test_values_that_contradict_each_other_are_refused(load, source, sentence):
    load(source)
    with pytest.raises(ConfigError, match=rf"^myconfig\.py:\d: .*{sentence}"):
        load(source + "TRANSFORMATIONS = ['CROP', 'TRAPEZE']\n")


def test_a_number_computed_with_a_library_is_a_number(load):
    """`np.int64(160)` was refused as no whole number, and `np.float32(20)` as no number."""
    cfg = load(
        "import numpy as np\nfrom fractions import Fraction\nIMAGE_W = np.int64(160)\n"
        "DRIVE_LOOP_HZ = np.float32(20)\nCAMERA_VFLIP = np.bool_(True)\n"
        "ROI_CROP_TOP = np.array(3)\nJOYSTICK_MAX_THROTTLE = Fraction(1, 4)\n"
        "LED_R = np.float64(0.5)\nPWM_STEERING_THROTTLE = {'STEERING_LEFT_PWM': np.float64(460.5)}"
    )
    names = ("IMAGE_W", "DRIVE_LOOP_HZ", "CAMERA_VFLIP", "ROI_CROP_TOP", "JOYSTICK_MAX_THROTTLE")
    values = [getattr(cfg, name) for name in names]
    values.append(cfg.PWM_STEERING_THROTTLE["STEERING_LEFT_PWM"])
    assert values == [160, 20.0, True, 3, 0.25, 460.5]
    assert [type(value) for value in values] == [int, float, bool, int, float, float]


@pytest.mark.parametrize("value", ["np.float64(160.5)", "np.array([160, 160])"])
def test_what_is_no_whole_number_is_none_with_a_library_either(load, value):
    with pytest.raises(ConfigError, match="IMAGE_W must be a whole number"):
        load(f"import numpy as np\nIMAGE_W = {value}")


def test_a_typo_in_a_name_is_pointed_out(load):
    (notice,) = load("\nCAMERA_TYPO = 'MOCK'\n").notices
    assert notice == (
        "myconfig.py:2: CAMERA_TYPO is not a setting of donkeycar. Did you mean CAMERA_TYPE?"
    )


def test_a_name_of_the_owner_is_kept(load):
    cfg = load("FAVOURITE_COLOUR = 'green'\n")
    assert cfg.FAVOURITE_COLOUR == "green"
    assert "kept for your own code" in cfg.notices[0]


def test_a_setting_without_effect_is_named_once_with_the_reason(car):
    (car / "config.py").write_text("PRUNE_CNN = True\n")
    (car / "myconfig.py").write_text("PRUNE_CNN = False\n")
    (notice,) = load_config(car / "config.py").notices
    assert notice.startswith("myconfig.py:1: PRUNE_CNN has no effect: ")


def test_a_value_that_does_not_work_yet_is_named(load):
    notice = load("DEFAULT_MODEL_TYPE = 'resnet18'\n").notices[0]
    assert notice.startswith(
        "myconfig.py:1: DEFAULT_MODEL_TYPE: 'resnet18' does not work in this version yet. "
    )


def test_paths_start_at_the_folder_of_the_car(load, car):
    cfg = load("DATA_PATH = 'tubs'\nMODELS_PATH = '/models'\nCAMERA_TUB = '~/old'\n")
    assert str(car / "tubs") == cfg.DATA_PATH
    assert cfg.MODELS_PATH == "/models"
    assert str(Path.home() / "old") == cfg.CAMERA_TUB
    assert str(car) == cfg.CAR_PATH == cfg.PACKAGE_PATH


def test_another_car_path_has_no_effect_and_says_so(load, car):
    cfg = load("CAR_PATH = '/elsewhere'\n")
    assert str(car) == cfg.CAR_PATH
    assert "CAR_PATH has no effect" in cfg.notices[0]


def test_a_folder_that_is_not_a_car_says_what_to_do(tmp_path):
    with pytest.raises(ConfigError, match=r"config\.py does not exist. Run `donkey createcar`"):
        load_config(tmp_path / "config.py")


def test_a_car_needs_no_myconfig(car):
    assert load_config(car / "config.py").IMAGE_W == 160


def test_but_another_file_that_was_asked_for_must_exist(car):
    with pytest.raises(ConfigError, match=r"rainy\.py does not exist"):
        load_config(car / "config.py", myconfig="rainy.py")


def test_an_unknown_setting_is_answered_by_the_right_one():
    with pytest.raises(DonkeyError, match=r"No setting MAX_LOOP. Did you mean MAX_LOOPS\?"):
        _ = Config({"MAX_LOOPS": 3}).MAX_LOOP


def test_code_of_older_cars_may_ask_whether_there_is_a_setting():
    cfg = Config({"MAX_LOOPS": 3})
    assert getattr(cfg, "NOT_THERE", 7) == 7
    assert not hasattr(cfg, "NOT_THERE")
    assert "MAX_LOOPS" in cfg
    assert cfg["MAX_LOOPS"] == cfg.get("MAX_LOOPS") == 3
    assert cfg.get("NOT_THERE", 7) == 7


def test_nobody_changes_settings(load):
    cfg = load("TRANSFORMATIONS = ['CROP']\n")
    with pytest.raises(ConfigError, match=r"cannot be changed.*myconfig\.py"):
        cfg.IMAGE_W = 3
    with pytest.raises(ConfigError):
        del cfg.IMAGE_W
    with pytest.raises(TypeError):
        cfg.GYM_CONF["car_name"] = "x"
    with pytest.raises(AttributeError):
        cfg.TRANSFORMATIONS.append("BLUR")


def test_settings_can_be_copied_and_pickled():
    cfg = Config({"MAX_LOOPS": 3})
    assert copy.copy(cfg).MAX_LOOPS == 3
    assert pickle.loads(pickle.dumps(cfg)).MAX_LOOPS == 3


def test_an_ordinary_copy_can_be_written_down(load):
    plain = load().to_dict()
    assert plain["GYM_CONF"]["car_name"] == "car"
    assert type(plain["GYM_CONF"]) is dict


def test_the_table_tells_values_and_sources(load):
    cfg = load("IMAGE_W = 320\n")
    assert cfg.show(changed=True).split() == ["IMAGE_W", "320", "myconfig.py:1"]
    assert len(cfg.show().splitlines()) == len(list(cfg))


def test_a_section_holds_the_arguments_of_a_part(load):
    assert load().section("ROI_CROP_") == {"top": 45, "bottom": 0, "right": 0, "left": 0}


@pytest.mark.parametrize(("value", "share"), [("50", "50 % is 0.5"), ("1.5", "1.5 % is 0.015")])
def test_a_share_that_was_written_in_percent_is_told_as_one(load, value, share):
    # What used to happen: advice about the direction of the stick.
    with pytest.raises(ConfigError, match=share):
        load(f"JOYSTICK_MAX_THROTTLE = {value}\n")
