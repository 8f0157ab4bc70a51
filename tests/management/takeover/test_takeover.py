"""`donkey createcar --from`: a new car with all that an old one has, and the old one untouched."""

import hashlib
import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image

from donkeycar.config import load_config
from donkeycar.management.cli import main

OLD_MANAGE = """\
from docopt import docopt
import donkeycar as dk
from donkeycar.parts.controller import LocalWebController
from my_horn import Horn
V = dk.vehicle.Vehicle()
"""
CONFIG = """\
import os
CAR_PATH = PACKAGE_PATH = os.path.dirname(os.path.realpath(__file__))
DATA_PATH = os.path.join(CAR_PATH, 'data')
MODELS_PATH = os.path.join(CAR_PATH, 'models')
CAMERA_TYPE = "PICAM"
IMAGE_W = 160
DRIVE_TRAIN_TYPE = "PWM_STEERING_THROTTLE"
CACHE_POLICY = 'ARRAY'
HAVE_IMU = False
USE_JOYSTICK_AS_DEFAULT = True
"""
MYCONFIG = """\
IMAGE_W = 224
C = 372
PWM_STEERING_THROTTLE = {
    "PWM_STEERING_PIN": "PCA9685.1:40.3",
    "STEERING_LEFT_PWM": C + 80,
    "THROTTLE_STOPPED_PWM": C,
}
HAVE_IMU = True
MY_HORN_PIN = 7
PI_PASSWD = "hush"
"""


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch):
    monkeypatch.delenv("WEB_CONTROL_PORT", raising=False)


@pytest.fixture
def make_old(tmp_path):
    def make(**files):
        old = tmp_path / "mycar"
        for name in ("data", "models", "logs"):
            (old / name).mkdir(parents=True, exist_ok=True)
        content = {"config_py": CONFIG, "myconfig_py": MYCONFIG, "manage_py": OLD_MANAGE, **files}
        for name, text in content.items():
            if text is not None:
                (old / name.replace("_py", ".py")).write_text(text)
        return old

    return make


@pytest.fixture
def take(tmp_path, capsys):
    """Take over the old car; returns the exit code, the new folder, and what was printed."""

    def take(*words, old=None, new="new"):
        path = tmp_path / new
        code = main(
            ["createcar", "--from", str(old or tmp_path / "mycar"), "--path", str(path), *words]
        )
        printed = capsys.readouterr()
        return code, path, printed.out + printed.err

    return take


