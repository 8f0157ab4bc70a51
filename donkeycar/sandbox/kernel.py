"""Linux system calls that Python's library does not offer."""

import ctypes
import platform
import struct
import sys
from typing import Any

# From <linux/prctl.h>: programs started from now on get no more rights than this process.
PR_SET_NO_NEW_PRIVS = 38
# From <linux/capability.h>: version 3, and the rights of root to read and change files of others.
CAPABILITY_VERSION = 0x20080522
FILE_CAPABILITIES = 1 << 1 | 1 << 2 | 1 << 3  # DAC_OVERRIDE, DAC_READ_SEARCH, FOWNER
# capget and capset of each machine.
CAPABILITY_CALLS = {"x86_64": (125, 126), "aarch64": (90, 91)}


def machine() -> str:
    """Name of this machine's instruction set, "" if its system call numbers are not known here.

    A 32-bit program on a 64-bit kernel uses other numbers than the kernel's name suggests.
    """
    if sys.platform != "linux" or sys.byteorder != "little" or struct.calcsize("P") != 8:
        return ""
    return platform.machine()


def call(number: int, *arguments: Any) -> int:
    """Make a system call.

    Args:
        number: Number of the call on this machine.
        arguments: Integers or buffers.

    Raises:
        OSError: If the kernel refuses.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    words = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    answer: int = libc.syscall(ctypes.c_long(number), *words)
    if answer < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"system call {number} failed with error {error}")
    return answer


def give_up_privileges() -> None:
    """Give up new privileges for this process and its children; Landlock and seccomp require it.

    Raises:
        OSError: If the kernel refuses.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "the kernel does not know no_new_privs")
    _keep_only_file_capabilities()


def _keep_only_file_capabilities() -> None:
    """Give up every right of root but those over files.

    Where there is no user namespace (in a chroot, in some containers), a process of root used to
    keep them all: one of them, PERFMON, reads the environment of other processes.
    """
    numbers = CAPABILITY_CALLS.get(machine())
    if numbers is None:
        return
    header = struct.pack("<Ii", CAPABILITY_VERSION, 0)
    data = ctypes.create_string_buffer(24)  # effective, permitted, inheritable; low, then high half
    call(numbers[0], header, data)
    kept = struct.unpack("<6I", data.raw)[1] & FILE_CAPABILITIES
    call(numbers[1], header, struct.pack("<6I", kept, kept, 0, 0, 0, 0))
