"""A receiver's channels have pins of their own."""

import pytest

from donkeycar.assembly.check import CHECKS, problems_of
from donkeycar.config import load_config
from donkeycar.settings.text import config_text

RECEIVER = "CAMERA_TYPE = 'MOCK'; USE_RC = True; "
TAKEN = {
    "that of a motor": (
        "DRIVE_TRAIN_TYPE = 'SERVO_HBRIDGE_2PIN'; STEERING_RC_GPIO = 24",
        "GPIO 24, pin 18 of the header, is that of SERVO_HBRIDGE_2PIN['FWD_DUTY_PIN']",
    ),
    # As delivered, both are on pin 35.
    "that of a bridge with three inputs": (
        "DRIVE_TRAIN_TYPE = 'SERVO_HBRIDGE_3PIN'",
        "`DATA_WIPER_RC_GPIO` must be a GPIO of its own: GPIO 19, pin 35 of the header, is that "
        "of SERVO_HBRIDGE_3PIN['DUTY_PIN']",
    ),
    "that of a servo": (
        "PWM_STEERING_THROTTLE = {'PWM_STEERING_PIN': 'RPI_GPIO.BOARD.37'}",
        "is that of PWM_STEERING_THROTTLE['PWM_STEERING_PIN'] (myconfig.py:1)",
    ),
    "that of the bus": ("THROTTLE_RC_GPIO = 2", "GPIO 2, pin 3 of the header, is that of I2C bus"),
    "that of the bus of an old car": (
        "DRIVE_TRAIN_TYPE = 'I2C_SERVO'; THROTTLE_RC_GPIO = 3", "is that of I2C bus 1",
    ),
    "that of the serial port": (
        "DRIVE_TRAIN_TYPE = 'MM1'; THROTTLE_RC_GPIO = 15", "is that of MM1_SERIAL_PORT",
    ),
    "that of another channel": (
        "STEERING_RC_GPIO = 20", "is that of STEERING_RC_GPIO (myconfig.py:1)",
    ),
}  # fmt: skip


@pytest.fixture
def problems(tmp_path):
    def problems(text):
        (tmp_path / "config.py").write_text(config_text())
        (tmp_path / "myconfig.py").write_text(text + "\n")
        return problems_of(load_config(tmp_path / "config.py", command="drive"), CHECKS)

    return problems


@pytest.mark.parametrize("name", TAKEN)
def test_a_channel_on_a_pin_that_is_taken_is_refused(problems, name):
    """What used to happen: `donkey doctor` found nothing, and the receiver drove the motor's pin,
    or was not heard because "Pins [24, 20, 19] must be free"."""
    text, said = TAKEN[name]
    (problem,) = problems(RECEIVER + text)
    assert said in problem
    assert "Write a free one, e.g. 2" in problem


@pytest.mark.parametrize(
    "text",
    [
        RECEIVER,
        RECEIVER + "DRIVE_TRAIN_TYPE = 'DC_TWO_WHEEL_L298N'",
        RECEIVER + "DRIVE_TRAIN_TYPE = 'VESC'; THROTTLE_RC_GPIO = 15",
        # Nobody listens on these pins.
        "CAMERA_TYPE = 'MOCK'; DRIVE_TRAIN_TYPE = 'SERVO_HBRIDGE_3PIN'",
    ],
)
def test_and_every_other_one_is_not(problems, text):
    assert problems(text) == []
