"""Old cars for `old_cars`: how each is made, and what its owner changed.

Cars of donkeycar 5.3, 5.4 and 2.5 are made by their own ``createcar``. Releases 3 and 4 are not on
PyPI: their folders are written here, with names that they had. `CASES` are folders that once were
taken over wrong.
"""

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from benchmarks.peer import Peer, peer_package
from benchmarks.safety.old_car_pulses import ask
from donkeycar.settings.text import config_text

# What every owner changes: five pulses, here of a servo that is mounted the other way round.
PULSES = {
    "STEERING_LEFT_PWM": 312, "STEERING_RIGHT_PWM": 447, "THROTTLE_FORWARD_PWM": 483,
    "THROTTLE_STOPPED_PWM": 377, "THROTTLE_REVERSE_PWM": 243,
}  # fmt: skip
FLAT = "".join(f"{name} = {value}\n" for name, value in PULSES.items())
SERVO = {"PWM_STEERING_SCALE": 1.0, "PWM_STEERING_INVERTED": False}
ESC = {"PWM_THROTTLE_SCALE": 1.0, "PWM_THROTTLE_INVERTED": False}
PINS = {"PWM_STEERING_PIN": "PCA9685.1:41.5", "PWM_THROTTLE_PIN": "PCA9685.1:41.4"}
MOTOR = {
    "FWD_DUTY_PIN": "RPI_GPIO.BOARD.16", "BWD_DUTY_PIN": "RPI_GPIO.BOARD.18",
    "PWM_STEERING_PIN": "PCA9685.1:40.3", "STEERING_LEFT_PWM": 312, "STEERING_RIGHT_PWM": 447,
}  # fmt: skip
THREE = {
    "FWD_PIN": "RPI_GPIO.BCM.24", "BWD_PIN": "RPI_GPIO.BCM.23", "DUTY_PIN": "RPI_GPIO.BCM.19",
    "PWM_STEERING_PIN": "PCA9685.1:40.3", "STEERING_LEFT_PWM": 447, "STEERING_RIGHT_PWM": 312,
}  # fmt: skip
OTHERS = "IMAGE_W = 224\nIMAGE_H = 160\nDRIVE_LOOP_HZ = 30\nMY_HORN_PIN = 7\n"

# The drive part of donkeycar 3 and 4, as far as wheels go.
MANAGE_3 = """\
from docopt import docopt
import donkeycar as dk
from donkeycar.parts.actuator import PCA9685, PWMSteering, PWMThrottle


def drive(cfg):
    V = dk.vehicle.Vehicle()
    steering = PWMSteering(
        controller=PCA9685(cfg.STEERING_CHANNEL, cfg.PCA9685_I2C_ADDR, busnum=None),
        left_pulse=cfg.STEERING_LEFT_PWM, right_pulse=cfg.STEERING_RIGHT_PWM)
    throttle = PWMThrottle(
        controller=PCA9685(cfg.THROTTLE_CHANNEL, cfg.PCA9685_I2C_ADDR, busnum=None),
        max_pulse=cfg.THROTTLE_FORWARD_PWM, zero_pulse=cfg.THROTTLE_STOPPED_PWM,
        min_pulse=cfg.THROTTLE_REVERSE_PWM)
    V.add(steering, inputs=['angle'])
    V.add(throttle, inputs=['throttle'])
    V.start(rate_hz=cfg.DRIVE_LOOP_HZ, max_loop_count=cfg.MAX_LOOPS)


if __name__ == '__main__':
    drive(dk.load_config())
"""
CONFIG_3 = """\
import os

CAR_PATH = PACKAGE_PATH = os.path.dirname(os.path.realpath(__file__))
DATA_PATH = os.path.join(CAR_PATH, 'data')
MODELS_PATH = os.path.join(CAR_PATH, 'models')
DRIVE_LOOP_HZ = 20
MAX_LOOPS = 100000
CAMERA_TYPE = "PICAM"
IMAGE_W = 160
IMAGE_H = 120
PCA9685_I2C_ADDR = 0x40
PCA9685_I2C_BUSNUM = None
DRIVE_TRAIN_TYPE = "SERVO_ESC"
STEERING_CHANNEL = 1
STEERING_LEFT_PWM = 460
STEERING_RIGHT_PWM = 290
THROTTLE_CHANNEL = 0
THROTTLE_FORWARD_PWM = 500
THROTTLE_STOPPED_PWM = 370
THROTTLE_REVERSE_PWM = 220
BATCH_SIZE = 128
VEBOSE_TRAIN = True
USE_JOYSTICK_AS_DEFAULT = False
JOYSTICK_MAX_THROTTLE = 0.3
TUB_PATH = os.path.join(CAR_PATH, 'tub')
"""


