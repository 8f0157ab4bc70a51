"""`donkey train`: what an owner types, and what the command answers."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from donkeycar.management.cli import main
from donkeycar.management.createcar import create_car
from donkeycar.pilots import load_pilot
from donkeycar.tub import TubWriter

ROOT = str(Path(__file__).parents[2])
INPUTS = ["cam/image_array", "user/angle", "user/throttle"]


def record(path, count=24):
    rng = np.random.default_rng(0)
    with TubWriter(path, INPUTS, ["image_array", "float", "float"]) as tub:
        for _ in range(count):
            frame = rng.integers(0, 256, (64, 80, 3), dtype=np.uint8)
            values = frame, float(rng.uniform(-1, 1)), 0.3
            tub.append(dict(zip(INPUTS, values, strict=True)))


@pytest.fixture
def car(tmp_path, monkeypatch):
    create_car(tmp_path / "car")
    monkeypatch.chdir(tmp_path / "car")
    return tmp_path / "car"


def train(*words):
    return main(["train", "--epochs", "1", "--set", "PRINT_MODEL_SUMMARY=False", *words])


def test_in_a_car_it_trains_on_all_that_was_recorded(car, capsys):
    for name in ("tub_1", "tub_2"):
        record(car / "data" / name)
    with (car / "myconfig.py").open("a") as own:
        own.write("\nTRANSFORMATIONS = ['CROP']\nROI_CROP_TOP = 20\nBATCH_SIZE = 8\n")
    assert train("--comment", "two afternoons", "--seed", "3") == 0
    output = capsys.readouterr().out
    [sidecar] = (car / "models").glob("pilot_*_0.json")
    assert f"{sys.executable} manage.py drive --model models/{sidecar.stem}.keras" in output
    assert "this pilot drives with frames of 80x64 pixels in colour; this car's camera" in output
    info = load_pilot(sidecar).info
    assert info.data["records"] == 48
    assert (info.training["batch_size"], info.training["seed"]) == (8, 3)
    assert info.transforms.to_json()[0]["top_px"] == 20
    assert info.comment == "two afternoons"
    assert sidecar.with_suffix(".png").read_bytes().startswith(b"\x89PNG")


def test_without_a_car_the_tubs_must_be_named(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert train() == 1
    assert "There is no car in this folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--tub", "nowhere"], "There is no tub at nowhere"),
        (["--tub", "empty"], "empty holds no records"),
        (["--tub", "tub", "--type", "lineal"], "`--type` must be one of"),
        (["--tub", "tub", "--model", "old.h5"], "Use --model old.keras"),
        (["--tub", "tub", "--epochs", "0"], "`--epochs` must be 1 or more. Received: --epochs 0"),
        (["--tub", "tub", "--model", "empty"], "Use --model empty/mypilot.keras"),
        (["--tub", "tub", "--model", "tub/manifest.json/x"], "a folder that can be written to"),
        (["--tub", ","], "`--tub` must name a folder of recordings"),
        (["--tub", "tub", "--config", "other.py"], "other.py does not exist"),
        (
            ["--tub", "tub", "--transfer", "no.keras"],
            "`--transfer` needs another pilot. There is no",
        ),
        (["--tub", "tub", "--transfer", "tub/manifest.json"], "`--transfer` needs another pilot."),
        (["--tub", "tub", "--resume"], "`--resume` needs an interrupted training. Received: none"),
        (
            ["--tub", "tub", "--resume", "--folds", "2"],
            "needs the folder of the folds",
        ),
        (["--tub", "tub", "--folds", "1"], "`--folds` must be 2 to 50. Received: 1"),
        (["--tub", "tub", "--folds", "2", "--model", "tub"], "need an empty folder of their own"),
        (["--tub", "tub", "--seed", "-1"], "`--seed` must be 0 or more"),
        (["--tub", "tub", "--set", "WARMUP_EPOCHS=200"], "`warmup_epochs` must be less than"),
        (["--tub", "tub", "--set", "LABEL_WINDOW=4"], "`label_window` must be an odd number"),
        (["--tub", "tub", "--set", "LABEL_SHIFT=90"], "must leave records to learn from"),
        (["--tub", "tub", "--set", "ACTIVATION=gelu"], "ACTIVATION must be"),
        (["--tub", "tub", "--set", "LEARNING_RATE_SCHEDULE=cosin"], "LEARNING_RATE_SCHEDULE must"),
        (["--tub", "tub", "--set", "DROPOUT=1"], "DROPOUT must be"),
    ],
)
def test_bad_input_is_one_line_and_changes_nothing(tmp_path, monkeypatch, capsys, words, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    record(tmp_path / "tub", count=3)
    before = sorted(tmp_path.rglob("*"))
    assert main(["train", *words]) == 1
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
def test_ctrl_c_says_what_was_kept_and_scripts_can_see_it(tmp_path):
    record(tmp_path / "tub")
    words = "train --tub tub --model pilot.keras --epochs 100000 --set USE_EARLY_STOP=False"
    process = subprocess.Popen(
        [sys.executable, "-m", "donkeycar.management.cli", *words.split()],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": ROOT},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell lets programs in the background ignore it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    while process.poll() is None and not (tmp_path / "pilot.checkpoint").exists():
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=400)
    assert process.returncode == 130
    assert "interrupted; kept epoch" in output
    assert "wrote pilot.keras" in output
    assert (
        "Next: the same command with --resume continues; or copy pilot.keras and the files"
        in output
    )
    assert "pilot.checkpoint keeps what --resume needs to go on" in errors
    assert "Traceback" not in errors
    assert load_pilot(tmp_path / "pilot.keras").info.training["ended"] == "interrupted"
