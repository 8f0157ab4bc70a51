"""Two real processes: whichever dies, hangs or is told to stop, the outputs go neutral."""

import contextlib
import gc
import io
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

import donkeycar
from donkeycar.errors import DeviceError
from donkeycar.guardian.claim import Claim
from donkeycar.guardian.guardian import Guardian, State
from donkeycar.guardian.motor_frame import ARM, STOP, MotorFrame, decode
from donkeycar.guardian.process import (
    FD_VARIABLE,
    MAX_PACKETS,
    MAX_SILENCE_S,
    POLL_S,
    VehicleSide,
    _hear_out,
    _let_go,
    _listen,
    guard,
)
from donkeycar.guardian.switch_off import SILENT_S
from donkeycar.testing import FakeClock

# The package under test, whatever is installed.
PACKAGE = str(Path(donkeycar.__file__).parents[1])
STOP_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGINT)
CHILD = Path(__file__).with_name("guarded_child.py")
FRAME = MotorFrame(7, 0.0, 0.0, 0.0, 0)

# A guardian of its own, for what would be the end of this process. It prints each new output.
GUARDIAN = """
import sys
from donkeycar.guardian.guardian import Guardian
from donkeycar.guardian.process import guard

class Outputs:
    last = "?"
    def put(self, value):
        if value != self.last:
            self.last = value
            print(value, flush=True)
    def write(self, steering, throttle):
        self.put(f"{steering:.2f},{throttle:.2f}")
    def off(self):
        self.put("off")

sys.exit(guard(Guardian(Outputs()), [sys.executable, *sys.argv[1:]]))
"""


class Outputs:
    """Remembers each new value and when it came; does what a test planned for a value."""

    def __init__(self):
        self.values = []
        self.times = []
        self.when = {}
        self.broken = False

    def write(self, steering, throttle):
        self._put(f"{steering:.2f},{throttle:.2f}")

    def off(self):
        self._put("off")

    def _put(self, value):
        if self.broken:
            raise OSError("unplugged")
        if self.values[-1:] != [value]:
            self.values.append(value)
            self.times.append(time.monotonic())
            self.when.pop(value, lambda: None)()


@pytest.fixture
def outputs():
    return Outputs()


class Kernel:
    """What the guardian asks of Linux for itself; this process is not made a guardian for good."""

    def __init__(self):
        self.asked = []
        self.refuses = False

    def sched_setscheduler(self, pid, policy, param):
        if self.refuses:
            raise PermissionError(1, "Operation not permitted")
        self.asked.append((pid, policy, param.sched_priority))

    def CDLL(self, name):  # noqa: N802 - named as in ctypes
        assert name is None
        return self

    def prctl(self, option, value):
        self.asked.append(("prctl", option, value))
        return 0

    def mlockall(self, flags):
        self.asked.append(("mlockall", flags))
        return -1


@pytest.fixture
def kernel(monkeypatch):
    kernel = Kernel()
    monkeypatch.setattr(os, "sched_setscheduler", kernel.sched_setscheduler)
    monkeypatch.setattr("donkeycar.guardian.process.ctypes", kernel)
    monkeypatch.setattr("donkeycar.guardian.realtime.ctypes", kernel)
    return kernel


@pytest.fixture
def run(outputs, kernel, monkeypatch):
    """Guard the child in this process, which is then given back as it was."""
    monkeypatch.setenv("PYTHONPATH", PACKAGE)
    monkeypatch.setattr("donkeycar.guardian.guardian.STEADY_S", 0.1)
    monkeypatch.setattr("donkeycar.guardian.guardian.CENTRE_AFTER_S", 0.1)
    monkeypatch.setattr("donkeycar.guardian.guardian.OFF_AFTER_S", 0.2)
    numbers = (*STOP_SIGNALS, signal.SIGTSTP)
    handlers = {number: signal.getsignal(number) for number in numbers}

    def run(behaviour, **options):
        return guard(Guardian(outputs), [sys.executable, str(CHILD), behaviour], **options)

    yield run
    for number, handler in handlers.items():
        signal.signal(number, handler)
    gc.enable()


def ask(number):
    return lambda: os.kill(os.getpid(), number)


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [("exit", 7), ("exit well", 1), ("kill", 128 + signal.SIGKILL), ("leave a child behind", 9)],
)
def test_when_the_vehicle_ends_the_outputs_go_neutral_and_then_off(run, outputs, behaviour, code):
    assert run(behaviour) == code
    assert outputs.values[0] == "off"
    assert outputs.values[-3:] == ["0.25,0.00", "0.00,0.00", "off"]
    assert outputs.times[-1] - outputs.times[-3] == pytest.approx(0.2, abs=0.1)


