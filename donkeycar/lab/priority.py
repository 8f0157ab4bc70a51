"""Priority of the lab: whatever drives goes first, by far."""

import contextlib
import os
from pathlib import Path

NICE = 10
# When memory runs out, Linux ends such a process before the one that drives.
OOM_SCORE = "600"


def step_back() -> None:
    """Lower the priority of this process, and of all that it starts.

    Where Linux shares the processor between sessions (autogroup, the default on a Pi), a session
    of its own gets as much as the one that drives, whatever the nice value of its processes is. So
    the session gets that value, too.
    """
    with contextlib.suppress(OSError, AttributeError):
        os.nice(max(0, NICE - os.nice(0)))
    for path, value in (("oom_score_adj", OOM_SCORE), ("autogroup", str(NICE))):
        with contextlib.suppress(OSError):
            Path("/proc/self", path).write_text(value, encoding="ascii")
