"""`donkey replay`: what an owner types, and what the command answers."""

import pytest
from PIL import Image

from donkeycar.management.cli import main
from tests.replay import toys


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """A folder with a file of two recordings, as if of a pilot."""
    from donkeycar.replay import ReplayRecorder

    folder = tmp_path_factory.mktemp("car")
    data = toys.moons(40)
    for group in ("morning", "evening"):
        toys.moon_network().fit(
            *data, epochs=2, verbose=0,
            callbacks=[ReplayRecorder(folder / "mypilot.replay.h5", group, *data)],
        )  # fmt: skip
    return folder


@pytest.fixture
def folder(recorded, tmp_path, monkeypatch):
    (tmp_path / "mypilot.replay.h5").write_bytes((recorded / "mypilot.replay.h5").read_bytes())
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("run", ["mypilot.keras", "mypilot.tflite", "mypilot.replay.h5"])
def test_the_last_recording_is_drawn_beside_the_pilot(folder, capsys, run):
    assert main(["replay", run]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("evening: 2 epochs, loss 0.")
    assert "can show feature_space, decision_boundary, " in lines[0]
    assert lines[1:] == ["other recordings: morning", "wrote mypilot.replay.png"]
    with Image.open("mypilot.replay.png") as picture:
        assert picture.width == 1200


def test_pictures_of_one_epoch_go_where_they_are_asked_to(folder, capsys):
    words = ["--group", "morning", "--epoch", "1", "--show", "loss,weights", "--out", "a.png"]
    assert main(["replay", "mypilot.keras", *words]) == 0
    assert capsys.readouterr().out == "wrote a.png\n"
    with Image.open("a.png") as picture:
        assert picture.size == (800, 335)


def test_two_recordings_move_side_by_side(folder, capsys):
    words = ["--group", "morning", "evening", "--show", "loss", "--animate", "a.gif"]
    assert main(["replay", "mypilot.keras", *words, "--rate", "10"]) == 0
    with Image.open("a.gif") as picture:
        assert (picture.n_frames, picture.info["duration"]) == (3, 100)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["other.keras"], "There is no replay at other.replay.h5. Record one with donkey train"),
        (["mypilot.keras", "--group", "noon"], "`--group` must be one of ['morning', 'evening']"),
        (["mypilot.keras", "--show", "everything"], "`--show` must be some of"),
        (["mypilot.keras", "--show", ","], "`--show` must be some of"),
        (["mypilot.keras", "--epoch", "3"], "0 to 2. Received: --epoch 3"),
        (["mypilot.keras", "--layer", "last"], "`--layer` must be one of ['eight', 'two', 'moon']"),
        (["mypilot.keras", "--animate", "a.avi"], "must end in .gif or .mp4. Received: a.avi"),
        (["mypilot.keras", "--show", "loss", "--out", "a.xyz"], "cannot be written to a.xyz"),
        (["mypilot.keras", "--show", "loss", "--out", "mypilot.replay.h5/a.png"],
         "`--out` must be a file that can be written. Received: --out mypilot.replay.h5/a.png"),
    ],
)  # fmt: skip
def test_bad_input_is_one_line_and_changes_nothing(folder, capsys, words, message):
    assert main(["replay", *words]) == 1
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert [path.name for path in folder.iterdir()] == ["mypilot.replay.h5"]
