"""Each wall around a stranger's file is climbed, from Python and from C: none gives way."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import pytest

from donkeycar.conversion.child import check_walls
from donkeycar.errors import PilotError
from donkeycar.sandbox import confinement, kernel, landlock, seccomp, walls
from donkeycar.sandbox.child import Child
from donkeycar.sandbox.walls import Walls, confine

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or kernel.machine() not in landlock.MACHINES,
    reason="the walls are those of Linux on x86_64 and aarch64",
)
NOBODY = 65534

# No `forbid` here: what it refuses in Python never reaches the kernel.
START = f"""
import encodings.idna, fcntl, termios
import ctypes, errno, json, mmap, os, resource, signal, socket, struct, subprocess, sys, threading
from pathlib import Path
from donkeycar.sandbox.walls import confine
desk, outside, victim, port = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
held = os.open(outside, os.O_RDONLY | os.O_DIRECTORY)
if sys.argv[5] == "nobody" and os.getuid() == 0:
    os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})
stand = confine(desk, memory_bytes=400_000_000, cpu_s=5, file_bytes=10_000)
libc = ctypes.CDLL(None, use_errno=True)
def c(name, *arguments):
    ctypes.set_errno(0)
    answer = getattr(libc, name)(*[os.fsencode(a) if isinstance(a, (str, Path)) else a
                                   for a in arguments])
    if answer == -1:
        raise OSError(ctypes.get_errno(), name)
    return answer
argv = (ctypes.c_char_p * 3)(b"touch", os.fsencode(outside / "ran"), None)
NUMBERS = {{"x86_64": 0, "aarch64": 1}}
column = NUMBERS[os.uname().machine]
def call(x86, arm, *arguments):
    return c("syscall", ctypes.c_long((x86, arm)[column]), *arguments)
