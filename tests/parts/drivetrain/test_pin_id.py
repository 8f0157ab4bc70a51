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
    with pytest.raises(ConfigError, match=f"pigpio does not run .* Write {instead}, or 'PWM.0.1'"):
        parse_pin(text, setting="PIN")


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
