"""Only one program holds a motor; the second is told which, and it is free after any end."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

import donkeycar
from donkeycar.errors import DeviceError
from donkeycar.guardian import claim
from donkeycar.guardian.claim import Claim, claim_to_switch_off, refuse_if_held
from donkeycar.guardian.other_process import described, way_out

PACKAGE = str(Path(donkeycar.__file__).parents[1])
NAME = f"I2C bus 1, address 0x40 of test {os.getpid()}"

# Claims and says so; may start somebody who shares it, and waits.
HOLDER = """
import os, subprocess, sys, time
from donkeycar.guardian import claim
from donkeycar.guardian.claim import Claim
claim.NAMESPACE = os.environ["NAMESPACE"]
shared, sole = Claim([sys.argv[1]]), Claim([sys.argv[1]], level=Claim.SOLE)
if sys.argv[2] == "shares":
    heir = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"],
                            pass_fds=shared.fds)
    print(heir.pid, flush=True)
print("holds it", flush=True)
time.sleep(60)
"""

# Holds it like `donkey neutral`, until its bus is there; then says what it is called.
WAITS = """
import os, sys
from pathlib import Path
from donkeycar.guardian import claim
from donkeycar.guardian.switch_off import switch_off
claim.NAMESPACE = {namespace!r}
own = Path("/proc/self/comm")
own.write_text("python")
claims = claim.claim_to_switch_off([{name!r}])
def attempt():
    if not os.path.exists(sys.argv[1]):
        raise OSError("no answer")
