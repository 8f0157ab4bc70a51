"""Progress goes to standard error, and only to a terminal."""

import json
import os
import pty
import subprocess
import sys

import pytest

from donkeycar.management.tub.progress import progress_bar


def test_without_a_terminal_nobody_asks_for_progress():
    with progress_bar("check") as progress:
        assert progress is None


@pytest.mark.parametrize("is_terminal", [True, False])
def test_json_stays_alone_on_standard_output(tmp_path, shared_data, is_terminal):
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "donkeycar.management.cli", "tub", "check", "--json"]
    with open(tmp_path / "said", "w") as file:
        done = subprocess.run(
            [*command, str(shared_data / "donkey_testtub_v2")],
            stdout=subprocess.PIPE, stderr=theirs if is_terminal else file, timeout=120, check=True,
            env={**os.environ, "TERM": "xterm"},
        )  # fmt: skip
    os.close(theirs)
    try:
        shown = os.read(ours, 100_000) if is_terminal else (tmp_path / "said").read_bytes()
    finally:
        os.close(ours)
    assert json.loads(done.stdout)["tubs"][0]["num_records"] == 1000
    assert (b"check" in shown) == is_terminal
    assert shown == b"" or is_terminal
