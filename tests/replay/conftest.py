"""Recorded trainings that many tests look at."""

import os

import pytest

from tests.replay import toys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


@pytest.fixture(scope="session")
def moons_file(tmp_path_factory):
    """A file with one recording of four epochs, in full precision."""
    from donkeycar.replay import ReplayRecorder

    path = tmp_path_factory.mktemp("replay") / "moons.h5"
    points, labels = toys.moons()
    recorder = ReplayRecorder(path, "moons", points, labels, precision="float32")
    model = toys.moon_network()
    model.fit(
        points[:80], labels[:80], validation_data=(points[80:], labels[80:]), epochs=4, verbose=0,
        callbacks=[recorder],
    )  # fmt: skip
    return path


@pytest.fixture(scope="session")
def moons_replay(moons_file):
    from donkeycar.replay import Replay

    return Replay(moons_file)


@pytest.fixture(scope="session")
def pictures_replay(tmp_path_factory):
    """Two epochs of a network with two inputs and two outputs."""
    from donkeycar.replay import Replay, ReplayRecorder

    path = tmp_path_factory.mktemp("replay") / "pictures.h5"
    inputs, targets = toys.pictures()
    toys.picture_network().fit(
        inputs, targets, epochs=2, verbose=0,
        callbacks=[ReplayRecorder(path, "pictures", inputs, targets)],
    )  # fmt: skip
    return Replay(path)


@pytest.fixture(scope="session")
def classes_replay():
    """A network of three classes that was only initialised."""
    from donkeycar.replay import Replay

    return Replay.from_model(toys.class_network(), *toys.classes(), name="classes")
