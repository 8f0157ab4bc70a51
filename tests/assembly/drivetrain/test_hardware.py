"""The names by which hardware is claimed: one for each piece, however it is spelt."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import donkeycar
from donkeycar.assembly.drivetrain.emergency_off import shut_off
from donkeycar.assembly.drivetrain.hardware import hardware_of, load_drivers
from donkeycar.assembly.drivetrain.table import DRIVETRAINS
from donkeycar.assembly.drivetrain.wiring import PinWiring, pieces
from donkeycar.errors import ConfigError, DeviceError
from donkeycar.parts.drivetrain.pca9685 import PCA9685
from donkeycar.parts.drivetrain.pin_id import parse_pin
from donkeycar.parts.drivetrain.pins import Board, Pins
from donkeycar.settings.schema import SETTINGS
from donkeycar.testing import FakeI2C, PCA9685Chip

MOVES_NOTHING = {"MOCK", "SIM"}
PACKAGE = str(Path(donkeycar.__file__).parents[1])


@pytest.fixture
def settings():
    return {name: setting.default for name, setting in SETTINGS.items()}


def names(settings, *pins):
    entries = dict(zip(("PWM_STEERING_PIN", "PWM_THROTTLE_PIN"), pins, strict=True))
    return hardware_of("PWM_STEERING_THROTTLE", {**settings, "PWM_STEERING_THROTTLE": entries})


def test_no_drivetrain_is_forgotten(settings):
    for kind in DRIVETRAINS:
        assert bool(hardware_of(kind, settings)) == (kind not in MOVES_NOTHING), kind


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("PCA9685.1:40.0", "PCA9685.01:0x40.5"),
        ("PCA9685.1:40.0", "PCA9685.1:40.15"),
        ("RPI_GPIO.BOARD.33", "RPI_GPIO.BCM.13"),
        ("RPI_GPIO.BOARD.3", "RPI_GPIO.BCM.02"),
    ],
)
def test_one_piece_has_one_name_however_it_is_spelt(settings, one, other):
    assert len(names(settings, one, other)) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("PCA9685.1:40.0", "PCA9685.1:41.0"),
        ("PCA9685.1:40.0", "PCA9685.3:40.0"),
        ("RPI_GPIO.BOARD.33", "RPI_GPIO.BCM.12"),
        ("PWM.0.0", "PWM.0.1"),
    ],
)
def test_two_pieces_have_two_names(settings, one, other):
    assert len(names(settings, one, other)) == 2


def test_the_header_is_the_one_that_gpiozero_knows():
    from gpiozero.pins.mock import MockFactory

    factory = MockFactory(revision="c04170")
    for board in range(1, 41):
        found = factory.board_info.find_pin(f"BOARD{board}")
        numbers = {info.name for _, info in found}
        for number in range(28):
            if f"GPIO{number}" in numbers:
                settings = {"X": {"A_PIN": f"RPI_GPIO.BOARD.{board}"}}
                (name,) = _named("X", settings)
                assert name == f"pin GPIO{number}"
    factory.close()


def _named(kind, settings):
    from donkeycar.assembly.drivetrain.hardware import _name

    return [_name(piece) for piece in pieces(PinWiring(kind), settings)]


def test_settings_of_old_cars_name_the_same_chip(settings):
    new = names(settings, "PCA9685.1:40.0", "PCA9685.1:40.1")
    for bus in (None, 1):
        old = {**settings, "PCA9685_I2C_BUSNUM": bus, "PCA9685_I2C_ADDR": 0x40}
        assert hardware_of("I2C_SERVO", old) == hardware_of("SERVO_ESC", old) == new


def test_a_link_to_a_port_is_the_port(settings, tmp_path):
    (tmp_path / "ttyACM0").touch()
    (tmp_path / "by-id").symlink_to(tmp_path / "ttyACM0")
    ports = [tmp_path / "ttyACM0", tmp_path / "by-id"]
    claimed = [hardware_of("VESC", {**settings, "VESC_SERIAL_PORT": str(port)}) for port in ports]
    assert claimed[0] == claimed[1] == [f"serial port {tmp_path / 'ttyACM0'}"]


def test_an_impossible_pin_is_refused(settings):
    with pytest.raises(ConfigError, match="PWM_STEERING_PIN"):
        names(settings, "pin 7", "PCA9685.1:40.0")


def test_a_library_that_is_missing_is_left_to_its_driver(settings, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "adafruit_pca9685", None)
    for kind in DRIVETRAINS:
        load_drivers(kind, settings, also_threaded=False)


LOADED = """
import json, sys
from donkeycar.assembly.drivetrain.hardware import load_drivers
from donkeycar.parts.drivetrain.pins import Board
from donkeycar.assembly.drivetrain.emergency_off import shut_off
from donkeycar.testing import FakeI2C, GpioHeader, PCA9685Chip
kind, settings = sys.argv[1], json.load(sys.stdin)
board = Board(open_bus=lambda number: FakeI2C(PCA9685Chip()), lgpio=GpioHeader().lgpio)
load_drivers(kind, settings, also_threaded=True)
before = set(sys.modules)
try:
    shut_off(kind, settings, board=board)
