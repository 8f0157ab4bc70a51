"""A drivetrain is one row of a table: it is complete, and one of one's own is a row and no more."""

import json
import subprocess
import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

from donkeycar.assembly import add_drive_mode
from donkeycar.assembly.drivetrain import DRIVETRAINS
from donkeycar.assembly.drivetrain.calibration import read_sheet, widened_settings
from donkeycar.assembly.drivetrain.emergency_off import ready_emergency_off, shut_off
from donkeycar.assembly.drivetrain.hardware import hardware_of, load_drivers
from donkeycar.assembly.drivetrain.probe import libraries_of, probe
from donkeycar.assembly.drivetrain.row import TAKES_POWER
from donkeycar.assembly.drivetrain.table import check_settings, drivetrain_row, make_output
from donkeycar.config import Config
from donkeycar.errors import ConfigError
from donkeycar.parts.drivetrain.calibration import Calibration
from donkeycar.parts.drivetrain.calibration_points import CalibrationSheet
from donkeycar.parts.finding import Finding
from donkeycar.parts.needs import Library
from donkeycar.settings.rows.drivetrain import DRIVETRAIN_WORDS, DrivetrainWord
from donkeycar.settings.schema import SETTINGS
from donkeycar.testing import FakeClock
from donkeycar.testing.serial_device import SerialDevice
from donkeycar.vehicle import Vehicle

PACKAGE = Path(__file__).parents[3] / "donkeycar"
PAGE = PACKAGE.parent / "docs" / "drivetrains.md"
DEFAULTS = {name: setting.default for name, setting in SETTINGS.items()}


def test_the_setting_the_table_and_what_the_settings_know_of_it_have_the_same_words():
    assert SETTINGS["DRIVE_TRAIN_TYPE"].choices == tuple(DRIVETRAINS) == tuple(DRIVETRAIN_WORDS)
    assert not {*SETTINGS["DRIVE_TRAIN_TYPE"].dead_choices} & {*DRIVETRAINS}


def test_what_a_manage_py_imports_is_where_it_was():
    from donkeycar.assembly import add_drivetrain
    from donkeycar.assembly.drivetrain import add_drivetrain as the_same

    assert add_drivetrain is the_same


@pytest.mark.parametrize("word", DRIVETRAINS)
def test_a_row_is_complete(word):
    row = DRIVETRAINS[word]
    assert all(isinstance(each, Library) and each.install for each in row.libraries)
    assert row.is_real == DRIVETRAIN_WORDS[word].moves
    assert row.is_real == bool(hardware_of(word, DEFAULTS))
    assert not (row.is_real and row.in_world)
    assert all(isinstance(each, Finding) for each in probe(word, DEFAULTS))


@pytest.mark.parametrize("word", DRIVETRAINS)
def test_a_row_has_calibration_points_or_says_what_to_do_instead(word):
    row = DRIVETRAINS[word]
    if row.calibration is None:
        with pytest.raises(ConfigError, match=f"{word} has no pulses to calibrate: {row.instead}"):
            read_sheet(word, DEFAULTS)
        return
    sheet = read_sheet(word, DEFAULTS)
    assert isinstance(sheet, CalibrationSheet)
    assert row.instead == TAKES_POWER
    check_settings(word, widened_settings(word, DEFAULTS))
    # Whoever takes pulses for the motor brakes before it reverses.
    assert row.has_esc == (row.is_real and sheet.throttle is not None)


@pytest.mark.parametrize("word", DRIVETRAINS)
def test_the_car_brakes_before_it_reverses_where_a_speed_controller_does(word):
    car = Vehicle(clock=FakeClock(10.0))
    add_drive_mode(car, Config(DEFAULTS | {"DRIVE_TRAIN_TYPE": word}))
    names = [entry.name for entry in car.entries]
    assert ("EscReverse" in names) == DRIVETRAINS[word].has_esc


@pytest.mark.parametrize("word", DRIVETRAINS)
def test_the_page_of_drivetrains_names_it(word):
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    assert any(f"`{word}`" in line.split("|")[1] for line in rows)


class Watched(dict):
    """Settings that note which of them are read."""

    def __init__(self, values):
        super().__init__(values)
        self.read = set()

    def __getitem__(self, name):
        self.read.add(name)
        return super().__getitem__(name)


@pytest.mark.parametrize("word", DRIVETRAINS)
def test_what_a_row_reads_is_what_the_settings_say_that_it_reads(word):
    """A setting that is not in the list of its drivetrain could be wrong, and nobody would say."""
    of_some = {
        name
        for name in SETTINGS
        for row in DRIVETRAIN_WORDS.values()
        for beginning in row.reads
        if is_meant(name, beginning)
    }
    settings = Watched(DEFAULTS)
    if DRIVETRAINS[word].in_world:
        return  # its settings make the world, and that is a camera's as well
    check_settings(word, settings)
    hardware_of(word, settings)
    if DRIVETRAINS[word].calibration:
        read_sheet(word, settings)
    read = settings.read & of_some
    beginnings = DRIVETRAIN_WORDS[word].reads
    assert all(any(is_meant(name, each) for each in beginnings) for name in read)
    assert all(any(is_meant(name, each) for name in read) for each in beginnings)


