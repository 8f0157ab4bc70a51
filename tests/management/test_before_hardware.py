"""What the settings say wrong is told before any hardware is opened, by drive and calibrate."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import donkeycar
from donkeycar.assembly.check import CHECKS, DEEP_CHECKS, problems_of
from donkeycar.assembly.drivetrain.calibration import read_sheet
from donkeycar.config import load_config
from donkeycar.errors import ConfigError
from donkeycar.management.calibrate import obstacles, saver
from donkeycar.management.createcar import create_car

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="cars run Linux")

PACKAGE = str(Path(donkeycar.__file__).parents[1])

# Loaded by every Python below: the only chip is at 0x41, and whoever opens its bus leaves a trace.
# It is claimed as that chip: a car that somebody drives on this computer holds another.
SITE = """
import os
import zlib
from pathlib import Path
from donkeycar.parts.drivetrain import i2c_bus
from donkeycar.guardian import claim
from donkeycar.testing import FakeI2C, PCA9685Chip

claim.NAMESPACE = f"donkeycar-{zlib.crc32(os.environ['OPENED'].encode()):x}"

def opened(number):
    Path(os.environ["OPENED"]).touch()
    return FakeI2C(PCA9685Chip(Path(os.environ["OPENED"] + ".chip"), address=0x41))

