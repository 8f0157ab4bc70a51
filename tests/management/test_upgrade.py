"""A new config.py and manage.py change no pulse of a car, whatever its folder looks like."""

import importlib.util
from pathlib import Path

import pytest

from donkeycar.assembly.drivetrain.table import make_output
from donkeycar.config import load_config
from donkeycar.errors import ConfigError
from donkeycar.management.cli import main
from donkeycar.management.createcar import create_car
from donkeycar.management.update.update import update_car
from donkeycar.parts.drivetrain.pins import Board
from donkeycar.settings.owner.carried import END
from donkeycar.testing import (
    FakeClock,
    FakeI2C,
    GpioHeader,
    PCA9685Chip,
    RoboHATBoard,
    VESCBoard,
)

spec = importlib.util.spec_from_file_location(
    "old_folders", Path(__file__).parent / "old_folders.py"
)
old_folders = importlib.util.module_from_spec(spec)
spec.loader.exec_module(old_folders)
FOLDERS = old_folders.FOLDERS
VALUES = (-1, 0, 1)


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch):
    monkeypatch.delenv("WEB_CONTROL_PORT", raising=False)


def make_folder(path, files):
    path.mkdir()
    for name, text in files.items():
        (path / name).write_text(text)
    return path


def table_of(folder, devices):
    """What all pins, channels and lines of a car do, for every steering and throttle."""
    cfg = load_config(folder / "config.py", command="drive")
    settings, clock = cfg.to_wiring(), FakeClock(100.0)
    header = GpioHeader(clock=clock)
    devices.mkdir()
    vesc = VESCBoard(devices / "ttyACM0", clock=clock)
    robohat = RoboHATBoard(devices / "ttyAMA0", clock=clock)
    settings |= {
        "VESC_SERIAL_PORT": str(vesc.device.path),
        "MM1_SERIAL_PORT": str(robohat.device.path),
    }
    chips = {number: PCA9685Chip(address=number) for number in (0x40, 0x41)}
    bus = FakeI2C(*chips.values())
    board = Board(open_bus=lambda number: bus, lgpio=header.lgpio)
    try:
        output = make_output(cfg.DRIVE_TRAIN_TYPE, settings, board=board, clock=clock)
        table = {}
        robohat.device.settle()
        for steering in VALUES:
            for throttle in VALUES:
                clock.advance(1.0)
                output.write(steering, throttle)
                vesc.device.settle()
                robohat.device.settle()
                clock.advance(0.05)  # the RoboHAT reads a line every 25 ms
                table[steering, throttle] = {
                    **{(n, c): chips[n].ticks(c) for n in chips for c in range(16)},
                    **header.values,
                    "servo": vesc.servo,
                    "duty": vesc.duty,
                    "board_steering": robohat.steering_us,
                    "board_throttle": robohat.throttle_us,
                }
        return table
    finally:
        header.close()
        vesc.device.close()
        robohat.device.close()


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.mark.parametrize("name", FOLDERS)
def test_the_wheels_of_an_old_folder_get_the_pulses_that_its_owner_wrote(tmp_path, name):
    files, (servo, steering, motors) = FOLDERS[name]
    table = table_of(make_folder(tmp_path / "car", files), tmp_path / "devices")
    assert [table[angle, 0][servo] for angle in VALUES] == pytest.approx(steering, abs=0.001)
    for motor, throttle in motors.items():
        found = [table[0, value].get(motor, 0) for value in VALUES]
        assert found == pytest.approx(throttle, abs=0.001), motor


@pytest.mark.parametrize("upgrade", ["createcar", "update", "new config.py alone"])
@pytest.mark.parametrize("name", FOLDERS)
def test_no_pulse_of_an_old_folder_changes_by_an_upgrade(tmp_path, name, upgrade):
    files, _ = FOLDERS[name]
    folder = make_folder(tmp_path / "car", {"manage.py": old_folders.OLD_MANAGE, **files})
    before = table_of(folder, tmp_path / "before")
    if upgrade == "update":
        update_car(folder)
    else:
        if upgrade != "createcar":
            (folder / "manage.py").unlink()
        create_car(folder, overwrite=True)
    assert table_of(folder, tmp_path / "after") == before
    once = contents(folder)
    create_car(folder, overwrite=True)
    assert contents(folder) == once


@pytest.mark.parametrize("name", FOLDERS)
def test_the_lines_of_the_owner_stay_as_they_are(tmp_path, name):
    files, _ = FOLDERS[name]
    folder = make_folder(tmp_path / "car", files)
    create_car(folder, overwrite=True)
    text = (folder / "myconfig.py").read_text()
    assert text.startswith(files.get("myconfig.py", '"""Your own settings'))
    assert text.count(END) <= 1