def contents(folder):
    return {
        path.relative_to(folder): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


def write_v1(tub, count=3):
    tub.mkdir(parents=True)
    meta = {"inputs": ["cam/image_array", "user/angle"], "types": ["image_array", "float"]}
    (tub / "meta.json").write_text(json.dumps(meta))
    for number in range(count):
        name = f"{number}_cam-image_array_.jpg"
        Image.new("RGB", (16, 12)).save(tub / name)
        record = {"cam/image_array": name, "user/angle": 0.1 * number, "milliseconds": number}
        (tub / f"record_{number}.json").write_text(json.dumps(record))
    return tub


def report_of(new):
    return (new / "from_old_car.md").read_text()


def test_every_effective_value_is_the_same_and_every_name_is_reported(make_old, take):
    old = make_old()
    before = contents(old)
    code, new, printed = take()
    assert code == 0
    cfg, was = load_config(new / "config.py"), load_config(old / "config.py")
    differ = [
        name for name in was if cfg.get(name) != was[name]
        and not isinstance(was[name], str) and name not in ("C", "PI_PASSWD")
    ]  # fmt: skip
    assert differ == []
    assert (cfg.IMAGE_W, cfg.MY_HORN_PIN, cfg.C, cfg.HAVE_IMU) == (224, 7, 372, True)
    assert cfg.PWM_STEERING_THROTTLE["STEERING_LEFT_PWM"] == 452
    assert Path(cfg.DATA_PATH) == new / "data"
    report = report_of(new)
    for name in ("CAR_PATH", "DATA_PATH", "CACHE_POLICY", "HAVE_IMU", "MY_HORN_PIN", "PI_PASSWD"):
        assert f"- {name} " in report
    assert "hush" not in report + printed + (new / "myconfig.py").read_text()
    assert "HAVE_IMU: the motion sensor is not in this version yet" in printed
    assert contents(old) == before


def test_nothing_of_the_old_folder_runs(make_old, take, tmp_path):
    mark = tmp_path / "ran"
    code = f"open({str(mark)!r}, 'w')\n"
    files = dict.fromkeys(("config_py", "manage_py", "helper_py", "my_joystick_py"), code)
    make_old(**files, myconfig_py=code + "import helper\nfrom helper import *\nIMAGE_W = 80\n")
    done, new, _ = take()
    assert done == 0
    assert load_config(new / "config.py").IMAGE_W == 80
    assert not mark.exists()


def test_code_of_a_setting_becomes_a_comment(make_old, take):
    make_old(myconfig_py="def TRAIN_FILTER(record):\n    return boom()\n")
    code, new, printed = take()
    assert code == 0
    text = (new / "myconfig.py").read_text()
    assert "\n# def TRAIN_FILTER(record):\n#     return boom()\n" in text
    assert load_config(new / "config.py").TRAIN_FILTER is None
    assert "TRAIN_FILTER (myconfig.py:1): it is code" in printed


@pytest.mark.parametrize(
    ("myconfig", "named"),
    [
        ("THROTTLE_STOPPED_PWM = measure()\n", "--set THROTTLE_STOPPED_PWM=VALUE"),
        ("DRIVE_TRAIN_TYPE = kind()\n", "--set DRIVE_TRAIN_TYPE=VALUE"),
        ("P = {}\nPWM_STEERING_THROTTLE = dict(A=f())\n", "myconfig.py:2: it needs f"),
        ("exec(open('more.py').read())\n", "exec() may set any name"),
    ],
)
def test_wiring_that_is_code_is_refused_and_nothing_is_made(make_old, take, myconfig, named):
    # What would happen otherwise: the wheels get the default pulses instead of the owner's.
    make_old(myconfig_py=myconfig)
    code, new, printed = take()
    assert code == 1
    assert named in printed
    assert list(new.parent.iterdir()) == [new.parent / "mycar"]


def test_wiring_that_is_code_can_be_given(make_old, take):
    make_old(myconfig_py="DRIVE_TRAIN_TYPE = kind()\n")
    code, new, _ = take("--set", "DRIVE_TRAIN_TYPE=MOCK")
    assert code == 0
    assert load_config(new / "config.py").DRIVE_TRAIN_TYPE == "MOCK"


CODE = """\
PWM_STEERING_THROTTLE = {
    "STEERING_LEFT_PWM": 461,
    "STEERING_RIGHT_PWM": measured("right"),
    "THROTTLE_STOPPED_PWM": 377,
}
"""


def test_code_in_one_entry_asks_for_that_entry_alone(make_old, take):
    """It used to ask for the whole dictionary, whose other values it could read."""
    make_old(myconfig_py=CODE)
    code, new, printed = take()
    assert code == 1
    assert "PWM_STEERING_THROTTLE.STEERING_RIGHT_PWM (myconfig.py:3: it needs measured" in printed
    assert "with --set PWM_STEERING_THROTTLE.STEERING_RIGHT_PWM=VALUE" in printed
    assert not new.exists()
    code, new, _ = take("--set", "PWM_STEERING_THROTTLE.STEERING_RIGHT_PWM=288")
    assert code == 0
    family = load_config(new / "config.py").PWM_STEERING_THROTTLE
    names = ("STEERING_LEFT_PWM", "STEERING_RIGHT_PWM", "THROTTLE_STOPPED_PWM")
    assert [family[name] for name in names] == [461, 288, 377]


@pytest.mark.parametrize(
    ("more", "needed"),
    [
        ("PWM_STEERING_THROTTLE['STEERING_RIGHT_PWM'] = 290\n", ""),
        ("PWM_STEERING_THROTTLE = {'STEERING_LEFT_PWM': 460}\n", ""),
        ("PWM_STEERING_THROTTLE['STEERING_LEFT_PWM'] = f()\n", "PWM_STEERING_THROTTLE=VALUE"),
        ("if f():\n    PWM_STEERING_THROTTLE = {}\n", "PWM_STEERING_THROTTLE=VALUE"),
    ],
)
def test_a_later_line_decides_about_an_entry_that_was_code(make_old, take, more, needed):
    make_old(myconfig_py=CODE + more)
    code, new, printed = take()
    assert (code, f"--set {needed}" in printed) == ((1, True) if needed else (0, False))


def test_old_names_are_translated(make_old, take):
    config = "CAMERA_RESOLUTION = (240, 320)\nDRIVE_TRAIN_TYPE = 'DC_TWO_WHEEL'\n"
    config += "HBRIDGE_PIN_LEFT_FWD = 32\nHBRIDGE_PIN_RIGHT_BWD = 13\n"
    make_old(config_py=config, myconfig_py=None, manage_py=None)
    code, new, printed = take()
    assert code == 0
    cfg = load_config(new / "config.py", command="drive")
    assert (cfg.IMAGE_H, cfg.IMAGE_W) == (240, 320)
    assert cfg.DC_TWO_WHEEL["LEFT_FWD_DUTY_PIN"] == "RPI_GPIO.BOARD.32"
    assert cfg.DC_TWO_WHEEL["LEFT_BWD_DUTY_PIN"] == "RPI_GPIO.BOARD.16"
    assert "CAMERA_RESOLUTION = (240, 320) (config.py:1): IMAGE_H = 240, IMAGE_W = 320" in printed


PROGRAMS = {
    "basic": (
        "PCA9685(cfg.STEERING_CHANNEL,\n cfg.PCA9685_I2C_ADDR)\nif cfg.DRIVE_TRAIN_TYPE == 'MOCK':"
        "\n    pass\n",
        "DRIVE_TRAIN_TYPE = 'PIGPIO_PWM'\nSTEERING_LEFT_PWM = 440\n",
        ("PICAM", "I2C_SERVO"),
    ),
    "complete": (
        "if cfg.DRIVE_TRAIN_TYPE == 'I2C_SERVO':\n    PCA9685(cfg.STEERING_CHANNEL)\n",
        "DRIVE_TRAIN_TYPE = 'PWM_STEERING_THROTTLE'\n",
        ("PICAM", "PWM_STEERING_THROTTLE"),
    ),
    "arduino": ("c = ArduinoFirmata(servo_pin=6)\n", "IMAGE_W = 160\n", ("PICAM", "MOCK")),
    "square": ("cam = SquareBoxCamera()\n", "IMAGE_W = 160\n", ("SIM", "SIM")),
    "simulator": ("", "DONKEY_GYM = True\nDRIVE_TRAIN_TYPE = 'MOCK'\n", ("SIM", "SIM")),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_the_old_program_did_counts(make_old, take, name):
    # What used to happen: DRIVE_TRAIN_TYPE decided, which those of basic and square never asked.
    manage, config, (camera, kind) = PROGRAMS[name]
    make_old(manage_py=manage, config_py=config, myconfig_py=None)
    code, new, _ = take()
    assert code == 0
    cfg = load_config(new / "config.py", command="drive")
    assert (camera, kind) == (cfg.CAMERA_TYPE, cfg.DRIVE_TRAIN_TYPE)


@pytest.mark.parametrize("name", ["simulator", "square", "arduino"])
def test_the_report_says_once_what_the_old_program_did(make_old, take, name):
    """It used to say in two sentences that the old car drove in the external simulator."""
    manage, config, _ = PROGRAMS[name]
    manage += "env = DonkeyGymEnv()\n" if name == "simulator" else ""
    make_old(manage_py=manage, config_py=config, myconfig_py=None)
    code, new, _ = take()
    assert code == 0
    section = report_of(new).partition("## What the old program did")[2].partition("##")[0]
    assert section.count("\n- ") == 1


IF_CUSTOM = """\
if cfg.CONTROLLER_TYPE == "custom":
    from my_joystick import MyJoystickController
    ctr = MyJoystickController()
V.add(ctr)
"""


ALWAYS = "from my_joystick import MyPad\nV.add(MyPad())\n"


@pytest.mark.parametrize(("manage", "is_used"), [(IF_CUSTOM, False), (ALWAYS, True)])
def test_a_gamepad_file_that_the_old_car_did_not_use_is_no_part(make_old, take, manage, is_used):
    """It used to be reported as a part to add to the new manage.py."""
    settings = "CONTROLLER_TYPE = 'xbox'\n"
    make_old(manage_py=manage, myconfig_py=settings, my_joystick_py="class MyPad: 1\n")
    code, new, printed = take()
    assert code == 0
    assert ("my_joystick of your own" in printed) == is_used
    unused = "my_joystick.py: the old car did not use it: CONTROLLER_TYPE = 'xbox'"
    assert (unused in report_of(new)) != is_used


def test_recordings_are_copied_byte_by_byte_wherever_they_lay(make_old, take):
    old = make_old()
    write_v1(old / "data" / "tub_1")
    write_v1(old / "tub_2")
    code, new, printed = take()
    assert code == 0
    assert contents(new / "data" / "tub_1") == contents(old / "data" / "tub_1")
    assert contents(new / "data" / "tub_2") == contents(old / "tub_2")
    assert "data/tub_1: 3 records, 7 files" in printed


def test_recordings_go_where_the_new_car_looks_for_them(make_old, take):
    old = make_old(config_py="DATA_PATH = 'recordings'\nMODELS_PATH = 'nets'\n")
    write_v1(old / "recordings" / "tub_1")
    (old / "nets").mkdir()
    (old / "nets" / "pilot.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(64))
    (old / "nets" / "notes.txt").write_text("")
    code, new, printed = take()
    assert code == 0
    cfg = load_config(new / "config.py")
    assert (Path(cfg.DATA_PATH) / "tub_1" / "meta.json").is_file()
    assert (Path(cfg.MODELS_PATH) / "pilot.h5").is_file()
    assert "notes.txt: no model that this version knows" in printed


def test_a_path_that_climbs_out_of_the_old_car_is_outside_of_it(make_old, take, tmp_path):
    """What was made of its models and tubs went into that folder."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "pilot.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(64))
    climbs = "../outside"
    make_old(myconfig_py=f"DATA_PATH = {climbs!r}\nMODELS_PATH = {climbs!r}\n")
    before = contents(outside)
    code, _, printed = take()
    assert code == 0
    assert f"DATA_PATH {outside} is outside of the old folder" in printed
    assert f"MODELS_PATH {outside} is outside of the old folder" in printed
    assert contents(outside) == before


def test_recordings_outside_are_found_from_wherever_the_new_car_is(make_old, take, tmp_path):
    """The report said that both cars record there, but the new one recorded beside itself."""
    make_old(myconfig_py="DATA_PATH = '../outside'\n")
    code, new, printed = take(new="far/away/new")
    assert code == 0
    outside = tmp_path / "outside"
    assert f"DATA_PATH {outside} is outside of the old folder: both cars record there" in printed
    assert Path(load_config(new / "config.py").DATA_PATH) == outside


def test_folders_outside_of_the_old_car_are_shared_and_not_written_to(make_old, take, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "pilot.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(64))
    make_old(myconfig_py=f"DATA_PATH = {str(outside)!r}\nMODELS_PATH = {str(outside)!r}\n")
    before = contents(outside)
    code, _, printed = take()
    assert code == 0
    assert f"DATA_PATH {outside} is outside of the old folder: both cars record there" in printed
    assert f"MODELS_PATH {outside} is outside of the old folder: both cars use it" in printed
    assert contents(outside) == before


@pytest.mark.parametrize("value", ["None", "3", "''"])
def test_a_folder_that_is_no_path_is_refused_by_its_name(make_old, take, value):
    make_old(myconfig_py=f"DATA_PATH = {value}\n")
    code, _, printed = take()
    assert code == 1
    assert "(myconfig.py:1). Run this again with --set DATA_PATH=FOLDER" in printed


def test_a_name_in_small_letters_is_said(make_old, take):
    make_old(myconfig_py="image_w = 200\n")
    code, _, printed = take()
    assert code == 0
    assert "image_w: names are in capitals; IMAGE_W was meant, maybe" in printed


def test_a_damaged_tub_is_said_and_kept(make_old, take):
    old = make_old()
    tub = write_v1(old / "data" / "tub_1")
    (tub / "record_1.json").write_text("{")
    (tub / "link.jpg").symlink_to("/etc/hostname")
    code, new, printed = take()
    assert code == 0
    assert contents(new / "data" / "tub_1") == contents(tub)
    assert "data/tub_1: record_1.json" in printed
    assert "data/tub_1: not copied: link.jpg: a link" in printed
    assert not (new / "data" / "tub_1" / "link.jpg").exists()


def test_recordings_can_stay_where_they_are(make_old, take):
    old = make_old()
    tub = write_v1(old / "data" / "tub_1")
    code, new, printed = take("--tubs", "leave")
    assert code == 0
    assert list((new / "data").iterdir()) == []
    assert f"--tub {tub} names it" in printed


def test_what_the_disk_does_not_hold_is_refused_first(make_old, take, monkeypatch):
    write_v1(make_old() / "data" / "tub_1")
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=10**6))
    code, new, printed = take()
    assert code == 1
    assert "Received: 1 MB free, 0 MB to copy" in printed
    assert not new.exists()


def test_a_disk_that_fails_leaves_nothing(make_old, take, monkeypatch):
    write_v1(make_old() / "data" / "tub_1")

    def fail(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    code, new, printed = take()
    assert code == 1
    assert "No space left" in printed
    assert list(new.parent.iterdir()) == [new.parent / "mycar"]


def test_a_model_of_a_format_that_can_carry_code_is_only_copied(make_old, take):
    old = make_old()
    model = old / "models" / "pilot.h5"
    model.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(64))
    code, new, printed = take()
    assert code == 0
    assert (new / "models" / "pilot.h5").read_bytes() == model.read_bytes()
    assert "its format can carry code" in printed
    assert "convertmodel" in printed


def test_a_model_that_saw_changed_frames_keeps_to_the_settings(make_old, take):
    # What would happen otherwise: the pilot's own description says that no frame is changed.
    old = make_old(myconfig_py="TRANSFORMATIONS = ['CROP']\nROI_CROP_TOP = 40\n")
    (old / "models" / "pilot.tflite").write_bytes(bytes(4) + b"TFL3" + bytes(64))
    code, new, printed = take()
    assert code == 0
    assert sorted(path.name for path in (new / "models").iterdir()) == ["pilot.tflite"]
    assert "because TRANSFORMATIONS changed the frames that it saw" in printed
    assert "--type linear" in printed


def test_without_a_tflite_file_a_model_that_saw_changed_frames_is_to_be_converted(make_old, take):
    old = make_old(myconfig_py="TRANSFORMATIONS = ['CROP']\n")
    (old / "models" / "pilot.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(64))
    code, new, printed = take("--trust")
    assert code == 0
    assert sorted(path.name for path in (new / "models").iterdir()) == ["pilot.h5"]
    assert "In the folder of the new car, a conversion takes them from its settings: " in printed
    assert "convertmodel" in printed


def test_the_list_of_pilots_is_kept_and_says_what_each_is(make_old, take):
    old = make_old(myconfig_py="TRANSFORMATIONS = ['CROP']\n")
    (old / "models" / "pilot.tflite").write_bytes(bytes(4) + b"TFL3" + bytes(64))
    text = json.dumps([{"Name": "pilot", "Type": "categorical", "Number": 0}])
    (old / "models" / "database.json").write_text(text)
    code, new, printed = take()
    assert code == 0
    assert (new / "models" / "database.json").read_text() == text
    assert "--type categorical" in printed


def test_a_myconfig_alone_is_enough(make_old, take):
    # As a web page hands one out: a file of plain values, without a car.
    old = make_old(config_py=None, manage_py=None, myconfig_py="IMAGE_W = 320\n")
    code, new, _ = take(old=old / "myconfig.py")
    assert code == 0
    assert load_config(new / "config.py").IMAGE_W == 320


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--overwrite"], "Received: --overwrite beside it"),
        (["--template", "sim"], "Received: --template beside it"),
    ],
)
def test_options_that_contradict_an_old_car_are_refused(make_old, take, words, named):
    make_old()
    code, new, printed = take(*words)
    assert (code, named in printed, new.exists()) == (1, True, False)


@pytest.mark.parametrize("word", ["--trust", "--set=IMAGE_W=3", "--tubs=leave"])
def test_options_of_an_old_car_alone_are_refused(tmp_path, capsys, word):
    assert main(["createcar", "--path", str(tmp_path / "new"), word]) == 1
    assert "belongs to `--from OLD_CAR`" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("new", ["mycar", "mycar/new", "."])
def test_the_old_folder_is_never_the_new_one(make_old, take, new):
    old = make_old()
    before = contents(old)
    code, _, printed = take(new=new)
    assert code == 1
    assert "mycar" in printed
    assert contents(old) == before


def test_a_folder_that_is_no_car_names_those_inside(make_old, take, tmp_path):
    make_old()
    code, _, printed = take(old=tmp_path)
    assert code == 1
    assert f"Name one of: {tmp_path / 'mycar'}" in printed


def test_an_address_is_not_a_folder(take):
    code, _, printed = take(old="https://example.org/car.git")
    assert code == 1
    assert "git clone" in printed


def test_a_car_that_cannot_drive_says_so_first(make_old, take):
    make_old(myconfig_py="DRIVE_TRAIN_TYPE = 'I2C_SERVO'\nSTEERING_PWM_PIN = 12\n")
    code, new, printed = take()
    assert code == 0
    assert "Before it drives:\n  myconfig.py" in printed
    assert "## Before it drives" in report_of(new)


JOYSTICK = """\
import os
os.abort()
from donkeycar.parts.controller import Joystick, JoystickController
class Mine(Joystick):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.button_names = {0x130: 'A', 0x131: 'B', 0x134: 'Y'}
        self.axis_names = {0: 'side', 1: 'up'}
class MyJoystickController(JoystickController):
    def init_js(self):
        self.js = Mine(self.dev_fn)
    def init_trigger_maps(self):
        self.button_down_trigger_map = {'A': self.emergency_stop, 'B': self.toggle_mode}
        self.axis_trigger_map = {'side': self.set_steering, 'up': self.set_throttle}
"""


def test_my_joystick_becomes_bindings(make_old, take):
    make_old(myconfig_py="CONTROLLER_TYPE = 'custom'\n", my_joystick_py=JOYSTICK)
    code, new, printed = take()
    assert code == 0
    cfg = load_config(new / "config.py", command="drive")
    assert cfg.CONTROLLER_BINDINGS["BTN_SOUTH"] == "stop"
    assert cfg.CONTROLLER_BINDINGS["BTN_EAST"] == "mode"
    assert "my_joystick.py is translated into settings" in printed
    assert not (new / "my_joystick.py").exists()


def test_a_my_joystick_that_nobody_understands_is_named_and_kept(make_old, take):
    make_old(myconfig_py="CONTROLLER_TYPE = 'custom'\n", my_joystick_py="import this\n")
    code, new, printed = take()
    assert code == 0
    assert "my_joystick.py could not be translated: " in printed
    assert (new / "my_joystick.py").read_text() == "import this\n"
    assert load_config(new / "config.py").CONTROLLER_TYPE == "custom"


OWN = """\
from docopt import docopt
import donkeycar as dk
from my_horn import Horn
from donkeycar.parts.controller import LocalWebController
from donkeycar.parts.pan_tilt import Pan
class LedConditionLogic:
    pass
class Wiper:
    pass
V = dk.vehicle.Vehicle()
horn = Horn(pin=7)
V.add(LedConditionLogic(), inputs=['user/mode'], outputs=['led/blink_rate'])
V.add(horn, inputs=['user/steering', 'lidar/dist'], threaded=True)
V.add(Wiper(), outputs=['wiper/on'])
V.add(Pan(), inputs=['angle'])
"""
HORN = "import os, spidev\nfrom donkeycar.parts.imu import IMU\nfrom donkeycar import Vehicle\n"


def test_parts_of_the_owner_are_named_with_what_they_need(make_old, take):
    make_old(manage_py=OWN, my_horn_py=HORN)
    code, _, printed = take()
    assert code == 0
    told = printed[printed.index("Parts of your own:") :]
    assert "horn (my_horn.py) was put into the loop by: V.add(horn, " in told
    assert "horn: the channel 'user/steering' is 'user/angle' now" in told
    assert "horn: no part of this version writes the channel 'lidar/dist'" in told
    assert "my_horn.py needs spidev, which this Python does not have" in told
    assert (
        "my_horn.py uses donkeycar.parts.imu.IMU, which this version does not have. That device is "
        "not in this version: docs/parts.md shows a part of your own"
    ) in told
    assert "Wiper (in manage.py) was put into the loop by" in told
    assert "Pan (donkeycar.parts.pan_tilt, of your own donkeycar)" in told
    assert "LedConditionLogic" not in told


UNUSED = "DRIVE_TRAIN_TYPE = 'VESC'\nSTEERING_LEFT_PWM = 440\nSTEERING_PWM_PIN = 12\n"
DICTIONARY = "PWM_STEERING_THROTTLE = {'STEERING_LEFT_PWM': 460}\n"


@pytest.mark.parametrize(
    "manage",
    [
        "if cfg.DRIVE_TRAIN_TYPE == 'VESC':\n    pass\n",
        "from donkeycar.templates.complete import add_camera, \\\n    add_drivetrain\n",
    ],
)
def test_wiring_that_the_old_program_did_not_use_is_left_out(make_old, take, manage):
    # What used to happen: people who had taken the # off every line got a car that does not start.
    make_old(manage_py=manage, config_py=DICTIONARY, myconfig_py=UNUSED)
    code, new, printed = take()
    assert code == 0
    assert load_config(new / "config.py", command="drive").DRIVE_TRAIN_TYPE == "VESC"
    assert "STEERING_LEFT_PWM, STEERING_PWM_PIN: the old car did not use it, either" in printed


FLAT_43 = """\
PWM_STEERING_PIN = "PCA9685.1:41.5"
PWM_THROTTLE_PIN = "PCA9685.1:41.4"
PWM_THROTTLE_SCALE = 1.0
STEERING_LEFT_PWM = 440
THROTTLE_STOPPED_PWM = 377
THROTTLE_CHANNEL = 7
HBRIDGE_2PIN_DUTY_FWD = "RPI_GPIO.BOARD.16"
"""
READS_43 = """\
if cfg.DRIVE_TRAIN_TYPE == "PWM_STEERING_THROTTLE":
    a = pins.pwm_pin_by_id(cfg.PWM_STEERING_PIN), pins.pwm_pin_by_id(cfg.PWM_THROTTLE_PIN)
    b = cfg.PWM_THROTTLE_SCALE, cfg.STEERING_LEFT_PWM, cfg.THROTTLE_STOPPED_PWM
elif cfg.DRIVE_TRAIN_TYPE == "SERVO_HBRIDGE_2PIN":
    a = pins.pwm_pin_by_id(cfg.HBRIDGE_2PIN_DUTY_FWD), pins.pwm_pin_by_id(cfg.PWM_STEERING_PIN)
    b = cfg.STEERING_LEFT_PWM
"""


def test_pins_and_pulses_outside_of_a_dictionary_are_those_that_the_program_read(make_old, take):
    # Cars of donkeycar 4.3 named pins as those of 5 do, without a dictionary.
    make_old(manage_py=READS_43, config_py=FLAT_43, myconfig_py="")
    code, new, printed = take("--set", "DRIVE_TRAIN_TYPE=PWM_STEERING_THROTTLE")
    assert code == 0
    family = load_config(new / "config.py", command="drive").PWM_STEERING_THROTTLE
    assert family["PWM_STEERING_PIN"] == "PCA9685.1:41.5"
    assert (family["STEERING_LEFT_PWM"], family["THROTTLE_STOPPED_PWM"]) == (440, 377)
    assert "PWM_STEERING_THROTTLE['STEERING_LEFT_PWM'] = 440" in printed
    assert "THROTTLE_CHANNEL: the old car did not use it, either" in printed


def test_a_motor_of_donkeycar_4_3_keeps_its_pins(make_old, take):
    make_old(manage_py=READS_43, config_py=FLAT_43, myconfig_py="")
    code, new, _ = take("--set", "DRIVE_TRAIN_TYPE=SERVO_HBRIDGE_2PIN")
    assert code == 0
    family = load_config(new / "config.py", command="drive").SERVO_HBRIDGE_2PIN
    assert family["FWD_DUTY_PIN"] == "RPI_GPIO.BOARD.16"
    assert family["PWM_STEERING_PIN"] == "PCA9685.1:41.5"


def test_calibration_that_the_old_program_never_read_does_not_change_the_drivetrain(make_old, take):
    # Owners copied pulses of donkeycar 4 into the myconfig.py of a car of 5: they did nothing.
    manage = "if cfg.DRIVE_TRAIN_TYPE == 'PWM_STEERING_THROTTLE':\n    cfg.PWM_STEERING_THROTTLE\n"
    make_old(
        manage_py=manage, myconfig_py="STEERING_LEFT_PWM = 440\n", config_py=CONFIG + DICTIONARY
    )
    code, new, printed = take()
    assert code == 0
    cfg = load_config(new / "config.py", command="drive")
    assert cfg.DRIVE_TRAIN_TYPE == "PWM_STEERING_THROTTLE"
    assert cfg.PWM_STEERING_THROTTLE["STEERING_LEFT_PWM"] == 460
    assert "STEERING_LEFT_PWM: the old car did not use it, either" in printed


def test_a_dictionary_that_a_flat_program_never_read_is_left_out(make_old, take):
    manage = "PCA9685(cfg.STEERING_CHANNEL)\n"
    make_old(manage_py=manage, config_py="STEERING_LEFT_PWM = 440\n", myconfig_py=MYCONFIG)
    code, new, printed = take()
    assert code == 0
    cfg = load_config(new / "config.py", command="drive")
    assert (cfg.DRIVE_TRAIN_TYPE, cfg.STEERING_LEFT_PWM) == ("I2C_SERVO", 440)
    assert "PWM_STEERING_THROTTLE: the old car did not use it, either" in printed


@pytest.mark.parametrize("manage", ["", "import donkeycar as dk\n", "if cfg.DRIVE_TRAIN_TYPE ==\n"])
def test_wiring_of_which_nobody_knows_whether_it_was_used_stops_the_new_car(make_old, take, manage):
    make_old(manage_py=manage, myconfig_py=UNUSED)
    code, _, printed = take()
    assert code == 0
    assert "Before it drives:\n  myconfig.py" in printed
    assert "STEERING_LEFT_PWM is wiring" in printed
