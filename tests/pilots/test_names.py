"""Dots in names are letters like others, and a file is what its first bytes say."""

import itertools
import json
from pathlib import Path

import pytest

from donkeycar.commands import donkey
from donkeycar.errors import PilotError, TrainingError
from donkeycar.evaluation.evaluate import names_of
from donkeycar.pilots import load_pilot
from donkeycar.pilots.files.bundle import PilotFiles
from donkeycar.pilots.files.keras_file import check_keras
from donkeycar.pilots.files.names import kind_of, name_of, title_of
from donkeycar.pilots.files.next_step import conversion_command, next_step
from donkeycar.replay.replay_file import replay_path
from donkeycar.training.database import add_entry, read_database
from donkeycar.training.destination import pilot_files
from donkeycar.training.epochs.checkpoint import checkpoint_path, newest_checkpoint
from donkeycar.training.registry import pilots_in

# As people call their runs.
DOTTED = ("lr_0.001", "lr_0.01", "mypilot_v2.1", "1.5h", "v1.2.3", "run.final", "a.b-c", ".hidden")


@pytest.mark.parametrize("name", DOTTED)
@pytest.mark.parametrize(
    "ending", ["", ".keras", ".tflite", ".json", ".fp16.tflite", ".int8.tflite"]
)
def test_only_known_endings_are_endings(name, ending):
    """Before, ``lr_0.001`` was ``lr_0``: one run would have replaced the next."""
    path = Path("models", name + ending)
    files = PilotFiles.of(path)
    assert [file.name for file in files] == [
        f"{name}{end}" for end in (".keras", ".tflite", ".json")
    ]
    assert files.variant("int8").name == f"{name}.int8.tflite"
    assert name_of(path) == name
    assert title_of(path) == name + ending.rpartition(".")[0]
    assert checkpoint_path(files.keras).name == f"{name}.checkpoint"
    assert replay_path(path).name == f"{name}.replay.h5"
    assert pilot_files(path) == files


def test_no_two_names_share_a_file():
    for one, other in itertools.combinations(DOTTED, 2):
        a, b = (PilotFiles.of(Path(name)) for name in (one, other))
        assert not {*a.every(), checkpoint_path(a.keras)} & {*b.every(), checkpoint_path(b.keras)}


def test_names_that_tell_pilots_apart_keep_their_dots():
    paths = [Path("m/lr_0.001.keras"), Path("m/lr_0.01"), Path("m/lr_0.001.int8.tflite")]
    assert names_of(paths) == ["lr_0.001", "lr_0.01", "lr_0.001.int8"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("lr_0.001.h5", "A pilot must end in one of .keras, .tflite, .json. Received: .*1.h5. "
                        "Use --model .*lr_0.001.keras$"),
        ("old.savedmodel", "Use --model .*old.keras$"),
        ("loss.png", "Use --model .*loss.keras$"),
        ("x_0.5.int8", "must not end in .fp16 or .int8. .*Use --model .*x_0.5.keras$"),
        ("x.fp16.keras", "must not end in .fp16 or .int8. .*Use --model .*x.keras$"),
    ],
)  # fmt: skip
def test_what_training_advises_keeps_the_whole_name_and_is_taken(tmp_path, given, said):
    with pytest.raises(TrainingError, match=said) as error:
        pilot_files(tmp_path / given)
    pilot_files(Path(str(error.value).rpartition("--model ")[2]))


def test_the_list_of_pilots_knows_dotted_names(tmp_path):
    for name in ("lr_0.001", "lr_0.01"):
        add_entry(
            tmp_path / f"{name}.keras", class_name="KerasLinear", type="linear", tubs=[],
            history={}, settings={}, transfer=Path("base_v1.2.int8.tflite"),
        )  # fmt: skip
    assert [entry["Name"] for entry in read_database(tmp_path)] == ["lr_0.001", "lr_0.01"]
    assert {entry["Transfer"] for entry in read_database(tmp_path)} == {"base_v1.2"}
    (tmp_path / "lr_0.001.keras").write_bytes(b"")
    gone = {row.name: row.comment for row in pilots_in(tmp_path)}
    assert gone == {"lr_0.001": "", "lr_0.01": "its files are gone"}


