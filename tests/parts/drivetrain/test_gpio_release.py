"""A pin of the Pi after the death of the program that drove it, and whoever comes next."""

import os
import socket
import statistics
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from donkeycar.assembly.drivetrain.emergency_off import shut_off
from donkeycar.assembly.drivetrain.table import make_output
from donkeycar.guardian import FD_VARIABLE
from donkeycar.testing import GpioHeader

MOTORS = ("SERVO_HBRIDGE_2PIN", "SERVO_HBRIDGE_3PIN", "DC_STEER_THROTTLE", "DC_TWO_WHEEL")
# Forward at full throttle.
POWER = {
    "SERVO_HBRIDGE_2PIN": "GPIO24",
    "SERVO_HBRIDGE_3PIN": "GPIO19",
    "DC_STEER_THROTTLE": "GPIO22",
    "DC_TWO_WHEEL": "GPIO24",
}


def die_while_high(hardware, kind, header):
    """A process that drives at full throttle is killed while its pin is high; its board."""
    board = replace(hardware.board, lgpio=header.process())
    output = make_output(kind, hardware.settings, board=board, clock=hardware.clock)
    output.write(0.0, 1.0)
    hardware.clock.advance(0.06)
    while not header.level(POWER[kind]):
        hardware.clock.advance(0.001)
    board.lgpio.die()
    return output


@pytest.mark.parametrize("kind", MOTORS)
def test_a_pin_that_was_high_stays_high_until_the_second_key_opens_it(hardware, kind):
    # What used to be emulated: pins that were low as soon as nobody held them.
    header = hardware.header
    die_while_high(hardware, kind, header)
    hardware.clock.advance(1.0)
    assert header.level(POWER[kind]) == 1, "full power, and no pulse will end it"
    shut_off(kind, hardware.settings, board=hardware.board, clock=hardware.clock)
    assert header.level(POWER[kind]) == 0
    hardware.clock.advance(1.0)
    assert header.level(POWER[kind]) == 0, "it stays so when the key is let go of"


def test_with_strict_gpiod_a_pin_is_let_go_at_once(hardware):
    header = GpioHeader(clock=hardware.clock, persists=False)
    die_while_high(hardware, "DC_TWO_WHEEL", header)
    assert header.level("GPIO24") is None, "the resistor decides"


def test_while_the_kernel_has_not_taken_the_pins_back_the_key_fails_and_is_turned_again(hardware):
    board = replace(hardware.board, lgpio=hardware.header.process())
    make_output("DC_TWO_WHEEL", hardware.settings, board=board, clock=hardware.clock)
    made = {"board": hardware.board, "clock": hardware.clock}
    for _ in range(3):
        with pytest.raises(OSError, match="is in use by another program"):
            shut_off("DC_TWO_WHEEL", hardware.settings, **made)
    board.lgpio.die()
    shut_off("DC_TWO_WHEEL", hardware.settings, **made)


def test_the_second_key_takes_a_few_milliseconds(hardware):
    # On emulated pins; what lgpio's own calls take comes on top.
    took_s = []
    for _ in range(20):
        die_while_high(hardware, "DC_TWO_WHEEL", hardware.header)
        start_s = time.perf_counter()
        shut_off("DC_TWO_WHEEL", hardware.settings, board=hardware.board, clock=hardware.clock)
        took_s.append(time.perf_counter() - start_s)
        assert hardware.header.level("GPIO24") == 0
    assert statistics.median(took_s) < 0.020


VEHICLE = """
import sys
from donkeycar.assembly.drivetrain.connect import connect_drivetrain
from donkeycar.settings.schema import SETTINGS
settings = {name: setting.default for name, setting in SETTINGS.items()}
connect_drivetrain(sys.argv[1], settings)
for name in ("lgpio", "smbus2", "serial", "gpiozero"):
    print(int(name in sys.modules), end="")
"""


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="lgpio is not for this version of Python")
@pytest.mark.skipif(sys.platform != "linux", reason="a vehicle is a process of Linux")
@pytest.mark.parametrize(
    ("kind", "loaded"),
    [("SERVO_HBRIDGE_2PIN", "1000"), ("PWM_STEERING_THROTTLE", "0100"), ("VESC", "0010")],
)
def test_the_vehicle_has_the_library_of_its_second_key_loaded(tmp_path, kind, loaded):
    # What used to happen: it was loaded once the guardian was dead, gpiozero in 0.3 s on a fast
    # computer, and so long the motor ran.
    ours, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
    with ours, theirs:
        done = subprocess.run(
            [sys.executable, "-c", VEHICLE, kind],
            env={**os.environ, FD_VARIABLE: str(theirs.fileno())},
            pass_fds=[theirs.fileno()], cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert (done.stdout, done.stderr) == (loaded, "")