def test_the_port_of_a_vesc_that_was_there_once_is_kept_and_stops_nothing(tmp_path):
    config = "DRIVE_TRAIN_TYPE = 'PWM_STEERING_THROTTLE'\nVESC_SERIAL_PORT = '/dev/ttyACM1'\n"
    folder = make_folder(tmp_path / "car", {"config.py": config})
    create_car(folder, overwrite=True)
    cfg = load_config(folder / "config.py", command="drive")
    assert (cfg.DRIVE_TRAIN_TYPE, cfg.VESC_SERIAL_PORT) == (
        "PWM_STEERING_THROTTLE",
        "/dev/ttyACM1",
    )


def test_the_port_of_a_robohat_is_kept_where_one_is_used(tmp_path):
    config = "MM1_SERIAL_PORT = '/dev/ttyS0'\nCONTROLLER_TYPE = 'MM1'\n"
    folder = make_folder(tmp_path / "car", {"config.py": config})
    create_car(folder, overwrite=True)
    assert load_config(folder / "config.py").MM1_SERIAL_PORT == "/dev/ttyS0"


def test_what_was_carried_over_is_said_and_marked(tmp_path, capsys):
    files, _ = FOLDERS["4, with swapped channels"]
    folder = make_folder(tmp_path / "car", files)
    assert main(["createcar", "--path", str(folder), "--overwrite"]) == 0
    assert "kept DRIVE_TRAIN_TYPE = 'SERVO_ESC' (config.py:1)" in capsys.readouterr().out
    added = (folder / "myconfig.py").read_text().removeprefix(files["myconfig.py"])
    assert added.strip().splitlines()[0].startswith("# ----- from the config.py of before")
    assert "\nDRIVE_TRAIN_TYPE = 'SERVO_ESC'\n" in added
    assert "STEERING_CHANNEL" not in added  # the owner's own line says that


# What used to happen: with `--path .`, as README says, DATA_PATH was kept as a path of this
# computer, and the car that the folder was copied to looked for its recordings there.
def test_folders_of_the_car_are_no_settings_of_their_own(tmp_path, monkeypatch):
    config = (
        "import os\nCAR_PATH = PACKAGE_PATH = os.path.dirname(os.path.realpath(__file__))\n"
        "DATA_PATH = os.path.join(CAR_PATH, 'data')\n"
        "MODELS_PATH = os.path.join(CAR_PATH, 'nets')\n"
    )
    folder = make_folder(tmp_path / "car", {"config.py": config})
    monkeypatch.chdir(folder)
    made = create_car(Path("."), overwrite=True)
    assert {name: value for name, (value, _) in made.carried.items()} == {"MODELS_PATH": "nets"}
    folder.rename(tmp_path / "copied")
    cfg = load_config(tmp_path / "copied" / "config.py")
    assert Path(cfg.DATA_PATH) == tmp_path / "copied" / "data"
    assert Path(cfg.MODELS_PATH) == tmp_path / "copied" / "nets"


def test_any_setting_that_only_the_old_config_held_is_kept(tmp_path):
    config = "IMAGE_W = 224\nWEB_CONTROL_PORT = 9000\nHAVE_IMU = True\nMY_COLOUR = 'green'\n"
    folder = make_folder(tmp_path / "car", {"config.py": config})
    create_car(folder, overwrite=True)
    cfg = load_config(folder / "config.py")
    assert (cfg.IMAGE_W, cfg.WEB_CONTROL_PORT, cfg.HAVE_IMU) == (224, 9000, True)
    assert cfg.MY_COLOUR == "green"


# What used to happen: "CAMERA_RESOLUTION is not a setting of donkeycar", and pictures of 160x120.
@pytest.mark.parametrize("place", ["config.py", "myconfig.py"])
def test_the_pictures_of_a_donkeycar_2_keep_their_size(tmp_path, capsys, place):
    files = {"config.py": "", place: "CAMERA_RESOLUTION = (240, 320) #(height, width)\n"}
    folder = make_folder(tmp_path / "car", {**files, "manage.py": old_folders.OLD_MANAGE})
    assert main(["createcar", "--path", str(folder), "--overwrite"]) == 0
    assert f"kept IMAGE_H = 240 (CAMERA_RESOLUTION, {place}:1)" in capsys.readouterr().out
    cfg = load_config(folder / "config.py")
    assert (cfg.IMAGE_W, cfg.IMAGE_H) == (320, 240)
    once = contents(folder)
    create_car(folder, overwrite=True)
    assert contents(folder) == once


