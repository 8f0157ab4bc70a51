"""What all actions of `donkey tub` share: options, misspelt columns, names on one line."""

import argparse
import itertools
import json

import pytest

from donkeycar.management.cli import main
from donkeycar.management.tub.tub import ACTIONS, add_arguments
from donkeycar.management.usage import Parser
from donkeycar.tub import TubReader, TubWriter, repair

# Those that look at recordings, for which `data` of the car is meant if none is named.
OF_THE_CAR = ("stats", "report")


@pytest.fixture
def tub(tmp_path):
    path = tmp_path / "car" / "data"
    with TubWriter(path, ["user/angle", "user/throttle"], ["float", "float"]) as writer:
        for number in range(12):
            writer.append({"user/angle": number / 20, "user/throttle": 0.3})
        writer.delete([2, 3])
    return path


def options_of(action):
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    (actions,) = [one for one in parser._actions if isinstance(one, argparse._SubParsersAction)]
    chosen = actions.choices[action]
    return {option for one in chosen._actions for option in one.option_strings}


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_can_answer_a_program(action):
    """`report` could not."""
    assert "--json" in options_of(action)


@pytest.mark.parametrize("action", OF_THE_CAR)
def test_it_looks_at_the_recordings_of_the_car_by_default(action):
    """`donkey stats` and `donkey tub report` took --path, `donkey tub stats` refused it."""
    assert "--path" in options_of(action)


def test_statistics_of_the_car_in_a_folder(tub, capsys):
    assert main(["tub", "stats", "--path", str(tub.parent), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["records"] == 10


MISSPELT = {
    "stats": ["--columns", "user/angel"],
    "stats of a short name": ["--columns", "angel"],
    "stats by": ["--by", "user/angel"],
    "fit": ["--fill", "user/angel=interpolate", "--out", "{out}.json"],
    "convert": ["--drop", "user/angel", "--out", "{out}"],
    "merge": ["--drop", "user/angel", "--out", "{out}"],
    "delete": ["--where", "user/angel > 0.1"],
}


@pytest.mark.parametrize("case", MISSPELT)
def test_a_misspelt_column_gets_the_nearest_one(case, tub, tmp_path, capsys):
    """Most listed all columns; `merge --drop` dropped nothing, and said nothing."""
    words = [word.format(out=tmp_path / "out") for word in MISSPELT[case]]
    assert main(["tub", case.split()[0], str(tub), *words]) == 1
    said = capsys.readouterr().err
    assert "Did you mean user/angle?" in said
    assert "angel" in said
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("action", ["delete", "restore"])
def test_an_index_without_a_record_is_said(action, tub, capsys):
    """`restore` ended as if all had been well."""
    before = (tub / "manifest.json").read_bytes()
    assert main(["tub", action, str(tub), "--records", "99", "500-"]) == 1
    said = capsys.readouterr().err
    assert "No record of" in said
    assert "Received: 99, 500-; its records are 0 to 11" in said
    assert (tub / "manifest.json").read_bytes() == before
    assert main(["tub", action, str(tub), "--records", "2-4", "20-30", "99"]) == 0
    assert "no record has the index 20-30, 99" in capsys.readouterr().out


def test_an_undo_says_what_came_back(tub, capsys):
    """It named files only."""
    with (tub / "catalog_0.catalog").open("ab") as file:
        file.write(b"{torn")
    repair(tub)
    assert main(["tub", "repair", "--undo", str(tub)]) == 0
    said = capsys.readouterr().out
    assert "before the undo 12 records, 2 of them deleted, 0 images; now 12 records" in said
    assert "0 images, 1 line or file unreadable" in said


EVIL = "a\nb\x1b[31mc\u202e"


def test_names_of_strangers_stay_on_their_line(tmp_path, capsys):
    """A line end in a name broke the table, and a name could colour the terminal."""
    tub = tmp_path / f"tub{EVIL}"
    with TubWriter(tub, ["user/angle", EVIL], ["float", "float"]) as writer:
        for number in range(3):
            writer.append({"user/angle": 0.1 * number, EVIL: 1.0})
    file = tub / "catalog_0.catalog"
    records = [json.loads(line) for line in file.read_text().splitlines()]
    lines = [
        json.dumps({**one, "_session_id": EVIL, f"{EVIL}2": None, "user/angle": "x"})
        for one in records
    ]
    file.write_text("".join(line + "\n" for line in lines))
    assert len(TubReader(tub)) == 3
    for words in (["info"], ["check"], ["stats"], ["stats", "--by", "session"], ["report"]):
        main(["tub", words[0], str(tub), *words[1:]])
        said = capsys.readouterr()
        for line in (said.out + said.err).split("\n"):
            assert line.isprintable(), (words, line)
            assert not line.startswith(("b\x1b", "b\\x1b")), (words, line)


def test_the_tags_of_a_tub_are_listed_with_their_records(tub, capsys):
    """They could be given, and then not be seen on the command line."""
    for name, records in (("corner", ["2-5", "9"]), ("start", ["0"])):
        assert main(["tub", "tag", str(tub), "--name", name, "--records", *records]) == 0
    capsys.readouterr()
    assert main(["tub", "info", str(tub)]) == 0
    out = capsys.readouterr().out
    assert "  tag corner: 5 records\n  tag start: 1 record\n" in out
    assert main(["tub", "info", str(tub), "--json"]) == 0
    assert '"tags": {' in (out := capsys.readouterr().out)
    assert json.loads(out)["tubs"][0]["tags"] == {"corner": 5, "start": 1}


# Words of the options that an action needs or that take several values.
WORDS = {
    "--records": ["0-3", "7"], "--session": ["a", "b"], "--drop": ["lap", "gear"],
    "--by": ["user/mode", "lap"], "--mahalanobis": ["user/angle", "user/throttle"],
    "--to": ["csv"], "--name": ["corner"], "--model": ["pilot.h5"], "--out": ["new"], "--json": [],
}  # fmt: skip
ONE_PATH = ("answers", "import")


@pytest.mark.parametrize("action", ACTIONS)
def test_options_and_paths_stand_in_any_order(action, tub):
    """`--records 0-9 TUB` and `--by lap TUB` swallowed the tub; `TUB --json TUB` was refused."""
    known = options_of(action)
    parts = [[option, *words] for option, words in WORDS.items() if option in known]
    if action in ("stats", "convert"):  # there --by and --drop take one word, with commas
        parts = [part[:2] for part in parts]
    paths = [[str(tub)]] if action in ONE_PATH else [[str(tub)], [str(tub.parent)]]
    parser = Parser(prog="donkey tub")
    add_arguments(parser)
    # A lone path behind the last option, two around all of them, and in between.
    orders = [[*paths, *parts], [*parts, *paths], [paths[0], *parts, *paths[1:]]]
    orders += [[*parts[:place], *paths, *parts[place:]] for place in range(1, len(parts))]
    read = [vars(parser.parse_args([action, *itertools.chain(*order)])) for order in orders]
    assert all(one == read[0] for one in read)
    assert read[0].get("tubs", []) in ([], [path for (path,) in paths])
    for option in ("records", "by"):
        if f"--{option}" in known and action != "stats":
            assert read[0][option] == WORDS[f"--{option}"]


def test_a_tub_that_is_not_there_is_the_last_word(tub, capsys):
    assert main(["tub", "fit", "--fill", "user/angle=mean", "--by", "lap", f"{tub}-2"]) == 1
    assert f"{tub}-2" in capsys.readouterr().err
    assert main(["tub", "delete", "--records", "0-3", "5", str(tub)]) == 0
    assert len(TubReader(tub)) == 7
