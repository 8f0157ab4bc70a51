"""What switches the motor off after every end of a service: fast, and without any settings."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

import donkeycar
from donkeycar.assembly.drivetrain.hardware import chips_of, hardware_of
from donkeycar.guardian import claim
from donkeycar.guardian.claim import Claim
from donkeycar.management import guardian, last_stop, neutral
from donkeycar.parts.drivetrain import i2c_bus
from donkeycar.settings.schema import SETTINGS
from donkeycar.testing import FakeClock, I2CAdapter, PCA9685Chip

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="cars run Linux")

PACKAGE = str(Path(donkeycar.__file__).parents[1])
# A bus that hardly any other test claims at the same time.
BUS = 100 + os.getpid() % 900
PINS = {
    "PWM_STEERING_PIN": f"PCA9685.{BUS}:40.1",
    "PWM_THROTTLE_PIN": f"PCA9685.{BUS}:40.0",
}
KIND = "PWM_STEERING_THROTTLE"
RUNNING = (bytes([0x00, 0x21]), bytes([0x06, 0, 0, 0xF4, 0x01]))


@pytest.fixture
def chip():
    chip = PCA9685Chip()
    for data in RUNNING:
        chip.transfer(0x40, data)
    i2c_bus.open_bus.cache_clear()
    with I2CAdapter(chip, number=BUS, clock=FakeClock()).installed():
        yield chip
    i2c_bus.open_bus.cache_clear()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """What systemd makes for the service."""
    folder = tmp_path / "run"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("RUNTIME_DIRECTORY", f"{folder}:/run/another")
    return folder


def settings_of(**pins):
    settings = {name: setting.default for name, setting in SETTINGS.items()}
    settings[KIND] = {**settings[KIND], **PINS, **pins}
    return settings


def leave(**pins):
    settings = json.loads(json.dumps(settings_of(**pins), default=str))
    names, chips = hardware_of(KIND, settings), chips_of(KIND, settings)
    last_stop.leave(KIND, settings, names=names, chips=chips)
    return names


def test_a_motor_that_was_left_running_is_switched_off(chip, folder):
    leave()
    assert chip.ticks(0) == 500
    assert last_stop.main() == 0
    assert chip.ticks(0) == 0


def test_what_is_left_is_for_the_user_of_the_service_alone(folder):
    leave()
    leave()  # after a start once more
    assert [path.name for path in folder.iterdir()] == [last_stop.FILE]
    assert stat.S_IMODE((folder / last_stop.FILE).stat().st_mode) == 0o600


def test_a_link_that_a_stranger_put_there_is_not_followed(folder, tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (folder / f"{last_stop.FILE}.{os.getpid()}").symlink_to(victim)
    with pytest.raises(FileExistsError):
        leave()
    assert victim.read_text() == "mine"


def test_without_a_service_nothing_is_left_and_nothing_done(chip, monkeypatch, tmp_path):
    monkeypatch.delenv("RUNTIME_DIRECTORY", raising=False)
    leave()
    assert last_stop.main() == 0
    assert chip.ticks(0) == 500


def test_without_a_guardian_nothing_is_done(chip, folder):
    assert last_stop.main() == 0
    assert chip.ticks(0) == 500


def test_it_tries_until_the_bus_answers(chip, folder):
    leave()
    transfer, failures = chip.transfer, ["stuck", "low", "high", "nack", ""]

    def fail_in_turn(*words):
        if failures:
            chip.fail(failures.pop(0))
        return transfer(*words)

    chip.transfer = fail_in_turn
    assert last_stop.main() == 0
    assert not failures
    assert chip.ticks(0) == 0


def test_a_car_that_somebody_drives_is_left_alone(chip, folder, capsys):
    with_guardian = Claim(leave(), level=Claim.SOLE)
    try:
        assert last_stop.main() == 1
    finally:
        with_guardian.close()
    assert (
        f"Only one program at a time may hold the motor: I2C bus {BUS}" in capsys.readouterr().err
    )
    assert chip.ticks(0) == 500


def test_what_is_not_on_a_chip_is_switched_off_by_its_driver(chip, folder, monkeypatch):
    monkeypatch.setattr(claim, "NAMESPACE", f"donkeycar-{BUS}")
    made = []
    monkeypatch.setattr(
        "donkeycar.assembly.drivetrain.emergency_off.make_output",
        lambda kind, settings, **made_of: made.append((kind, settings[kind]["PWM_STEERING_PIN"])),
    )
    leave(PWM_STEERING_PIN="RPI_GPIO.BCM.27")
    assert last_stop.main() == 0
    assert made == [(KIND, "RPI_GPIO.BCM.27")]
    assert chip.ticks(0) == 0


def test_a_library_that_is_missing_is_named_and_not_waited_for(chip, folder, monkeypatch, capsys):
    leave()
    monkeypatch.setitem(sys.modules, "smbus2", None)
    assert last_stop.main() == 1
    assert "I2C needs smbus2" in capsys.readouterr().err


def test_what_is_half_written_is_left_to_neutral(folder, capsys):
    (folder / last_stop.FILE).write_text('{"kind": ')
    assert last_stop.main() == 1
    assert "donkey neutral follows" in capsys.readouterr().err


def test_a_guardian_leaves_it_before_it_opens_the_motor(chip, folder, monkeypatch):
    seen = []

    def hold_motor(names, **_):
        seen.append((names, json.loads((folder / last_stop.FILE).read_text())["chips"]))
        return 0

    monkeypatch.setattr("donkeycar.guardian.process.hold_motor", hold_motor)
    settings = {**settings_of(), "DRIVE_TRAIN_TYPE": KIND, "HAVE_CONSOLE_LOGGING": False}
    assert guardian._guard(settings, ["true"]) == 0
    assert seen == [([f"I2C bus {BUS}, address 0x40"], [[BUS, 0x40]])]


def test_a_guardian_drives_though_nothing_can_be_left(chip, folder, monkeypatch, capfd):
    folder.rmdir()
    monkeypatch.setattr("donkeycar.guardian.process.hold_motor", lambda names, **_: 0)
    settings = {**settings_of(), "DRIVE_TRAIN_TYPE": KIND, "HAVE_CONSOLE_LOGGING": False}
    assert guardian._guard(settings, ["true"]) == 0
    assert "If all three processes are killed at once" in capfd.readouterr().err


# The program as systemd starts it: no site-packages, no settings, nothing heavy.

PROGRAM = """
import sys
bare = list(sys.path)
sys.path[:0] = {path!r}
from pathlib import Path
from donkeycar.testing import I2CAdapter, PCA9685Chip
with I2CAdapter(PCA9685Chip(Path({chip!r})), number={bus}).installed():
    for name in [each for each in sys.modules if each.startswith("donkeycar")]:
        del sys.modules[name]
    sys.path[:] = bare
    before = set(sys.modules)
    import runpy, time
    started_s = time.process_time()
    try:
        runpy.run_path({program!r}, run_name="__main__")
    except SystemExit as end:
        print(end.code, time.process_time() - started_s, *sorted(set(sys.modules) - before))