def test_a_car_that_leaves_in_the_middle_of_a_drive_says_so(run, outputs, capsys):
    # What used to happen: os._exit(0) in a part, or in a library, was a good end without a word,
    # and systemd did not start the car again.
    assert run("exit well") == 1
    assert "ended in the middle of a drive, without a word. Received: exit code 0" in (
        capsys.readouterr().err
    )
    assert run("halt and exit well") == 0
    assert capsys.readouterr().err == ""


def test_a_vehicle_that_never_starts_moves_nothing(run, outputs):
    assert run("never connect") == 3
    assert outputs.values == ["off"]


@pytest.mark.parametrize("behaviour", ["hang", "close", "flood"])
def test_a_vehicle_that_goes_mad_is_stopped_at_once_and_ended_on_request(run, outputs, behaviour):
    outputs.when["0.25,0.00"] = lambda: outputs.when.update({"off": ask(signal.SIGTERM)})
    assert run(behaviour) == 128 + signal.SIGTERM
    assert outputs.values[-1] == "off"


@pytest.mark.parametrize("number", STOP_SIGNALS)
def test_a_signal_stops_the_motor_first_and_is_then_passed_on(run, outputs, number):
    outputs.when["0.25,0.50"] = ask(number)
    assert run("say which signal") == 64 + number
    stopped = outputs.values.index("0.25,0.00", outputs.values.index("0.25,0.50"))
    assert outputs.times[stopped] - outputs.times[stopped - 1] < 0.1
    assert outputs.values[-1] == "off"


def test_a_vehicle_that_makes_sure_of_the_stop_is_answered_to_the_end(run, outputs):
    # What used to happen: asked to end while it drove, the guardian answered no more. The vehicle
    # took it for dead and turned the second key, which cannot open a serial port or a pin that the
    # guardian holds: "The motor is not off yet", for 10 s, until it was killed with what it had not
    # saved. Every Ctrl-C of a VESC on the road ended like that.
    outputs.when["0.25,0.50"] = ask(signal.SIGTERM)
    assert run("make sure on request") == 0
    assert outputs.values[-1] == "off"


def test_a_vehicle_that_does_not_end_is_killed(run, outputs):
    outputs.when["0.25,0.50"] = ask(signal.SIGTERM)
    assert run("stubborn", grace_s=0.5) == 128 + signal.SIGKILL
    assert outputs.values[-1] == "off"


def test_an_end_whose_outputs_do_as_told_needs_no_word(run, outputs, monkeypatch, capsys):
    # However long it takes until they are off.
    monkeypatch.setattr("donkeycar.guardian.guardian.OFF_AFTER_S", SILENT_S + 0.1)
    assert run("exit") == 7
    assert outputs.values[-1] == "off"
    assert capsys.readouterr().err == ""


def test_a_guardian_that_waits_for_its_outputs_leaves_the_computer_to_others(
    run, outputs, monkeypatch
):
    # A vehicle that saves its data would wait for a loop that runs as fast as it can.
    steps = []
    monkeypatch.setattr(outputs, "write", lambda *_: steps.append(time.monotonic()))
    assert run("exit") == 7
    lasted_s = steps[-1] - steps[0]
    assert len(steps) < 20 + 4 * lasted_s / POLL_S


class Reader(io.StringIO):
    """Somebody at the terminal who acts on what they read.

    Args:
        acts: A piece of a line, and what they do when they have read it.
    """

    def __init__(self, acts):
        super().__init__()
        self.acts = acts

    def write(self, text):
        for piece, act in self.acts.items():
            if piece in text:
                act()
        return super().write(text)


def test_it_does_not_leave_before_its_outputs_took_the_end(run, outputs, monkeypatch):
    # What used to happen: it gave them up after its grace, and the last throttle stayed for ever.
    def mend():
        outputs.broken = False

    outputs.broken = True
    terminal = Reader({"is not off yet": ask(signal.SIGTERM), "This program stays": mend})
    monkeypatch.setattr(sys, "stderr", terminal)
    assert run("never connect", grace_s=0.0) == 3
    assert outputs.values == ["off"]
    first, second, last = terminal.getvalue().splitlines()
    assert first.startswith("The motor is not off yet: unplugged.")
    assert second.startswith("This program stays until the motor is off: unplugged.")
    assert last == "The motor is off."


