"""Folders of cars as their owners have them: files by name, and the pulses that the wheels get.

Written for these tests after what earlier versions put into such files. Pulses are those of
steering at -1, 0, +1, and of the motor at -1, 0, +1, each with the place where it comes out:
address and channel of a PCA9685 (in 4096ths of a frame), a pin, or what a board hears.
"""

PULSES_4 = """
STEERING_CHANNEL = 1
STEERING_LEFT_PWM = 460
STEERING_RIGHT_PWM = 290
THROTTLE_CHANNEL = 0
THROTTLE_FORWARD_PWM = 500
THROTTLE_STOPPED_PWM = 370
THROTTLE_REVERSE_PWM = 220
"""

# Donkeycar 5.0 had the old names, unused, beside the new dictionary.
CONFIG_50 = (
    """
import os
CAR_PATH = PACKAGE_PATH = os.path.dirname(os.path.realpath(__file__))
DATA_PATH = os.path.join(CAR_PATH, 'data')
MODELS_PATH = os.path.join(CAR_PATH, 'models')
CAMERA_TYPE = "MOCK"
PCA9685_I2C_ADDR = 0x40
PCA9685_I2C_BUSNUM = None
DRIVE_TRAIN_TYPE = "PWM_STEERING_THROTTLE"
PWM_STEERING_THROTTLE = {
    "PWM_STEERING_PIN": "PCA9685.1:40.1",
    "PWM_STEERING_SCALE": 1.0,
    "PWM_STEERING_INVERTED": False,
    "PWM_THROTTLE_PIN": "PCA9685.1:40.0",
    "PWM_THROTTLE_SCALE": 1.0,
    "PWM_THROTTLE_INVERTED": False,
    "STEERING_LEFT_PWM": 460,
    "STEERING_RIGHT_PWM": 290,
    "THROTTLE_FORWARD_PWM": 500,
    "THROTTLE_STOPPED_PWM": 370,
    "THROTTLE_REVERSE_PWM": 220,
}
STEERING_PWM_PIN = 13
STEERING_PWM_FREQ = 50
STEERING_PWM_INVERTED = False
THROTTLE_PWM_PIN = 18
THROTTLE_PWM_FREQ = 50
THROTTLE_PWM_INVERTED = False
USE_JOYSTICK_AS_DEFAULT = False
"""
    + PULSES_4
)

OLD_MANAGE = "from docopt import docopt\nimport donkeycar as dk\nV = dk.vehicle.Vehicle()\n"

