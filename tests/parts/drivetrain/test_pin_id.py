import re

import pytest

from donkeycar.errors import ConfigError
from donkeycar.parts.drivetrain.pin_id import GpioId, KernelPwmId, PCA9685Id, parse_pin
from donkeycar.parts.drivetrain.pins import named_pins


@pytest.mark.parametrize(
    ("text", "pin"),
    [
        ("RPI_GPIO.BOARD.33", GpioId("BOARD33")),
        ("RPI_GPIO.BCM.13", GpioId("GPIO13")),
        ("PCA9685.1:40.0", PCA9685Id(1, 0x40, 0)),
        ("PCA9685.0:0x41.15", PCA9685Id(0, 0x41, 15)),
        ("PCA9685.12:7F.3", PCA9685Id(12, 0x7F, 3)),
        ("PWM.0.1", KernelPwmId("0", 1)),
        ("PWM.2.0", KernelPwmId("2", 0)),
        ("PWM.1f00098000.1", KernelPwmId("1f00098000", 1)),
    ],
)
def test_a_name_is_a_pin(text, pin):
    assert parse_pin(text, setting="PIN") == pin


@pytest.mark.parametrize(
    "text",
    ["", "13", "RPI_GPIO.13", "RPI_GPIO.BOARD.x", "RPI_GPIO.BOARD.133", "PCA9685.1:40",
     "PCA9685.1:zz.0", "PWM.0", "rpi_gpio.board.33", "RPI_GPIO.BOARD.33 ", "RPI_GPIO.BOARD.33\n"],
)  # fmt: skip
def test_anything_else_is_refused_with_the_forms_there_are(text):
    with pytest.raises(ConfigError, match=r"`PIN` must be RPI_GPIO\.BOARD\.33, .* Received: PIN="):
        parse_pin(text, setting="PIN")


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("PIGPIO.BCM.13", "'RPI_GPIO.BCM.13'"),
        ("PIGPIO.BOARD.33", "'RPI_GPIO.BOARD.33'"),
        ("PIGPIO.13", "'RPI_GPIO.BCM.13'"),
    ],
)
def test_a_pin_of_pigpio_names_its_replacement(text, instead):
    """What used to happen: a pin whose pulses a program times was offered for a speed controller,
    and docs/drivetrains.md says that it does not belong there."""
    with pytest.raises(ConfigError, match="pigpio does not run") as refusal:
        parse_pin(text, setting="PIN")
    pulses, motors = str(refusal.value).split("speed controller write ")[1].split(" for a motor ")
    assert pulses.startswith("'PWM.0.1'")
    assert instead in motors
    assert instead not in pulses


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("RPI_GPIO.BOARD.25", "GPIO 25 is RPI_GPIO.BCM.25, or RPI_GPIO.BOARD.22"),
        ("RPI_GPIO.BOARD.17", "GPIO 17 is RPI_GPIO.BCM.17, or RPI_GPIO.BOARD.11"),
        ("RPI_GPIO.BCM.33", "Pin 33 of the header is RPI_GPIO.BOARD.33"),
    ],
)
def test_a_number_counted_in_the_other_way_is_told_what_it_is(text, hint):
    with pytest.raises(ConfigError, match=re.escape(hint) + "$"):
        parse_pin(text, setting="PIN")


@pytest.mark.parametrize("name", ["RPI_GPIO.BOARD.39", "RPI_GPIO.BCM.39"])
def test_a_number_that_is_no_pin_in_either_way_is_told_nothing_more(name):
    with pytest.raises(ConfigError, match=f"PIN='{name}'$"):
        parse_pin(name, setting="PIN")


@pytest.mark.parametrize("wire", ["RPI_GPIO.BCM.2", "RPI_GPIO.BOARD.5"])
def test_a_motor_is_kept_off_the_wires_of_the_bus(wire):
    """What used to happen: the car started, and the bus drove the motor."""
    with pytest.raises(ConfigError, match="a wire of I2C bus 1, which `SERVO_PIN` needs. Received"):
        named_pins({"MOTOR_PIN": wire, "SERVO_PIN": "PCA9685.1:40.1"})
    assert len(named_pins({"MOTOR_PIN": wire, "SERVO_PIN": "PCA9685.3:40.1"})) == 2
    assert len(named_pins({"MOTOR_PIN": wire, "SERVO_PIN": "PWM.0.1"})) == 2


def test_two_settings_may_not_name_the_same_pin():
    with pytest.raises(ConfigError, match="`B_PIN` and `A_PIN` must be different pins"):
        named_pins({"A_PIN": "PCA9685.1:40.0", "B_PIN": "PCA9685.1:0x40.0"})


def test_one_pin_with_two_names_is_one_pin():
    with pytest.raises(ConfigError, match="different pins. Received: 'RPI_GPIO.BCM.13' and"):
        named_pins({"A_PIN": "RPI_GPIO.BCM.13", "B_PIN": "RPI_GPIO.BOARD.33"})
    assert len(named_pins({"A_PIN": "RPI_GPIO.BCM.13", "B_PIN": "RPI_GPIO.BOARD.32"})) == 2


@pytest.mark.parametrize(
    "name", ["RPI_GPIO.BOARD.1", "RPI_GPIO.BOARD.41", "RPI_GPIO.BCM.28", "PCA9685.1:40.16"]
)
def test_a_pin_that_no_board_has_is_refused_by_its_setting(name):
    with pytest.raises(ConfigError, match=r"`A_PIN` must .* Received: A_PIN="):
        parse_pin(name, setting="A_PIN")