class WatchedBy:
    """A watchdog that is there, until it is killed while the car drives."""

    def __init__(self, outputs):
        self.outputs = outputs
        self.calls = []

    def follow(self, vehicle):
        self.calls.append("follow")

    def beat(self):
        return "0.25,0.50" not in self.outputs.values

    def dismiss(self):
        self.calls.append("dismiss")


class LatePopen(subprocess.Popen):
    """A vehicle whose guardian is kept from running just before it looks for its end."""

    def poll(self):
        if self.returncode is None:
            vehicle = os.pidfd_open(self.pid)
            select.select([vehicle], [], [], 0.1)
            os.close(vehicle)
        return super().poll()


def test_a_car_whose_last_word_is_a_stop_did_not_end_in_the_middle_of_a_drive(
    run, outputs, capsys, monkeypatch
):
    # It stopped and ended between two looks of its guardian.
    monkeypatch.setattr(subprocess, "Popen", LatePopen)
    assert run("halt and exit well at once") == 0
    assert outputs.values[-1] == "off"
    assert capsys.readouterr().err == ""


def test_without_its_watchdog_the_car_ends(run, outputs, capsys):
    watchdog = WatchedBy(outputs)
    assert run("say which signal", watchdog=watchdog) == 64 + signal.SIGTERM
    assert capsys.readouterr().err.startswith("The watchdog of the motor was killed or hangs: the")
    assert watchdog.calls == ["follow", "dismiss"]
    assert outputs.values[-1] == "off"


def test_for_want_of_a_watchdog_it_is_no_good_end(run, outputs):
    # What used to happen: exit code 0, and systemd did not start the car again.
    assert run("end well on request", watchdog=WatchedBy(outputs)) == 1
    assert outputs.values[-1] == "off"


def test_asks_to_be_run_first_and_kept_in_memory(run, outputs, kernel):
    seen = []
    outputs.when["0.25,0.50"] = lambda: seen.append(gc.isenabled())
    run("exit")
    *asked, locked = kernel.asked
    assert (os.getpid(), os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, 50) in asked
    assert locked == ("mlockall", 3)
    assert seen == [False]


def test_the_threads_of_its_libraries_are_run_first_too(run, kernel):
    # What used to happen: the thread that times the pulses on pins of the Pi waited with all
    # others. On a busy computer 1500 us came out as 21 us to 10 ms.
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    run("exit")
    done.set()
    thread.join()
    assert {thread.native_id, os.getpid()} <= {asked[0] for asked in kernel.asked}


def test_goes_on_where_it_may_not_be_run_first(run, kernel):
    kernel.refuses = True
    assert run("exit") == 7


def test_ctrl_z_does_not_freeze_it(run, outputs):
    outputs.when["0.25,0.50"] = ask(signal.SIGTSTP)
    assert run("exit") == 7


@pytest.fixture
def systemd(tmp_path, monkeypatch):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.settimeout(5)
        yield systemd


@pytest.mark.parametrize("abstract", [False, True])
def test_tells_systemd_that_it_is_ready_and_alive(run, systemd, tmp_path, monkeypatch, abstract):
    address = f"@donkeycar-test-{os.getpid()}" if abstract else str(tmp_path / "notify")
    systemd.bind(address.replace("@", "\0") if abstract else address)
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    # Nobody reads until it is over: a systemd that is stuck must not hold the motor up.
    assert run("exit") == 7
    assert [systemd.recv(100) for _ in range(3)] == [b"READY=1", b"WATCHDOG=1", b"WATCHDOG=1"]


def test_goes_on_without_the_systemd_it_was_promised(run, tmp_path, monkeypatch):
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "nobody"))
    assert run("never connect") == 3


def test_a_flood_of_packets_does_not_keep_it_from_its_work(outputs):
    ours, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
    with ours, theirs:
        ours.setblocking(False)
        for seq in range(1, 41):
            theirs.send(FRAME._replace(seq=seq).encode())
        guardian = Guardian(outputs)
        assert _listen(ours, guardian)
        assert guardian.status.seq == MAX_PACKETS
        assert decode(theirs.recv(100)) == guardian.status


