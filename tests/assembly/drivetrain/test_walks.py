"""Every drivetrain that can be calibrated gets the questions of its own row, and no others."""

import pytest

from donkeycar.assembly.drivetrain.calibration import read_questions, read_sheet
from donkeycar.assembly.drivetrain.table import DRIVETRAINS
from donkeycar.parts.drivetrain.calibration import Calibration
from donkeycar.parts.drivetrain.calibration_walk import QUESTIONS
from donkeycar.settings.schema import SETTINGS

DEFAULTS = {name: setting.default for name, setting in SETTINGS.items()}
CALIBRATED = [word for word, row in DRIVETRAINS.items() if row.calibration]


@pytest.mark.parametrize("word", CALIBRATED)
def test_it_asks_for_each_of_its_points_once_and_for_no_other(word):
    asked = [question.point for question in read_questions(word, DEFAULTS) if not question.for_esc]
    points = Calibration(read_sheet(word, DEFAULTS)).points
    assert [point for point in asked if point] == points


@pytest.mark.parametrize("word", CALIBRATED)
def test_it_begins_with_the_wheels_goes_to_the_middle_and_ends_with_save(word):
    names = [question.name for question in read_questions(word, DEFAULTS)]
    assert (names[0], names[1], names[-1]) == ("wheels", "middle", "save")
    assert names == [question.name for question in QUESTIONS if question.name in names]


@pytest.mark.parametrize("word", CALIBRATED)
def test_only_a_car_with_a_speed_controller_is_asked_about_one(word):
    asked = [question for question in read_questions(word, DEFAULTS) if question.for_esc]
    assert bool(asked) == DRIVETRAINS[word].has_esc
    if not DRIVETRAINS[word].has_esc:
        words = " ".join(f"{one.asks} {one.title}" for one in read_questions(word, DEFAULTS))
        assert "controller" not in words


@pytest.mark.parametrize("word", CALIBRATED)
def test_ends_are_swapped_only_where_both_can_be_set(word):
    names = set(read_sheet(word, DEFAULTS).names)
    for question in read_questions(word, DEFAULTS):
        if question.swaps:
            ends = {"steering": {"left", "right"}, "throttle": {"forward", "reverse"}}
            assert ends[question.swaps] <= names


def test_the_walks_that_there_are():
    def walk(word):
        return " ".join(question.name for question in read_questions(word, DEFAULTS)[1:-1])

    steering, throttle = "middle left right", "forward stopped start reverse"
    assert {word: walk(word) for word in CALIBRATED} == {
        "PWM_STEERING_THROTTLE": f"{steering} esc {throttle}",
        "I2C_SERVO": f"{steering} esc {throttle}",
        "SERVO_ESC": f"{steering} esc {throttle}",
        "SERVO_HBRIDGE_2PIN": steering,
        "SERVO_HBRIDGE_3PIN": steering,
        "MM1": "middle esc forward stopped reverse",
        "MOCK": f"{steering} {throttle}",
    }


def test_no_title_can_be_taken_for_the_stop_button():
    """What used to happen: two points were called Stop and Start."""
    for question in QUESTIONS:
        assert "st" not in question.title.casefold()[:2], question.title