def test_a_shorter_name_is_not_taken_for_a_longer_one(tmp_path):
    """``lr_0`` was still there as long as ``lr_0.001`` was; ``run[1]`` was a pattern."""
    for name in ("lr_0", "run[1]"):
        add_entry(
            tmp_path / f"{name}.keras", class_name="KerasLinear", type="linear", tubs=[],
            history={}, settings={},
        )  # fmt: skip
    (tmp_path / "lr_0.001.keras").write_bytes(b"")
    (tmp_path / "run[1].tflite").write_bytes(b"")
    gone = {row.name: row.comment for row in pilots_in(tmp_path)}
    assert gone == {"lr_0": "its files are gone", "run[1]": ""}


def test_the_newest_interrupted_training_keeps_its_name(tmp_path):
    (tmp_path / "lr_0.001.checkpoint").write_bytes(b"")
    assert checkpoint_path(newest_checkpoint(tmp_path)).name == "lr_0.001.checkpoint"


FIRST_BYTES = {
    "keras": b"PK\x03\x04rest of it",
    "hdf5": b"\x89HDF\r\n\x1a\nrest",
    "litert": b"\x1c\0\0\0TFL3rest",
    "": b"\x80\x04cos\nsystem\n",
}


@pytest.mark.parametrize("kind", FIRST_BYTES)
@pytest.mark.parametrize("name", ["x", "x.tflite", "x.h5", "x_v1.2"])
def test_a_file_is_what_its_first_bytes_say(tmp_path, kind, name):
    path = tmp_path / name
    path.write_bytes(FIRST_BYTES[kind])
    assert kind_of(path) == kind


def test_the_replay_of_a_training_belongs_to_its_pilot_and_is_no_model(tmp_path):
    """What used to happen: `drive`, `evaluate` and `--transfer` sent it to `convertmodel --trust`,
    which refuses it."""
    replay = tmp_path / "lr_0.01.replay.h5"
    replay.write_bytes(FIRST_BYTES["hdf5"])
    assert (kind_of(replay), name_of(replay), replay_path(replay)) == ("", "lr_0.01", replay)
    for use in (load_pilot, check_keras):
        with pytest.raises(PilotError) as error:
            use(replay)
        assert "convertmodel" not in str(error.value)
    assert next_step(replay).endswith(f"`donkey replay` shows it. The pilot is {tmp_path}/lr_0.01.")


def test_a_folder_is_a_saved_model_whatever_its_name(tmp_path):
    for name in ("mypilot", "mypilot_v1.2", "mypilot.savedmodel"):
        folder = tmp_path / name
        folder.mkdir()
        assert kind_of(folder) == ""
        (folder / "saved_model.pb").write_bytes(b"")
        assert kind_of(folder) == "saved_model"
        out = "mypilot" if name.startswith("mypilot.") else name
        command = donkey("convertmodel", folder, "--out", tmp_path / out, "--trust")
        assert conversion_command(folder) == command
        with pytest.raises(PilotError, match="convertmodel") as error:
            load_pilot(folder)
        assert str(error.value).endswith(f"Make a pilot of it: {command}")
        with pytest.raises(PilotError, match="Weights are read from a .keras file") as error:
            check_keras(folder)
        assert str(error.value).endswith(command)


def test_a_command_names_a_place_that_is_free(tmp_path):
    (tmp_path / "theirs.keras").write_bytes(FIRST_BYTES["keras"])
    (tmp_path / "theirs_2.fp16.tflite").write_bytes(b"")
    assert conversion_command(tmp_path / "theirs.keras").endswith(f"--out {tmp_path}/theirs_3")


@pytest.mark.parametrize("name", ["theirs.onnx", "theirs.trt", "theirs.pth", "theirs.pb"])
def test_nobody_is_sent_to_a_converter_that_refuses(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(FIRST_BYTES[""])
    for use in (load_pilot, check_keras):
        with pytest.raises(
            PilotError, match="cannot open such files. If you have the .keras, .h5 or"
        ):
            use(path)
    assert "convertmodel" in next_step(path)
    assert "--out" not in next_step(path)


@pytest.mark.parametrize("name", ["notes", "mypilot.tflite.bak", "v1.2"])
def test_a_file_that_is_no_model_is_named(tmp_path, name):
    (tmp_path / name).write_text(json.dumps({}))
    with pytest.raises(PilotError, match="is no file of a pilot"):
        load_pilot(tmp_path / name)
