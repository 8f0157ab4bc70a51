"""The list of pilots that drive together is somebody else's file."""

import json
import os

import pytest

from donkeycar.errors import PilotError
from donkeycar.pilots import load_pilot
from donkeycar.pilots.files.folds_file import holds_folds, member_paths, read_folds

GOOD = {"format": "donkeycar-folds/1", "pilots": ["fold_1.keras", "fold_2.keras"]}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "folds").mkdir()
    return tmp_path / "folds"


def write(folder, content):
    text = content if isinstance(content, str) else json.dumps(content)
    (folder / "folds.json").write_text(text)
    return folder


def test_a_list_names_pilots_in_its_folder(folder):
    assert not holds_folds(folder)
    write(folder, GOOD)
    assert holds_folds(folder)
    assert member_paths(folder) == [folder / "fold_1.keras", folder / "fold_2.keras"]
    assert member_paths(folder / "fold_1.keras") == [folder / "fold_1.keras"]


@pytest.mark.parametrize("doubt", [None, {"middle": 0.05, "limit": 0.4, "records": 100}])
def test_what_is_usual_may_be_there(folder, doubt):
    usual = read_folds(write(folder, {**GOOD, "doubt": doubt})).usual
    assert (usual is None) is (doubt is None)
    if usual is not None:
        assert (usual.middle, usual.limit) == (0.05, 0.4)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "[" * 100_000,
        '{"format": "donkeycar-folds/2", "pilots": ["a.keras", "b.keras"]}',
        " " * 1_000_001,
        *(
            {**GOOD, "pilots": pilots}
            for pilots in (
                None, "a.keras", ["a.keras"], ["a.keras"] * 2, [f"{n}.keras" for n in range(51)],
                ["a.keras", 7], ["a.keras", "../b.keras"], ["a.keras", "/tmp/b.keras"],
                ["a.keras", "x/b.keras"], ["a.keras", "x\\b.keras"], ["a.keras", "c:b.keras"],
                ["a.keras", "b.tflite"], ["a.keras", "b.h5"], ["a.keras", "b.keras\n"],
                ["a.keras", ".keras"], ["a.keras", "..keras"], ["a.keras", "b\0.keras"],
                ["a.keras", "b" * 300 + ".keras"], ["a.keras", "b.int8.keras"],
            )
        ),
        *(
            {**GOOD, "doubt": doubt}
            for doubt in (
                7, [0.1, 0.2], {}, {"middle": 0.1}, {"middle": 0.2, "limit": 0.2},
                {"middle": -1, "limit": 1}, {"middle": "0", "limit": 1},
                {"middle": False, "limit": True}, {"middle": 0, "limit": float("inf")},
                {"middle": float("nan"), "limit": 1}, {"middle": 0, "limit": 10**400},
            )
        ),
    ],
    ids=lambda content: str(content)[:60],
)  # fmt: skip
def test_what_is_no_list_is_refused_in_a_sentence(folder, content):
    with pytest.raises(PilotError) as error:
        load_pilot(write(folder, content))
    assert len(str(error.value)) < 400


def test_a_link_that_leads_out_of_the_folder_is_not_followed(folder, tmp_path):
    write(folder, GOOD)
    (tmp_path / "elsewhere.json").write_text("{}")
    (folder / "fold_2.json").symlink_to(tmp_path / "elsewhere.json")
    with pytest.raises(PilotError, match=r"fold_2.json, a link to .*elsewhere.json"):
        load_pilot(folder)
    (folder / "folds.json").rename(tmp_path / "list.json")
    (folder / "folds.json").symlink_to(tmp_path / "list.json")
    with pytest.raises(PilotError, match=r"folds.json, a link to .*list.json"):
        load_pilot(folder)


def test_a_pipe_does_not_hold_up_the_car(folder):
    os.mkfifo(folder / "folds.json")
    with pytest.raises(PilotError, match="folds.json is not a file"):
        load_pilot(folder)


def test_a_folder_that_is_no_ensemble_says_what_to_do(folder):
    with pytest.raises(PilotError, match="a folder without folds.json, .*Name one of the pilots"):
        load_pilot(folder)
    with pytest.raises(PilotError, match="fold_1.keras. Run `donkey train`"):
        load_pilot(write(folder, GOOD))
