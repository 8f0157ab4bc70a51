"""What becomes a guardian does things in one order: claim, watchdog, hardware, car."""

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

import donkeycar
from donkeycar.errors import DeviceError
from donkeycar.guardian import claim
from donkeycar.guardian.claim import Claim

PACKAGE = str(Path(donkeycar.__file__).parents[1])
NAME = f"chip of test {os.getpid()}"
CHILD = Path(__file__).with_name("guarded_child.py")

HOLDS = """
import os, sys
from donkeycar.guardian import claim
from donkeycar.guardian.process import hold_motor
claim.NAMESPACE = os.environ["NAMESPACE"]

def tell(word):
    os.write(1, f"{word}\\n".encode())

class Outputs:
    last = "?"
    def write(self, steering, throttle):
        self.put("driven" if throttle else "neutral")
    def off(self):
        self.put("off")
    def put(self, value):
        if value != self.last:
            self.last = value
            tell(f"{os.getpid()} {value}")

def open_output():
    tell("opened")
    if sys.argv[2] == "refused":
        raise OSError("nothing answers")
    return Outputs()

if sys.argv[2] == "says what it has":
    fds = "os.environ['DONKEYCAR_GUARDIAN_FD'].split(',')"
    command = [sys.executable, "-c", f"import os; print(*map(os.fstat, map(int, {fds})))"]
else:
    how = "halt and exit well" if sys.argv[2] == "ends" else "drive"
    command = [sys.executable, sys.argv[3], how]
sys.exit(hold_motor([sys.argv[1]], open_output=open_output, prepare=lambda: tell("prepared"),
                    shut_off=lambda: tell("shut off by watchdog"), command=command))
"""


@pytest.fixture
def hold():
    started = []

    def hold(how):
        process = subprocess.Popen(
            [sys.executable, "-c", HOLDS, NAME, how, str(CHILD)], text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONPATH": PACKAGE, "NAMESPACE": claim.NAMESPACE},
        )  # fmt: skip
        started.append(process)
        return process

    yield hold
    for process in started:
        process.kill()
        process.communicate()


def until(process, word):
    lines = []
    while not (lines and lines[-1].endswith(word)):
        line = process.stdout.readline()
        assert line, lines
        lines.append(line.rstrip())
    return lines


def free_within(seconds):
    deadline_s = time.monotonic() + seconds
    while True:
        try:
            Claim([NAME]).close()
        except DeviceError:
            if time.monotonic() > deadline_s:
                return False
            time.sleep(0.02)
        else:
            return True


def test_what_somebody_holds_is_not_opened(hold):
    with closing(Claim([NAME])):
        output, _ = hold("drives").communicate(timeout=20)
    assert "opened" not in output
    assert f"process {os.getpid()}" in output


# Since Python 3.13 a traceback quotes lines of what `-c` runs, too: only whole lines count.
def test_what_its_switching_off_holds_is_not_opened_either(hold):
    with closing(Claim([NAME], level=Claim.SOLE)):
        output, _ = hold("drives").communicate(timeout=20)
    assert "opened" not in output
    assert "shut off by watchdog" not in output.splitlines()
    assert free_within(2)


def test_hardware_that_refuses_leaves_nothing_behind(hold):
    process = hold("refused")
    output, _ = process.communicate(timeout=20)
    assert "nothing answers" in output
    assert "shut off by watchdog" not in output.splitlines()
    assert process.returncode == 1
    assert free_within(2)


def test_a_good_end_is_free_at_once_and_needs_no_watchdog(hold):
    process = hold("ends")
    output, _ = process.communicate(timeout=30)
    assert (process.returncode, output.split()[-1]) == (0, "off")
    assert "shut off by watchdog" not in output.splitlines()
    Claim([NAME]).close()


def test_the_car_is_given_the_link_and_what_claims_the_hardware(hold):
    output, _ = hold("says what it has").communicate(timeout=30)
    assert output.count("os.stat_result") == 2


def test_when_it_is_killed_its_heirs_keep_the_claim_until_all_is_off(hold):
    process = hold("drives")
    lines = until(process, "driven")
    for level in (Claim.SHARED, Claim.SOLE):
        with pytest.raises(DeviceError, match=f"process {process.pid}"):
            Claim([NAME], level=level)
    process.send_signal(signal.SIGSTOP)
    lines += until(process, "shut off by watchdog")
    assert "prepared" in lines
    process.wait(5)
    # Nobody drives any more, so that whoever switches off may come.
    Claim([NAME], level=Claim.SOLE).close()
    assert free_within(15)