@pytest.mark.parametrize("unread", [False, True])
def test_hears_at_once_that_the_vehicle_is_gone(outputs, unread):
    ours, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
    with ours:
        ours.setblocking(False)
        if unread:  # the kernel says "reset" then
            ours.send(FRAME.encode())
        theirs.close()
        assert _listen(ours, Guardian(outputs)) is False


@pytest.mark.parametrize("unread", [False, True])
def test_the_last_words_of_a_vehicle_that_has_left_are_heard(outputs, clock, unread):
    # What used to happen: now and then a car that had stopped and then left was told to have left
    # in the middle of a drive, with exit code 1, and systemd started it again.
    ours, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
    with ours, theirs:
        ours.setblocking(False)
        guardian, side = Guardian(outputs, clock=clock), VehicleSide(theirs)
        for seq in range(100):
            guardian.receive(FRAME._replace(seq=seq, life_s=0.25, flags=ARM).encode())
            clock.advance(0.01)
        assert guardian.state is State.RUN
        side.send(FRAME._replace(seq=100, life_s=0.25, flags=ARM))
        assert _listen(ours, guardian)
        if not unread:  # the kernel says "reset" otherwise
            side.status()
        side.halt()
        theirs.close()
        assert guardian.state is State.RUN
        _hear_out(ours, guardian)
        assert guardian.state is State.SAFE


def test_a_vehicle_that_left_a_child_with_the_link_is_heard_out_soon(outputs):
    ours, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
    with ours, theirs:
        ours.setblocking(False)
        guardian = Guardian(outputs)
        for seq in range(1, 100):
            theirs.send(FRAME._replace(seq=seq).encode())
        _hear_out(ours, guardian)
        assert guardian.status.seq == 2 * MAX_PACKETS


def test_a_vehicle_that_reads_no_answers_is_heard_all_the_same(outputs):
    ours, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
    with ours, theirs:
        ours.setblocking(False)
        guardian = Guardian(outputs)
        for seq in range(1, 2000):
            theirs.send(FRAME._replace(seq=seq).encode())
            assert _listen(ours, guardian)
        assert guardian.status.seq == 1999


@pytest.fixture
def pair():
    process = subprocess.Popen(
        [sys.executable, "-c", GUARDIAN, CHILD, "drive"],
        stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": PACKAGE},
    )  # fmt: skip
    with process:
        for line in process.stdout:
            if line == "0.25,0.50\n":
                break
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
        yield process, int(children.split()[0])
        process.kill()


def test_without_the_guardian_the_vehicle_is_told_at_once(pair):
    process, child = pair
    process.kill()
    process.wait()
    deadline_s = time.monotonic() + 2
    while Path(f"/proc/{child}").exists() and time.monotonic() < deadline_s:
        time.sleep(0.01)
    assert not Path(f"/proc/{child}").exists()


def test_the_vehicle_is_the_one_to_go_if_memory_runs_out(pair):
    _, child = pair
    assert Path(f"/proc/{child}/oom_score_adj").read_text() == "500\n"


# The vehicle's end, in this process.


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def ends(clock):
    ours, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
    with ours, theirs:
        yield ours, VehicleSide(theirs, clock=clock)


def test_no_guardian_no_link(monkeypatch):
    monkeypatch.delenv(FD_VARIABLE, raising=False)
    assert VehicleSide.from_environment() is None


def test_of_long_nonsense_the_beginning_is_shown(monkeypatch):
    monkeypatch.setenv(FD_VARIABLE, 100 * "x")
    with pytest.raises(DeviceError, match=f"Received: '{40 * 'x'}', and"):
        VehicleSide.from_environment()


def test_a_fork_lets_go_of_all_though_some_is_closed_already():
    first, second = os.pipe()
    os.close(first)
    _let_go([first, second])
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(second)


@pytest.mark.parametrize("nonsense", ["", "x", "3,y", "-1", "99999", "9" * 30, "0", "\udc80"])
def test_nonsense_about_the_guardian_is_one_sentence(monkeypatch, kernel, nonsense):
    """What used to happen: a traceback of `int`."""
    monkeypatch.setenv(FD_VARIABLE, nonsense)
    with pytest.raises(DeviceError, match=f"{FD_VARIABLE} must be .* Received: .* unset"):
        VehicleSide.from_environment()
    assert kernel.asked == []


def test_a_socket_of_somebody_else_is_no_guardian_and_stays_open(monkeypatch):
    with socket.socket() as other:
        monkeypatch.setenv(FD_VARIABLE, str(other.fileno()))
        with pytest.raises(DeviceError, match="another socket"):
            VehicleSide.from_environment()
        other.getsockname()


