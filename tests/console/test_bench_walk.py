"""The walk on a bench: question by question, taken up again, thrown away, put back."""

import pytest

from donkeycar.assembly.drivetrain.calibration import read_questions, read_sheet
from donkeycar.console.bench import Bench
from donkeycar.parts.drivetrain.calibration import Calibration
from donkeycar.parts.drivetrain.calibration_notes import CalibrationNotes
from donkeycar.settings.schema import SETTINGS

DEFAULTS = {name: setting.default for name, setting in SETTINGS.items()}
FAMILY = "PWM_STEERING_THROTTLE"


class Desk:
    """A car that is calibrated again and again, with one set of notes."""

    def __init__(self, folder, clock):
        self.path, self.clock = folder / "calibration.json", clock
        self.settings = dict(DEFAULTS)
        self.bench = None

    def start(self):
        """End the program, if it runs, and start it."""
        self.end()
        calibration = Calibration(read_sheet("MOCK", self.settings), clock=self.clock)
        questions = read_questions("MOCK", self.settings)
        notes = CalibrationNotes(self.path, "MOCK")
        self.bench = Bench(
            calibration, write=self.write, questions=questions, notes=notes, clock=self.clock
        )

    def end(self):
        if self.bench:
            self.bench.close()

    def write(self, changes):
        self.settings[FAMILY] = {**self.settings[FAMILY], **changes[FAMILY]}
        return "myconfig.py"

    def say(self, **message):
        answer = self.bench.take("anna", message)
        assert "error" not in answer, answer

    def refused(self, **message):
        return self.bench.take("anna", message)["error"]

    @property
    def state(self):
        return self.bench.state("anna")


@pytest.fixture
def desk(tmp_path, clock):
    desk = Desk(tmp_path, clock)
    desk.start()
    yield desk
    desk.end()


def walk_to_left(desk):
    desk.say(wheels_up=True)
    desk.say(done="middle")
    desk.say(step_us=-20)


def test_yes_ticks_and_goes_on_and_back_goes_back(desk):
    desk.say(wheels_up=True)
    assert (desk.state["question"], desk.state["point"]) == ("middle", "middle")
    desk.say(done="middle")
    assert (desk.state["question"], desk.state["point"]) == ("left", "left")
    desk.say(question="middle")
    assert (desk.state["question"], desk.state["done"]) == ("middle", ["wheels", "middle"])


def test_yes_twice_for_the_same_question_goes_on_once(desk):
    desk.say(wheels_up=True)
    desk.say(done="middle")
    desk.say(done="middle")
    assert desk.state["question"] == "left"


def test_a_point_of_the_list_is_its_question(desk):
    desk.say(wheels_up=True)
    desk.say(point="reverse")
    assert (desk.state["question"], desk.state["point"]) == ("reverse", "reverse")


def test_stop_takes_the_first_tick_back_and_keeps_the_place(desk):
    walk_to_left(desk)
    desk.say(stop=True)
    assert (desk.state["question"], desk.state["done"]) == ("left", ["middle"])
    desk.say(wheels_up=True)
    assert (desk.state["question"], desk.state["done"]) == ("left", ["wheels", "middle"])


def test_wheels_are_not_ticked_without_being_confirmed(desk):
    assert "wheels_up" in desk.refused(done="wheels")
    assert desk.state["done"] == []


@pytest.mark.parametrize("message", [{"question": "esc"}, {"done": "up"}, {"question": ""}])
def test_a_question_that_this_car_does_not_have_is_refused(desk, message):
    assert "The walk has the questions wheels, middle, left" in desk.refused(**message)


def test_an_unfinished_walk_is_taken_up_at_the_next_start(desk):
    walk_to_left(desk)
    desk.start()
    offer = desk.state["unfinished"]
    assert offer["done"] == 1
    assert offer["changes"][0] == f'{FAMILY}["STEERING_LEFT_PWM"] = 455'
    assert desk.state["changes"] == []
    desk.say(take_up=True)
    assert (desk.state["question"], desk.state["done"]) == ("left", ["middle"])
    assert desk.state["points"]["left"]["value"] == 455
    assert desk.state["unfinished"] is None
    assert not desk.state["ready"]


def test_nothing_changes_before_the_earlier_walk_is_answered(desk):
    walk_to_left(desk)
    desk.start()
    desk.say(wheels_up=True)
    for message in ({"step_us": 5}, {"done": "middle"}, {"save": True}, {"run": True}):
        assert "was not saved. Take it up or throw it away first" in desk.refused(**message)
    desk.say(stop=True)
    assert not desk.state["ready"]
    desk.start()
    assert desk.state["unfinished"]


def test_an_earlier_walk_is_thrown_away(desk):
    walk_to_left(desk)
    desk.start()
    desk.say(throw_away=True)
    assert (desk.state["unfinished"], desk.state["changes"]) == (None, [])
    desk.start()
    assert desk.state["unfinished"] is None


def test_an_earlier_walk_does_not_fit_settings_that_changed_since(desk):
    walk_to_left(desk)
    desk.settings[FAMILY] = {**desk.settings[FAMILY], "STEERING_RIGHT_PWM": 280}
    desk.start()
    assert desk.state["unfinished"] is None


def test_throwing_all_away_can_be_undone(desk):
    walk_to_left(desk)
    desk.say(throw_away=True)
    assert (desk.state["changes"], desk.state["question"]) == ([], "middle")
    desk.say(undo=True)
    assert desk.state["points"]["left"]["value"] == 455


def test_a_saved_walk_is_finished_and_what_was_before_is_put_back(desk):
    walk_to_left(desk)
    desk.say(save=True)
    desk.start()
    assert (desk.state["unfinished"], desk.state["points"]["left"]["value"]) == (None, 455)
    assert f'{FAMILY}["STEERING_LEFT_PWM"] = 460' in desk.state["before"]["changes"]
    desk.say(put_back=True)
    assert (desk.state["question"], desk.state["points"]["left"]["value"]) == ("save", 460)
    desk.say(save=True)
    desk.start()
    assert desk.state["points"]["left"]["value"] == 460
    # And back once more.
    assert f'{FAMILY}["STEERING_LEFT_PWM"] = 455' in desk.state["before"]["changes"]


def test_old_values_too_far_away_are_refused_with_the_command_that_stores_them(desk):
    desk.say(wheels_up=True)
    desk.say(point="left")
    for _ in range(8):
        desk.say(step_us=-25)
    desk.say(save=True)
    desk.start()
    assert "donkey calibrate --put-back" in desk.refused(put_back=True)


def test_there_is_nothing_to_put_back_before_the_first_save(desk):
    assert "nothing has been saved" in desk.refused(put_back=True)
