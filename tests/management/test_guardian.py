"""A created car, started as its owner starts it, on an emulated PCA9685."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import donkeycar
from donkeycar.management import guardian, last_stop
from donkeycar.management.createcar import create_car
from donkeycar.testing import PCA9685Chip, VESCBoard

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="cars run Linux")

PACKAGE = str(Path(donkeycar.__file__).parents[1])
NEUTRAL, HALF = 370, 435

# Loaded by every Python below: the bus of the computer is the emulated chip, and claimed as that.
SITE = """
import os
import zlib
from pathlib import Path
from donkeycar.parts.drivetrain import i2c_bus
from donkeycar.guardian import claim
from donkeycar.testing import FakeI2C, PCA9685Chip
claim.NAMESPACE = f"donkeycar-{zlib.crc32(os.environ['EMULATED_CHIP'].encode()):x}"
i2c_bus.LinuxI2C = lambda number: FakeI2C(PCA9685Chip(Path(os.environ["EMULATED_CHIP"])))
"""


class Car:
    """A car in a folder, and the chip that its wheels are wired to."""

    def __init__(self, folder):
        self.chip = PCA9685Chip(folder / "chip")
        self.path = folder / "car"
        create_car(self.path)
        site = folder / "site"
        site.mkdir()
        (site / "sitecustomize.py").write_text(SITE)
        self.environment = {
            **os.environ,
            "PYTHONPATH": f"{site}:{PACKAGE}",
            "EMULATED_CHIP": str(folder / "chip"),
        }
        self.processes = []

    def start(self, *settings, **options):
        words = [f"--set={setting}" for setting in ("CAMERA_TYPE=MOCK", "WEB_CONTROL_PORT=0")]
        words += [f"--set={setting}" for setting in settings]
        process = subprocess.Popen(
            [sys.executable, "manage.py", "drive", *words],
            cwd=self.path, env=self.environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options,
        )  # fmt: skip
        self.processes.append(process)
        return process

    def wait_for(self, ticks, timeout_s=30):
        deadline_s = time.monotonic() + timeout_s
        while self.chip.ticks(0) != ticks:
            assert time.monotonic() < deadline_s, self.chip.trace.changes[-5:]
            time.sleep(0.005)

    def vehicle(self, process):
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
        return int(children.split()[-1])

    def close(self):
        for process in self.processes:
            process.kill()
            process.communicate()
        self.chip.close()


@pytest.fixture
def car(tmp_path):
    car = Car(tmp_path)
    yield car
    car.close()


# It drives at half throttle, as a stand-in for a gamepad tells it.
MOCK_PAD = (
    "USE_JOYSTICK_AS_DEFAULT=True", "CONTROLLER_TYPE=mock", "MOCK_JOYSTICK_THROTTLE=0.5",
)  # fmt: skip
DRIVING = ("DRIVE_TRAIN_TYPE=PWM_STEERING_THROTTLE", *MOCK_PAD)


@pytest.fixture
def driving(car):
    process = car.start(*DRIVING)
    car.wait_for(HALF)
    return process


def test_only_the_guardian_holds_the_motor_and_it_is_small(car, driving):
    vehicle = car.vehicle(driving)
    assert {change.pid for change in car.chip.trace.changes} == {driving.pid}
    maps = Path(f"/proc/{driving.pid}/maps").read_text()
    assert "numpy" not in maps
    assert "numpy" in Path(f"/proc/{vehicle}/maps").read_text()
    assert len(os.listdir(f"/proc/{driving.pid}/task")) == 1


def test_the_start_sends_neutral_before_anything_else(car, driving):
    motor = [change.ticks for change in car.chip.trace.changes if change.channel == 0]
    assert motor[0] == NEUTRAL
    assert motor == sorted(motor)


def test_a_killed_car_stops_and_the_exit_code_says_so(car, driving):
    os.kill(car.vehicle(driving), signal.SIGKILL)
    car.wait_for(NEUTRAL, timeout_s=5)
    car.wait_for(0, timeout_s=10)
    assert driving.wait(30) == 128 + signal.SIGKILL


def test_a_servo_board_that_another_program_set_up_stops_the_car_and_says_why(car, driving):
    car.chip.transfer(0x40, bytes([0x00, 0x30]))
    car.chip.transfer(0x40, bytes([0xFE, 121]))
    car.chip.transfer(0x40, bytes([0x00, 0x20]))
    car.wait_for(NEUTRAL, timeout_s=5)
    assert car.chip[0xFE] == 101
    driving.send_signal(signal.SIGINT)
    said, _ = driving.communicate(timeout=20)
    assert "at address 0x40 was set to 50 Hz by another program" in said


def test_ctrl_c_while_a_vesc_drives_is_a_good_end(car, tmp_path):
    # What used to happen: the vehicle could not open the port that its guardian held, said "The
    # motor is not off yet" and was killed after ten seconds, with exit code 137.
    board = VESCBoard(tmp_path / "ttyACM0")
    process = car.start("DRIVE_TRAIN_TYPE=VESC", f"VESC_SERIAL_PORT={board.device.path}", *MOCK_PAD)
    try:
        deadline_s = time.monotonic() + 30
        while board.duty == 0:
            assert time.monotonic() < deadline_s
            time.sleep(0.005)
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=20)
    finally:
        board.device.close()
    assert (process.returncode, board.duty) == (0, 0.0)
    assert "not off" not in said


def test_without_its_guardian_the_car_stops_the_motor_itself(car, driving):
    driving.kill()
    car.wait_for(0, timeout_s=5)
    assert car.chip.trace.changes[-1].pid != driving.pid


def test_without_its_guardian_and_without_a_bus_nobody_gives_up(car, driving):
    # What used to happen: the vehicle tried once and left, and half throttle stayed for ever.
    car.chip.fail("nack")
    driving.kill()
    driving.wait()
    time.sleep(0.5)
    late = car.start("DRIVE_TRAIN_TYPE=PWM_STEERING_THROTTLE")
    refusal, _ = late.communicate(timeout=20)
    assert late.returncode == 1
    assert f"process {driving.pid}, which is gone, but the rest of its car is still" in refusal
    assert car.chip.ticks(0) == HALF
    car.chip.fail()
    car.wait_for(0, timeout_s=5)
    said, _ = driving.communicate(timeout=20)
    assert "The motor is not off yet: No PCA9685 answers at address 0x40" in said
    assert "its watchdog switched the motor off" in said


def test_a_service_that_is_stopped_without_a_bus_ends_when_the_motor_is_off(car, driving):
    """Everybody is asked to end, again and again; the last key stays."""
    children = Path(f"/proc/{driving.pid}/task/{driving.pid}/children").read_text().split()
    car.chip.fail("stuck")
    for _ in range(3):
        for pid in (driving.pid, *map(int, children)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        time.sleep(0.3)
    assert car.chip.ticks(0) == HALF
    assert driving.poll() is None
    car.chip.fail()
    car.wait_for(NEUTRAL, timeout_s=5)
    car.wait_for(0, timeout_s=10)
    driving.communicate(timeout=20)


def test_a_service_whose_processes_are_all_killed_at_once_is_switched_off(car, tmp_path):
    """As systemd does: the folder of the service, SIGKILL for all, then the first ExecStopPost."""
    folder = tmp_path / "run"
    folder.mkdir(mode=0o700)
    car.environment["RUNTIME_DIRECTORY"] = str(folder)
    process = car.start(*DRIVING)
    car.wait_for(HALF)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    # Stopped before they are killed: else the last one alive may be quick enough to switch off.
    for number in (signal.SIGSTOP, signal.SIGKILL):
        for pid in (process.pid, *map(int, children)):
            os.kill(pid, number)
    process.wait()
    assert car.chip.ticks(0) == HALF
    (car.path / "myconfig.py").write_text("DRIVE_TRAIN_TYPE = ")  # somebody is writing it
    words = [sys.executable, "-P", last_stop.__file__]
    subprocess.run(words, env=car.environment, check=True, timeout=20)
    assert car.chip.ticks(0) == 0


def named(text, among):
    """What `pkill -f` would find, of some processes."""
    return [pid for pid in among if text in Path(f"/proc/{pid}/cmdline").read_text()]


@pytest.mark.parametrize("how", ["its job", "its name"])
def test_whoever_kills_a_car_by_its_job_or_its_name_leaves_its_watchdog(car, driving, how):
    children = Path(f"/proc/{driving.pid}/task/{driving.pid}/children").read_text().split()
    family = [driving.pid, *map(int, children)]
    job = [pid for pid in family if os.getpgid(pid) == os.getpgid(driving.pid)]
    doomed = job if how == "its job" else named("manage.py", family)
    assert len(doomed) == 2
    for pid in doomed:
        os.kill(pid, signal.SIGKILL)
    car.wait_for(0, timeout_s=5)
    assert car.chip.trace.changes[-1].pid not in doomed


def test_ctrl_c_is_a_good_end(car, driving):
    driving.send_signal(signal.SIGINT)
    car.wait_for(NEUTRAL, timeout_s=5)
    assert driving.wait(15) == 0


def in_the_background():
    """What a shell does to a job that a script starts with `&`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def test_a_car_in_the_background_ends_by_the_signal_that_is_asked_for(car):
    process = car.start(*DRIVING, preexec_fn=in_the_background)
    car.wait_for(HALF)
    process.send_signal(signal.SIGINT)
    car.wait_for(NEUTRAL, timeout_s=5)
    assert process.wait(15) == 0


