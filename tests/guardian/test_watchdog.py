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
from donkeycar.guardian import watchdog as watchdog_module
from donkeycar.guardian.switch_off import STOP_SIGNALS
from donkeycar.guardian.watchdog import (
    LEAVE_POLL_S,
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
from donkeycar.guardian.watchdog import start_watchdog
def prepare():
    if sys.argv[1] == "no driver":
        raise ImportError("no such driver")
    if sys.argv[1] == "driver leaves":
        sys.exit(0)
    tell("prepared")
def attempt():
    if sys.stdout:
        sys.stdout.flush()
    tell("off")
def nobody(pid):
    raise ProcessLookupError(3, "No such process")
if sys.argv[1] == "gone at once":
    os.getppid = lambda: 1
if sys.argv[1] == "gone and forgotten":
    os.pidfd_open = nobody
if sys.argv[1] == "mute":
    sys.stdout = sys.stderr = None
print("said before")  # which stays in the buffer of a pipe
watchdog = start_watchdog(attempt, prepare=prepare)
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
for _ in range(20 if sys.argv[1] in ("done", "mute") else 6000):
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


@pytest.mark.parametrize("guardian", ["done", "refused", "mute"], indirect=True)
def test_a_guardian_that_said_all_is_off_or_never_held_anything_leaves_nothing_to_do(guardian):
    output, _ = guardian.communicate(timeout=20)
    lines = output.split()
    assert "off" not in lines
    # One that is refused may have gone before its watchdog looked.
    assert "prepared" in lines or guardian.returncode == 1
    deadline_s = time.monotonic() + 2
    while is_there(pid_in(lines)) and time.monotonic() < deadline_s:
        time.sleep(0.01)
    assert not is_there(pid_in(lines))


@pytest.mark.parametrize(
    ("guardian", "error"),
    [("no driver", "ImportError('no such driver')"), ("driver leaves", "SystemExit(0)")],
    indirect=["guardian"],
)
def test_a_watchdog_that_cannot_do_its_work_says_so_and_leaves_no_guardian_alone(guardian, error):
    output, _ = guardian.communicate(timeout=20)
    assert f"The watchdog of the motor failed: {error}" in output
    assert output.split()[-1] == "alone"
    assert guardian.returncode == 1


@pytest.mark.parametrize("guardian", ["gone at once", "gone and forgotten"], indirect=True)
def test_a_guardian_that_ends_before_it_is_looked_for_has_opened_nothing(guardian):
    output, _ = guardian.communicate(timeout=20)
    assert "off" not in output.split()
    assert "prepared" not in output
    assert "failed" not in output
    assert output.split()[-1] == "alone", "its watchdog has ended, too"


@pytest.mark.parametrize("guardian", ["drives"], indirect=True)
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV])
def test_a_guardian_that_dies_is_followed_by_off(guardian, number):
    lines = lines_until(guardian, "counting")
    guardian.send_signal(number)
    killed_s = time.monotonic()
    lines += lines_until(guardian, "off")
    assert time.monotonic() - killed_s < 0.5
    assert lines.count("said before") == 1, "what it had not printed yet is not printed twice"
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
    # SIGABRT comes from systemd, for all processes of a service that reports no more.
    for number in (*STOP_SIGNALS, signal.SIGTSTP, signal.SIGABRT):
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
        self.when = {}

    def monotonic(self):
        self.looks += 1
        self.advance(self.step_s)
        self.when.pop(self.looks, lambda: None)()
        return super().monotonic()


@pytest.fixture
def sleeper(monkeypatch):
    """A process that may be taken for a guardian."""
    monkeypatch.setattr("donkeycar.guardian.watchdog.POLL_S", 0.0)
    process = subprocess.Popen(["sleep", "60"])
    yield process
    process.kill()
    process.wait()


def page_of(count, vehicle=0, *, done=False):
    """What a guardian has written."""
    page = mmap.mmap(-1, mmap.PAGESIZE)
    struct.pack_into("<QI?", page, 0, count, vehicle, done)
    return page


def looks_in(page):
    return struct.unpack_from("<Q", page, 64)[0]


def end(process):
    process.kill()
    # It has ended, and nobody has asked for its exit code: that is what a parent leaves.
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)


@pytest.fixture
def offs():
    """Each time the motor was switched off."""
    return []


def test_when_a_guardian_ends_the_motor_is_switched_off_once(sleeper, offs, capfd):
    fd, page = os.pidfd_open(sleeper.pid), page_of(7)
    end(sleeper)
    watch(fd, page, lambda: offs.append(1), clock=FakeClock())
    assert offs == [1]
    assert looks_in(page) == 1
    assert capfd.readouterr().err == (
        "The guardian of the motor is gone: its watchdog switched the motor off.\n"
    )