"""

PROGRAMS = {
    "subprocess": "subprocess.run(['/bin/touch', str(outside / 'ran')])",
    "fork_exec": """
        import _posixsubprocess
        _posixsubprocess.fork_exec([b'touch', os.fsencode(outside / 'ran')], [b'/bin/touch'],
            True, (), None, None, -1, -1, -1, -1, -1, -1, *os.pipe(), True, False, -1,
            None, None, None, -1, None, True)
        """,
    "fork": "os.fork()",
    "spawn": "os.posix_spawn('/bin/touch', ['touch', str(outside / 'ran')], {})",
    "exec": "os.execv('/bin/touch', ['touch', str(outside / 'ran')])",
    "C execv": "c('execv', '/bin/touch', argv)",
    "C fork": "c('fork')",
    "C vfork by number": "call(58, 220, 0x4111, 0, 0, 0, 0)",
    "C clone without a thread": "call(56, 220, 17, 0, 0, 0, 0)",
    "C clone3": "call(435, 435, struct.pack('<11Q', *[0] * 4, 17, *[0] * 6), 88)",
    "C system": "status = libc.system(b'touch ' + os.fsencode(outside / 'ran'))\n"
                "if status: raise OSError(status, 'system')",
    "memory as a program": """
        memory = c('memfd_create', 'x', 0)
        os.write(memory, open('/bin/touch', 'rb').read(9000))
        os.execve(memory, ['touch', str(outside / 'ran')], {})
        """,
    "execveat": "call(322, 281, -100, b'/bin/touch', argv, None, 0)",
    "its own file as a program": """
        (desk / 'x').write_bytes(b'#!/bin/sh\\ntouch ' + os.fsencode(outside / 'ran'))
        c('chmod', desk / 'x', 0o755); c('execv', desk / 'x', argv)
        """,
}  # fmt: skip

NETWORK = {
    "connect": "socket.create_connection(('127.0.0.1', int(port)), 1)",
    "a name": "socket.getaddrinfo('localhost', 80); socket.socket()",
    "Unix socket": "socket.socket(socket.AF_UNIX)",
    "socket pair": "socket.socketpair()",
    "C socket": "c('socket', 2, 1, 0)",
    "C raw socket": "c('socket', 17, 3, 0)",
    "netlink": "c('socket', 16, 3, 0)",
    "ring of the kernel": "call(425, 425, 8, ctypes.create_string_buffer(120))",
}

WRITES = {
    "open": "open(outside / 'new', 'w')",
    "open what is there": "open(outside / 'keep', 'r+')",
    "append": "open(outside / 'keep', 'a')",
    "shorten": "os.truncate(outside / 'keep', 0)",
    "open by a held folder": "os.open('new', os.O_CREAT | os.O_WRONLY, dir_fd=held)",
    "through the process": "open(f'/proc/self/fd/{held}/new', 'w')",
    "up from its folder": "open(desk / '..' / 'outside' / 'new', 'w')",
    "folder": "os.mkdir(outside / 'new')",
    "remove": "os.remove(outside / 'keep')",
    "rename out": "(desk / 'x').write_text('x'); os.rename(desk / 'x', outside / 'new')",
    "rename in": "os.rename(outside / 'keep', desk / 'x')",
    "exchange": "(desk / 'x').write_text('x')\n"
                "c('renameat2', -100, desk / 'x', -100, outside / 'keep', 2)",
    "hard link out": "(desk / 'x').write_text('x'); os.link(desk / 'x', outside / 'new')",
    "hard link in": "os.link(outside / 'keep', desk / 'x')\nopen(desk / 'x', 'w')",
    "symbolic link out": "os.symlink(desk, outside / 'new')",
    "symbolic link in": "os.symlink(outside, desk / 'x')\nopen(desk / 'x' / 'new', 'w')",
    "pipe": "os.mkfifo(outside / 'new')",
    "pipe in its folder": "os.mkfifo(desk / 'x')",
    "device": "os.mknod(desk / 'x', 0o020666, os.makedev(1, 5))",
    "rights": "os.chmod(outside / 'keep', 0o777)",
    "rights by a held folder": "os.chmod('keep', 0o777, dir_fd=held)",
    "times": "os.utime(outside / 'keep', (0, 0))",
    "marks": "os.setxattr(outside / 'keep', 'user.x', b'1')",
    "C open": "c('open', outside / 'new', os.O_CREAT | os.O_WRONLY, 0o644)",
    "C open what is there": "c('open', outside / 'keep', os.O_WRONLY | os.O_TRUNC)",
    "C truncate": "c('truncate', outside / 'keep', ctypes.c_long(0))",
    "C mkfifo": "c('mkfifo', outside / 'new', 0o644)",
    "C mkdir": "c('mkdir', outside / 'new', 0o755)",
    "C unlink": "c('unlink', outside / 'keep')",
    "C rename": "c('rename', outside / 'keep', outside / 'new')",
    "C chmod": "c('chmod', outside / 'keep', 0o777)",
    "C chmod, the newest call": "call(452, 452, -100, os.fsencode(outside / 'keep'), 0o777, 0)",
    "C openat2": "call(437, 437, -100, os.fsencode(outside / 'new'), "
                 "struct.pack('<QQQ', os.O_CREAT | os.O_WRONLY, 0o644, 0), 24)",
    "mount over it": "c('mount', desk, outside, None, 4096, None)",
    "another root": "c('chroot', outside)",
    "in a new space": "c('unshare', 0x10020000)",
    "from a thread": """
        wrong = []
        def work():
            try: wrong.append(open(outside / 'new', 'w'))
            except OSError: pass
        thread = threading.Thread(target=work); thread.start(); thread.join()
        if not wrong: raise OSError(errno.EACCES, 'thread')
        """,
}  # fmt: skip

PROCESSES = {
    "kill": "os.kill(victim, signal.SIGKILL)",
    "kill the group": "os.kill(0, signal.SIGKILL)",
    "kill all": "os.kill(-1, signal.SIGKILL)",
    "C kill": "c('kill', victim, 9)",
    "C tgkill": "call(234, 131, victim, victim, 9)",
    "C tkill": "call(200, 130, victim, 9)",
    "C queue a signal": "call(129, 138, victim, 9, ctypes.create_string_buffer(128))",
    "a handle of it": "os.pidfd_open(victim)",
    "signal by a file": "fcntl.fcntl(held, 8, victim)",
    "trace": "c('ptrace', 16, victim, None, None)",
    "read its memory": "call(310, 270, victim, None, 0, None, 0, 0)",
    "write its memory": "open(f'/proc/{victim}/mem', 'r+b')",
    "write the parent's memory": "open(f'/proc/{os.getppid()}/mem', 'r+b')",
    "write its own memory": "open('/proc/self/mem', 'r+b')",
    "read its secrets": "open(f'/proc/{victim}/environ').read()",
    "take its files": "os.listdir(f'/proc/{victim}/fd'); open(f'/proc/{victim}/fd/0')",
    "slow it down": "os.setpriority(os.PRIO_PROCESS, victim, 19)",
    "move it to one core": "os.sched_setaffinity(victim, {0})",
    "shared memory": "call(29, 194, 0, 4096, 0o1600)",
    "type into the terminal": "fcntl.ioctl(0, 0x5412, b'x')",
}

# What used to happen: a kernel before 6.10 let a stranger's model open the I2C bus for reading, and
# order whatever is on it by `ioctl`: the chip that moves the motor, too.
DEVICE_ORDERS = {
    "choose a chip on the bus (I2C_SLAVE)": 0x0703,
    "write to a chip on the bus (I2C_RDWR)": 0x0707,
    "the same (I2C_SMBUS)": 0x0720,
    "take a pin (GPIO_V2_GET_LINE_IOCTL)": 0xC250B407,
    "a message on the SPI bus (SPI_IOC_MESSAGE)": 0x40206B00,
    "keep a gamepad from the car (EVIOCGRAB)": 0x40044590,
    "type into a terminal (TIOCSTI)": 0x5412,
    "the same (TIOCLINUX)": 0x541C,
    "change a terminal (TCSETS)": 0x5402,
    "a break on a serial line (TIOCSBRK)": 0x5427,
    "name who gets a signal (FIOSETOWN)": 0x8901,
    "the same (SIOCSPGRP)": 0x8902,
}

# Of a plain file the kernel would say that it is no such device: so it is the filter that refuses.
DEVICES = {
    name: f"""
        try: fcntl.ioctl(held, {number}, bytes(64))
        except OSError as error:
            if error.errno == errno.EPERM: raise
        """
    for name, number in DEVICE_ORDERS.items()
}

LIMITS = {
    "more memory": "resource.setrlimit(resource.RLIMIT_AS, (-1, -1))",
    "more work": "resource.setrlimit(resource.RLIMIT_CPU, (100, 100))",
    "longer files": "resource.prlimit(0, resource.RLIMIT_FSIZE, (-1, -1))",
    "C setrlimit": "call(160, 164, 9, struct.pack('<qq', -1, -1))",
    "C prlimit": "call(302, 261, 0, 9, struct.pack('<qq', -1, -1), None)",
    "a long file": "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
                   "open(desk / 'x', 'wb').write(bytes(20_000))",
    "much memory": "mmap.mmap(-1, 900_000_000)",
    "many files": "[os.open('/dev/null', 0) for _ in range(2000)]",
    "another user": "os.setuid(1)",
    "another filter": "call(321, 280, 0, None, 0)",
}  # fmt: skip

# The second set of calls on x86_64 ends the process: see `test_a_call_in_another_dress`.
CLIMBS = {**PROGRAMS, **NETWORK, **WRITES, **PROCESSES, **LIMITS}


@pytest.fixture
def scene(monkeypatch):
    """A desk to work on, somebody else's folder, a process and a server, reachable for anybody."""
    place = Path(tempfile.mkdtemp(dir="/tmp"))
    place.chmod(0o777)
    for name in ("desk", "outside"):
        (place / name).mkdir()
        (place / name).chmod(0o777)
    (place / "outside" / "keep").write_text("kept")
    (place / "outside" / "keep").chmod(0o666)
    monkeypatch.syspath_prepend(place)
    # Of the user that climbs, so that no right but the walls is in the way.
    own = {"user": NOBODY, "group": NOBODY} if os.getuid() == 0 else {}
    victim = subprocess.Popen(["sleep", "60"], stdin=subprocess.DEVNULL, **own)
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield place, victim, server
    assert victim.poll() is None, "the other process was ended"
    victim.kill()
    victim.wait()
    shutil.rmtree(place)


