"""The watchdog of the guardian: real processes, whose outputs are what they print."""

import mmap
import os
import select
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest

import donkeycar
from donkeycar.safety.watchdog import (
    LEAVE_S,
    MAX_LOOK_S,
    MAX_STALL_S,
    MAX_WATCHDOG_STALL_S,
    TITLE,
    Watchdog,
    watch,
)
from donkeycar.testing import FakeClock

PACKAGE = str(Path(donkeycar.__file__).parents[1])

# A guardian without a motor: it counts as told, and its watchdog prints instead of switching off.
GUARDIAN = """
import os, sys, time
def tell(word):
    os.write(1, f"{word}\\n".encode())  # in one piece, beside another process
from donkeycar.safety.watchdog import start_watchdog
def attempt():
    tell("off")
watchdog = start_watchdog(attempt, prepare=lambda: tell("prepared"))
if sys.argv[1] == "with a vehicle":
    vehicle = os.fork()
    if not vehicle:
        time.sleep(60)
        os._exit(0)
    watchdog.follow(vehicle)
    tell(vehicle)
tell(watchdog.pid)
if sys.argv[1] == "refused":
    sys.exit(1)
for _ in range(20 if sys.argv[1] == "done" else 6000):
    if not watchdog.beat():
        tell("alone")
        sys.exit(1)
    time.sleep(0.01)
    if _ == 15 and sys.argv[1] != "done":
        tell("counting")
watchdog.dismiss()
tell("dismissed")
"""


@pytest.fixture
def guardian(request):
    process = subprocess.Popen(
        [sys.executable, "-c", GUARDIAN, request.param], text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env={**os.environ, "PYTHONPATH": PACKAGE},
    )  # fmt: skip
    yield process
    process.kill()
    process.communicate()


def lines_until(process, wanted):
    """What is said up to a line; the order of two processes is not certain."""
    lines = []
    while wanted not in lines:
        line = process.stdout.readline()
        assert line, lines
        lines.append(line.rstrip())
    return lines


def pid_in(lines):
    return [int(line) for line in lines if line.isdigit()][-1]


def is_there(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("guardian", ["done", "refused"], indirect=True)
def test_a_guardian_that_said_all_is_off_or_never_held_anything_leaves_nothing_to_do(guardian):
    output, _ = guardian.communicate(timeout=20)
    lines = output.split()
    assert "off" not in lines
    assert "prepared" in lines
    deadline_s = time.monotonic() + 2
    while is_there(pid_in(lines)) and time.monotonic() < deadline_s:
        time.sleep(0.01)
    assert not is_there(pid_in(lines))


@pytest.mark.parametrize("guardian", ["drives"], indirect=True)
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV])
def test_a_guardian_that_dies_is_followed_by_off(guardian, number):
    lines_until(guardian, "counting")
    guardian.send_signal(number)
    killed_s = time.monotonic()
    lines_until(guardian, "off")
    assert time.monotonic() - killed_s < 0.5
    assert "is gone: its watchdog switched the motor off" in guardian.stdout.readline()


@pytest.mark.parametrize("guardian", ["drives"], indirect=True)
def test_a_guardian_that_hangs_is_killed_and_off_comes_after_its_end(guardian):
    lines_until(guardian, "counting")
    guardian.send_signal(signal.SIGSTOP)
    stopped_s = time.monotonic()
    lines_until(guardian, "off")
    assert MAX_STALL_S < time.monotonic() - stopped_s < 4 * MAX_STALL_S
    # Once more: what it was writing may have come after the first.
    assert guardian.stdout.readline() == "off\n"
    assert "hung and was killed" in guardian.stdout.readline()
    assert guardian.wait(5) == -signal.SIGKILL


@pytest.mark.parametrize("guardian", ["with a vehicle"], indirect=True)
def test_a_vehicle_that_outlives_its_guardian_is_ended(guardian):
    vehicle = next(int(line) for line in lines_until(guardian, "counting") if line.isdigit())
    guardian.kill()
    lines_until(guardian, "off")
    assert is_there(vehicle), "it may save what it has"
    os.kill(vehicle, signal.SIGKILL)


@pytest.mark.parametrize("guardian", ["drives"], indirect=True)
def test_its_guardian_notices_when_it_is_killed(guardian):
    watchdog = pid_in(lines_until(guardian, "counting"))
    os.kill(watchdog, signal.SIGKILL)
    lines_until(guardian, "alone")


@pytest.mark.parametrize("guardian", ["drives"], indirect=True)
def test_its_guardian_notices_when_it_hangs(guardian):
    # What used to happen: the car drove on without anybody who would stop its motor after two
    # more faults, and at its end waited for the watchdog for ever.
    watchdog = pid_in(lines_until(guardian, "counting"))
    os.kill(watchdog, signal.SIGSTOP)
    lines_until(guardian, "alone")
    os.kill(watchdog, signal.SIGKILL)


