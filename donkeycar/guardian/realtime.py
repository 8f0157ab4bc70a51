"""Real-time priority and locked memory for a process that others depend on."""

import ctypes
import gc
import os
from contextlib import suppress

# From <sys/mman.h>.
MCL_CURRENT_AND_FUTURE = 3
PRIORITY = 50


def take_precedence() -> None:
    """Ask to run before other programs and never to be swapped out; ignore a refusal.

    This applies to all threads of this process. A thread of a library times the pulses on pins of
    the Pi, and a pulse gets longer when that thread is late.
    """
    gc.disable()
    policy = os.SCHED_FIFO | os.SCHED_RESET_ON_FORK
    for thread in map(int, os.listdir("/proc/self/task")):
        with suppress(OSError):
            os.sched_setscheduler(thread, policy, os.sched_param(PRIORITY))
    ctypes.CDLL(None).mlockall(MCL_CURRENT_AND_FUTURE)