@pytest.mark.parametrize("size", ["(240, 320, 3)", "None", "'big'"])
def test_a_size_that_is_none_is_left_alone(tmp_path, size):
    folder = make_folder(tmp_path / "car", {"config.py": f"CAMERA_RESOLUTION = {size}\n"})
    create_car(folder, overwrite=True)
    assert load_config(folder / "config.py").IMAGE_W == 160


def test_a_slip_in_a_name_of_donkeycar_3_keeps_its_value(tmp_path):
    folder = make_folder(tmp_path / "car", {"config.py": "VEBOSE_TRAIN = False\n"})
    create_car(folder, overwrite=True)
    assert load_config(folder / "config.py").VERBOSE_TRAIN is False
    assert "VEBOSE" not in (folder / "myconfig.py").read_text()


def test_no_password_of_before_is_written_down_again(tmp_path):
    config = "PI_PASSWD = 'raspberry'\nROPE_TOKEN = 'cafe'\nPI_DONKEY_ROOT = 'd2'\n"
    folder = make_folder(tmp_path / "car", {"config.py": config})
    assert create_car(folder, overwrite=True).carried == {}


def test_entries_of_a_dictionary_that_both_files_hold_are_all_kept(tmp_path):
    files = {
        "config.py": "GYM_CONF = {'car_name': 'a', 'font_size': 7}\n",
        "myconfig.py": "GYM_CONF = {'car_name': 'b'}\n",
    }
    folder = make_folder(tmp_path / "car", files)
    create_car(folder, overwrite=True)
    conf = load_config(folder / "config.py").GYM_CONF
    assert (conf["car_name"], conf["font_size"]) == ("b", 7)


@pytest.mark.parametrize(
    ("files", "named"),
    [
        (
            {"config.py": "def TRAIN_FILTER(record):\n    return True\n"},
            "TRAIN_FILTER (config.py:1)",
        ),
        ({"config.py": "IMAGE_W = = 3\n"}, "config.py:1: not Python"),
        ({"config.py": "IMAGE_W = 3\n", "myconfig.py": "import nothing_here\n"}, "myconfig.py:1"),
        (
            {"config.py": "IMAGE_W = 200\n", "myconfig.py": "if True:\n    x = (\n"},
            "myconfig.py:2: not Python",
        ),
    ],
)
def test_what_cannot_be_kept_or_compared_is_refused_and_nothing_changes(tmp_path, files, named):
    folder = make_folder(tmp_path / "car", {**files, "manage.py": old_folders.OLD_MANAGE})
    with pytest.raises(ConfigError) as caught:
        create_car(folder, overwrite=True)
    assert named in str(caught.value)
    assert "nothing was changed" in str(caught.value)
    assert contents(folder) == {
        name: text.encode() for name, text in {**files, "manage.py": old_folders.OLD_MANAGE}.items()
    }


