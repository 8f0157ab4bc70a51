"""A process that others wait for: run before them, and kept in memory."""

import ctypes
import gc
import os
from contextlib import suppress

# From <sys/mman.h>.
MCL_CURRENT_AND_FUTURE = 3
PRIORITY = 50


def take_precedence() -> None:
    """Ask to be run first and never swapped out; a system that refuses is left as it is."""
    gc.disable()
    with suppress(OSError):
        policy = os.SCHED_FIFO | os.SCHED_RESET_ON_FORK
        os.sched_setscheduler(0, policy, os.sched_param(PRIORITY))
    ctypes.CDLL(None).mlockall(MCL_CURRENT_AND_FUTURE)