@pytest.mark.parametrize("guardian", ["drives"], indirect=True)
def test_no_signal_to_the_job_or_by_name_ends_it(guardian):
    watchdog = pid_in(lines_until(guardian, "counting"))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGTSTP):
        os.kill(watchdog, number)
    assert os.getsid(watchdog) == watchdog != os.getsid(guardian.pid)
    words = Path(f"/proc/{watchdog}/cmdline").read_text().strip("\0")
    assert words == TITLE, "`pkill -9 -f manage.py` must not find it"
    assert Path(f"/proc/{watchdog}/comm").read_text() == "donkey-watchdog\n"
    assert is_there(watchdog)


# In this process, with a clock of its own.


class Slow(FakeClock):
    """A computer on which each look of the watchdog comes after a time."""

    def __init__(self, step_s):
        super().__init__()
        self.step_s = step_s
        self.looks = 0

    def monotonic(self):
        self.looks += 1
        self.advance(self.step_s)
        return super().monotonic()


@pytest.fixture
def sleeper(monkeypatch):
    """A process that may be taken for a guardian."""
    monkeypatch.setattr("donkeycar.safety.watchdog.POLL_S", 0.0)
    process = subprocess.Popen(["sleep", "60"])
    yield process
    process.kill()
    process.wait()


def test_a_computer_that_ran_nobody_proves_nothing(sleeper):
    page = mmap.mmap(-1, mmap.PAGESIZE)
    struct.pack_into("<QI?", page, 0, 7, 0, False)
    clock, offs = Slow(step_s=10.0), []
    watch(os.pidfd_open(sleeper.pid), page, lambda: offs.append(clock.looks), clock=clock)
    assert offs[0] >= MAX_STALL_S / MAX_LOOK_S
    assert sleeper.wait(5) == -signal.SIGKILL


@pytest.fixture
def guarded(sleeper):
    """The guardian's side, with a process that may be taken for its watchdog."""
    page, clock = mmap.mmap(-1, mmap.PAGESIZE), FakeClock(100.0)
    return Watchdog(sleeper.pid, page, clock=clock), page, clock


def beats(guarded, seconds, *, step_s=0.01, looks=None):
    """Whether each beat found a watchdog."""
    watchdog, page, clock = guarded
    found = []
    for number in range(round(seconds / step_s)):
        if looks is not None:
            struct.pack_into("<Q", page, 64, looks(number))
        clock.advance(step_s)
        found.append(watchdog.beat())
    return found


def test_a_watchdog_that_looks_is_well_and_one_that_stalls_is_not(guarded):
    assert all(beats(guarded, 5, looks=lambda number: 1 + number // 100))
    assert all(beats(guarded, MAX_WATCHDOG_STALL_S - 1.1))
    assert not beats(guarded, 1.2)[-1]
    assert all(beats(guarded, 1, looks=lambda number: 1000 + number)), "it was only late"


def test_a_watchdog_that_still_loads_what_it_needs_does_not_hang(guarded):
    assert all(beats(guarded, 60, looks=lambda number: 0))


def test_a_computer_that_ran_nobody_says_nothing_of_the_watchdog(guarded):
    beats(guarded, 1, looks=lambda number: 1)
    few = int(MAX_WATCHDOG_STALL_S / MAX_LOOK_S) - 30
    assert all(beats(guarded, 10.0 * few, step_s=10.0))
    assert not beats(guarded, 600.0, step_s=10.0)[-1]


def test_a_hung_watchdog_does_not_keep_its_guardian(guarded, sleeper):
    watchdog, _, clock = guarded
    watchdog.dismiss()
    assert clock.monotonic() >= 100.0 + LEAVE_S
    with pytest.raises(ChildProcessError):
        os.waitpid(sleeper.pid, os.WNOHANG)


def test_a_vehicle_that_hangs_has_its_grace_and_no_more(sleeper, monkeypatch):
    monkeypatch.setattr("donkeycar.safety.watchdog.GRACE_S", 0.2)
    page, vehicle = mmap.mmap(-1, mmap.PAGESIZE), subprocess.Popen(["sleep", "60"])
    struct.pack_into("<QI?", page, 0, 7, vehicle.pid, False)
    guardian = os.pidfd_open(sleeper.pid)
    started_s = time.monotonic()
    watch(guardian, page, lambda: None, clock=Slow(step_s=MAX_LOOK_S))
    assert vehicle.wait(5) == -signal.SIGKILL
    assert time.monotonic() - started_s >= 0.2
    assert select.select([guardian], [], [], 0)[0]
