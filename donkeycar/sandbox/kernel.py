"""System calls of Linux that Python has no words for."""

import ctypes
import platform
import struct
import sys
from typing import Any

# From <linux/prctl.h>: from now on no program that is started gets more rights than this one has.
PR_SET_NO_NEW_PRIVS = 38


def machine() -> str:
    """Name of this machine's instruction set, "" where these calls are not known.

    A program of 32 bits on a kernel of 64 bits makes other calls than the kernel's name says.
    """
    if sys.platform != "linux" or sys.byteorder != "little" or struct.calcsize("P") != 8:
        return ""
    return platform.machine()


def call(number: int, *arguments: Any) -> int:
    """Make a system call.

    Args:
        number: As the kernel counts it on this machine.
        arguments: Whole numbers, or buffers.

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
    """Say that nothing started from here ever gets more rights: both other walls demand it.

    Raises:
        OSError: If the kernel refuses.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "the kernel does not know no_new_privs")