def climb(scene, climbs, user, *, start=START):
    """Try all of it in one confined process; say what got through."""
    place, victim, server = scene
    lines = [start, "through = {}"]
    for name, code in climbs.items():
        body = textwrap.indent(textwrap.dedent(code).strip(), "    ")
        lines.append(
            f"try:\n{body}\n    through[{name!r}] = 'got through'\n"
            "except (OSError, ValueError, MemoryError) as error:\n    pass"
        )
    lines.append("print(json.dumps({'stand': stand.names, 'through': through}))")
    (place / "climber.py").write_text("\n".join(lines))
    words = [
        place / "desk",
        place / "outside",
        victim.pid,
        server.getsockname()[1],
        user,
    ]
    return Child(
        "climber", place / "theirs.h5", arguments=[str(word) for word in words], timeout_s=30.0
    ).answer()


@pytest.mark.parametrize("user", ["nobody", "whoever runs the tests"])
@pytest.mark.parametrize(
    "climbs",
    [PROGRAMS, NETWORK, WRITES, PROCESSES, DEVICES, LIMITS],
    ids=["programs", "network", "writes", "processes", "devices", "limits"],
)
def test_no_wall_gives_way(scene, climbs, user):
    place, *_ = scene
    answer = climb(scene, climbs, user)
    assert answer["stand"] == ["network", "programs", "processes", "files"]
    assert answer["through"] == {}
    assert [path.name for path in (place / "outside").iterdir()] == ["keep"]
    assert (place / "outside" / "keep").read_text() == "kept"
    assert (place / "outside" / "keep").stat().st_mode & 0o777 == 0o666