def is_meant(name, beginning):
    return name.startswith(beginning) if beginning.endswith("_") else name == beginning


# Other words name a camera, a remote control or a place in a sentence as well.
OF_DRIVETRAINS_ALONE = sorted(set(DRIVETRAINS) - {"MOCK", "SIM", "MM1", "VESC"})


@pytest.mark.parametrize("word", OF_DRIVETRAINS_ALONE)
def test_no_code_asks_for_a_word_where_a_row_would_answer(word):
    # What used to happen: eight modules had lists and chains of words of their own.
    asking = [
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if "takeover" not in path.parts  # reads what these words meant in earlier versions
        for line in path.read_text(encoding="utf-8").splitlines()
        if f'"{word}"' in line and (" in (" in line or "==" in line or "!=" in line)
    ]
    assert asking == []


LIGHT = """
import json, sys
from donkeycar.management import guardian, last_stop
from donkeycar.assembly.drivetrain.emergency_off import shut_off
from donkeycar.assembly.drivetrain.hardware import chips_of, hardware_of, load_drivers
from donkeycar.assembly.drivetrain.table import make_output
load_drivers(sys.argv[1], json.load(sys.stdin), also_threaded=False)
print("\\n".join(sys.modules))
"""


_HOME = "donkeycar.parts.drivetrain"
OUTPUT_OF = {
    **dict.fromkeys(("PWM_STEERING_THROTTLE", "I2C_SERVO", "SERVO_ESC"), f"{_HOME}.pulse_output"),
    **dict.fromkeys(
        (
            "SERVO_HBRIDGE_2PIN", "SERVO_HBRIDGE_3PIN", "DC_STEER_THROTTLE", "DC_TWO_WHEEL",
            "DC_TWO_WHEEL_L298N",
        ),
        f"{_HOME}.motor_output",
    ),
    "MM1": f"{_HOME}.robohat",
    "VESC": f"{_HOME}.vesc",
}  # fmt: skip
OUTPUTS = {*OUTPUT_OF.values(), f"{_HOME}.mock_output", f"{_HOME}.sim_output"}


