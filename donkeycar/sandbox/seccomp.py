"""seccomp filter: system calls that the kernel refuses to a process, for Python and C code alike.

It is a list of refused calls, not of allowed ones, because the needs of TensorFlow change with its
version. If this list misses a call on files, `landlock` still stops it. All calls that are newer
than this list are refused.

Source: man 2 seccomp; kernel headers <linux/seccomp.h>, <linux/filter.h>, <linux/audit.h>;
numbers from <asm/unistd_64.h> and <asm-generic/unistd.h> of Linux 6.1.
"""

import ctypes
import errno
import os
import struct

from donkeycar.sandbox.kernel import call, machine

# The kernel's name for an instruction set, and the number of `seccomp` in it.
ARCHITECTURES = {"x86_64": (0xC000003E, 317), "aarch64": (0xC00000B7, 277)}
SET_MODE_FILTER = 1
# The filter also applies to threads that already exist.
TSYNC = 1

LOAD, JUMP_EQUAL, JUMP_AT_LEAST, JUMP_ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
KILL, ERRNO, ALLOW = 0x80000000, 0x00050000, 0x7FFF0000
NUMBER_AT, ARCHITECTURE_AT, ARGUMENTS_AT = 0, 4, 16

# The second set of calls of x86_64 starts here; and calls after Linux 6.10, on every machine.
X32 = 0x40000000
NEWER = 463

# The number of each call on x86_64 and on aarch64, -1 where there is none.
REFUSED = {
    # Start a program.
    "execve": (59, 221), "execveat": (322, 281), "fork": (57, -1), "vfork": (58, -1),
    # Use the network.
    "socket": (41, 198), "socketpair": (53, 199), "connect": (42, 203), "bind": (49, 200),
    "listen": (50, 201), "accept": (43, 202), "accept4": (288, 242), "sendto": (44, 206),
    "sendmsg": (46, 211), "sendmmsg": (307, 269),
    # Reach into other processes: memory, signals, priority, shared memory and queues.
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "process_madvise": (440, 440), "process_mrelease": (448, 448), "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438), "pidfd_send_signal": (424, 424), "kcmp": (312, 272),
    "tkill": (200, 130), "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240),
    "setpriority": (141, 140), "ioprio_set": (251, 30), "sched_setaffinity": (203, 122),
    "sched_setscheduler": (144, 119), "sched_setparam": (142, 118), "sched_setattr": (314, 274),
    "migrate_pages": (256, 238), "move_pages": (279, 239), "shmget": (29, 194),
    "shmat": (30, 196), "shmctl": (31, 195), "semget": (64, 190), "semctl": (66, 191),
    "semop": (65, 193), "semtimedop": (220, 192), "msgget": (68, 186), "msgctl": (71, 187),
    "msgsnd": (69, 189), "msgrcv": (70, 188), "mq_open": (240, 180), "mq_unlink": (241, 181),
    # Let the kernel do something behind this filter.
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    # Change what Landlock does not control: owners, permissions, times and attributes of files.
    "chmod": (90, -1), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452),
    "chown": (92, -1), "lchown": (94, -1), "fchown": (93, 55), "fchownat": (260, 54),
    "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7), "removexattr": (197, 14),
    "lremovexattr": (198, 15), "fremovexattr": (199, 16), "utime": (132, -1), "utimes": (235, -1),
    "futimesat": (261, -1), "utimensat": (280, 88),
    # Make anything but a plain file, shorten a file by its path, open one by its handle.
    "mknod": (133, -1), "mknodat": (259, 33), "symlink": (88, -1), "symlinkat": (266, 36),
    "truncate": (76, 45), "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265),
    # Remove a limit, become another user, or change the mounted file systems.
    "setrlimit": (160, 164), "setuid": (105, 146), "setgid": (106, 144), "setreuid": (113, 145),
    "setregid": (114, 143), "setresuid": (117, 147), "setresgid": (119, 149),
    "setgroups": (116, 159), "setfsuid": (122, 151), "setfsgid": (123, 152), "capset": (126, 91),
    "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40), "umount2": (166, 39),
    "pivot_root": (155, 41), "chroot": (161, 51), "move_mount": (429, 429),
    "open_tree": (428, 428), "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432),
    "fspick": (433, 433), "mount_setattr": (442, 442),
    # Administer the computer.
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219),
    "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106),
    "kexec_load": (246, 104), "kexec_file_load": (320, 294), "reboot": (169, 142),
    "swapon": (167, 224), "swapoff": (168, 225), "acct": (163, 89), "quotactl": (179, 60),
    "quotactl_fd": (443, 443), "syslog": (103, 116), "settimeofday": (164, 170),
    "clock_settime": (227, 112), "adjtimex": (159, 171), "clock_adjtime": (305, 266),
    "sethostname": (170, 161), "setdomainname": (171, 162), "iopl": (172, -1),
    "ioperm": (173, -1), "fanotify_init": (300, 262), "vhangup": (153, 58),
}  # fmt: skip

