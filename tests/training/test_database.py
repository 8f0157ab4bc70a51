import json

import pytest

from donkeycar.errors import TrainingError
from donkeycar.training.database import add_entry, next_model_path, read_database


def add(model, **changes):
    entry = {
        "class_name": "KerasLinear",
        "type": "linear",
        "tubs": ["data/a", "data/b"],
        "history": {"loss": [0.5], "val_loss": [0.6]},
        "settings": {"epochs": 1},
    }
    add_entry(model, **{**entry, **changes})


def test_an_entry_has_what_5x_expects(tmp_path):
    add(tmp_path / "pilot_26-02-21_0.keras", comment="dry floor")
    [entry] = json.loads((tmp_path / "database.json").read_text())
    assert entry.pop("Time") > 1.7e9
    assert entry == {
        "Number": 0,
        "Name": "pilot_26-02-21_0",
        "Pilot": "KerasLinear",
        "Type": "linear",
        "Tubs": "data/a,data/b",
        "History": {"loss": [0.5], "val_loss": [0.6]},
        "Transfer": None,
        "Comment": "dry floor",
        "Config": {"epochs": 1},
    }


def test_entries_of_5x_stay_as_they_are(tmp_path):
    old = {"Number": 7, "Name": "pilot_21-09-20_7", "Config": "[('A', 1)]", "Extra": [1]}
    (tmp_path / "database.json").write_text(json.dumps([old]))
    add(tmp_path / "mypilot.keras")
    entries = read_database(tmp_path)
    assert entries[0] == old
    assert (entries[1]["Number"], entries[1]["Name"]) == (8, "mypilot")


def test_a_pilot_that_is_trained_again_keeps_its_number(tmp_path):
    for name in ("a", "b", "a"):
        add(tmp_path / f"{name}.keras")
    assert [(e["Number"], e["Name"]) for e in read_database(tmp_path)] == [(1, "b"), (0, "a")]


def test_new_names_are_never_taken(tmp_path):
    first = next_model_path(tmp_path)
    assert first.name.endswith("_0.keras")
    add(first)
    second = next_model_path(tmp_path)
    assert second.name.endswith("_1.keras")
    second.with_suffix(".tflite").touch()
    assert next_model_path(tmp_path).name.endswith("_2.keras")


@pytest.mark.parametrize("text", ["[{", '{"Number": 1}', "[1, 2]"])
def test_a_damaged_list_is_refused_and_left_alone(tmp_path, text):
    path = tmp_path / "database.json"
    path.write_text(text)
    with pytest.raises(TrainingError, match="Move it away"):
        add(tmp_path / "mypilot.keras")
    assert path.read_text() == text


def test_no_draft_stays_behind(tmp_path):
    add(tmp_path / "mypilot.keras")
    assert [path.name for path in tmp_path.iterdir()] == ["database.json"]
