"""A file of a stranger is data: it is refused in one sentence, or read, and never runs."""

import json

import h5py
import numpy as np
import pytest

from donkeycar.errors import TrainingError
from donkeycar.replay import Replay, groups_in
from donkeycar.replay.network import check


@pytest.fixture
def path(moons_file, tmp_path):
    """A copy of a replay, to be spoilt."""
    copy = tmp_path / "copy.h5"
    copy.write_bytes(moons_file.read_bytes())
    return copy


def replace(path, name, **how):
    """Put another dataset in the place of one."""
    with h5py.File(path, "r+") as file:
        del file[name]
        if how:
            file.create_dataset(name, **how)


def describe(path, change):
    """Change the description of the recording."""
    with h5py.File(path, "r+") as file:
        about = json.loads(file["moons/about"][()].tobytes())
        change(about)
        del file["moons/about"]
        file["moons/about"] = np.frombuffer(json.dumps(about).encode(), np.uint8)


def refused(path, message):
    with pytest.raises(TrainingError, match=message) as error:
        Replay(path).study.answers(0)
    assert "\n" not in str(error.value).split(": ")[0]


def test_what_is_no_replay(tmp_path):
    refused(tmp_path / "nothing.h5", "There is no replay at .*nothing.h5. Record one with")
    (tmp_path / "text.h5").write_text("weights")
    refused(tmp_path / "text.h5", "A replay is an HDF5 file. Received: .*text.h5, which is not one")
    with h5py.File(tmp_path / "keras.h5", "w") as file:
        file["layers"] = 1
    refused(tmp_path / "keras.h5", "is an HDF5 file, but no replay of donkeycar")
    with h5py.File(tmp_path / "new.h5", "w") as file:
        file.attrs["format"] = np.bytes_("donkeycar replay 2")
    refused(tmp_path / "new.h5", "must be of the kind .* Next step: update donkeycar")
    with h5py.File(tmp_path / "text_mark.h5", "w") as file:
        file.attrs["format"] = "donkeycar replay 1"
    refused(tmp_path / "text_mark.h5", "no replay of donkeycar")


def test_a_recorder_does_not_touch_what_is_no_replay(tmp_path):
    from donkeycar.replay import ReplayRecorder

    with h5py.File(tmp_path / "theirs.h5", "w") as file:
        file["layers"] = 1
    before = (tmp_path / "theirs.h5").read_bytes()
    with pytest.raises(TrainingError, match="no replay of donkeycar"):
        ReplayRecorder(tmp_path / "theirs.h5", "a", np.ones((2, 2)), np.ones(2))
    assert (tmp_path / "theirs.h5").read_bytes() == before


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9, 0.99])
def test_a_file_that_was_cut_off(path, share):
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    refused(path, "damaged|which is not one")


def test_damage_anywhere_is_refused_or_read(path):
    content = np.frombuffer(path.read_bytes(), np.uint8)
    rng = np.random.default_rng(4)
    used = np.flatnonzero(content)
    read = 0
    for _ in range(60):
        spoilt = content.copy()
        spoilt[rng.choice(used, rng.integers(1, 5))] = rng.integers(0, 256)
        path.write_bytes(spoilt.tobytes())
        try:
            Replay(path).study.answers(2)
            read += 1
        except TrainingError:
            pass
    assert 0 < read < 60


@pytest.mark.parametrize(
    "part",
    [
        {"module": "keras.layers", "class_name": "Lambda", "config": {}},
        {"module": "keras.layers", "class_name": "TFSMLayer", "config": {"filepath": "/tmp"}},
        {"module": "os", "class_name": "system", "config": "true"},
        {"module": "subprocess", "class_name": "function", "config": "run"},
        {"module": "keras.layers", "class_name": "Dense", "registered_name": "mine>Dense"},
        {"class_name": "__lambda__", "config": {"value": "bytecode"}},
        {"class_name": ["Dense"]},
    ],
)
def test_parts_that_could_run_code_are_refused_wherever_they_are(path, part):
    def hide(about):
        about["network"]["config"]["layers"][1]["config"]["activation"] = part

    describe(path, hide)
    refused(path, "may hold only parts of Keras|Names of layers must be text")
    with pytest.raises(TrainingError):
        check({"loss": [part]})


def widen(about):
    about["network"]["config"]["layers"][1]["config"]["units"] = 10**9


def nest(about):
    about["network"] = {"class_name": "Dense"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (widen, "Keras cannot rebuild|The recorded weights must suit the recorded network"),
        (
            lambda about: about["shapes"].reverse(),
            "The recorded weights must suit the recorded network. Received: weights of shapes",
        ),
        (nest, "damaged|Keras cannot rebuild|may hold only parts"),
        (lambda about: about.update(network=[]), "The description of moons in .* is damaged"),
        (lambda about: about.pop("shapes"), "The description of moons in .* is damaged"),
        (lambda about: about.update(shapes=[["a"]]), "is damaged"),
        (lambda about: about.update(inputs=[7]), "is damaged"),
        (lambda about: about.update(inputs=["other"]), r"must have the inputs \['input'\]"),
        (lambda about: about.update(targets=["other"]), "must have a loss and a weight for each"),
        (lambda about: about.update(objective=None), "An objective must have losses and weights"),
        (
            lambda about: about["objective"]["losses"].update(moon="no_such_loss"),
            "Keras has no such loss. Received: 'no_such_loss'",
        ),
    ],
)
def test_a_description_that_does_not_suit(path, change, message):
    describe(path, change)
    with pytest.raises(TrainingError, match=message):
        Replay(path).study.losses(0)


def test_numbers_elsewhere_than_in_the_file_are_not_read(path, tmp_path):
    secret = tmp_path / "secret"
    secret.write_bytes(b"\x01" * 400)
    replace(path, "moons/inputs/0000")
    with h5py.File(path, "r+") as file:
        file.create_dataset("moons/inputs/0000", (10, 2), "f4", external=[(str(secret), 0, 80)])
    refused(path, "must be numbers within the file")


def test_links_to_other_files_are_not_followed(path, moons_file):
    with h5py.File(path, "r+") as file:
        del file["moons/about"]
        file["moons/about"] = h5py.ExternalLink(str(moons_file), "moons/about")
        file["linked"] = h5py.ExternalLink(str(moons_file), "moons")
    assert groups_in(path) == ["moons"]
    refused(path, "is damaged: /moons has no about")


@pytest.mark.parametrize(
    ("name", "how", "message"),
    [
        ("epochs", {"data": [b"one"]}, "must be numbers of kind i"),
        ("epochs", {"data": [[0]]}, "must have the shape"),
        ("epochs", {"data": np.array([], np.int32)}, "was stopped before it held anything"),
        ("epochs", {}, "is damaged: /moons has no epochs"),
        ("weights/0000", {"data": np.ones((5, 3, 3))}, "must have the shape"),
        ("inputs/0000", {"data": np.ones((4, 2))}, "equally many rows"),
        (
            "inputs/0000",
            {"shape": (10**9, 1000), "dtype": "f4", "chunks": (10, 10)},
            "must be at most 4 GiB. Received: 4000000000000 bytes",
        ),
    ],
)
def test_numbers_that_do_not_suit(path, name, how, message):
    replace(path, f"moons/{name}", **how)
    refused(path, message)
