"""A process that others wait for: run before them, and kept in memory."""

import ctypes
import gc
import os
from contextlib import suppress

# From <sys/mman.h>.
MCL_CURRENT_AND_FUTURE = 3
PRIORITY = 50


def take_precedence() -> None:
    """Ask to be run first and never swapped out; a system that refuses is left as it is.

    All threads that this process has are meant: one of a library times the pulses on pins of the
    Pi, and a pulse gets longer by as much as that thread is late.
    """
    gc.disable()
    policy = os.SCHED_FIFO | os.SCHED_RESET_ON_FORK
    for thread in map(int, os.listdir("/proc/self/task")):
        with suppress(OSError):
            os.sched_setscheduler(thread, policy, os.sched_param(PRIORITY))
    ctypes.CDLL(None).mlockall(MCL_CURRENT_AND_FUTURE)
