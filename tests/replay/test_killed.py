"""A training that is killed leaves a file that can be read up to its last epoch."""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from donkeycar.replay import Replay, ReplayRecorder, groups_in
from donkeycar.replay.hdf5 import opened
from donkeycar.replay.layout import epochs_done
from tests.replay import toys
from tests.replay.killed_child import weights_of

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no kill -9")


def start(path, *words):
    return subprocess.Popen(
        [sys.executable, "-m", "tests.replay.killed_child", str(path), *words],
        cwd=ROOT, env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )  # fmt: skip


def wait_for_epochs(path, count, process):
    """Wait until so many epochs are recorded, reading the file while it is written to."""
    deadline = time.monotonic() + 100
    while process.poll() is None and time.monotonic() < deadline:
        if path.exists():
            with opened(path) as file:
                if len(epochs_done(file["a"])) >= count:
                    return
        time.sleep(0.05)
    pytest.fail("nothing was recorded")


def test_a_killed_training_is_there_up_to_its_last_epoch(tmp_path):
    path = tmp_path / "a.h5"
    process = start(path, "keras")
    wait_for_epochs(path, 4, process)
    process.kill()
    process.wait()
    replay = Replay(path)
    assert replay.epochs == tuple(range(len(replay.epochs)))
    assert len(replay.history["loss"]) == len(replay.epochs) - 1 >= 3
    assert np.isfinite(replay.history["loss"]).all()
    # What is there is what training made: the same seed makes it again.
    again, data = toys.moon_network(), toys.moons()
    again.fit(*data, epochs=3, verbose=0)
    answers = replay.study.answers(3)["moon"]
    assert answers == pytest.approx(again.predict(data[0], verbose=0), abs=2e-3)
    # The room for 10,000 epochs took none of the disk, and the next recording cuts it off.
    assert path.stat().st_blocks * 512 < 2_000_000
    ReplayRecorder(path, "b", *data).record_initial(again)
    assert groups_in(path) == ["a", "b"]
    assert Replay(path, "a").epochs == replay.epochs
    assert path.stat().st_size < 2_000_000


def test_wherever_it_is_killed_every_epoch_that_counts_is_whole(tmp_path):
    rng = np.random.default_rng(0)
    recorded = 0
    for number in range(4):
        path = tmp_path / f"{number}.h5"
        process = start(path)
        wait_for_epochs(path, 2, process)
        time.sleep(rng.uniform(0, 0.05))
        process.kill()
        process.wait()
        with opened(path) as file:
            epochs = epochs_done(file["a"])
            assert epochs == list(range(len(epochs)))
            for epoch in epochs[-3:]:
                for place, wanted in enumerate(weights_of(epoch)):
                    assert np.array_equal(file[f"a/weights/{place:04}"][epoch], wanted)
                assert file["a/history"][epoch, 0] == pytest.approx(1 / (1 + epoch))
        recorded += len(epochs)
    assert recorded > 30, "the processes recorded something"