def test_frames_go_out_and_the_newest_answer_comes_in(ends):
    ours, side = ends
    assert side.status() is None
    side.send(FRAME)
    assert ours.recv(100) == FRAME.encode()
    for seq in (1, 2):
        ours.send(FRAME._replace(seq=seq).encode())
    assert side.status().seq == 2
    assert side.status().seq == 2


def test_a_halt_is_a_stop_and_nothing_else(ends):
    ours, side = ends
    side.halt()
    assert decode(ours.recv(100)) == MotorFrame(0, 0.0, 0.0, 0.0, STOP)


def test_a_halt_without_a_guardian_says_so(ends):
    ours, side = ends
    ours.close()
    with pytest.raises(DeviceError, match="is gone"):
        side.halt()


def test_sending_never_waits(ends):
    _, side = ends
    for _ in range(1000):
        side.send(FRAME)


def test_few_frames_wait_so_that_none_is_old(ends):
    ours, side = ends
    ours.setblocking(False)
    for _ in range(1000):
        side.send(FRAME)
    waiting = 0
    with contextlib.suppress(BlockingIOError):
        while ours.recv(100):
            waiting += 1
    assert waiting < 20


def test_a_closed_link_is_an_error_both_ways(ends):
    ours, side = ends
    ours.close()
    with pytest.raises(DeviceError, match="^The guardian of the motor is gone"):
        side.send(FRAME)
    with pytest.raises(DeviceError, match="^The guardian of the motor is gone"):
        side.status()


def test_a_link_that_was_reset_is_an_error(ends):
    ours, side = ends
    side.send(FRAME)
    ours.close()  # with a frame unread: the kernel says "reset"
    with pytest.raises(DeviceError, match="^The guardian of the motor is gone"):
        side.status()


def test_half_a_second_without_an_answer_is_an_error(ends, clock):
    ours, side = ends
    side.status()
    clock.advance(MAX_SILENCE_S)
    assert side.status() is None
    clock.advance(0.001)
    with pytest.raises(DeviceError, match="said nothing for 0.5 s"):
        side.status()


def test_the_half_second_is_counted_from_the_last_answer(ends, clock):
    ours, side = ends
    for _ in range(5):
        clock.advance(MAX_SILENCE_S)
        ours.send(FRAME.encode())
        assert side.status() == FRAME
    clock.advance(0.51)
    with pytest.raises(DeviceError):
        side.status()


class OomScore:
    """The file in which a process says that it may be the first to go."""

    def __init__(self):
        self.written = []
        self.refuses = False

    def __call__(self, name):
        self.name = name
        return self

    def write_text(self, text):
        if self.refuses:
            raise PermissionError(13, "Permission denied")
        self.written.append((self.name, text))


@pytest.fixture
def oom_score(monkeypatch):
    oom_score = OomScore()
    monkeypatch.setattr("donkeycar.guardian.process.Path", oom_score)
    return oom_score


@pytest.mark.parametrize("refuses", [False, True])
def test_connects_once_and_asks_to_end_with_its_guardian(monkeypatch, kernel, oom_score, refuses):
    oom_score.refuses = refuses
    # No child of these tests is one of the vehicle.
    monkeypatch.setattr(os, "register_at_fork", lambda **hooks: None)
    ours, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
    fd = os.dup(theirs.fileno())
    os.set_inheritable(fd, True)
    with ours, theirs, closing(Claim([f"test {os.getpid()}"])) as claim:
        for held in claim.fds:
            os.set_inheritable(held, True)
        monkeypatch.setenv(FD_VARIABLE, ",".join(map(str, [fd, *claim.fds])))
        side = VehicleSide.from_environment()
        side.send(FRAME)
        assert ours.recv(100) == FRAME.encode()
        # A child of the vehicle must not keep link or claim after the vehicle's death.
        assert not any(os.get_inheritable(held) for held in (fd, *claim.fds))
        assert VehicleSide.from_environment() is None
        side._channel.close()
    assert kernel.asked == [("prctl", 1, signal.SIGTERM)]
    assert oom_score.written == ([] if refuses else [("/proc/self/oom_score_adj", "500")])


def test_a_link_without_a_clock_of_its_own_takes_real_time():
    ours, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
    with ours, theirs:
        assert VehicleSide(theirs).status() is None
