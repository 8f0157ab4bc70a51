"""`donkey models`: the table of a car's pilots."""

import json

import pytest

from donkeycar.management.cli import main
from donkeycar.management.models import pilots_in
from donkeycar.training.database import add_entry

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
