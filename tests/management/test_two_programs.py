"""Whoever comes second moves nothing, and is told who has the motor, and the port."""

import os
import signal
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from benchmarks.safety.two_programs import PAIRS, second_is_harmless
from donkeycar.config import load_config
from donkeycar.errors import DeviceError
from donkeycar.guardian.claim import Claim
from donkeycar.management import car as car_command
from donkeycar.management import neutral
from donkeycar.management.before_hardware import check_free
from donkeycar.management.createcar import create_car
from donkeycar.parts.drivetrain import i2c_bus
from donkeycar.testing import FakeI2C, PCA9685Chip

CHIP = "I2C bus 1, address 0x40"


@pytest.fixture(scope="module")
def pairs():
    """Real programs mostly wait, so some of them run beside each other."""
    with ThreadPoolExecutor(2) as pool:
        yield {pair: pool.submit(second_is_harmless, *pair) for pair in PAIRS}


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_the_second_sends_no_pulse_and_names_the_first(pairs, pair):
    # What used to happen: both wrote the same chip in turn, and Stop on one page left the other's.
    assert pairs[pair].result() == ""


class Bus:
    """The bus of this computer, and whether anybody has touched it."""

    def __init__(self):
        self.chip = PCA9685Chip()
        self.opened = []

    def __call__(self, number):
        self.opened.append(number)
        return FakeI2C(self.chip)


@pytest.fixture
def bus(monkeypatch):
    bus = Bus()
    monkeypatch.setattr(i2c_bus, "LinuxI2C", bus)
    i2c_bus.open_bus.cache_clear()
    yield bus
    i2c_bus.open_bus.cache_clear()


@pytest.fixture
def folder(tmp_path):
    create_car(tmp_path / "car")
    return tmp_path / "car"


@pytest.fixture
def became(monkeypatch):
    """What would have become a guardian."""
    became = []
    monkeypatch.setattr(car_command, "become_guardian", lambda *words: became.append(words))
    monkeypatch.setattr(car_command, "never_wait_for_readers", lambda: None)
    return became