def test_without_the_walls_the_same_climbs_get_through(scene):
    """What is tried does work where nothing stands: else the test above would show nothing."""
    place, *_ = scene
    same = (
        "subprocess", "fork_exec", "C system", "connect", "C socket", "append",
        "pipe in its folder", "from a thread", "a handle of it", "slow it down",
    )  # fmt: skip
    harmless = {
        **{name: CLIMBS[name] for name in same},
        # Other names, so that one climb is not in the way of the next.
        "open": "open(outside / 'opened', 'w')",
        "rename out": "(desk / 'y').write_text('x'); os.rename(desk / 'y', outside / 'r')",
        "hard link out": "(desk / 'z').write_text('x'); os.link(desk / 'z', outside / 'h')",
        "symbolic link out": "os.symlink(desk, outside / 's')",
        "C open": "c('open', outside / 'o', os.O_CREAT | os.O_WRONLY, 0o644)",
        "C mkfifo": "c('mkfifo', outside / 'p', 0o644)",
        "times": "os.utime(outside / 'keep')",
        # Signal 0 asks whether a signal could be sent.
        "C tgkill": "call(234, 131, victim, victim, 0)",
    }
    open_field = START.replace("stand = confine(", "from donkeycar.sandbox.walls import Walls\n"
                               "stand = Walls(); 0 and confine(")  # fmt: skip
    answer = climb(scene, harmless, "whoever runs the tests", start=open_field)
    assert sorted(answer["through"]) == sorted(harmless)
    assert (place / "outside" / "ran").exists()


def test_inside_its_folder_and_with_threads_it_may_work(scene):
    place, *_ = scene
    work = {
        "files": """
            (desk / 'a').mkdir(); (desk / 'a' / 'm').write_bytes(b'123')
            os.rename(desk / 'a' / 'm', desk / 'm'); os.replace(desk / 'm', desk / 'n')
            with open(desk / 'n', 'r+b') as file: file.truncate(1)
            os.rmdir(desk / 'a'); open('/etc/passwd').read(); open('/dev/null', 'w').write('x')
            open('/proc/self/status').read(); os.listdir('/sys')
            """,
        "threads": """
            threads = [threading.Thread(target=sum, args=((1, 2),)) for _ in range(20)]
            [t.start() for t in threads]; [t.join() for t in threads]
            """,
        "limits are told": "resource.getrlimit(resource.RLIMIT_AS); resource.prlimit(0, 9)",
        "it may end itself": "os.kill(os.getpid(), 0)",
    }
    answer = climb(scene, work, "nobody")
    assert sorted(answer["through"]) == sorted(work)
    assert (place / "desk" / "n").read_bytes() == b"1"


@pytest.mark.parametrize(
    ("code", "how"),
    [
        ("libc.syscall(ctypes.c_long(0x40000000 + 59), None, None, None)", "SIGSYS"),
        ("os.abort()", "SIGABRT"),
    ],
)
def test_a_call_in_another_dress(scene, code, how):
    """x86_64 has a second set of numbers for its calls; whoever uses it is ended."""
    if how == "SIGSYS" and kernel.machine() != "x86_64":
        pytest.skip("only x86_64 has a second set")
    with pytest.raises(PilotError, match=f"it crashes what reads it .{how}."):
        climb(scene, {"x": code}, "nobody")


def run(name, column, arguments, pid=1000, instruction_set=None):
    """Run the filter as the kernel does; say what becomes of a call."""
    program = seccomp.program(name, pid)
    number = column if isinstance(column, int) else column[list(seccomp.ARCHITECTURES).index(name)]
    memory = {0: number, 4: instruction_set or seccomp.ARCHITECTURES[name][0]}
    for place, value in enumerate(arguments):
        memory[16 + 8 * place] = value & 0xFFFFFFFF
        memory[20 + 8 * place] = value >> 32 & 0xFFFFFFFF
    at, held = 0, 0
    while True:
        code, yes, no, value = program[at]
        at += 1
        if code == seccomp.RETURN:
            return value
        if code == seccomp.LOAD:
            held = memory[value]
            continue
        true = {
            seccomp.JUMP_EQUAL: held == value,
            seccomp.JUMP_AT_LEAST: held >= value,
            seccomp.JUMP_ANY_BIT: held & value != 0,
        }[code]
        at += yes if true else no


