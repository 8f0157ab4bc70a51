"""Whatever a command is told to write: whether that can be is said in one sentence, and first.

What used to happen: minutes of work, and then "[Errno 2] No such file or directory".
"""

import argparse
import shutil

import numpy as np
import pytest

from donkeycar.errors import ConfigError
from donkeycar.management import cli
from donkeycar.management.cli import main
from donkeycar.management.output_file import output_file
from donkeycar.tub import TubWriter

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
    "tub answers": ("--out", ".json", ["data", *MODEL]),
    "tub suggest": ("--out", ".json", ["data"]),
    "tub fit": ("--out", ".json", ["data", "--fence", "user/throttle"]),
}
# These make a folder, of a tub, a car or a pilot.
FOLDERS = {
    "sim record": ("--tub", ["--records", "2"]),
    "createcar": ("--path", []),
    "demo": ("--path", ["--no-serve"]),
    "train": ("--model", ["--tub", "data"]),
    "tub convert": ("--out", ["data"]),
    "tub split": ("--out", ["data"]),
    "tub merge": ("--out", ["data"]),
    "tub copy": ("--out", ["data"]),
    "tub import": ("--out", ["log"]),
}
NAMES_OF_OUTPUT = ("--out", "--animate")
# A backup makes no folder, as its disk may not be plugged in: tests/management/backup. An export
# may be a folder, and replaces nothing: tests/formats/exporting.
OWN_RULES = {("backup", "--out"), ("tub export", "--out")}


@pytest.fixture
def folder(tmp_path, monkeypatch, shared_data):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").symlink_to(shared_data / "donkey_testtub_v2")
    (tmp_path / "log").symlink_to(shared_data / "udacity_sim_csv")
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
    line = refused([*command.split(), *words, option, place + ending], capsys)
    assert f"`{option}` must be a file that can be written. Received: {option} {place}" in line
    assert f"Choose another folder, e.g. {option} ~/x{ending}" in line
    assert (folder / "file").read_text() == "mine"


@pytest.mark.parametrize("command", [name for name in WRITES if name != "convertmodel"])
def test_a_folder_is_no_file(command, folder, capsys):
    option, ending, words = WRITES[command]
    (folder / f"there{ending}").mkdir()
    line = refused([*command.split(), *words, option, f"there{ending}"], capsys)
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


OF_A_TUB = (
    "manifest.json", "catalog_0.catalog", "catalog_7.catalog_manifest", "record_3.json",
    "meta.json", "images/3_cam_depth_array_.png", "images/99_cam_image_array_.jpg",
    "recovered/repair-1/notes.txt",
)  # fmt: skip


@pytest.fixture
def mine(tmp_path, shared_data, monkeypatch):
    """A tub of one's own, in the folder where the commands run."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(shared_data / "tiny_v1", tmp_path / "old", copy_function=shutil.copyfile)
    (tmp_path / "old").chmod(0o755)
    image = np.zeros((24, 32, 3), np.uint8)
    depth = np.zeros((24, 32), np.uint16)
    inputs = ["cam/image_array", "cam/depth_array", "user/angle", "user/throttle", "user/mode"]
    types = ["image_array", "gray16_array", "float", "float", "str"]
    with TubWriter("data", inputs, types) as tub:
        for number in range(8):
            tub.append(dict(zip(inputs, (image, depth, number / 9, 0.2, "user"), strict=True)))
    return tmp_path


def files_of(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", OF_A_TUB)
@pytest.mark.parametrize("tub", ["data", "old"])
def test_no_file_of_a_tub_is_an_output(name, tub, mine):
    """What used to happen: a picture, a table or a cleaning took the place of a recording."""
    (mine / "linked").symlink_to(mine / tub)
    for place in (f"{tub}/{name}", f"{tub}/{name.upper()}", f"linked/{name}"):
        if "images" in place and tub == "old":
            continue  # format v1 has no such folder
        with pytest.raises(ConfigError, match=f"no file of a tub.*the tub .*{tub}. Choose another"):
            output_file(mine / place)
    assert output_file(mine / tub / "angles.png")  # nobody's
    assert output_file(mine / name)  # in no tub


@pytest.mark.parametrize("words", [
    "tub fit data --fence user/angle --out data/manifest.json --overwrite",
    "tub fit data --fence user/angle --mask data/manifest.json --overwrite",
    "tub stats data --plot data/images/3_cam_depth_array_.png",
    "replay-drive data --csv data/catalog_0.catalog --overwrite",
    "replay-drive data --save-reference data/manifest.json --overwrite",
])  # fmt: skip
def test_a_tub_stays_as_it_is_whatever_is_written_onto_it(words, mine, capsys):
    """What used to happen: `tub fit` replaced the manifest, so the deleted marks were lost, and
    `tub stats --plot` a depth image, without asking."""
    before = files_of(mine)
    assert main(words.split()) != 0
    assert "must be no file of a tub" in capsys.readouterr().err
    assert files_of(mine) == before


@pytest.mark.parametrize(("words", "sentence"), [
    ("tub fit data --fence user/angle --out a.json --mask ./a.json",
     "`--mask` must be another file than what `--out` writes"),
    ("replay-drive data --png a.png --csv a.png",
     "`--csv` must be another file than what `--png` writes"),
    ("replay-drive data --reference a.jsonl --csv a.jsonl --overwrite",
     "`--csv` must be another file than what this command reads"),
    ("replay-drive data --model a.tflite --csv a.tflite --overwrite",
     "`--csv` must be another file than what this command reads"),
])  # fmt: skip
def test_an_output_takes_the_place_of_no_other_file_of_its_command(words, sentence, mine, capsys):
    """What used to happen: the mask replaced the cleaning, which the command then told to use; a
    table replaced the pilot."""
    for name in ("a.jsonl", "a.tflite"):
        (mine / name).write_text("mine")
    before = files_of(mine)
    assert main(words.split()) != 0
    assert sentence in capsys.readouterr().err
    assert files_of(mine) == before


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
    tried = {(name.strip(), option) for name, (option, *_) in [*WRITES.items(), *FOLDERS.items()]}
    tried = {(name, option) for name, option in tried if option in NAMES_OF_OUTPUT}
    assert found == tried | OWN_RULES