switch_off(attempt)
print(own.read_text(), end="", file=sys.stderr)
"""


@pytest.fixture
def holder():
    started = []

    def holder(*words, share="alone"):
        process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, NAME, share, *words], stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": PACKAGE, "NAMESPACE": claim.NAMESPACE}, cwd="/",
        )  # fmt: skip
        started.append(process)
        heir = int(process.stdout.readline()) if share == "shares" else None
        assert process.stdout.readline() == "holds it\n"
        return process, heir

    yield holder
    for process in started:
        process.kill()
        process.communicate()


def test_the_second_is_told_who_has_it_and_how_to_end_it(holder):
    process, _ = holder("--", "python", "manage.py", "drive")
    with pytest.raises(DeviceError) as refusal:
        Claim([NAME])
    assert str(refusal.value) == (
        f"Only one program at a time may hold the motor: {NAME} is taken. Received: process "
        f"{process.pid}, python manage.py drive in alone. Stop that one first: kill {process.pid}"
    )


def test_a_program_that_is_no_guardian_is_shown_with_its_folder(holder):
    process, _ = holder()
    with pytest.raises(DeviceError, match=rf"process {process.pid}, .* in /\. Stop that one first"):
        Claim([NAME])


def test_one_that_waits_to_switch_off_is_not_to_be_asked_but_killed(tmp_path):
    """What used to happen: "Stop that one first: kill PID", which that one ignores."""
    waits = WAITS.format(namespace=claim.NAMESPACE, name=NAME)
    process = subprocess.Popen(
        [sys.executable, "-c", waits, str(tmp_path / "bus")], stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": PACKAGE},
    )  # fmt: skip
    try:
        assert "The motor is not off yet: no answer" in process.stderr.readline()
        with pytest.raises(DeviceError) as refusal:
            claim_to_switch_off([NAME])
        with pytest.raises(DeviceError) as same:
            Claim([NAME])
        process.terminate()
        assert "stays until the motor is off" in process.stderr.readline()
        (tmp_path / "bus").touch()
        assert process.wait(10) == 0
        assert process.stderr.readlines() == ["The motor is off.\n", "python\n"]
    finally:
        process.kill()
        process.communicate()
    for each in (refusal, same):
        told = str(each.value)
        assert told.index("battery off first") < told.index(f"kill -9 {process.pid}")


def test_control_characters_of_a_stranger_do_not_reach_the_terminal(holder):
    holder("--", "drive\x1b[2J")
    with pytest.raises(DeviceError) as refusal:
        Claim([NAME])
    assert "\x1b" not in str(refusal.value)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGSEGV])
def test_it_is_free_however_its_holder_dies(holder, number):
    process, _ = holder()
    process.send_signal(number)
    process.wait()
    Claim([NAME]).close()


def test_one_who_shares_it_keeps_it_when_the_first_dies(holder):
    process, heir = holder(share="shares")
    process.kill()
    process.wait()
    with pytest.raises(DeviceError, match=f"process {process.pid}, which is gone, but the rest of"):
        Claim([NAME])
    os.kill(heir, signal.SIGKILL)


def test_who_only_switches_off_waits_for_a_living_guardian_alone(holder):
    process, heir = holder(share="shares")
    with pytest.raises(DeviceError, match=f"process {process.pid}"):
        claim_to_switch_off([NAME])
    process.kill()
    process.wait()
    for held in claim_to_switch_off([NAME]):
        held.close()
    os.kill(heir, signal.SIGKILL)


def test_two_who_switch_off_do_not_meet():
    claims = claim_to_switch_off([NAME])
    with pytest.raises(DeviceError, match=f"process {os.getpid()}"):
        claim_to_switch_off([NAME])
    with pytest.raises(DeviceError, match=f"process {os.getpid()}"):
        Claim([NAME])
    for held in claims:
        held.close()


def test_all_or_nothing():
    with closing(Claim(["pin GPIO902 of a test"])):
        with pytest.raises(DeviceError, match="pin GPIO902"):
            Claim(["pin GPIO901 of a test", "pin GPIO902 of a test"])
        Claim(["pin GPIO901 of a test"]).close()


def test_a_name_may_be_long():
    with closing(Claim(["serial port /dev/" + 200 * "x"])):
        with pytest.raises(DeviceError):
            Claim(["serial port /dev/" + 200 * "x"])
        Claim(["serial port /dev/" + 200 * "y"]).close()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("x" * claim.MAX_NAME_BYTES, "x" * claim.MAX_NAME_BYTES),
        ("x" * claim.MAX_NAME_BYTES + "y", f"085885f1 {'78' * 23}79"),
    ],
    ids=["fits", "too long"],
)
def test_two_versions_of_this_package_meet_at_the_same_address(name, told):
    # A car that runs while the package is upgraded must not have its motor taken by the new one.
    assert claim._address("motor", name) == f"\0{claim.NAMESPACE}/motor/{told}"


def test_thousands_who_ask_do_not_make_it_forget_itself():
    with closing(Claim([NAME])):
        for _ in range(5000):
            with pytest.raises(DeviceError, match="Only one program at a time"):
                Claim([NAME])


def test_what_the_system_refuses_is_not_called_taken(monkeypatch):
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        with pytest.raises(DeviceError, match="cannot be claimed: .*Too many open files"):
            Claim([NAME])
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_looking_is_no_claim():
    refuse_if_held([NAME])
    with closing(Claim([NAME])), pytest.raises(DeviceError, match=f"{NAME} is .*{os.getpid()}"):
        refuse_if_held([NAME])
    refuse_if_held([NAME])


def test_so_many_who_ask_that_none_is_let_in_do_not_keep_the_next_one_waiting(monkeypatch):
    monkeypatch.setattr(claim, "BACKLOG", 0)
    address = f"\0{claim.NAMESPACE}/motor/{NAME}"
    with closing(Claim([NAME])), contextlib.ExitStack() as asking:
        code = 0
        while code == 0:
            one = asking.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET))
            one.setblocking(False)
            code = one.connect_ex(address)
        for refused in (refuse_if_held, Claim):
            with pytest.raises(DeviceError, match=f"{NAME} is taken.*does not name"):
                refused([NAME])


# What /proc says of the holder.


def told_of(folder, *, cmdline=None, cwd=None, comm="python\n", cgroup=None):
    """What the second is told if `folder` is that of the holder in /proc."""
    folder.mkdir(exist_ok=True)
    for name, content in (("cmdline", cmdline), ("comm", comm), ("cgroup", cgroup)):
        if content is not None:
            (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    if cwd is not None:
        (folder / "cwd").symlink_to(cwd)
    with closing(Claim([NAME])), pytest.raises(DeviceError) as refusal:
        Claim([NAME])
    return str(refusal.value).partition("Received: ")[2].replace(str(os.getpid()), "PID")


@pytest.fixture
def proc(tmp_path, monkeypatch):
    """A folder that is shown as that of this process in /proc."""
    shown = tmp_path / str(os.getpid())
    monkeypatch.setattr(
        claim, "Path", lambda name: shown if name == f"/proc/{os.getpid()}" else Path(name)
    )
    return shown


def test_of_another_user_s_holder_no_more_is_told_than_the_system_lets_one_see(proc):
    told = told_of(proc, comm=None)
    assert told == f"process PID of user {os.getuid()}. Stop that one first: kill PID"


@pytest.mark.parametrize(
    ("user", "command"),
    [("root", "kill PID"), ("the same", "kill PID"), ("another", "sudo kill PID")],
)
def test_somebody_else_s_program_is_ended_by_root(proc, monkeypatch, user, command):
    own = os.getuid() or 1000
    proc.mkdir()
    os.chown(proc, own, -1)
    monkeypatch.setattr(
        os, "geteuid", lambda: {"root": 0, "the same": own, "another": own + 1}[user]
    )
    assert told_of(proc).endswith(f"Stop that one first: {command}")


def test_words_that_a_shell_would_split_are_shown_quoted(proc):
    told = told_of(proc, cmdline="python\0my car/manage.py\0drive\0", cwd="/home/ann")
    assert told.startswith("process PID, python 'my car/manage.py' drive in /home/ann. Stop")


def test_a_guardian_is_shown_as_the_car_that_it_guards(proc):
    told = told_of(proc, cmdline="python\0-m\0entry\0/car\0--\0manage.py\0drive\0", cwd="/tmp")
    assert told.startswith("process PID, manage.py drive in /car. Stop")


def test_a_folder_of_a_stranger_cannot_move_the_cursor_either(proc):
    told = told_of(
        proc,
        cmdline=b"python\0\x1b[2J\xff\0",
        cwd="/home/\x07",
        comm=b"\xff\n",
        cgroup="0::/\x1b.service",
    )
    assert told.startswith("process PID, python '?[2J\N{REPLACEMENT CHARACTER}' in /home/?.")
    assert told.endswith("stop ?.service")


def test_a_program_that_ends_while_it_is_described_is_no_traceback():
    gone = Path("/proc/999999999")
    assert (described(gone, 7), way_out(gone)) == (" of user 7", "kill 999999999")


@pytest.mark.parametrize(
    ("cgroup", "command"),
    [
        ("0::/system.slice/donkeycar.service\n", "sudo systemctl stop donkeycar.service"),
        (
            "0::/user.slice/user-1000.slice/user@1000.service/app.slice/donkeycar.service\n",
            "systemctl --user stop donkeycar.service",
        ),
        ("0::/user.slice/user-1000.slice/session-3.scope\n", "kill PID"),
        # systemd itself, and with it all that the user has started.
        ("0::/user.slice/user-1000.slice/user@1000.service\n", "kill PID"),
        # An older kernel has many hierarchies; that of systemd is the last.
        ("2:cpu:/x.service\n1:name=systemd:/x.service\n0::/system.slice/car.service\n",
         "sudo systemctl stop car.service"),
        ("1:cpu:/user.slice/user@1000.service/x\n0::/system.slice/car.service\n",
         "sudo systemctl stop car.service"),
        # What used to happen: a traceback instead of a word about who has the motor.
        ("", "kill PID"),
        (b"0::/\xff.service\n", "sudo systemctl stop \N{REPLACEMENT CHARACTER}.service"),
        (None, "kill PID"),
    ],
)  # fmt: skip
def test_a_service_is_stopped_by_systemd_which_would_start_it_again(proc, cgroup, command):
    assert told_of(proc, cmdline="python\0", cgroup=cgroup).endswith(
        f"Stop that one first: {command}"
    )


def test_a_holder_that_the_kernel_does_not_name_is_no_traceback():
    """One of another PID namespace has the number 0, and so has one that went away meanwhile."""
    gone = f"\0{claim.NAMESPACE}/motor/nobody has this"
    assert "which the kernel does not name" in claim._holder(gone)


FORKS = """
import os, socket, sys
from donkeycar.guardian import FD_VARIABLE, claim
from donkeycar.guardian.process import VehicleSide
claim.NAMESPACE = os.environ["NAMESPACE"]
held = claim.Claim([sys.argv[1]])
ours, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
os.environ[FD_VARIABLE] = f"{os.dup(theirs.fileno())},{held.fds[0]}"
side = VehicleSide.from_environment()
if not os.fork():
    # It has let go by now: a fork does so before it goes on.
    os.write(1, f"{os.getpid()}\\n".encode())
sys.stdin.readline()
os._exit(0)
"""


def test_what_a_part_forks_does_not_hold_the_motor_when_the_car_has_ended():
    # What used to happen: the car did not start again until that child ended, and the owner was
    # told that what is left of the car still switches the motor off.
    name = f"test of a fork, {os.getpid()}"
    car = subprocess.Popen(
        [sys.executable, "-c", FORKS, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True, env={**os.environ, "PYTHONPATH": PACKAGE, "NAMESPACE": claim.NAMESPACE},
    )  # fmt: skip
    child = int(car.stdout.readline())
    try:
        with pytest.raises(DeviceError, match=f"process {car.pid}"):
            Claim([name])
        car.kill()
        car.wait()
        Claim([name]).close()
        assert Path(f"/proc/{child}").exists()
    finally:
        car.kill()
        car.communicate()  # which closes what the child reads, and it ends