def test_a_guardian_that_never_counted_had_no_motor(sleeper, offs, capfd):
    fd = os.pidfd_open(sleeper.pid)
    end(sleeper)
    watch(fd, page_of(0), lambda: offs.append(1), clock=FakeClock())
    assert (offs, capfd.readouterr().err) == ([], "")


def test_before_a_guardian_counts_it_may_take_its_time(sleeper, offs):
    """It opens its hardware, which may take long; only its end is an end."""
    fd, clock, page = os.pidfd_open(sleeper.pid), Slow(step_s=MAX_LOOK_S), page_of(0)
    clock.when[500] = lambda: end(sleeper)
    watch(fd, page, lambda: offs.append(1), clock=clock)
    assert looks_in(page) >= 499
    assert offs == []


def test_a_guardian_that_said_all_is_off_has_nothing_switched_off(sleeper, offs):
    fd, page = os.pidfd_open(sleeper.pid), page_of(7, done=True)
    end(sleeper)
    watch(fd, page, lambda: offs.append(1), clock=FakeClock())
    assert (offs, looks_in(page)) == ([], 0)


def test_a_guardian_that_counts_on_is_left_alone(sleeper, offs):
    fd, page, clock = os.pidfd_open(sleeper.pid), page_of(1), Slow(step_s=MAX_LOOK_S)
    for look in range(1, 100):
        # Almost too late each time: 6 looks of 40 ms are 240 ms.
        clock.when[6 * look] = lambda look=look: struct.pack_into("<Q", page, 0, 1 + look)
    clock.when[600] = lambda: struct.pack_into("<QI?", page, 0, 200, 0, True)
    watch(fd, page, lambda: offs.append(1), clock=clock)
    assert offs == []
    assert sleeper.poll() is None


def test_a_guardian_that_ends_while_it_is_killed_is_as_good(sleeper, offs, monkeypatch, capfd):
    def no_such_process(pidfd, number):
        end(sleeper)
        raise ProcessLookupError(3, "No such process")

    monkeypatch.setattr(signal, "pidfd_send_signal", no_such_process)
    watch(os.pidfd_open(sleeper.pid), page_of(7), lambda: offs.append(1), clock=Slow(MAX_LOOK_S))
    assert offs == [1, 1]
    assert capfd.readouterr().err.startswith("The guardian of the motor hung and was killed: its")


def test_a_vehicle_that_is_gone_before_it_is_looked_for_is_no_trouble(sleeper, offs):
    vehicle = subprocess.Popen(["true"])
    vehicle.wait()
    fd, page = os.pidfd_open(sleeper.pid), page_of(7, vehicle.pid)
    end(sleeper)
    watch(fd, page, lambda: offs.append(1), clock=FakeClock())
    assert offs == [1]


def test_a_vehicle_that_ends_by_itself_is_not_killed(sleeper, offs, monkeypatch):
    vehicle = subprocess.Popen(["sleep", "60"])
    fd, page = os.pidfd_open(sleeper.pid), page_of(7, vehicle.pid)
    sent = []
    monkeypatch.setattr(signal, "pidfd_send_signal", lambda *words: sent.append(words))
    end(sleeper)
    watch(fd, page, lambda: vehicle.terminate(), clock=FakeClock())
    assert vehicle.wait() == -signal.SIGTERM
    assert sent == []


def test_a_vehicle_that_ends_while_it_is_killed_is_as_good(sleeper, monkeypatch):
    def no_such_process(pidfd, number):
        vehicle.kill()
        raise ProcessLookupError(3, "No such process")

    monkeypatch.setattr(watchdog_module, "GRACE_S", 0.0)
    monkeypatch.setattr(signal, "pidfd_send_signal", no_such_process)
    vehicle = subprocess.Popen(["sleep", "60"])
    fd, page = os.pidfd_open(sleeper.pid), page_of(7, vehicle.pid)
    end(sleeper)
    watch(fd, page, lambda: None, clock=FakeClock())
    assert vehicle.wait() == -signal.SIGKILL


class Libc:
    """Takes what would be written over the words of this process's command line."""

    def __init__(self):
        self.moved = []

    def CDLL(self, name):  # noqa: N802 - named as in ctypes
        return self

    def prctl(self, option, name):
        return 0

    def memmove(self, start, words, size):
        assert len(words) == size
        self.moved.append((start, words))


def moved_for(stat, monkeypatch):
    """What is written where, if `stat` is what /proc says of this process."""

    class Stat:
        def read_text(self):
            if stat is None:
                raise FileNotFoundError(2, "No such file or directory")
            return stat

    libc = Libc()
    monkeypatch.setattr(watchdog_module, "ctypes", libc)
    monkeypatch.setattr(watchdog_module, "Path", lambda name: Stat())
    watchdog_module._call_itself("the watchdog")
    return libc.moved


def stat_with(start, end):
    """As in proc(5), of a program whose name is meant to confuse."""
    return "7 (a) S 1 (b)" + " 1" * 45 + f" {start} {end} 0 0 0\n"


