"""Whatever a command is told to write: whether that can be is said in one sentence, and first.

What used to happen: minutes of work, and then "[Errno 2] No such file or directory".
"""

import argparse

import pytest

from donkeycar.errors import ConfigError
from donkeycar.management import cli
from donkeycar.management.cli import main
from donkeycar.management.output_file import output_file

MODEL = ["--model", "pilot.keras"]
TUB = ["--tub", "data"]
# Command, option that names a file to write, its ending, the other words that it needs.
WRITES = {
    "makemovie": ("--out", ".mp4", TUB),
    "tubplot": ("--out", ".png", [*TUB, *MODEL]),
    "tubhist": ("--out", ".png", TUB),
    "evaluate": ("--out", ".html", ["pilot.keras", *TUB]),
    "explain": ("--out", ".png", [*TUB, *MODEL]),
    "cnnactivations": ("--out", ".png", ["--image", "a.png", *MODEL]),
    "replay": ("--out", ".png", ["pilot"]),
    "replay ": ("--animate", ".gif", ["pilot"]),
    "convertmodel": ("--out", ".keras", ["old.tflite"]),
}
# These make a folder, of a tub, a car or a pilot.
FOLDERS = {
    "sim record": ("--tub", ["--records", "2"]),
    "createcar": ("--path", []),
    "demo": ("--path", ["--no-serve"]),
    "train": ("--model", ["--tub", "data"]),
}
NAMES_OF_OUTPUT = ("--out", "--animate")
# A backup makes no folder, as its disk may not be plugged in: tests/management/backup.
OWN_RULES = {("backup", "--out")}


@pytest.fixture
def folder(tmp_path, monkeypatch, shared_data):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").symlink_to(shared_data / "donkey_testtub_v2")
    (tmp_path / "file").write_text("mine")
    (tmp_path / "a folder.png").mkdir()
    return tmp_path


def refused(words, capsys):
    """The one line in which a command refuses."""
    assert main(words) == 1
    said = capsys.readouterr().err
    (line,) = said.splitlines()
    assert line.startswith("donkey: error: ")
    assert "[Errno" not in line
    return line


@pytest.mark.parametrize("command", WRITES)
@pytest.mark.parametrize("place", ["file/inside/x", "/proc/nowhere/x"])
def test_a_place_that_takes_nothing_is_refused_before_the_work(command, place, folder, capsys):
    option, ending, words = WRITES[command]
    line = refused([command.strip(), *words, option, place + ending], capsys)
    assert f"`{option}` must be a file that can be written. Received: {option} {place}" in line
    assert f"Choose another folder, e.g. {option} ~/x{ending}" in line
    assert (folder / "file").read_text() == "mine"


@pytest.mark.parametrize("command", [name for name in WRITES if name != "convertmodel"])
def test_a_folder_is_no_file(command, folder, capsys):
    option, ending, words = WRITES[command]
    (folder / f"there{ending}").mkdir()
    line = refused([command.strip(), *words, option, f"there{ending}"], capsys)
    assert f"`{option}` must be a file. Received: {option} there{ending}, a folder. Use" in line


@pytest.mark.parametrize("command", FOLDERS)
@pytest.mark.parametrize("place", ["file/inside", "/proc/nowhere/x"])
def test_a_folder_that_cannot_be_made_is_refused(command, place, folder, capsys):
    option, words = FOLDERS[command]
    refused([*command.split(), *words, option, place], capsys)
    assert (folder / "file").read_text() == "mine"


def test_a_missing_folder_is_made(folder, capsys):
    assert main(["tubhist", "--tub", "data", "--out", "new/folder/hist.png"]) == 0
    assert (folder / "new/folder/hist.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("command", ["explain", "cnnactivations", "makemovie"])
def test_a_format_that_nobody_writes_is_named(command, folder, capsys):
    """What used to happen: a traceback, after the work."""
    option, ending, words = WRITES[command]
    line = refused([command, *words, option, "what.xyz"], capsys)
    assert f"`{option}` must end in {ending} or " in line
    assert f"Received: {option} what.xyz. Use {option} what{ending}" in line


def test_nothing_is_made_by_looking(folder):
    before = sorted(folder.rglob("*"))
    assert output_file(folder / "a/b/c.png") == folder / "a/b/c.png"
    with pytest.raises(ConfigError, match="a folder. Use --out .*a folder.png/result"):
        output_file(folder / "a folder.png")
    assert sorted(folder.rglob("*")) == before


def options_of(parser, prefix=""):
    """Every option of a command and of its sub-commands."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, inner in action.choices.items():
                yield from options_of(inner, f"{prefix} {name}")
        for option in action.option_strings:
            yield prefix.strip(), option


def test_every_option_that_names_a_file_to_write_is_tried_here():
    found = set()
    for name in cli.COMMANDS:
        for command, option in options_of(cli.build_parser(name)):
            if option in NAMES_OF_OUTPUT:
                found.add((command, option))
    tried = {(name.strip(), option) for name, (option, *_) in WRITES.items()}
    assert found == tried | OWN_RULES
