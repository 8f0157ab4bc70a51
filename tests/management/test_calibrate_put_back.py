"""`donkey calibrate --put-back` writes what was stored before the last Save, and moves nothing."""

import sys

import pytest

from donkeycar.assembly.drivetrain.calibration import read_sheet
from donkeycar.config import load_config
from donkeycar.management import cli
from donkeycar.management.createcar import create_car
from donkeycar.parts.drivetrain.calibration_edits import CalibrationEdits, Draft
from donkeycar.parts.drivetrain.calibration_notes import Before, CalibrationNotes

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="cars run Linux")

OWNERS = """
DRIVE_TRAIN_TYPE = "MOCK"
PWM_STEERING_THROTTLE = {
    "STEERING_LEFT_PWM": 300,  # narrowed by far more than a fifth
    "STEERING_RIGHT_PWM": 290,
}
"""


@pytest.fixture
def car(tmp_path):
    path = tmp_path / "car"
    create_car(path)
    myconfig = path / "myconfig.py"
    myconfig.write_text(myconfig.read_text() + OWNERS)
    return path


def left_of(car):
    return load_config(car / "config.py").PWM_STEERING_THROTTLE["STEERING_LEFT_PWM"]


def keep_before(car, left_us):
    cfg = load_config(car / "config.py")
    stored = CalibrationEdits(read_sheet("MOCK", cfg.to_wiring())).stored
    pulses = {**stored.pulses, "left": left_us, "middle": (left_us + stored.pulses["right"]) / 2}
    notes = CalibrationNotes(car / "logs" / "calibration.json", "MOCK")
    notes.keep(
        unfinished=None,
        before=Before("2026-05-01 10:00", Draft(pulses, stored.frequency_hz, stored.clock_hz)),
    )
    notes.close()


def test_old_values_far_away_are_written_and_can_be_swapped_again(car, capsys):
    keep_before(car, 460 * 4.08)
    assert cli.main(["calibrate", "--path", str(car), "--put-back"]) == 0
    assert "as before 2026-05-01 10:00" in capsys.readouterr().out
    assert left_of(car) == 460
    assert cli.main(["calibrate", "--path", str(car), "--put-back"]) == 0
    assert left_of(car) == 300


def test_without_old_values_it_says_so_and_changes_nothing(car, capsys):
    before = (car / "myconfig.py").read_text()
    assert cli.main(["calibrate", "--path", str(car), "--put-back"]) != 0
    assert "No older values are kept" in capsys.readouterr().err
    assert (car / "myconfig.py").read_text() == before
