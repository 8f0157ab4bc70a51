"""Names that a stranger chose do nothing to the terminal in which they are printed."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import donkeycar
from donkeycar.tub import TubWriter

PACKAGE = str(Path(donkeycar.__file__).parents[1])
NAME = "t\x1b[2J\x9b31m\x07\bub"
SHOWN = r"t\x1b[2J\x9b31m\x07\x08ub"


def run(*words, cwd):
    environment = {**os.environ, "PYTHONPATH": PACKAGE, "PYTHONIOENCODING": "utf-8"}
    ran = subprocess.run(
        [sys.executable, *words], cwd=cwd, env=environment, capture_output=True, check=False
    )
    return (ran.stdout + ran.stderr).decode()


@pytest.mark.parametrize("words", [["check"], ["repair"], ["restore"]])
def test_the_name_of_a_tub_is_shown_and_not_obeyed(tmp_path, words):
    # What used to happen: the terminal was cleared, its title changed, its clipboard filled.
    with TubWriter(tmp_path / NAME, ["cam/image_array"], ["image_array"]) as tub:
        tub.append({"cam/image_array": np.zeros((8, 8, 3), np.uint8)})
    said = run("-m", "donkeycar.management.cli", "tub", *words, NAME, cwd=tmp_path)
    assert SHOWN in said
    assert not {"\x1b", "\x9b", "\x07", "\b"} & set(said)


def test_an_error_about_a_file_is_shown_and_not_obeyed(tmp_path):
    said = run("-m", "donkeycar.management.cli", "tub", "check", NAME, cwd=tmp_path)
    assert "error" in said
    assert not {"\x1b", "\x9b", "\x07", "\b"} & set(said)


def test_a_car_prints_and_logs_plainly_too(tmp_path):
    program = (
        "import logging, sys\n"
        "from donkeycar.process.lossy_output import never_wait_for_readers\n"
        "never_wait_for_readers()\n"
        "logging.basicConfig(stream=sys.stderr)\n"
        f"print('pad', {NAME!r}); logging.warning('%s', {NAME!r})\n"
        "print('\\tkept\\r\\n', end='')\n"
    )
    said = run("-c", program, cwd=tmp_path)
    assert said.count(SHOWN) == 2
    assert "\tkept\r\n" in said