"""


@pytest.fixture
def program(tmp_path, folder):
    path = tmp_path / "chip"
    chip = PCA9685Chip(path)
    for data in RUNNING:
        chip.transfer(0x40, data)
    leave()
    script = PROGRAM.format(bus=BUS, path=sys.path, chip=str(path), program=last_stop.__file__)
    words = [sys.executable, "-I", "-S", "-c", script]
    yield chip, lambda: subprocess.run(words, capture_output=True, text=True, check=False)
    chip.close()


def test_it_loads_the_driver_of_the_bus_and_nothing_else(program):
    # What used to happen: a Python with all settings and drivers was started, which took a small Pi
    # one to three seconds in which the motor ran.
    chip, run = program
    done = run()
    assert done.stderr == ""
    code, process_s, *loaded = done.stdout.split()
    assert code == "0"
    assert chip.ticks(0) == 0
    heavy = ("donkeycar.config", "donkeycar.settings", "donkeycar.management", "adafruit", "numpy")
    assert [name for name in loaded if name.startswith(heavy)] == []
    assert float(process_s) < 0.05


def test_settings_that_are_no_python_at_that_moment_do_not_matter(tmp_path, program):
    chip, run = program
    (tmp_path / "myconfig.py").write_text("DRIVE_TRAIN_TYPE = ")
    assert run().stdout.startswith("0 ")
    assert chip.ticks(0) == 0


def test_neutral_waits_for_the_node_and_the_group_of_its_device(chip, tmp_path, monkeypatch):
    # Early at boot there is no /dev/i2c-1 yet, and then it belongs to root alone for a moment.
    opened, waits = i2c_bus.LinuxI2C, [FileNotFoundError(2, "none"), PermissionError(13, "root's")]

    def late(number):
        if waits:
            error = waits.pop(0)
            raise i2c_bus.DeviceError(f"I2C bus {number} does not open: {error}") from error
        return opened(number)

    monkeypatch.setattr(i2c_bus, "LinuxI2C", late)
    neutral._open(KIND, settings_of())
    assert not waits
    assert chip.ticks(0) == 0
