"""An unfinished calibration survives on the disk; a damaged file is none."""

import json

import pytest

from donkeycar.parts.drivetrain.calibration_edits import Draft
from donkeycar.parts.drivetrain.calibration_notes import Before, CalibrationNotes, Unfinished

STORED = Draft({"left": 1000.0, "middle": 1500.0, "right": 2000.0})
UNFINISHED = Unfinished(
    "2026-05-01 10:00", STORED, Draft({**STORED.pulses, "left": 1020.0}), "right", ("left",)
)
BEFORE = Before("2026-04-30 09:00", STORED)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "logs" / "calibration.json"


def write(path, unfinished=UNFINISHED, before=BEFORE):
    notes = CalibrationNotes(path, "MOCK")
    notes.keep(unfinished=unfinished, before=before)
    notes.close()
    return notes


def test_what_is_kept_is_read_again(path):
    assert write(path).fault == ""
    notes = CalibrationNotes(path, "MOCK")
    assert (notes.unfinished, notes.before) == (UNFINISHED, BEFORE)
    notes.close()


def test_the_newest_of_many_is_kept(path):
    notes = CalibrationNotes(path, "MOCK")
    for number in range(50):
        notes.keep(unfinished=UNFINISHED._replace(question=f"q{number}"), before=None)
    notes.close()
    assert json.loads(path.read_text())["unfinished"]["question"] == "q49"


def test_notes_of_another_drivetrain_do_not_count(path):
    write(path)
    notes = CalibrationNotes(path, "MM1")
    assert (notes.unfinished, notes.before) == (None, None)
    notes.close()


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: "", lambda text: text[: len(text) // 2], lambda text: "[]",
        lambda text: text.replace('"left": 1020.0', '"left": "far"'),
        lambda text: text.replace('"values"', '"value"'),
        lambda text: text.replace('"done": [', '"done": 5, "x": ['),
        lambda text: "[" * 5000,
    ],
)  # fmt: skip
def test_a_damaged_file_is_none(path, damage):
    write(path)
    path.write_text(damage(path.read_text()))
    notes = CalibrationNotes(path, "MOCK")
    assert notes.unfinished is None
    notes.close()


def test_a_disk_that_takes_nothing_is_a_sentence_and_ends_nothing(tmp_path):
    path = tmp_path / "logs" / "calibration.json"
    (tmp_path / "logs").write_text("a file in the place of the folder")
    assert write(path).fault != ""