@pytest.mark.parametrize("start", [1, 1000])
@pytest.mark.parametrize(
    ("room", "words"),
    [(13, b"the watchdog\0"), (16, b"the watchdog\0\0\0\0"), (5, b"the \0")],
)
def test_its_title_takes_the_room_of_the_command_line_and_no_more(monkeypatch, start, room, words):
    assert moved_for(stat_with(start, start + room), monkeypatch) == [(start, words)]


@pytest.mark.parametrize(
    "stat",
    [None, "7 (a) S 1", stat_with("x", "y"), stat_with(0, 0), stat_with(0, 9), stat_with(9, 9)],
)
def test_a_system_that_does_not_say_where_the_words_are_leaves_the_name(monkeypatch, stat):
    """Nothing is written to an address that is none."""
    assert moved_for(stat, monkeypatch) == []


@pytest.mark.parametrize("count", [1, 7])
def test_a_guardian_hangs_when_it_has_not_counted_for_a_quarter_of_a_second(sleeper, offs, count):
    page = page_of(count)
    watch(os.pidfd_open(sleeper.pid), page, lambda: offs.append(1), clock=Slow(1 / 32))
    # One look to see the count, and eight that saw no other.
    assert looks_in(page) == 1 + MAX_STALL_S * 32


def test_a_computer_that_ran_nobody_proves_nothing(sleeper):
    page = page_of(7)
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


def test_a_watchdog_hangs_when_it_has_not_looked_for_two_seconds_and_not_before(guarded):
    beats(guarded, 1 / 32, step_s=1 / 32, looks=lambda number: 1)
    found = beats(guarded, MAX_WATCHDOG_STALL_S, step_s=1 / 32)
    assert found == [True] * (len(found) - 1) + [False]


def test_a_watchdog_that_still_loads_what_it_needs_does_not_hang(guarded):
    assert all(beats(guarded, 60, looks=lambda number: 0))


def test_a_computer_that_ran_nobody_says_nothing_of_the_watchdog(guarded):
    beats(guarded, 1, looks=lambda number: 1)
    few = int(MAX_WATCHDOG_STALL_S / MAX_LOOK_S) - 30
    assert all(beats(guarded, 10.0 * few, step_s=10.0))
    assert not beats(guarded, 600.0, step_s=10.0)[-1]


def test_a_watchdog_that_somebody_else_has_asked_after_is_gone(guarded, sleeper):
    sleeper.kill()
    sleeper.wait()
    watchdog, _, _ = guarded
    assert watchdog.beat() is False
    watchdog.dismiss()


def test_what_the_guardian_says_is_in_the_page(guarded, sleeper):
    watchdog, page, _ = guarded
    watchdog.beat()
    assert struct.unpack_from("<QI?", page) == (1, 0, False)
    watchdog.follow(1234)
    assert struct.unpack_from("<QI?", page) == (1, 1234, False)
    watchdog.beat()
    watchdog.dismiss()
    assert struct.unpack_from("<QI?", page) == (2, 1234, True)


def test_a_hung_watchdog_does_not_keep_its_guardian(guarded, sleeper):
    watchdog, _, clock = guarded
    watchdog.dismiss()
    assert clock.monotonic() >= 100.0 + LEAVE_S
    assert max(clock.sleeps) <= LEAVE_S / 10, "one that ends is seen at once"
    with pytest.raises(ChildProcessError):
        os.waitpid(sleeper.pid, os.WNOHANG)


@pytest.mark.parametrize("slept_s", [LEAVE_POLL_S, LEAVE_S], ids=["soon", "at the last moment"])
def test_a_watchdog_that_leaves_by_itself_is_not_killed(sleeper, monkeypatch, slept_s):
    class Asleep(FakeClock):
        def sleep(self, seconds):
            left = len(self.sleeps) > 0
            super().sleep(slept_s)
            if left:
                kill(sleeper.pid, signal.SIGTERM)
                os.waitid(os.P_PID, sleeper.pid, os.WEXITED | os.WNOWAIT)

    kill, sent = os.kill, []
    monkeypatch.setattr(os, "kill", lambda pid, number: sent.append(number))
    Watchdog(sleeper.pid, page_of(0), clock=Asleep()).dismiss()
    assert sent == []


def test_a_vehicle_that_hangs_has_its_grace_and_no_more(sleeper, monkeypatch):
    monkeypatch.setattr("donkeycar.guardian.watchdog.GRACE_S", 0.2)
    vehicle = subprocess.Popen(["sleep", "60"])
    page, guardian = page_of(7, vehicle.pid), os.pidfd_open(sleeper.pid)
    started_s = time.monotonic()
    watch(guardian, page, lambda: None, clock=Slow(step_s=MAX_LOOK_S))
    assert vehicle.wait(5) == -signal.SIGKILL
    assert time.monotonic() - started_s >= 0.2
    assert select.select([guardian], [], [], 0)[0]
