"""`donkey stats`, on tubs of today and of earlier versions."""

import json

import numpy as np
import pytest

from donkeycar.management.cli import main
from donkeycar.tub import TubWriter

INPUTS = {
    "cam/image_array": "image_array", "user/mode": "str", "cam/exposed_s": "float",
    "drivetrain/age_s": "float",
}  # fmt: skip


@pytest.fixture
def tub(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    image = np.zeros((12, 16, 3), np.uint8)
    with TubWriter("data", list(INPUTS), list(INPUTS.values())) as writer:
        for number in range(120):
            values = [image, "local" if number >= 100 else "user", number * 0.05, 0.08]
            record = dict(zip(INPUTS, values, strict=True))
            writer.append(record, timestamp_ms=1_800_000_000_000 + 50 * number)
    return tmp_path / "data"


def test_without_a_word_it_is_about_the_recordings_of_this_car(tub, capsys):
    assert main(["stats"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "data: 120 records, 1 session, 6 s driven",
        "  20.0 records a second by the median step; p50 50 ms, p99 50 ms, at most 50 ms apart",
        "  frames exposed p50 50 ms, p99 50 ms, at most 50 ms apart",
        "  camera to wheels, you: p50 80 ms, p99 80 ms, at most 80 ms in 100 records",
        "  camera to wheels, the pilot drove: p50 80 ms, p99 80 ms, at most 80 ms in 20 records",
    ]


def test_a_program_gets_json(tub, capsys):
    assert main(["stats", str(tub), "--json"]) == 0
    [drive] = json.loads(capsys.readouterr().out).values()
    assert drive["ages"]["user"] == {"num": 100, "p50_s": 0.08, "p99_s": 0.08, "max_s": 0.08}


def test_real_tubs_of_others_say_what_they_can(shared_data, capsys):
    assert main(["stats", str(shared_data / "usi_track2_v2"), str(shared_data / "tiny_v1")]) == 0
    out = capsys.readouterr().out
    assert "20.0 records a second" in out
    assert "tiny_v1: 6 records, 1 session, 1 s" in out
    assert out.count("Cars record that since donkeycar 6.") == 2


def test_one_that_is_no_tub_does_not_hide_the_others(tub, tmp_path, capsys):
    assert main(["stats", "data", str(tmp_path / "nothing")]) == 1
    said = capsys.readouterr()
    assert "120 records" in said.out
    assert "There is no tub at" in said.err


def test_what_is_damaged_is_said(tub, capsys):
    """It used to count the records that were left, and to say nothing about the others."""
    catalog = tub / "catalog_0.catalog"
    lines = catalog.read_bytes().splitlines(keepends=True)
    catalog.write_bytes(b"".join([*lines[:50], b"{broken\n", *lines[51:]]))
    assert main(["stats"]) == 0
    printed = capsys.readouterr().out
    assert "119 records" in printed
    assert "Damaged: what cannot be read is not counted. catalog_0.catalog" in printed
    assert f"donkey tub check {tub}" in printed
    assert main(["stats", "--json"]) == 0
    [drive] = json.loads(capsys.readouterr().out).values()
    assert len(drive["unread"]) == 1


def test_a_car_in_another_folder_is_named_by_path(tub, tmp_path, monkeypatch, capsys):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    for words in ([], ["data"], ["data,data"]):
        assert main(["stats", *words, "--path", str(tmp_path)]) == 0
        assert f"{tub}: 120 records" in capsys.readouterr().out
        assert main(["tub", "report", *words, "--path", str(tmp_path)]) == 1
        assert f"No record of {tub} can be used for training" in capsys.readouterr().err


def test_no_tub_at_all_is_one_sentence(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["stats"]) == 1
    assert "There is no tub at data. Next step: check the path" in capsys.readouterr().err
