"""`donkey models`: the table of a car's pilots."""

import json

import pytest

from donkeycar.management.cli import main
from donkeycar.training.database import add_entry
from donkeycar.training.registry import pilots_in

SIDECAR = {
    "format": "donkeycar-pilot/1",
    "type": "linear",
    "created_at": 2e9,
    "comment": "dry floor",
    "camera": {"shape": [120, 160, 3]},
    "transforms": [],
    "litert_sha256": "0" * 64,
    "training": {},
    "data": {"records": 3541},
    "metrics": {"validation": {"angle": {"mae": 0.25, "r": None}}},
    "versions": {},
}


@pytest.fixture
def models(tmp_path):
    folder = tmp_path / "models"
    folder.mkdir()
    settings = {"tubs": ["a"], "history": {}, "settings": {}}
    for name, changes in (("old", {}), ("gone", {}), ("mine", {"transfer": folder / "old.keras"})):
        add_entry(
            folder / f"{name}.keras", class_name="KerasLinear", type="linear",
            **settings, **changes,
        )  # fmt: skip
    (folder / "old.h5").touch()
    (folder / "mine.json").write_text(json.dumps(SIDECAR))
    (folder / "sent.json").write_text(json.dumps({**SIDECAR, "created_at": 1e9, "metrics": {}}))
    (folder / "half.checkpoint").touch()
    (folder / "notes.json").write_text("[]")
    return folder


def test_every_pilot_is_listed_the_newest_last(models):
    rows = {row.name: row for row in pilots_in(models)}
    assert list(rows) == ["sent", "old", "gone", "half", "mine"]
    mine = rows["mine"]
    assert (mine.records, mine.error, mine.r, mine.begun_as) == (3541, 0.25, None, "old")
    assert (mine.comment, rows["sent"].error, rows["old"].comment) == ("dry floor", None, "")
    assert rows["gone"].comment == "its files are gone"
    assert rows["half"].comment == "interrupted; --resume goes on with it"


def test_the_table_is_printed(models, capsys):
    assert main(["models", str(models)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:2] == ["pilot", "type"]
    assert lines[-2].split()[0] == "mine"
    assert "0.250" in lines[-2]


def test_an_empty_or_missing_folder_is_said(tmp_path, capsys):
    assert main(["models", str(tmp_path)]) == 0
    assert "There is no pilot in" in capsys.readouterr().out
    assert main(["models", str(tmp_path / "nowhere")]) == 1
    assert "There is no folder" in capsys.readouterr().err


@pytest.mark.parametrize("metrics", [{"validation": []}, {"validation": {"angle": {"mae": "x"}}}])
def test_numbers_of_strangers_are_not_trusted(models, metrics):
    (models / "mine.json").write_text(json.dumps({**SIDECAR, "metrics": metrics}))
    assert pilots_in(models)[-1].error is None


# The first bytes of each kind: see `donkeycar.pilots.files.names`.
HDF5, LITERT, KERAS = b"\x89HDF\r\n\x1a\n", b"\x1c\0\0\0TFL3", b"PK\x03\x04"


def test_models_of_which_nothing_is_written_down_are_listed_with_a_next_step(models):
    """What used to happen: a model of donkeycar 4, or one from a friend, was not there at all."""
    (models / "four.h5").write_bytes(HDF5)
    (models / "friend_0.1.int8.tflite").write_bytes(LITERT)
    (models / "both.h5").write_bytes(HDF5)
    (models / "both.tflite").write_bytes(LITERT)
    (models / "net.keras").write_bytes(KERAS)
    (models / "folder.savedmodel").mkdir()
    (models / "folder.savedmodel" / "saved_model.pb").touch()
    rows = {row.name: row for row in pilots_in(models)}
    assert {name: rows[name].comment.partition(":")[0] for name in rows} == {
        "sent": "dry floor", "old": "", "gone": "its files are gone", "mine": "dry floor",
        "half": "interrupted; --resume goes on with it", "four": "not a pilot yet",
        "friend_0.1": "no description", "both": "no description", "net": "not a pilot yet",
        "folder": "not a pilot yet",
    }  # fmt: skip
    assert all(row.made_at > 0 for row in rows.values())


def test_what_only_looks_like_a_model_is_not_listed(models):
    before = pilots_in(models)
    (models / "notes.h5").write_text("no model")
    (models / ".mine.tflite").write_bytes(LITERT)
    (models / "mine.tflite").write_bytes(LITERT)
    (models / "mine.int8.tflite").write_bytes(LITERT)
    # What used to happen: the replay of a training was "not a pilot yet: donkey convertmodel makes
    # a pilot from it", which is not possible.
    (models / "mine.replay.h5").write_bytes(HDF5)
    (models / "sent_elsewhere.replay.h5").write_bytes(HDF5)
    assert pilots_in(models) == before
