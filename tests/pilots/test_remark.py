"""Opening a network says nothing, and keeps nobody else from saying something."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = str(Path(__file__).parents[2])

OPEN = """
import ctypes, os, subprocess, sys
from pathlib import Path
from donkeycar.pilots.interpreter import LiteRTInterpreter
from donkeycar.pilots.remark import without_remark

if len(sys.argv) > 2:
    with without_remark():
        ctypes.CDLL(None).perror(b"a camera")
        print("the car", file=sys.stderr, flush=True)
        subprocess.run([sys.executable, "-c", "import os; os.write(2, b'its guardian\\\\n')"])
for again in range(2):
    LiteRTInterpreter(Path(sys.argv[1]))
ctypes.CDLL(None).perror(b"later")
"""


@pytest.fixture
def said(linear_litert, tmp_path):
    """What a process says in which a network is opened."""
    (tmp_path / "pilot.tflite").write_bytes(linear_litert)

    def said(*words):
        return subprocess.run(
            [sys.executable, "-c", OPEN, str(tmp_path / "pilot.tflite"), *words],
            env={**os.environ, "PYTHONPATH": ROOT}, capture_output=True, text=True, check=True,
        ).stderr  # fmt: skip

    return said


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the remark of LiteRT is seen")
def test_opening_networks_says_nothing(said):
    assert said() == "later: Success\n"


@pytest.mark.skipif(sys.platform != "linux", reason="nothing is held back elsewhere")
def test_what_others_say_meanwhile_is_seen(said):
    lines = said("meanwhile").splitlines()
    for line in ("the car", "its guardian", "a camera: Success", "later: Success"):
        assert line in lines