@pytest.mark.parametrize("name", seccomp.ARCHITECTURES)
def test_the_filter_of_each_machine_refuses_what_it_says(name):
    """The filter of a Pi is checked on any machine: it is run here, word by word."""
    place = list(seccomp.ARCHITECTURES).index(name)
    for call, numbers in seccomp.REFUSED.items():
        if numbers[place] >= 0:
            assert run(name, numbers, [0] * 6) == seccomp.ERRNO | 1, call
    # read, write, openat, mmap, futex: what every program does.
    for numbers in ((0, 63), (1, 64), (257, 56), (9, 222), (202, 98)):
        assert run(name, numbers, [0] * 6) == seccomp.ALLOW
    allowed = seccomp.ALLOW
    refused = seccomp.ERRNO | 1
    assert run(name, seccomp.CLONE, [0x3D0F00] + [0] * 5) == allowed
    assert run(name, seccomp.CLONE, [17] + [0] * 5) == refused
    assert run(name, seccomp.CLONE3, [0] * 6) == seccomp.ERRNO | 38
    assert run(name, 470, [0] * 6) == seccomp.ERRNO | 38
    for call in (seccomp.KILL_PROCESS, seccomp.SIGNAL_THREAD):
        assert run(name, call, [1000, 6]) == allowed
        assert run(name, call, [1001, 6]) == refused
        assert run(name, call, [-1 & 0xFFFFFFFF, 6]) == refused
    assert run(name, seccomp.PRLIMIT, [0, 9, 0, 1]) == allowed
    assert run(name, seccomp.PRLIMIT, [0, 9, 8, 1]) == refused
    assert run(name, seccomp.PRLIMIT, [0, 9, 8 << 32, 1]) == refused
    for bad in DEVICE_ORDERS.values():
        assert run(name, seccomp.IOCTL, [0, bad, 0]) == refused
        assert run(name, seccomp.IOCTL, [0, bad | 1 << 32, 0]) == refused
    for good in seccomp.GOOD_IOCTLS:
        assert run(name, seccomp.IOCTL, [0, good, 0]) == allowed
    for bad in seccomp.BAD_FCNTLS:
        assert run(name, seccomp.FCNTL, [3, bad, 0]) == refused
    assert run(name, seccomp.FCNTL, [3, 1, 0]) == allowed
    assert run(name, 0, [0] * 6, instruction_set=0x40000003) == seccomp.KILL


ALL = Walls(network=True, programs=True, processes=True, files=True)


def test_one_line_says_which_walls_stand():
    told = ALL.in_words(memory_bytes=4_000_000_000, cpu_s=900)
    assert told == (
        "Confinement: no network, no new programs, no reach into other processes, writes only "
        "into its own folder, memory 4 GB, 900 s of work."
    )
    told = Walls(network=True).in_words(memory_bytes=500_000_000, cpu_s=20)
    assert told == (
        "Confinement: no network, memory 0.5 GB, 20 s of work. This system does not keep it from "
        "starting programs, reaching into other processes, writing elsewhere."
    )
    # A process of a stranger says which stand: nothing else of what it says is told.
    assert Walls.of(["network", "\x1b[2J", 3]) == Walls(network=True)
    assert Walls.of({"network": 1}) == Walls.of(None) == Walls.of("files") == Walls()


def test_a_system_without_any_wall_says_so(monkeypatch):
    """macOS, Windows, or a kernel that refuses all of it."""
    monkeypatch.setattr(sys, "platform", "darwin")
    assert kernel.machine() == ""
    assert not confinement.leave_network()
    assert not landlock.write_only_in(None)
    assert not seccomp.refuse_calls()
    monkeypatch.setattr(walls, "limit", lambda **limits: None)  # this process goes on
    monkeypatch.setattr(walls, "give_up_privileges", lambda: None)
    assert confine(None, memory_bytes=1, cpu_s=1, file_bytes=1) == Walls()


@pytest.mark.parametrize("version", [0, 1])
def test_landlock_that_is_too_old_is_no_wall(monkeypatch, version):
    """Version 1 lets no file move from folder to folder: TensorFlow could not save."""
    monkeypatch.setattr(landlock, "call", lambda *arguments: version)
    assert not landlock.write_only_in(None)


def test_a_converter_without_walls_asks_for_trust():
    request = {"old": "theirs.keras", "trust": False}
    with pytest.raises(PilotError, match="cannot confine one. Received: theirs.keras.*add --trust"):
        check_walls(Walls(), request)
    check_walls(Walls(), {**request, "trust": True})
    check_walls(Walls(network=True), request)
