"""LiteRT crashes while a trained pilot is tried out; then all is killed there; and it goes on."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from donkeycar.errors import TrainingError
from donkeycar.training import train
from donkeycar.training.epochs.checkpoint import checkpoint_path, read_checkpoint

ROOT = Path(__file__).parents[2]
TRYING_OUT = b"donkeycar.training.export.litert"
pytestmark = pytest.mark.skipif(
    not Path("/proc").is_dir(), reason="needs Linux's list of processes"
)

TRAIN = """
import sys
from donkeycar.training import train
train([sys.argv[1]], sys.argv[2], resume=True, **{})
"""


def children_of(pid):
    """Processes that a process started to try a network out."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:  # it has ended since
            continue
        if parent == pid and TRYING_OUT in words:
            yield int(folder.name)


def wait_for_child(pid, timeout_s=100):
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        for child in children_of(pid):
            return child
        time.sleep(0.01)
    raise TimeoutError("nobody tried a network out")


def test_a_crash_of_litert_costs_neither_training_nor_pilot(lane_tub, tmp_path, monkeypatch):
    settings = {"epochs": 2, "batch_size": 16, "patience": None, "seed": 7}
    model = tmp_path / "models" / "pilot.keras"
    monkeypatch.setenv("TMPDIR", str(tmp_path))

    crash = threading.Thread(target=lambda: os.kill(wait_for_child(os.getpid()), signal.SIGSEGV))
    crash.start()
    with pytest.raises(
        TrainingError, match=r"is trained, but .* crashes .*\(SIGSEGV\).*--resume tries again from"
    ):
        train([lane_tub], model, **settings)
    crash.join()
    assert os.listdir(model.parent) == ["pilot.checkpoint"]

    words = [sys.executable, "-c", TRAIN.format(settings), str(lane_tub), str(model)]
    process = subprocess.Popen(words, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
    child = wait_for_child(process.pid)
    process.kill()
    process.wait()
    os.kill(child, signal.SIGKILL)
    assert os.listdir(model.parent) == ["pilot.checkpoint"]

    left = read_checkpoint(checkpoint_path(model)).state["teacher"]
    result = train([lane_tub], model, resume=True, **settings)
    assert (result.ended, len(result.history["loss"])) == ("finished", 2)
    assert result.history == left["history"], "the time it took, too: nothing was trained again"
    assert not checkpoint_path(model).exists()