def test_a_full_disk_leaves_the_car_as_it_was(tmp_path, monkeypatch):
    files, _ = FOLDERS["2, calibrated in config.py"]
    folder = make_folder(tmp_path / "car", files)
    before = contents(folder)

    def fail(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(ConfigError, match="cannot be written"):
        create_car(folder, overwrite=True)
    assert contents(folder) == before


@pytest.mark.parametrize("has_own", [True, False])
def test_another_template_takes_no_wiring_away_in_silence(tmp_path, has_own):
    files = {"config.py": 'DRIVE_TRAIN_TYPE = "SERVO_ESC"\nTHROTTLE_STOPPED_PWM = 410\n'}
    files |= {"myconfig.py": "IMAGE_W = 160\n"} if has_own else {}
    folder = make_folder(tmp_path / "car", files)
    create_car(folder, template="sim", overwrite=True)
    cfg = load_config(folder / "config.py")
    # A new myconfig.py is that of the template; one that is there stays.
    assert ("SERVO_ESC" if has_own else "SIM") == cfg.DRIVE_TRAIN_TYPE
    assert cfg.THROTTLE_STOPPED_PWM == 410


def test_after_an_upgrade_the_doctor_comes_next(tmp_path, monkeypatch, capsys):
    # What used to happen: "Your car is in .. Next: manage.py drive", and that was refused.
    folder = make_folder(
        tmp_path / "car", {"manage.py": old_folders.OLD_MANAGE, "config.py": "IMAGE_W = 200\n"}
    )
    monkeypatch.chdir(folder)
    for word in ("doctor --path", "manage.py drive"):  # the second time nothing is replaced
        assert main(["createcar", "--path", ".", "--overwrite"]) == 0
        last = capsys.readouterr().out.splitlines()[-1]
        assert last.startswith(f"Your car is in {folder}. Next: ")
        assert word in last


def test_an_old_manage_py_that_stays_is_pointed_out(tmp_path, capsys):
    folder = make_folder(tmp_path / "car", {"manage.py": old_folders.OLD_MANAGE, "config.py": ""})
    assert main(["createcar", "--path", str(folder)]) == 0
    assert "Run this again with --overwrite" in capsys.readouterr().out
    assert main(["createcar", "--path", str(folder), "--overwrite"]) == 0
    assert "earlier version" not in capsys.readouterr().out


JOBS = {
    "path_follow": ("from donkeycar.parts.path import CsvThrottlePath\n", "a recorded path"),
    "cv_control": ("module = cfg.CV_CONTROLLER_MODULE\n", "follows a line"),
    "simulator": ("from donkeycar.parts.dgym import DonkeyGymEnv\n", "--template sim"),
    "square": ("from donkeycar.parts.simulation import SquareBoxCamera\n", "a square"),
    "arduino_drive": ("from donkeycar.parts.actuator import ArduinoFirmata\n", "an Arduino"),
    "just_drive": ("V.add(throttle, outputs=['throttle'])\n", "without anybody at the wheel"),
}


@pytest.mark.parametrize("template", JOBS)
def test_what_an_old_manage_py_did_and_the_new_one_does_not_is_said(tmp_path, capsys, template):
    source, said = JOBS[template]
    folder = make_folder(tmp_path / "car", {"manage.py": source, "config.py": ""})
    assert main(["update", "--path", str(folder)]) == 0
    printed = capsys.readouterr().out
    assert said in printed
    assert printed.count("The new one does not") == 1
    assert (folder / "manage.py.bak1").read_text() == source


def test_a_camera_car_does_all_that_it_did_but_its_own_parts_are_named(tmp_path, capsys):
    source = (
        "from my_horn import Horn\nfrom donkeycar.parts.controller import LocalWebController\n"
        "from donkeycar.parts.camera import PiCamera\nV.add(PiCamera())\n"
    )
    files = {"manage.py": source, "config.py": "", "my_horn.py": ""}
    folder = make_folder(tmp_path / "car", files)
    assert main(["createcar", "--path", str(folder), "--overwrite"]) == 0
    printed = capsys.readouterr().out
    assert "does not" not in printed
    assert "uses my_horn of your own" in printed


def test_parts_that_an_owner_put_among_those_of_donkeycar_are_named(tmp_path, capsys):
    # What used to happen: nothing was said, and pan, tilt and horn did nothing any more.
    source = "\n".join(
        [
            "import donkeycar as dk",
            "from donkeycar.parts.controller import LocalWebController",
            "from donkeycar.parts.camera import PiCamera",
            "from donkeycar.parts.actuator import PCA9685",
            "from donkeycar.parts.clock import Timestamp",
            "# from donkeycar.parts.ncs import yolo",
            "def drive(cfg):",
            "    from donkeycar.parts.pan_tilt import Pan, Tilt",
            "    import donkeycar.parts.horn",
        ]
    )
    folder = make_folder(tmp_path / "car", {"manage.py": source, "config.py": ""})
    assert main(["createcar", "--path", str(folder), "--overwrite"]) == 0
    notes = [line for line in capsys.readouterr().out.splitlines() if line.startswith("note: ")]
    (note,) = notes
    assert " uses donkeycar.parts.pan_tilt, donkeycar.parts.horn, which no donkeycar" in note


def test_of_a_piece_of_a_manage_py_nothing_is_claimed(tmp_path, capsys):
    # What used to happen: "drives by itself without anybody at the wheel", of lines to paste.
    source = "if cfg.DONKEY_GYM:\npass\nelif True:\n    V.add(steering, inputs=['angle'])\n"
    folder = make_folder(tmp_path / "car", {"manage.py": source, "config.py": ""})
    assert main(["createcar", "--path", str(folder), "--overwrite"]) == 0
    printed = capsys.readouterr().out
    assert "is not a complete Python program" in printed
    assert "does not" not in printed


def test_a_car_of_the_external_simulator_is_told_of_the_built_in_one(tmp_path, capsys):
    source = "if cfg.DONKEY_GYM:\n    cam = DonkeyGymEnv()\nelse:\n    cam = PiCamera()\n"
    config = "DONKEY_GYM = True\nDRIVE_TRAIN_TYPE = 'MOCK'\n"
    folder = make_folder(tmp_path / "car", {"manage.py": source, "config.py": config})
    assert main(["createcar", "--path", str(folder), "--overwrite"]) == 0
    assert 'CAMERA_TYPE = DRIVE_TRAIN_TYPE = "SIM"' in capsys.readouterr().out