def drive(folder, monkeypatch, *words):
    monkeypatch.setattr("sys.argv", ["manage.py", "drive", *words])
    return car_command.main(lambda cfg, **words: None, str(folder / "manage.py"))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--model", "models/none.tflite"], "There is no model models/none.tflite. Run `donkey"),
        (["--model", "models/none"], "There is no model models/none. Run `donkey train`"),
        (["--model", "bare.tflite"], "bare.tflite does not say what kind of pilot it is."),
        # What used to happen: "say it with --type", and then that no --type opens such a file.
        (["--model", "old.h5"], "old.h5 is not the file of a pilot. Make a pilot of it: "),
        (["--model", "mypilot"], "mypilot is not the file of a pilot. Make a pilot of it: "),
        (["--model", "old.onx"], "old.onx is not the file of a pilot."),
        (["--model", "bare.tflite", "--type", "liner"], "`--type` must be one of linear, "),
        (["--type", "linear"], "`--type` says what kind of network --model is."),
        (["--meta", "Kim"], "`--meta` must be NAME:VALUE. Received: --meta Kim"),
        (["--set", "WEB_CONTROL_PORT=banana"], "WEB_CONTROL_PORT"),
        (["--set", "NO_SUCH_SETTING=1"], "NO_SUCH_SETTING"),
        (["--myconfig", "gone.py"], "gone.py"),
    ],
)
def test_words_are_judged_before_the_motor(
    folder, became, bus, monkeypatch, capsys, words, message
):
    monkeypatch.chdir(folder)
    (folder / "bare.tflite").write_bytes(b"1234TFL3")
    for name in ("old.h5", "old.onx"):
        (folder / name).write_bytes(b"network")
    # Donkeycar 2 wrote HDF5 without an ending.
    (folder / "mypilot").write_bytes(b"\x89HDF\r\n\x1a\n")
    assert drive(folder, monkeypatch, *words) == 1
    assert message in capsys.readouterr().err
    assert (became, bus.opened) == ([], [])


@pytest.mark.parametrize(
    "words", [["--model", "bare.tflite", "--type", "tflite_linear"], ["--meta", "driver:Kim"], []]
)
def test_words_that_are_right_go_on_to_the_guardian(folder, became, monkeypatch, words):
    monkeypatch.chdir(folder)
    (folder / "bare.tflite").write_bytes(b"1234TFL3")
    drive(folder, monkeypatch, *words, "--set", "WEB_CONTROL_PORT=0")
    assert [str(where) for _, where in became] == [str(folder)]


def test_a_port_that_is_taken_is_told_before_the_motor(folder, became, bus, monkeypatch, capsys):
    # What used to happen: pulses of the second for 0.8 s, and only then the word about the port.
    with socket.create_server(("", 0)) as other:
        port = other.getsockname()[1]
        assert drive(folder, monkeypatch, "--set", f"WEB_CONTROL_PORT={port}") == 1
    said = capsys.readouterr().err
    assert f"The console cannot listen on port {port} of 0.0.0.0: Address already" in said
    assert (became, bus.opened) == ([], [])


def settings_of(folder, **changed):
    changed = {"DRIVE_TRAIN_TYPE": "PWM_STEERING_THROTTLE", "WEB_CONTROL_PORT": 0, **changed}
    overrides = [f"{name}={value}" for name, value in changed.items()]
    return load_config(folder / "config.py", overrides=overrides, command="drive")


def test_the_motor_comes_before_the_port(folder):
    # Whoever is told of the port alone chooses another one, and is refused once more.
    with socket.create_server(("", 0)) as other:
        cfg = settings_of(folder, WEB_CONTROL_PORT=other.getsockname()[1])
        with closing(Claim([CHIP])), pytest.raises(DeviceError, match=f"process {os.getpid()}"):
            check_free(cfg)
        with pytest.raises(DeviceError, match="cannot listen on port"):
            check_free(cfg)
        check_free(cfg, has_page=False)


def test_what_moves_nothing_may_run_beside_anything(folder):
    with closing(Claim([CHIP])):
        check_free(settings_of(folder, DRIVE_TRAIN_TYPE="MOCK"))


@pytest.mark.parametrize("words", [[], ["--off"]])
def test_neutral_waits_for_no_heirs_of_a_dead_guardian(folder, bus, words, monkeypatch):
    """systemd stops a car whose vehicle hangs: the claim is shared, but nobody drives."""
    monkeypatch.setattr(neutral, "NEUTRAL_S", 0.1)
    with open(folder / "myconfig.py", "a") as settings:
        settings.write('DRIVE_TRAIN_TYPE = "PWM_STEERING_THROTTLE"\n')
    with closing(Claim([CHIP])):
        assert neutral.main(["--path", str(folder), *words]) == 0
        assert bus.chip.ticks(0) == 0
        with closing(Claim([CHIP], level=Claim.SOLE)):
            changes = len(bus.chip.trace.changes)
            assert neutral.main(["--path", str(folder), *words]) == 1
            assert len(bus.chip.trace.changes) == changes


def test_neutral_tries_until_the_bus_is_back_and_tells_ctrl_c_why(folder, bus, capsys, monkeypatch):
    # What used to happen: exit code 1, and the last throttle stayed.
    with open(folder / "myconfig.py", "a") as settings:
        settings.write('DRIVE_TRAIN_TYPE = "PWM_STEERING_THROTTLE"\n')
    bus.chip.fail("nack")
    tries = []

    class Away(FakeI2C):
        def writeto(self, *args, **how):
            tries.append(args)
            if len(tries) == 20:
                os.kill(os.getpid(), signal.SIGINT)
            if len(tries) == 60:
                bus.chip.fail()
            super().writeto(*args, **how)

    monkeypatch.setattr(i2c_bus, "LinuxI2C", lambda number: Away(bus.chip))
    assert neutral.main(["--path", str(folder), "--off"]) == 0
    said = capsys.readouterr().err
    assert "This program stays until the motor is off: No PCA9685 answers at" in said
    assert said.endswith("The motor is off.\n")


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("DRIVE_TRAIN_TYPE='PIGPIO_PWM'", "does not exist any more"),
        ("PWM_FREQUENCY=1e9", "PWM_FREQUENCY"),
    ],
)
def test_neutral_does_not_wait_for_settings_to_become_possible(folder, capsys, override, message):
    with open(folder / "myconfig.py", "a") as settings:
        settings.write(f'DRIVE_TRAIN_TYPE = "PWM_STEERING_THROTTLE"\n{override}\n')
    assert neutral.main(["--path", str(folder)]) == 1
    assert message in capsys.readouterr().err
