"""One program at a time in a tub, and the other one is named."""

import subprocess
import sys

import pytest

from donkeycar.tub import repair
from donkeycar.tub.lock import LOCKS, TubInUse, TubLock

HOLD = """
import sys
from pathlib import Path
from donkeycar.tub.lock import TubLock
lock = TubLock(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def test_the_program_that_holds_a_tub_is_named(make_tub):
    """It said "recording", though another `donkey tub repair` held it, and not which program."""
    tub = make_tub(3)
    words = [sys.executable, "-c", HOLD, str(tub), "as donkey tub repair"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None and other.stdout.readline() == b"held\n"
        with pytest.raises(TubInUse, match="is recording into .*, or changing it") as refused:
            repair(tub)
        other.communicate()
    if LOCKS.exists():
        assert f"(process {other.pid})" in str(refused.value)
    assert repair(tub) == []


def test_a_program_that_holds_a_tub_itself_is_told_so(make_tub):
    tub = make_tub(3)
    lock = TubLock(tub)
    with pytest.raises(TubInUse, match="or changing it(: this one)?[.] Next step: wait for it"):
        TubLock(tub)
    lock.release()
