"""The car as a service: units that systemd accepts, and a motor that ends neutral and off."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from donkeycar.errors import ConfigError, DeviceError
from donkeycar.guardian import process, watchdog
from donkeycar.guardian.guardian import OFF_AFTER_S
from donkeycar.management import last_stop, neutral
from donkeycar.management.cli import main
from donkeycar.management.createcar import create_car
from donkeycar.management.service import service
from donkeycar.management.service.units import CAR_UNIT, SAFE_UNIT, make_units, network_unit
from donkeycar.parts.drivetrain import i2c_bus
from donkeycar.testing import FakeClock, FakeI2C, PCA9685Chip


@pytest.fixture
def analyze():
    if shutil.which("systemd-analyze") is None:
        reason = "there is no systemd-analyze: apt-get install systemd"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    return "systemd-analyze"


@pytest.fixture
def car(tmp_path):
    path = tmp_path / "my car 100%"
    create_car(path)
    return path


@pytest.mark.parametrize("own", [False, True], ids=["system", "user"])
def test_systemd_accepts_the_units(analyze, car, tmp_path, own):
    user = None if own else "root"
    units = make_units(car, Path(sys.executable), user=user, words=("--js",))
    units |= {} if own else network_unit(car.name, "donkey-ap")
    folder = tmp_path / "units"
    folder.mkdir()
    for name, text in units.items():
        (folder / name).write_text(text)
    words = [analyze, "verify", "--man=no", *(["--user"] if own else [])]
    result = subprocess.run(
        [*words, *(str(folder / name) for name in units)],
        capture_output=True, text=True, env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)},
    )  # fmt: skip
    complaints = [line for line in result.stderr.splitlines() if "donkey" in line]
    assert (result.returncode, complaints) == (0, []), result.stderr


def test_systemd_analyze_would_notice_a_mistake(analyze, car, tmp_path):
    text = make_units(car, Path(sys.executable), user="root")[CAR_UNIT]
    (tmp_path / CAR_UNIT).write_text(text.replace("KillMode=control-group", "KillMode=gently"))
    result = subprocess.run(
        [analyze, "verify", "--man=no", str(tmp_path / CAR_UNIT)], capture_output=True, text=True
    )
    assert "gently" in result.stderr


@pytest.mark.parametrize(
    "line",
    [
        "Type=notify", "WatchdogSec=1", "WatchdogSignal=SIGABRT", "KillMode=control-group",
        "TimeoutStopSec=15", "NotifyAccess=all", "OOMScoreAdjust=-900", "Restart=on-failure",
        "LogRateLimitIntervalSec=30", "LogRateLimitBurst=1000",
    ],
)  # fmt: skip
def test_the_unit_of_the_system_says_what_makes_it_safe(car, line):
    assert line in make_units(car, Path(sys.executable), user="pi")[CAR_UNIT].splitlines()


def test_switching_off_comes_first_and_needs_no_settings(car):
    # What used to happen: all of donkeycar was loaded first, and settings that were being written
    # at that moment kept the motor running.
    lines = make_units(car, Path(sys.executable), user="pi")[CAR_UNIT].splitlines()
    first, second = (line for line in lines if line.startswith("ExecStopPost="))
    assert first == f"ExecStopPost=-{sys.executable} -I -S {last_stop.__file__}"
    assert "-P -m donkeycar.management.neutral --path" in second
    assert {"RuntimeDirectory=donkey", "RuntimeDirectoryMode=0700"} <= set(lines)


def test_systemd_kills_nobody_who_still_saves(car):
    lines = make_units(car, Path(sys.executable), user="pi")[CAR_UNIT].splitlines()
    (timeout,) = (line for line in lines if line.startswith("TimeoutStopSec="))
    longest_s = max(process.GRACE_S, watchdog.GRACE_S) + OFF_AFTER_S
    assert float(timeout.partition("=")[2]) > longest_s


def test_the_safe_unit_runs_where_a_fifo_can_be_made_and_waits_for_its_devices(car):
    # What used to happen: it ran in /, where lgpio could not make its FIFO, and nobody heard.
    lines = make_units(car, Path(sys.executable), user="pi")[SAFE_UNIT].splitlines()
    assert {"RuntimeDirectory=donkey-safe", "WorkingDirectory=%t/donkey-safe"} <= set(lines)
    (after,) = (line for line in lines if line.startswith("After="))
    assert "systemd-udev-trigger.service" in after


def test_the_safe_unit_stops_the_car_at_shutdown_though_its_hardware_came_late(car):
    # What used to happen: systemd ended it after 20 s. It had failed then, and one that has failed
    # is not stopped: nobody switched pulses off at shutdown. Source: systemd 257.13,
    # src/core/service.c, service_dispatch_timer.
    lines = make_units(car, Path(sys.executable), user="pi")[SAFE_UNIT].splitlines()
    (start,) = (line for line in lines if line.startswith("ExecStart="))
    (limit,) = (line for line in lines if line.startswith("TimeoutStartSec="))
    words = start.removeprefix("ExecStart=").split()
    assert words[:3] == ["-/usr/bin/timeout", "--kill-after=1", "20"], "`-`: it has not failed"
    assert words[3] == sys.executable
    assert float(limit.partition("=")[2]) > 20 + 1


def test_users_units_ask_for_no_privileges(car):
    units = make_units(car, Path(sys.executable), user=None)
    assert list(units) == [CAR_UNIT]
    assert "OOMScoreAdjust" not in units[CAR_UNIT]


def test_a_dry_run_prints_and_changes_nothing(car, capsys):
    assert main(["service", "install", "--path", str(car), "--dry-run"]) == 0
    assert f'"{car}/manage.py" drive'.replace("%", "%%") in capsys.readouterr().out


def test_what_is_no_car_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="has no manage.py"):
        service.units_of(tmp_path, own=True)


class Systemctl:
    """Notes what it is asked for; fails at one word."""

    def __init__(self, failing=""):
        self.calls = []
        self._failing = failing

    def __call__(self, words):
        self.calls.append(words[1:])
        failed = self._failing in words
        return subprocess.CompletedProcess(words, int(failed), "active\n", "no bus")


def test_units_are_written_enabled_and_removed(tmp_path):
    systemctl = Systemctl()
    made = service.Service(tmp_path / "units", own=False, runner=systemctl)
    assert set(made.status().values()) == {"not installed"}
    made.install({CAR_UNIT: "one", SAFE_UNIT: "two"})
    assert systemctl.calls == [["daemon-reload"], ["enable", CAR_UNIT, SAFE_UNIT]]
    assert made.status()[CAR_UNIT] == "active, active"
    assert [path.name for path in made.remove()] == [CAR_UNIT, SAFE_UNIT]
    assert systemctl.calls[-3:] == [
        ["disable", "--now", CAR_UNIT], ["disable", "--now", SAFE_UNIT], ["daemon-reload"],
    ]  # fmt: skip
    assert list((tmp_path / "units").iterdir()) == []


def test_a_systemd_that_refuses_is_quoted(tmp_path):
    made = service.Service(tmp_path, own=True, runner=Systemctl("daemon-reload"))
    with pytest.raises(DeviceError, match="systemctl --user daemon-reload` failed: no bus"):
        made.install({CAR_UNIT: "one"})


@pytest.mark.parametrize("word", ["daemon-reload", "enable"])
def test_a_systemd_that_refuses_leaves_the_units_as_they_were(tmp_path, word):
    """In a container both units stayed in /etc/systemd/system, and no word removed them."""
    (tmp_path / CAR_UNIT).write_text("old")
    with pytest.raises(DeviceError, match="The service is as it was before"):
        service.Service(tmp_path, own=False, runner=Systemctl(word)).install(
            {CAR_UNIT: "new", SAFE_UNIT: "new"}
        )
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [(CAR_UNIT, "old")]


def test_uninstall_is_another_word_for_remove(capsys):
    """It asked: Did you mean install?"""
    assert main(["service", "uninstall", "--dry-run"]) == 0
    assert "would remove" in capsys.readouterr().out


@pytest.fixture
def chip(monkeypatch, car):
    chip = PCA9685Chip()
    monkeypatch.setattr(i2c_bus, "LinuxI2C", lambda number: FakeI2C(chip))
    i2c_bus.open_bus.cache_clear()
    with (car / "myconfig.py").open("a") as file:
        file.write('\nDRIVE_TRAIN_TYPE = "PWM_STEERING_THROTTLE"\n')
    yield chip
    i2c_bus.open_bus.cache_clear()


@pytest.mark.parametrize(
    ("words", "widths"), [([], [370, 0]), (["--off"], [])], ids=["after a run", "at boot"]
)
def test_the_motor_ends_off_and_sees_nothing_but_neutral(chip, car, monkeypatch, words, widths):
    monkeypatch.setattr(neutral, "NEUTRAL_S", 0.1)
    assert neutral.main(["--path", str(car), *words]) == 0
    assert [change.ticks for change in chip.trace.changes if change.channel == 0] == widths


@pytest.mark.parametrize(("words", "neutral_came"), [([], True), (["--off"], False)])
def test_it_says_that_the_motor_is_off(chip, car, monkeypatch, capsys, words, neutral_came):
    """What used to happen: not a word, and nobody knew whether there was a motor at all."""
    monkeypatch.setattr(neutral, "NEUTRAL_S", 0.1)
    assert neutral.main(["--path", str(car), *words]) == 0
    said = capsys.readouterr().out
    assert said.startswith("The motor is off.")
    assert said.endswith("(I2C bus 1, address 0x40)\n")
    assert ("neutral for a second" in said) is neutral_came


def test_a_running_motor_is_stopped_first_of_all(chip, car):
    chip.transfer(0x40, bytes([0x00, 0x21]))
    chip.transfer(0x40, bytes([0x06, 0, 0, 0xF4, 0x01]))
    assert chip.ticks(0) == 500
    assert neutral.main(["--path", str(car), "--off"]) == 0
    assert [change.ticks for change in chip.trace.changes if change.channel == 0] == [500, 0]


def test_an_output_that_fails_while_neutral_is_still_switched_off():
    class Failing:
        def __init__(self):
            self.is_off = False

        def write(self, steering, throttle):
            raise OSError("no answer")

        def off(self):
            self.is_off = True

    output = Failing()
    neutral.make_safe(output, clock=FakeClock())
    assert output.is_off


def test_a_simulated_car_has_nothing_to_stop(car):
    (car / "myconfig.py").write_text("DRIVE_TRAIN_TYPE = 'SIM'\n")
    assert neutral.main(["--path", str(car)]) == 0