# Calls whose arguments decide whether they are allowed.
CLONE, KILL_PROCESS, SIGNAL_THREAD = (56, 220), (62, 129), (234, 131)
PRLIMIT, IOCTL, FCNTL = (302, 261), (16, 29), (72, 25)
# The filter cannot read the flags of this call and refuses it; the C library then uses CLONE.
CLONE3 = (435, 435)
CLONE_THREAD = 0x10000
# The only `ioctl` requests that are allowed on an open file: is it a terminal, and how wide
# (TCGETS, TCGETS2, TIOCGWINSZ), how many bytes wait (FIONREAD), and its flags (FIONBIO, FIONCLEX,
# FIOCLEX).
# A device that is open for reading takes commands through `ioctl`: a chip on the I2C bus, such as
# the one that moves the motor, a pin, a gamepad. Landlock controls this only since Linux 6.10.
GOOD_IOCTLS = (0x5401, 0x802C542A, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
# `fcntl` commands that choose who gets a signal: F_SETOWN, F_SETSIG and F_SETOWN_EX.
BAD_FCNTLS = (8, 10, 15)

Instruction = tuple[int, int, int, int]


def refuse_calls() -> bool:
    """Refuse programs, connections, signals to others and more from now on, in every thread.

    Call it after `kernel.give_up_privileges`.

    Returns:
        Whether the kernel enforces it. If not, nothing has changed.
    """
    name = machine()
    if name not in ARCHITECTURES:
        return False
    filter_ = program(name, os.getpid())
    code = b"".join(struct.pack("<HBBI", *instruction) for instruction in filter_)
    held = ctypes.create_string_buffer(code, len(code))
    about = struct.pack("<HxxxxxxQ", len(filter_), ctypes.addressof(held))
    try:
        return call(ARCHITECTURES[name][1], SET_MODE_FILTER, TSYNC, about) == 0
    except OSError:
        return False


def program(name: str, pid: int) -> list[Instruction]:
    """Build the filter program (BPF).

    Args:
        name: Name of the instruction set.
        pid: Process id of this process, which may send signals to itself.

    Returns:
        Instructions: code, jump if true, jump if false, and a number.
    """
    column = list(ARCHITECTURES).index(name)
    refuse, unknown = ERRNO | errno.EPERM, ERRNO | errno.ENOSYS
    steps: list[Instruction] = [
        (LOAD, 0, 0, ARCHITECTURE_AT),
        (JUMP_EQUAL, 1, 0, ARCHITECTURES[name][0]),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, NUMBER_AT),
    ]
    if name == "x86_64":
        steps += [(JUMP_AT_LEAST, 0, 1, X32), (RETURN, 0, 0, KILL)]
    steps += [(JUMP_AT_LEAST, 0, 1, NEWER), (RETURN, 0, 0, unknown)]
    steps += [(JUMP_EQUAL, 0, 1, CLONE3[column]), (RETURN, 0, 0, unknown)]
    for numbers in REFUSED.values():
        if numbers[column] >= 0:
            steps += [(JUMP_EQUAL, 0, 1, numbers[column]), (RETURN, 0, 0, refuse)]
    for numbers, looks in _conditions(pid):
        # Both branches end in a return, so the number of the call need not be loaded again.
        steps += [(JUMP_EQUAL, 0, len(looks), numbers[column]), *looks]
    steps.append((RETURN, 0, 0, ALLOW))
    return steps


def _conditions(pid: int) -> list[tuple[tuple[int, int], list[Instruction]]]:
    """Calls that are allowed for some arguments, and the instructions that check these."""
    allow, refuse = (RETURN, 0, 0, ALLOW), (RETURN, 0, 0, ERRNO | errno.EPERM)
    itself = [_load(0), (JUMP_EQUAL, 0, 1, pid), allow, refuse]
    return [
        (CLONE, [_load(0), (JUMP_ANY_BIT, 0, 1, CLONE_THREAD), allow, refuse]),
        (KILL_PROCESS, itself),
        (SIGNAL_THREAD, itself),
        # Reading a limit is allowed: then both halves of the address of a new limit are 0.
        (PRLIMIT, [_load(2), (JUMP_EQUAL, 0, 3, 0), _load(2, high=True), (JUMP_EQUAL, 0, 1, 0),
                   allow, refuse]),
        (IOCTL, _only(GOOD_IOCTLS)),
        (FCNTL, _unless(BAD_FCNTLS)),
    ]  # fmt: skip


def _only(values: tuple[int, ...]) -> list[Instruction]:
    """Refuse a call unless its second argument, of 32 bits, is one of the given values."""
    checks: list[Instruction] = [
        (JUMP_EQUAL, len(values) - place, 0, value) for place, value in enumerate(values)
    ]
    return [_load(1), *checks, (RETURN, 0, 0, ERRNO | errno.EPERM), (RETURN, 0, 0, ALLOW)]


def _unless(values: tuple[int, ...]) -> list[Instruction]:
    """Refuse a call whose second argument, as the kernel reads it (32 bits), is a given value."""
    checks: list[Instruction] = [
        (JUMP_EQUAL, len(values) - place, 0, value) for place, value in enumerate(values)
    ]
    return [_load(1), *checks, (RETURN, 0, 0, ALLOW), (RETURN, 0, 0, ERRNO | errno.EPERM)]


def _load(argument: int, *, high: bool = False) -> Instruction:
    """Load one half of an argument of the call."""
    return (LOAD, 0, 0, ARGUMENTS_AT + 8 * argument + 4 * high)
