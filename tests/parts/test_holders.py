"""Who has a device, asked of the real kernel by real processes; and of files as it writes them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from donkeycar.guardian.other_process import way_out
from donkeycar.parts.holders import held_by, lockers, openers, sitters

# Each says that it has the file, then waits for the test to close its input.
LOCKS = """
import os, sys
os.lockf(os.open(sys.argv[1], os.O_RDWR), os.F_TLOCK, 0)
print("ready", flush=True); sys.stdin.read()
"""
OPENS = """
import os, sys
os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY)
print("ready", flush=True); sys.stdin.read()
"""
# As a login on a serial port does: a session of its own, whose terminal that is.
SITS = """
import fcntl, os, sys, termios
os.setsid()
fd = os.open(sys.argv[1], os.O_RDWR)
fcntl.ioctl(fd, termios.TIOCSCTTY, 0)
os.close(fd)
print("ready", flush=True); sys.stdin.read()
"""


@pytest.fixture
def has():
    """Start a process that has a file, and wait until it has."""
    started = []

    def start(what, path, *words):
        process = subprocess.Popen(
            [sys.executable, "-c", what, str(path), *words],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd="/",
        )  # fmt: skip
        started.append(process)
        assert process.stdout.readline() == "ready\n"
        return process.pid

    yield start
    for process in started:
        process.communicate()


@pytest.fixture
def device(tmp_path):
    path = tmp_path / "media0"
    path.touch()
    return path


def test_whoever_holds_the_lock_is_known_and_who_only_looks_is_not(device, has):
    locker, looker = has(LOCKS, device), has(OPENS, device)
    assert lockers([device]) == [locker]
    assert openers([device]) == [locker, looker]


def test_the_holder_is_named_with_the_command_that_ends_it(device, has):
    locker = has(LOCKS, device, "-t", "0")
    said = held_by([device], finders=(lockers,))
    assert said.startswith(f"process {locker}, {sys.executable} -c ")
    assert said.endswith(f"media0 -t 0 in / (end it: kill {locker})".replace("media0", str(device)))


def test_a_port_is_found_by_another_name(device, has, tmp_path):
    (tmp_path / "serial0").symlink_to(device)
    opener = has(OPENS, device)
    assert openers([tmp_path / "serial0"]) == [opener]


def test_the_login_of_a_serial_console_is_found_without_looking_into_its_files(has):
    master, slave = os.openpty()
    port = Path(os.ttyname(slave))
    os.close(slave)
    login = has(SITS, port)
    assert sitters([port]) == [login]
    assert openers([port]) == []
    os.close(master)


def test_a_free_device_one_that_is_not_there_and_this_program_are_nobody(device, tmp_path):
    assert held_by([device, tmp_path / "none"], finders=(lockers, openers, sitters)) == ""
    with device.open("r+b") as file:
        os.lockf(file.fileno(), os.F_TLOCK, 0)
        assert lockers([device]) == [os.getpid()]
        assert held_by([device], finders=(lockers, openers)) == ""


def kernel(tmp_path, device, *, locks="", processes=()):
    """A tree like ``/proc``: see `donkeycar.parts.holders` for the form of its files."""
    proc, found = tmp_path / "proc", device.stat()
    proc.mkdir()
    number = f"{os.major(found.st_dev):02x}:{os.minor(found.st_dev):02x}:{found.st_ino}"
    (proc / "locks").write_text(locks.replace("DEVICE", number))
    for pid, words in processes:
        (proc / str(pid) / "fd").mkdir(parents=True)
        (proc / str(pid) / "fd" / "7").symlink_to(device)
        (proc / str(pid) / "cmdline").write_bytes(b"\0".join(words) + b"\0")
    return proc


def test_lines_of_the_kernel_that_say_nothing_of_the_holder_are_passed_over(tmp_path, device):
    lines = (
        "1: POSIX  ADVISORY  WRITE 41 DEVICE 0 EOF\n"
        "1: -> POSIX  ADVISORY  WRITE 42 DEVICE 0 EOF\n"
        "2: OFDLCK ADVISORY  WRITE -1 DEVICE 0 EOF\n"
        "3: FLOCK  ADVISORY  WRITE 0 DEVICE 0 EOF\n"
        "4: POSIX  ADVISORY  WRITE 43 fe:00:1 0 EOF\n"
        "5: half a\n"
    )
    assert lockers([device], kernel(tmp_path, device, locks=lines)) == [41]


def test_many_are_counted_and_their_words_cannot_move_the_cursor(tmp_path, device):
    processes = [(100 + i, [b"evil\x1b[2J", b"-x"]) for i in range(5)]
    said = held_by([device], proc=kernel(tmp_path, device, processes=processes))
    assert said.count("evil?[2J") == 3
    assert said.endswith("; and 2 more")


@pytest.mark.parametrize(("me", "command"), [(0, "kill 77"), (4711, "sudo kill 77")])
def test_a_stranger_is_ended_by_root(tmp_path, monkeypatch, me, command):
    """What used to happen: `kill` was advised, which the kernel refuses."""
    (tmp_path / "77").mkdir()
    monkeypatch.setattr(os, "geteuid", lambda: me)
    assert way_out(tmp_path / "77") == command
