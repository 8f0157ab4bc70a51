"""The lab steps back for whatever drives."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CODE = """
import os, pathlib
from donkeycar.lab.priority import step_back
step_back()
step_back()
print(os.nice(0), *(pathlib.Path("/proc/self", name).read_text().split()[-1]
                    for name in ("oom_score_adj", "autogroup")))
"""


@pytest.mark.skipif(not Path("/proc/self/autogroup").exists(), reason="this Linux has no autogroup")
def test_a_session_of_the_lab_gets_less_than_the_one_that_drives():
    """A nice value counts only within a session: the lab, in one of its own, got as much as the
    drive loop, and a training beside it doubled the time between two ticks."""
    told = subprocess.run(
        [sys.executable, "-c", CODE], start_new_session=True, capture_output=True, text=True
    )
    nice, oom, autogroup = map(int, told.stdout.split())
    assert nice == max(10, os.nice(0))
    assert oom == 600
    assert autogroup == 10