i2c_bus.LinuxI2C = opened
"""
COMMANDS = {
    "drive": ["manage.py", "drive"],
    "calibrate": ["-m", "donkeycar.management.cli", "calibrate"],
}


class Car:
    """A car in a folder, and whether its bus was opened."""

    def __init__(self, folder):
        self.path, self._opened = folder / "car", folder / "opened"
        create_car(self.path)
        (folder / "site").mkdir()
        (folder / "site" / "sitecustomize.py").write_text(SITE)
        self._environment = {
            **os.environ,
            "PYTHONPATH": f"{folder / 'site'}:{PACKAGE}",
            "OPENED": str(self._opened),
        }

    @property
    def was_opened(self):
        return self._opened.exists()

    def run(self, command, myconfig, *words):
        (self.path / "myconfig.py").write_text(myconfig)
        words = [*COMMANDS[command], "--set=WEB_CONTROL_PORT=0", *words]
        if command == "drive":
            words.append("--set=MAX_LOOPS=3")
        return subprocess.run(
            [sys.executable, *words], cwd=self.path, env=self._environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60,
        )  # fmt: skip


@pytest.fixture
def car(tmp_path):
    return Car(tmp_path)


IMPOSSIBLE = {
    "another neutral": "DRIVE_TRAIN_TYPE = 'PWM_STEERING_THROTTLE'\nTHROTTLE_STOPPED_PWM = 410\n",
    "a pin twice": "PWM_STEERING_THROTTLE = {'PWM_THROTTLE_PIN': 'PCA9685.1:40.1'}\n",
    "neutral beyond full throttle": "PWM_STEERING_THROTTLE = {'THROTTLE_STOPPED_PWM': 510}\n",
    "a drivetrain of the past": "\nDRIVE_TRAIN_TYPE = 'PIGPIO_PWM'\n",
    "a channel too many": "PWM_STEERING_THROTTLE = {'PWM_THROTTLE_PIN': 'PCA9685.1:41.16'}\n",
}
IMPOSSIBLE_TO_DRIVE = {
    "a camera that is not in this version": "CAMERA_TYPE = 'LEOPARD'\n",
    "a loop too slow": "CAMERA_TYPE = 'MOCK'\nDRIVE_LOOP_HZ = 5\n",
    "time that runs faster": "CAMERA_TYPE = 'MOCK'\nSIM_TIME_SCALE = 2.0\n",
    "a gamepad that nobody knows": "USE_JOYSTICK_AS_DEFAULT = True\nCONTROLLER_TYPE = 'ibus'\n",
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_settings_that_no_car_can_have_are_refused_without_opening_anything(car, command, name):
    done = car.run(command, IMPOSSIBLE[name])
    assert done.returncode == 1
    assert "Received: " in done.stdout
    assert "myconfig.py:" in done.stdout
    assert not car.was_opened


def test_a_camera_that_no_library_reads_is_told_once(car):
    """What used to happen: a notice and a refusal, in two ways."""
    done = car.run("drive", "CAMERA_TYPE = 'LEOPARD'\n")
    told = done.stdout + (done.stderr or "")
    assert told.count("LEOPARD") == 1
    assert "a T265 gave positions, no pictures" in told


@pytest.mark.parametrize("command", COMMANDS)
def test_a_car_of_pigpio_is_told_its_own_pins(car, command):
    # What used to happen: those of everybody, by which the servo's pulses went to the motor.
    pins = "STEERING_PWM_PIN = 12\nTHROTTLE_PWM_PIN = 13\n"
    done = car.run(command, f"DRIVE_TRAIN_TYPE = 'PIGPIO_PWM'\n{pins}")
    assert "{'PWM_STEERING_PIN': 'PWM.0.0', 'PWM_THROTTLE_PIN': 'PWM.0.1'}" in done.stdout
    line = next(line for line in done.stdout.splitlines() if "does not exist any more" in line)
    assert line.count("myconfig.py:") == 1  # its place used to be told twice
    assert done.returncode == 1
    assert not car.was_opened


@pytest.mark.parametrize("command", COMMANDS)
def test_a_car_of_servoblaster_is_told_its_own_pins(car, command):
    pins = "HBRIDGE_PIN_FWD = 22\nHBRIDGE_PIN_BWD = 32\n"
    done = car.run(command, f"DRIVE_TRAIN_TYPE = 'SERVO_HBRIDGE_PWM'\n{pins}")
    assert "{'FWD_DUTY_PIN': 'RPI_GPIO.BOARD.22', 'BWD_DUTY_PIN': 'RPI" in done.stdout
    assert done.returncode == 1


@pytest.mark.parametrize("name", IMPOSSIBLE_TO_DRIVE)
def test_a_car_that_could_not_drive_is_refused_without_opening_anything(car, name):
    done = car.run("drive", IMPOSSIBLE_TO_DRIVE[name])
    assert done.returncode == 1
    assert "manage.py: error: myconfig.py:" in done.stdout
    assert not car.was_opened


@pytest.mark.parametrize("command", COMMANDS)
def test_notices_come_before_the_error_of_the_hardware_which_names_the_setting(car, command):
    done = car.run(command, "PRUNE_CNN = True\n", "--set=CAMERA_TYPE=MOCK")
    assert done.returncode == 1
    notice, error = (
        done.stdout.index(words) for words in ("myconfig.py:1: PRUNE_CNN", "No PCA9685 answers")
    )
    assert notice < error
    assert "PWM_STEERING_THROTTLE['PWM_STEERING_PIN'] = 'PCA9685.1:40.1'" in done.stdout


def test_an_error_of_the_hardware_begins_with_the_command_that_was_typed(car):
    """What used to happen: `donkey calibrate` said "manage.py: error: No PCA9685 answers"."""
    begin = {"drive": "manage.py: error: No", "calibrate": "donkey: error: No"}
    for command in COMMANDS:
        done = car.run(command, "CAMERA_TYPE = 'MOCK'\n")
        assert begin[command] in done.stdout, done.stdout


def test_the_address_that_the_owner_wrote_is_used_and_what_is_told_is_told_once(car):
    done = car.run("drive", "PCA9685_I2C_ADDR = 0x41\nCAMERA_TYPE = 'MOCK'\nPRUNE_CNN = 1\n")
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("The car takes DRIVE_TRAIN_TYPE to be 'I2C_SERVO'") == 1
    assert done.stdout.count("PRUNE_CNN has no effect") == 1


def test_a_wrong_address_names_the_line_that_holds_it(car):
    done = car.run("drive", "\nPCA9685_I2C_ADDR = 0x42\nCAMERA_TYPE = 'MOCK'\n")
    assert done.returncode == 1
    assert "No PCA9685 answers at address 0x42" in done.stdout
    assert "PCA9685_I2C_ADDR (myconfig.py:2) = 0x42" in done.stdout


@pytest.mark.parametrize(
    ("myconfig", "named"),
    [
        ("CAMERA_TYPE = 'TUB'\nCAMERA_TUB = 'nothing'\n", "myconfig.py:1: "),
        ("CAMERA_TYPE = 'IMAGE_LIST'\nPATH_MASK = 'nothing/*.jpg'\n", "myconfig.py:2: "),
        ("CAMERA_TYPE = DRIVE_TRAIN_TYPE = 'SIM'\nSIM_TRACK = 'nothing'\n", "myconfig.py:2: "),
        ("TRANSFORMATIONS = ['CUSTOM_X']\n", "myconfig.py:1: CUSTOM_X needs CUSTOM_X_MODULE"),
    ],
)
def test_files_and_worlds_that_are_not_there_are_found_by_a_deep_look(car, myconfig, named):
    (car.path / "myconfig.py").write_text(myconfig)
    cfg = load_config(car.path / "config.py", command="doctor")
    assert problems_of(cfg) == []
    [problem] = problems_of(cfg, CHECKS + DEEP_CHECKS)
    assert problem.startswith(named)


COMPUTED = """C = 372
if True:
\tPWM_STEERING_THROTTLE = {"STEERING_LEFT_PWM": C + 80, "THROTTLE_STOPPED_PWM": C}
"""


@pytest.mark.parametrize(
    "myconfig",
    [
        COMPUTED,
        "W = {}\nPWM_STEERING_THROTTLE = dict(STEERING_LEFT_PWM=430)\n",
        "PWM_STEERING_THROTTLE = {}\nPWM_STEERING_THROTTLE['STEERING_LEFT_PWM'] = 430\n",
    ],
)
def test_what_cannot_be_saved_is_said_at_the_start_and_the_lines_at_the_end(car, myconfig):
    path = car.path / "myconfig.py"
    path.write_text(myconfig)
    cfg = load_config(car.path / "config.py", command="calibrate")
    [note] = obstacles(read_sheet(cfg.DRIVE_TRAIN_TYPE, cfg.to_wiring()), path)
    assert "What you find cannot be saved" in note
    changes = {"PWM_STEERING_THROTTLE": {"STEERING_LEFT_PWM": 455, "THROTTLE_STOPPED_PWM": 371}}
    with pytest.raises(ConfigError) as caught:
        saver(cfg, car.path)(changes)
    assert path.read_text() == myconfig
    lines = str(caught.value).rpartition("myconfig.py: ")[2].split("; ")
    path.write_text(myconfig + "\n".join(lines) + "\n")
    family = load_config(car.path / "config.py", command="calibrate").PWM_STEERING_THROTTLE
    assert (family["STEERING_LEFT_PWM"], family["THROTTLE_STOPPED_PWM"]) == (455, 371)


def test_a_car_whose_values_can_be_saved_is_told_nothing(car):
    cfg = load_config(car.path / "config.py", command="calibrate")
    sheet = read_sheet(cfg.DRIVE_TRAIN_TYPE, cfg.to_wiring())
    assert obstacles(sheet, car.path / "myconfig.py") == []


def test_calibrate_says_at_its_start_what_cannot_be_saved(car):
    done = car.run("calibrate", COMPUTED)
    note, error = (
        done.stdout.index(words) for words in ("What you find cannot be", "No PCA9685 answers")
    )
    assert note < error