def test_a_car_in_the_background_can_be_ended_before_it_has_a_guardian(car):
    # It did not hear that, started, and drove.
    slow = 'print("reading", flush=True)\n__import__("time").sleep(3)\n'
    (car.path / "myconfig.py").write_text(slow)
    process = car.start(*DRIVING, preexec_fn=in_the_background)
    while "reading" not in process.stdout.readline():
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    assert process.wait(15) == 130
    assert not car.chip.trace.changes


def test_a_simulated_car_does_what_its_guardian_lets_through(car):
    manage_py = (car.path / "manage.py").read_text()
    speed = '    print("speed", world.car.forward_mps)\n'
    (car.path / "manage.py").write_text(
        manage_py.replace("\n\n\nif __name__", f"\n{speed}\n\nif __name__")
    )
    process = car.start(
        "CAMERA_TYPE=SIM", "DRIVE_TRAIN_TYPE=SIM", "MAX_LOOPS=40", "USE_JOYSTICK_AS_DEFAULT=True",
        "CONTROLLER_TYPE=mock", "MOCK_JOYSTICK_THROTTLE=0.5",
    )  # fmt: skip
    output, _ = process.communicate(timeout=30)
    assert float(output.split("speed ")[1]) > 0.3, output


def test_hardware_that_does_not_answer_is_one_line(car):
    car.chip.fail("nack")
    process = car.start("DRIVE_TRAIN_TYPE=PWM_STEERING_THROTTLE")
    output, _ = process.communicate(timeout=20)
    assert process.returncode == 1
    assert output.startswith("manage.py: error: No PCA9685 answers at address 0x40")
    assert output.count("\n") == 1


def test_a_guardian_is_not_started_twice(monkeypatch):
    monkeypatch.delenv("DONKEYCAR_GUARDIAN_FD", raising=False)
    assert not guardian.is_guarded()
    monkeypatch.setenv("DONKEYCAR_GUARDIAN_FD", "3")
    assert guardian.is_guarded()
