"""`donkey tub fit` as it is typed, on a tub with nulls, ints and values out of range."""

import json
import math

import pytest

from donkeycar.cleaning import read_cleaning
from donkeycar.management.cli import main
from donkeycar.tub import TubReader

A, T, M = "user/angle", "user/throttle", "user/mode"
VALUES = [(0.25, 0.5), (None, 0.5), (0.75, None), (15, 0.5), (0.5, 5.6), (0, 0.25)] * 20


@pytest.fixture
def tub(tmp_path, monkeypatch):
    """A tub as a program that checks nothing would write it."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "data"
    folder.mkdir()
    lines = [
        {"_index": n, "_session_id": "s", "_timestamp_ms": 50 * n, A: angle, T: throttle, M: "user"}
        for n, (angle, throttle) in enumerate(VALUES)
    ]
    (folder / "catalog_0.catalog").write_text("".join(json.dumps(line) + "\n" for line in lines))
    rows = [
        [A, T, M], ["float", "float", "str"], {}, {"created_at": 1.0},
        {"paths": ["catalog_0.catalog"], "current_index": 120, "max_len": 1000,
         "deleted_indexes": []},
    ]  # fmt: skip
    (folder / "manifest.json").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


STEPS = [
    "--blank", f"{A}=-1:1", "--fill", f"{A}=interpolate", "--fill", f"{T}=median",
    "--leave-out", f"{T}=-1:1", "--by", M,
]  # fmt: skip


def test_steps_are_taken_in_the_order_in_which_they_were_typed(tub, capsys):
    assert main(["tub", "fit", "data", *STEPS]) == 0
    said = capsys.readouterr()
    assert said.out.splitlines()[:4] == [
        "treat values beyond -1 to 1 of user/angle as missing: 20 values treated as missing",
        "fill user/angle along the drive, at most 20 records in a row: 40 values filled",
        "fill user/throttle with the median by user/mode: 20 values filled",
        "  user: +0.5",
    ]
    assert "leave out records beyond -1 to 1 of user/throttle: 20 records left out" in said.out
    assert "wrote cleaning.json, fitted to 120 records of 1 tub" in said.out
    assert said.out.splitlines()[-1].startswith("Next: ")
    assert said.out.endswith("cleaning.json\n")
    done = read_cleaning("cleaning.json").apply(list(TubReader(tub)))
    assert done.kept.sum() == 100
    assert all(math.isfinite(record[A]) and abs(record[A]) <= 1 for record in done.records)


@pytest.mark.parametrize("by", [[f"{M},car"], [M, "car"], [f"{M}, car"]])
def test_columns_to_fit_by_are_parted_by_commas_or_blanks(by, tub, capsys):
    """`--by car,user/mode` was one column that nobody has, although `tub stats` takes it."""
    assert main(["tub", "fit", "data", "--fill", f"{T}=median", "--by", *by]) == 0
    assert "with the median by user/mode, car: " in capsys.readouterr().out


def test_fences_that_take_bends_away_are_said(tub, capsys):
    assert main(["tub", "fit", "data", "--leave-out", f"{A}=0.1"]) == 0
    said = capsys.readouterr().out
    assert "% of the records, too many for mistakes: it takes bends or fast straights away" in said


def test_one_json_document_says_the_same(tub, capsys):
    assert main(["tub", "fit", "data", *STEPS, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert [step["filled"] for step in said["steps"]] == [{}, {A: 40}, {T: 20}, {}]
    assert said["cleaning"]["records"] == 120


def test_the_tub_is_not_touched_until_its_owner_deletes_by_the_mask(tub, capsys):
    before = {path: path.read_bytes() for path in tub.rglob("*")}
    words = ["tub", "fit", "data", "--leave-out", f"{T}=-1:1", "--mask", "mask.json"]
    assert main(words) == 0
    assert {path: path.read_bytes() for path in tub.rglob("*")} == before
    assert main(["tub", "delete", "data", "--mask", "mask.json"]) == 0
    assert len(TubReader(tub)) == 100
    assert all(record[T] != 5.6 for record in TubReader(tub))


def test_a_mask_of_another_tub_deletes_nothing(tub, tmp_path, capsys):
    content = {"format": "donkeycar-mask/1", "tubs": [{"tub": "/etc", "records": ["0-99"]}]}
    (tmp_path / "mask.json").write_text(json.dumps(content))
    assert main(["tub", "delete", "data", "--mask", "mask.json"]) == 0
    assert "the mask names none of its records" in capsys.readouterr().out
    assert len(TubReader(tub)) == 120


@pytest.mark.parametrize(
    "content",
    [
        "", "[]", "{}", '{"format": "donkeycar-mask/1"}',
        '{"format": "donkeycar-mask/1", "tubs": [{"tub": 1, "records": []}]}',
        '{"format": "donkeycar-mask/1", "tubs": [{"tub": "a", "records": [1]}]}',
        '{"format": "donkeycar-mask/1", "tubs": [], "more": 1}', "[" * 9999,
    ],
)  # fmt: skip
def test_a_damaged_mask_is_refused_in_one_sentence(tub, tmp_path, capsys, content):
    (tmp_path / "mask.json").write_text(content)
    assert main(["tub", "delete", "data", "--mask", "mask.json"]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert "mask.json" in line
    assert len(TubReader(tub)) == 120


def test_a_mask_that_names_words_which_are_no_records_is_refused(tub, tmp_path, capsys):
    content = {"format": "donkeycar-mask/1", "tubs": [{"tub": str(tub), "records": ["all"]}]}
    (tmp_path / "mask.json").write_text(json.dumps(content))
    assert main(["tub", "delete", "data", "--mask", "mask.json"]) == 1
    assert "Records are named by numbers or ranges" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "A cleaning needs a step"),
        (["--fill", A], "`--fill` takes a column and one of mean, median, mode, interpolate"),
        (["--fill", f"{A}=guess"], f"Received: --fill {A}=guess. Write"),
        (["--fill", f"{A}=interpolate", "--max-gap", "0"], "`--max-gap` must be 1 to"),
        (["--fence", f"{A}=wide"], "takes a column and a number, COLUMN=NUMBER"),
        (["--fence", f"{A}=nan"], "takes a column and a number, COLUMN=NUMBER"),
        (
            ["--fence", f"{A}=1:-1"],
            f"COLUMN=LOW:HIGH. Received: --fence {A}=1:-1. Write {A}=-1:1",
        ),
        (
            ["--leave-out", f"{A}=-2"],
            f"`--leave-out` takes a number of 0 or more, COLUMN=K. Received: --leave-out {A}=-2",
        ),
        (["--fence", "user/angel"], "A column must be one of"),
        (["--fence", A, "--bucket", T], "takes a column and a number, COLUMN=NUMBER"),
        (["--fence", A, "--by", "session"], "must fit other tubs, too"),
        (["--mahalanobis", A, M], "must hold numbers"),
        (["--fence", A, "--out", "there.json"], "which is there already. Add --overwrite"),
        (["--fence", A, "--out", "there.txt"], "must end in .json"),
    ],
)
def test_mistakes_end_in_one_sentence(tub, tmp_path, capsys, words, said):
    (tmp_path / "there.json").write_text("mine")
    assert main(["tub", "fit", "data", *words]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert said in line
    assert (tmp_path / "there.json").read_text() == "mine"
    assert not (tmp_path / "cleaning.json").exists()


def test_strata_by_ranges_are_named_by_them(tub, capsys):
    words = ["tub", "fit", "data", "--fill", f"{T}=mean", "--bucket", f"{A}=3", "--quantile"]
    assert main([*words, f"{A}=2"]) == 0
    assert "below 5, below 0.5: " in capsys.readouterr().out