class Made(NamedTuple):
    """How an old car is made.

    Attributes:
        release: The donkeycar that drives it, for the pulses of before; "" for today's alone.
        template: Its template; "" if its files are written here.
        myconfig: What its owner wrote into ``myconfig.py``.
        config: Text for the end of ``config.py``; all of it for a car without a template.
        manage: Its ``manage.py``, if that is not the template's.
        config_of: The template whose ``config.py`` it has, for one that comes without.
        moves: Whether it moves hardware that this version drives.
        cuts: How often its donkeycar cuts a pulse to whole counts.
    """

    release: str
    template: str = ""
    myconfig: str = ""
    config: str = ""
    manage: str = ""
    config_of: str = ""
    moves: bool = True
    cuts: int = 1


def _family(name: str, *entries: dict[str, object]) -> str:
    merged = {key: value for each in entries for key, value in each.items()}
    return f"DRIVE_TRAIN_TYPE = {name!r}\n{name} = {merged!r}\n"


CARS: dict[str, Made] = {
    "5.3 complete": Made(
        "5.3.0", "complete", OTHERS + _family("PWM_STEERING_THROTTLE", PINS, SERVO, ESC, PULSES)
    ),
    "5.3 basic": Made("5.3.0", "basic", "STEERING_CHANNEL = 3\nTHROTTLE_CHANNEL = 2\n" + FLAT),
    "5.3 simulator": Made("5.3.0", "simulator", "IMAGE_W = 200\n", moves=False),
    "5.3 path_follow": Made("5.3.0", "path_follow", _family("SERVO_HBRIDGE_2PIN", MOTOR, SERVO)),
    "5.3 cv_control": Made(
        "5.3.0", "cv_control",
        "DRIVE_TRAIN_TYPE = 'I2C_SERVO'\nPCA9685_I2C_ADDR = 0x41\n" + FLAT
        + "STEERING_CHANNEL = 1\nTHROTTLE_CHANNEL = 0\n",
    ),
    "5.3 square": Made("5.3.0", "square", moves=False),
    "5.3 arduino_drive": Made("5.3.0", "arduino_drive", moves=False),
    "5.3 calibrate": Made(
        "5.3.0", "calibrate", config_of="complete",
        config=_family("PWM_STEERING_THROTTLE", PINS, SERVO, {**ESC, "PWM_THROTTLE_SCALE": 1.05},
                       PULSES),
        cuts=2,
    ),
    "5.3 just_drive": Made("5.3.0", "just_drive", FLAT, config_of="basic"),
    "5.3 with a motor on three pins": Made(
        "5.3.0", "complete", _family("SERVO_HBRIDGE_3PIN", THREE, SERVO)
    ),
    "5.3 with two motors": Made("5.3.0", "complete", "DRIVE_TRAIN_TYPE = 'DC_TWO_WHEEL'\n"),
    "5.3 with two motors on an L298N": Made(
        "5.3.0", "complete", "DRIVE_TRAIN_TYPE = 'DC_TWO_WHEEL_L298N'\n"
    ),
    "5.3 with a motor that steers": Made(
        "5.3.0", "complete", "DRIVE_TRAIN_TYPE = 'DC_STEER_THROTTLE'\n"
    ),
    "5.3 with a VESC": Made(
        "5.3.0", "complete",
        "DRIVE_TRAIN_TYPE = 'VESC'\nVESC_MAX_SPEED_PERCENT = 0.3\nVESC_STEERING_OFFSET = 0.45\n",
    ),
    "5.3 with a RoboHAT": Made(
        "5.3.0", "complete",
        "DRIVE_TRAIN_TYPE = 'MM1'\nMM1_STOPPED_PWM = 1530\nMM1_MAX_FORWARD = 1900\n"
        "MM1_STEERING_MID = 1480\n",
    ),
    "5.4 complete": Made(
        "5.4.0", "complete",
        OTHERS + _family("PWM_STEERING_THROTTLE", PINS, SERVO, ESC, PULSES)
        + "HAVE_IMU = True\nIMU_SENSOR = 'bno08x'\nUSE_FUSION = True\nFUSION_DEBUG = False\n"
        "OAKD_RGB_OUTPUT_MODE = 'video'\nOAKD_RGB_ISP_SCALE_NUM = 1\nOAKD_RGB_ISP_SCALE_DEN = 6\n"
        "OAKD_RGB_SENSOR_CROP_X = 0.5\nOAKD_RGB_SENSOR_CROP_Y = 0.6\n",
    ),
    "2.5 donkey2": Made("2.5.8", "donkey2", config=FLAT),
    "3, written here": Made(
        "5.3.0", config=CONFIG_3, manage=MANAGE_3,
        myconfig="STEERING_LEFT_PWM = 420\nTHROTTLE_STOPPED_PWM = 1530 // 4\n"
        "STEERING_CHANNEL = 7\n",
    ),
    "4, written here": Made(
        "5.3.0", config=CONFIG_3 + "TRANSFORMATIONS = []\n", manage=MANAGE_3,
        myconfig="PCA9685_I2C_ADDR = 0x41\nSTEERING_CHANNEL = 0\nTHROTTLE_CHANNEL = 1\n" + FLAT,
    ),
}  # fmt: skip

