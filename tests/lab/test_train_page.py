"""The train page: what can be chosen, what it starts, and what it refuses."""

import json

import pytest

from donkeycar.errors import ConfigError
from donkeycar.lab.lab import Lab
from donkeycar.lab.train import choices, pilots, start, trainings
from tests.lab import small_tub


@pytest.fixture
def lab(tmp_path):
    small_tub.record(tmp_path / "data" / "laps", 4)
    made = Lab(tmp_path)
    # What would be started: nothing is trained here, `tests/browser` does.
    made.started = []
    made.jobs.start = lambda title, words: made.started.append((title, words)) or "job"
    return made


def test_settings_come_with_their_meaning_and_range(lab):
    told = json.loads(json.dumps(choices(lab)))
    assert told["type"] == "linear"
    assert "rnn" in told["types"]
    first = {field["name"]: field for field in told["first"]}
    assert (first["MAX_EPOCHS"]["value"], first["MAX_EPOCHS"]["low"]) == (100, 1)
    assert "LABEL_SHIFT" in {field["name"] for field in told["rest"]}


def test_a_car_s_own_values_are_the_present_ones(lab):
    (lab.folder / "config.py").write_text("MAX_EPOCHS = 7\nMODELS_PATH = 'models'\n")
    first = {field["name"]: field["value"] for field in choices(lab)["first"]}
    assert first["MAX_EPOCHS"] == 7


def test_a_training_is_a_command_with_what_was_chosen(lab):
    settings = {"MAX_EPOCHS": 3, "OPTIMIZER": "adamw", "AVERAGE_WEIGHTS": False}
    start(lab, tubs=["data/laps"], type="rnn", settings=settings, comment="-v wet")
    ((title, words),) = lab.started
    assert title == "rnn from data/laps"
    assert " ".join(words) == (
        "train --tub data/laps --type rnn --set MAX_EPOCHS=3 --set OPTIMIZER=adamw "
        "--set AVERAGE_WEIGHTS=False --comment=-v wet"
    )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"tubs": []}, "at least one tub"),
        ({"tubs": ["data/none"]}, "must be one of the list"),
        ({"tubs": ["../elsewhere"]}, "below its folder"),
        ({"type": "magic"}, "`type` must be one of linear"),
        ({"settings": {"MAX_EPOCHS": 0}}, "MAX_EPOCHS must be"),
        ({"settings": {"MAX_EPOCHS": "many"}}, "MAX_EPOCHS must be"),
        ({"settings": {"AUTH": 1}}, "A setting of a training must be one of"),
    ],
)
def test_what_is_not_allowed_starts_nothing(lab, change, sentence):
    wanted = {"tubs": ["data/laps"], "type": "linear", "settings": {}} | change
    with pytest.raises(ConfigError, match=sentence):
        start(lab, **wanted)
    assert lab.started == []


def test_one_training_at_a_time(lab):
    lab.jobs.list = lambda: [{"words": ["train"], "state": "running", "title": "linear from a"}]
    with pytest.raises(ConfigError, match="One training at a time"):
        start(lab, tubs=["data/laps"], type="linear", settings={})
    assert len(trainings(lab)) == 1


def test_a_car_does_not_train(lab):
    lab.is_car = True
    with pytest.raises(ConfigError, match="Training needs a PC"):
        start(lab, tubs=["data/laps"], type="linear", settings={})


def test_without_a_pilot_the_list_is_empty(lab):
    assert pilots(lab) == []


def test_what_a_running_training_writes_is_no_interrupted_pilot(lab):
    (lab.folder / "models").mkdir()
    (lab.folder / "models" / "pilot_0.tflite").write_bytes(b"\x1c\0\0\0TFL3")
    assert [row["name"] for row in pilots(lab)] == ["pilot_0"]
    lab.jobs.list = lambda: [{"words": ["train"], "state": "running", "started_s": 1.0}]
    assert pilots(lab) == []
