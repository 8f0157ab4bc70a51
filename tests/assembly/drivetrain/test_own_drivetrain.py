"""A drivetrain of one's own touches three places, and the whole of donkeycar knows it then."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from donkeycar.testing.serial_device import SerialDevice
from tests.assembly.additions import ADDITIONS
from tests.assembly.test_additions import Tree

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="cars run Linux")

STILL, OFF, HALF = bytes([100, 100]), bytes([100, 0]), bytes([100, 150])


@pytest.fixture(scope="module")
def changed(compiled, tmp_path_factory):
    """The folder of a copy of donkeycar with the three places changed."""
    tree = Tree(compiled, tmp_path_factory.mktemp("donkeycar"))
    for place, what in ADDITIONS["drivetrain"][0].items():
        tree.add(place, what)
    return tree.folder


class Car:
    """A car in a folder whose wheels are the board."""

    def __init__(self, folder, copy):
        self.heard = bytearray()
        self.device = SerialDevice(folder / "ttyTOY", received=self._take)
        self.environment = {**os.environ, "PYTHONPATH": str(copy)}
        self.path, self.process = folder / "car", None
        assert self.donkey("createcar").returncode == 0
        with (self.path / "myconfig.py").open("a") as file:
            file.write(
                "CAMERA_TYPE = 'MOCK'\nDRIVE_TRAIN_TYPE = 'TOY'\n"
                f"TOY_SERIAL_PORT = {str(self.device.path)!r}\nWEB_CONTROL_PORT = 0\n"
                "USE_JOYSTICK_AS_DEFAULT = True\nCONTROLLER_TYPE = 'mock'\n"
                "MOCK_JOYSTICK_THROTTLE = 0.5\n"
            )

    def _take(self, data):
        self.heard += data
        return b""

    def donkey(self, *words):
        return subprocess.run(
            [sys.executable, "-m", "donkeycar.management.cli", *words, "--path", str(self.path)],
            env=self.environment, cwd=self.path.parent, capture_output=True, text=True, check=False,
        )  # fmt: skip

    def drive(self):
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "drive"], cwd=self.path, env=self.environment,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def wait_for(self, order, timeout_s=60):
        deadline_s = time.monotonic() + timeout_s
        while bytes(self.heard[-2:]) != order:
            assert time.monotonic() < deadline_s, bytes(self.heard[-20:])
            time.sleep(0.01)

    def close(self):
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
        self.device.close()


@pytest.fixture
def car(tmp_path, changed):
    car = Car(tmp_path, changed)
    yield car
    car.close()


def test_it_drives_under_a_guardian_and_is_off_when_the_car_is_killed(car):
    car.drive()
    car.wait_for(HALF)
    assert car.heard.startswith(OFF), "nothing but off before it is armed"
    children = Path(f"/proc/{car.process.pid}/task/{car.process.pid}/children").read_text()
    vehicle = int(children.split()[-1])
    os.kill(vehicle, signal.SIGKILL)
    car.wait_for(OFF)
    assert car.heard.index(HALF + STILL) < car.heard.rindex(OFF), "neutral first, then off"


def test_the_commands_know_it(car):
    doctor = car.donkey("doctor").stdout
    assert f"serial       {car.device.path} is there" in doctor
    assert "motor        free" in doctor
    assert "DRIVE_TRAIN_TYPE" not in doctor, "nothing is wrong with its word"
    assert not car.heard

    calibrate = car.donkey("calibrate")
    assert "TOY has no pulses to calibrate: its board knows them" in calibrate.stderr

    assert car.donkey("neutral", "--off").returncode == 0
    car.wait_for(OFF)

    # It is real, unless its word says otherwise: what nobody uses of the wiring stops the car.
    with (car.path / "myconfig.py").open("a") as file:
        file.write("THROTTLE_CHANNEL = 3\n")
    assert "THROTTLE_CHANNEL is wiring or calibration that DRIVE_TRAIN_TYPE TOY does not use" in (
        car.donkey("calibrate").stderr
    )