def modules_of_the_guardian(word):
    said = subprocess.run(
        [sys.executable, "-c", LIGHT, word], input=json.dumps(DEFAULTS, default=dict),
        cwd=PACKAGE.parent, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return set(said.stdout.split())


@pytest.mark.parametrize("word", sorted(word for word, row in DRIVETRAINS.items() if row.is_real))
def test_the_guardian_loads_the_rows_and_its_own_drivetrain_and_no_settings(word):
    loaded = modules_of_the_guardian(word)
    assert not {"numpy", "pydantic", "tornado", "PIL"} & loaded
    ours = {name for name in loaded if name.startswith("donkeycar.")}
    heavy = ("config", "settings", "vehicle", "sim", "console", "tub", "pilots", "training")
    assert [name for name in ours if name.split(".")[1] in heavy] == []
    assert not {f"donkeycar.assembly.{name}" for name in ("camera", "recipe", "driver")} & ours
    # Whoever holds a chip has no use for the driver of a board.
    assert OUTPUTS & ours == {OUTPUT_OF[word]}


def test_the_last_stop_of_a_chip_loads_no_row_and_no_library():
    code = (
        "import sys; from donkeycar.management import last_stop; last_stop._chips_off([]); "
        "print(*sys.modules)"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=PACKAGE.parent, capture_output=True, text=True, check=True
    )
    loaded = set(said.stdout.split())
    assert "donkeycar.parts.drivetrain.pca9685" in loaded
    assert not [name for name in loaded if name.startswith(("donkeycar.assembly", "donkeycar.set"))]
    assert not {"numpy", "pydantic", "adafruit_pca9685", "lgpio", "serial"} & loaded


# A drivetrain of one's own: a file, a row, a word with its settings.

TOY = '''
"""A board that takes two bytes, steering and throttle, and has a pulse for standing still."""

from donkeycar.assembly.drivetrain.row import DrivetrainRow
from donkeycar.assembly.drivetrain.wiring import PortWiring
from donkeycar.guardian.pulse import PulseRange
from donkeycar.parts.drivetrain.calibration_points import CalibrationSheet, widened


class ToyOutput:
    def __init__(self, line, *, throttle):
        self._line, self._throttle = line, throttle
        self.off()

    def write(self, steering, throttle):
        self._line.write(bytes([round(100 + 100 * steering), round(100 + 100 * throttle)]))

    def off(self):
        self._line.write(bytes([100, 0]))


def build(context):
    settings = context.settings
    throttle = PulseRange(1000, settings["TOY_STOPPED"], 2000)
    throttle.check(f"throttle, {context.shown('TOY_STOPPED')},")
    return ToyOutput(context.serial(settings["TOY_PORT"], baud_rate=9600), throttle=throttle)


def calibration(settings):
    names = {"stopped": "TOY_STOPPED"}
    pulses = {
        "left": 1000, "middle": 1500, "right": 2000, "reverse": 1000,
        "stopped": settings["TOY_STOPPED"], "forward": 2000, "start": settings["TOY_STOPPED"],
    }
    steering = PulseRange(1000, 1500, 2000)
    throttle = widened(PulseRange(1000, settings["TOY_STOPPED"], 2000))
    return CalibrationSheet("", names, pulses, {"stopped": 1.0}, steering, throttle)


ROW = DrivetrainRow(build, PortWiring("TOY_PORT"), has_esc=True, calibration=calibration)
'''


class ToyBoard:
    """What the board heard, two bytes at a time."""

    def __init__(self, path):
        self.heard = bytearray()
        self.device = SerialDevice(path, received=self._take)

    def _take(self, data):
        self.heard += data
        return b""

    def last(self):
        self.device.settle()
        return tuple(self.heard[-2:])


@pytest.fixture
def toy(tmp_path, monkeypatch):
    """The board, and the three places that its drivetrain touches."""
    (tmp_path / "toy_board.py").write_text(TOY)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setitem(DRIVETRAINS, "TOY", import_module("toy_board").ROW)
    kinds = SETTINGS["DRIVE_TRAIN_TYPE"]
    monkeypatch.setitem(DRIVETRAIN_WORDS, "TOY", DrivetrainWord(reads=("TOY_",)))
    choices = (*kinds.choices, "TOY")
    monkeypatch.setitem(SETTINGS, "DRIVE_TRAIN_TYPE", replace(kinds, choices=choices))
    board = ToyBoard(tmp_path / "ttyTOY0")
    yield board
    board.device.close()
    sys.modules.pop("toy_board", None)


@pytest.fixture
def settings(toy):
    return {**DEFAULTS, "TOY_PORT": str(toy.device.path), "TOY_STOPPED": 1500}


def test_a_drivetrain_of_ones_own_is_built_and_stopped(toy, settings):
    check_settings("TOY", settings)
    assert toy.heard == b"", "to look at its settings opens nothing"
    load_drivers("TOY", settings, also_threaded=True)
    assert toy.heard == b""
    wheels = make_output("TOY", settings)
    assert toy.last() == (100, 0)
    wheels.write(0.5, 1.0)
    assert toy.last() == (150, 200)
    wheels._line.close()
    ready_emergency_off("TOY", settings)()
    assert toy.last() == (100, 0)
    shut_off("TOY", settings)


def test_a_drivetrain_of_ones_own_is_claimed_by_its_port(toy, settings):
    assert hardware_of("TOY", settings) == [f"serial port {toy.device.path.resolve()}"]


def test_a_drivetrain_of_ones_own_is_calibrated(settings):
    calibration = Calibration(read_sheet("TOY", settings))
    assert calibration.points == ["stopped"]
    calibration.step(20)
    assert calibration.changes() == {"TOY_STOPPED": 1520}
    assert widened_settings("TOY", settings)["TOY_STOPPED"] == 1500


def test_a_drivetrain_of_ones_own_is_probed(toy, settings):
    (found,) = probe("TOY", settings)
    assert (found.what, found.state) == ("serial", "ok")
    assert [library.module for library in libraries_of("TOY", settings)] == ["serial"]
    (missing,) = probe("TOY", settings | {"TOY_PORT": "/dev/none"})
    assert (missing.state, missing.step) == ("missing", "check the plug, or TOY_PORT")


def test_a_drivetrain_of_ones_own_has_its_own_probe_and_its_own_library(
    toy, settings, tmp_path, monkeypatch
):
    answer = Finding("toy", "ok", "a toy answers")
    library = Library("toylib", "pip install toylib")
    row = DRIVETRAINS["TOY"]._replace(probe=lambda settings: iter([answer]), libraries=(library,))
    monkeypatch.setitem(DRIVETRAINS, "TOY", row)
    assert list(probe("TOY", settings)) == [answer]
    assert library in libraries_of("TOY", settings)
    # In an emergency there may be no time to load it.
    (tmp_path / "toylib.py").write_text("")
    load_drivers("TOY", settings, also_threaded=False)
    assert sys.modules.pop("toylib")


def test_what_is_wrong_with_a_drivetrain_of_ones_own_is_told_in_the_words_of_the_owner(settings):
    settings |= {"written_in": {"TOY_STOPPED": "myconfig.py:7"}}
    with pytest.raises(ConfigError, match=r"TOY_STOPPED \(myconfig.py:7\)"):
        check_settings("TOY", settings | {"TOY_STOPPED": 2500})
    with pytest.raises(OSError, match="Where it is wired to is in TOY_PORT = '/dev/none'"):
        make_output("TOY", settings | {"TOY_PORT": "/dev/none"})


def test_an_unknown_word_names_a_drivetrain_of_ones_own(settings):
    with pytest.raises(ConfigError, match="must be one of PWM_STEERING_THROTTLE, .*, SIM, TOY. "):
        drivetrain_row("TOI", settings)