FOLDERS = {
    "4, with swapped channels": (
        {
            "config.py": 'DRIVE_TRAIN_TYPE = "SERVO_ESC"\n' + PULSES_4,
            "myconfig.py": "STEERING_CHANNEL = 0\nTHROTTLE_CHANNEL = 1\n",
            "manage.py": OLD_MANAGE,
        },
        ((0x40, 0), (460, 375, 290), {(0x40, 1): (220, 370, 500)}),
    ),
    "2, calibrated in config.py": (
        {
            "config.py": """
STEERING_CHANNEL = 1
STEERING_LEFT_PWM = 440
STEERING_RIGHT_PWM = 240
THROTTLE_CHANNEL = 0
THROTTLE_FORWARD_PWM = 480
THROTTLE_STOPPED_PWM = 410
THROTTLE_REVERSE_PWM = 310
""",
            "manage.py": OLD_MANAGE,
        },
        ((0x40, 1), (440, 340, 240), {(0x40, 0): (310, 410, 480)}),
    ),
    "2, with pulses from microseconds": (
        {
            "config.py": PULSES_4,
            "myconfig.py": "us = 1e6 / 4096 / 60\nTHROTTLE_STOPPED_PWM = 1600 / us\n"
            "STEERING_LEFT_PWM = 1900.0 / us\n",
        },
        ((0x40, 1), (467, 378, 290), {(0x40, 0): (220, 393, 500)}),
    ),
    "3, calibrated in myconfig.py": (
        {
            "config.py": 'DRIVE_TRAIN_TYPE = "SERVO_ESC"\n' + PULSES_4,
            "myconfig.py": "STEERING_LEFT_PWM = 420\nTHROTTLE_FORWARD_PWM = 430\n",
        },
        ((0x40, 1), (420, 355, 290), {(0x40, 0): (220, 370, 430)}),
    ),
    "3, with a motor without reverse": (
        {
            "config.py": 'DRIVE_TRAIN_TYPE = "I2C_SERVO"\n'
            + PULSES_4.replace("REVERSE_PWM = 220", "REVERSE_PWM = 370"),
        },
        ((0x40, 1), (460, 375, 290), {(0x40, 0): (370, 370, 500)}),
    ),
    "4, with the board at another address": (
        {
            "config.py": 'DRIVE_TRAIN_TYPE = "SERVO_ESC"\nPCA9685_I2C_ADDR = 0x41\n' + PULSES_4,
            "myconfig.py": "THROTTLE_STOPPED_PWM = 380\n",
        },
        ((0x41, 1), (460, 375, 290), {(0x41, 0): (220, 380, 500)}),
    ),
    "4, that says the address alone": (
        {"config.py": "", "myconfig.py": "PCA9685_I2C_ADDR = 0x41\n"},
        ((0x41, 1), (460, 375, 290), {(0x41, 0): (220, 370, 500)}),
    ),
    "5.0, as it was made": (
        {"config.py": CONFIG_50},
        ((0x40, 1), (460, 375, 290), {(0x40, 0): (220, 370, 500)}),
    ),
    # What used to happen: the car did not start, and was told to steer on the motor's channel.
    "5.0, with the channel of ServoBlaster further down": (
        {"config.py": CONFIG_50 + "HBRIDGE_PIN_FWD = 18\nSTEERING_CHANNEL = 0\n"},
        ((0x40, 1), (460, 375, 290), {(0x40, 0): (220, 370, 500)}),
    ),
    # What used to happen: it did not start, for a RoboHAT's port was wiring that it did not use.
    "5.0, with the port of a RoboHAT that nobody has": (
        {"config.py": CONFIG_50 + "MM1_SERIAL_PORT = '/dev/ttyS0'\n"},
        ((0x40, 1), (460, 375, 290), {(0x40, 0): (220, 370, 500)}),
    ),
    "4.4, on the channel of ServoBlaster further down": (
        {
            "config.py": 'DRIVE_TRAIN_TYPE = "I2C_SERVO"\n' + PULSES_4 + "STEERING_CHANNEL = 0\n",
            "myconfig.py": "THROTTLE_CHANNEL = 1\n",
        },
        ((0x40, 0), (460, 375, 290), {(0x40, 1): (220, 370, 500)}),
    ),
    "5.0, calibrated in config.py": (
        {
            "config.py": CONFIG_50.replace(
                '"THROTTLE_STOPPED_PWM": 370', '"THROTTLE_STOPPED_PWM": 395'
            ).replace('"STEERING_LEFT_PWM": 460', '"STEERING_LEFT_PWM": 300')
            .replace('"STEERING_RIGHT_PWM": 290', '"STEERING_RIGHT_PWM": 450'),
        },
        ((0x40, 1), (300, 375, 450), {(0x40, 0): (220, 395, 500)}),
    ),
    "5, with entries in both files": (
        {
            "config.py": CONFIG_50.replace('40.1"', '41.3"').replace('40.0"', '41.2"')
            .replace('"PWM_THROTTLE_SCALE": 1.0', '"PWM_THROTTLE_SCALE": 1.1'),
            "myconfig.py": "PWM_STEERING_THROTTLE = {\n    'STEERING_LEFT_PWM': 430,  # mine\n}\n",
        },
        ((0x41, 3), (430, 360, 290), {(0x41, 2): (242, 407, 550)}),
    ),
    "5, with an H-bridge": (
        {
            "config.py": "DRIVE_TRAIN_TYPE = 'SERVO_HBRIDGE_2PIN'\nSERVO_HBRIDGE_2PIN = {\n"
            "    'FWD_DUTY_PIN': 'RPI_GPIO.BOARD.16', 'BWD_DUTY_PIN': 'RPI_GPIO.BOARD.18',\n"
            "    'PWM_STEERING_PIN': 'PCA9685.1:40.5', 'STEERING_LEFT_PWM': 410}\n",
            "myconfig.py": "MOTOR_MAX_DUTY = 0.5\n",
        },
        ((0x40, 5), (410, 350, 290), {"GPIO23": (0, 0, 0.5), "GPIO24": (0.5, 0, 0)}),
    ),
    "4, with a RoboHAT": (
        {
            "config.py": "DRIVE_TRAIN_TYPE = 'MM1'\nMM1_STOPPED_PWM = 1530\n"
            + "MM1_MAX_FORWARD = 1900\n" + PULSES_4,
            "myconfig.py": "MM1_MAX_REVERSE = 1200\n",
        },
        ("board_steering", (2000, 1500, 1000), {"board_throttle": (1200, 1530, 1900)}),
    ),
    "5, with a VESC": (
        {
            "config.py": "DRIVE_TRAIN_TYPE = 'VESC'\nVESC_MAX_SPEED_PERCENT = 0.35\n" + PULSES_4,
            "myconfig.py": "VESC_STEERING_OFFSET = 0.45\n",
        },
        ("servo", (0.0, 0.45, 0.95), {"duty": (-0.35, 0.0, 0.35)}),
    ),
}  # fmt: skip