# Folders that this version drives in place: what it sends then, it sends after a takeover.
CASES: dict[str, Made] = {
    "case: the drivetrain only in config.py": Made(
        "", config='DRIVE_TRAIN_TYPE = "SERVO_ESC"\nSTEERING_CHANNEL = 1\nTHROTTLE_CHANNEL = 0\n'
        "STEERING_LEFT_PWM = 460\nSTEERING_RIGHT_PWM = 290\nTHROTTLE_FORWARD_PWM = 500\n"
        "THROTTLE_STOPPED_PWM = 370\nTHROTTLE_REVERSE_PWM = 220\n",
        myconfig="STEERING_CHANNEL = 0\nTHROTTLE_CHANNEL = 1\n",
    ),
    "case: neutral of donkeycar 2": Made(
        "", config="STEERING_CHANNEL = 1\nSTEERING_LEFT_PWM = 440\nSTEERING_RIGHT_PWM = 240\n"
        "THROTTLE_CHANNEL = 0\nTHROTTLE_FORWARD_PWM = 480\nTHROTTLE_STOPPED_PWM = 410\n"
        "THROTTLE_REVERSE_PWM = 310\n",
    ),
    "case: pulses with a fraction": Made(
        "", config="CAMERA_TYPE = 'PICAM'\n",
        myconfig='PWM_STEERING_THROTTLE = {"STEERING_LEFT_PWM": 460.0, "THROTTLE_STOPPED_PWM": '
        "1520 / (1000000 / 4096 / 62.5)}\n",
    ),
    "case: computed entries": Made(
        "", config="CAMERA_TYPE = 'PICAM'\n",
        myconfig='C = 372\nif True:\n\tPWM_STEERING_THROTTLE = {"STEERING_LEFT_PWM": C + 80, '
        '"THROTTLE_STOPPED_PWM": C}\n',
    ),
    "case: motor pins of donkeycar 4": Made(
        "", config="DRIVE_TRAIN_TYPE = 'DC_TWO_WHEEL'\nHBRIDGE_PIN_LEFT_FWD = 18\n"
        "HBRIDGE_PIN_LEFT_BWD = 16\nHBRIDGE_PIN_RIGHT_FWD = 15\nHBRIDGE_PIN_RIGHT_BWD = 13\n",
    ),
    "case: this version's own config.py": Made("", config=config_text(), myconfig=OTHERS),
}  # fmt: skip


def write_car(made: Made, folder: Path) -> None:
    """Write the folder of an old car, without recordings and models."""
    if made.template:
        package = peer_package(made.release)
        try:
            ask(package, "createcar", made.template, str(folder))
        except RuntimeError:
            if not made.config_of:  # a template without a config.py cannot be made whole
                raise
    else:
        for name in ("data", "models", "logs"):
            (folder / name).mkdir(parents=True)
    if made.config_of:
        other = folder.with_name(f"{folder.name}-other")
        ask(peer_package(made.release), "createcar", made.config_of, str(other))
        shutil.move(other / "config.py", folder / "config.py")
        shutil.rmtree(other)
    if made.manage:
        (folder / "manage.py").write_text(made.manage)
    for name, text in (("config.py", made.config), ("myconfig.py", made.myconfig)):
        with (folder / name).open("a") as file:
            file.write(f"\n{text}")


def add_recording(folder: Path, peer: Peer, records: int = 5) -> None:
    """Record a tub as donkeycar 5.3 does."""
    inputs = ["cam/image_array", "user/angle", "user/throttle", "user/mode"]
    answer = peer.append(folder / "data", inputs, ["image_array", "float", "float", "str"], records)
    if answer["error"]:
        raise RuntimeError(str(answer["error"]))


def fill(folder: Path, peer: Peer, models: Iterable[Path]) -> None:
    """Put a tub and models into the folder of an old car."""
    add_recording(folder, peer)
    for model in models:
        shutil.copy(model, folder / "models" / model.name)