except OSError:
    pass  # a serial port that is not there
print(sorted(name for name in set(sys.modules) - before if name.startswith("donkeycar")))
"""


@pytest.mark.parametrize("kind", sorted(set(DRIVETRAINS) - MOVES_NOTHING))
def test_to_switch_off_needs_no_code_from_the_disk(settings, kind):
    # What used to happen: watchdog and vehicle read pulse_output.py and its like when the guardian
    # had died. With no file descriptor left, a broken card or another version of donkeycar just
    # installed, the motor ran on.
    ports = {"VESC_SERIAL_PORT": "/nonexistent", "MM1_SERIAL_PORT": "/nonexistent"}
    said = subprocess.run(
        [sys.executable, "-c", LOADED, kind], input=json.dumps({**settings, **ports}, default=dict),
        env={**os.environ, "PYTHONPATH": PACKAGE}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert said.stdout == "[]\n"


def test_a_chip_that_a_driver_of_the_kernel_holds_is_refused(tmp_path):
    # Two would drive it: i2c-dev lets everybody write, also to an address that a driver has.
    device = tmp_path / "1-0040"
    device.mkdir()
    (tmp_path / "pca9685-pwm").mkdir()
    (device / "driver").symlink_to(tmp_path / "pca9685-pwm")
    chip = PCA9685Chip()
    board = Board(open_bus=lambda number: FakeI2C(chip), i2c_devices=tmp_path)
    pins = Pins(board)
    with pytest.raises(DeviceError, match="belongs to a driver of the kernel, pca9685-pwm"):
        pins.pulse(parse_pin("PCA9685.1:40.0", setting="PIN"))
    assert chip[0x00] == 0x11, "as it was"
    pins.pulse(parse_pin("PCA9685.2:40.0", setting="PIN"))


@pytest.mark.parametrize(("fault", "advice"), [("stuck", "held low"), ("nack", "wires and power")])
def test_a_stuck_bus_is_no_question_of_power(fault, advice):
    chip = PCA9685Chip()
    chip.fail(fault)
    with pytest.raises(DeviceError, match=f"No PCA9685 answers.*{advice}"):
        PCA9685(FakeI2C(chip))


# The emergency off.

CHIP = {"PWM_STEERING_PIN": "PCA9685.1:40.1", "PWM_THROTTLE_PIN": "PCA9685.1:40.0"}


def test_the_second_key_switches_off_and_lets_go(hardware):
    """Pins, and lines that one program alone may open, are free for the next one who tries."""
    for kind in ("DC_TWO_WHEEL", "SERVO_HBRIDGE_3PIN", "MM1", "VESC"):
        for _ in range(2):
            shut_off(kind, hardware.settings, board=hardware.board, clock=hardware.clock)


def test_what_fails_half_way_leaves_nothing_open(hardware):
    # What used to happen: the pin that did open was in the way of every later try.
    pins = {**hardware.settings["DC_STEER_THROTTLE"], "BWD_DUTY_PIN": "PWM.7.0"}
    broken = {**hardware.settings, "DC_STEER_THROTTLE": pins}
    for _ in range(3):
        with pytest.raises(OSError, match="PWM chip 7"):
            shut_off("DC_STEER_THROTTLE", broken, board=hardware.board, clock=hardware.clock)
    assert not any(hardware.header.values.values())
    shut_off("DC_STEER_THROTTLE", hardware.settings, board=hardware.board, clock=hardware.clock)


def test_a_vesc_that_is_taken_is_tried_again_and_then_off(hardware):
    settings, made = hardware.settings, {"board": hardware.board, "clock": hardware.clock}
    first = hardware.make("VESC")
    with pytest.raises(OSError, match=os.strerror(errno.EAGAIN)):
        shut_off("VESC", settings, **made)
    first._line.close()
    shut_off("VESC", settings, **made)
