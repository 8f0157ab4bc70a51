"""Supervisor of one job: starts its command, stops it when asked, and writes how it ended.

``python -m donkeycar.lab.jobs.supervisor FOLDER FD``; nothing but the standard library is loaded,
as it waits as long as the command runs.
"""

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

from donkeycar.lab.jobs import record
from donkeycar.lab.priority import step_back

# After the request to stop, a command has this long to end by itself, then to end by SIGTERM.
STOP_WITHIN_S = 20.0
TERMINATE_WITHIN_S = 5.0
LOOK_EVERY_S = 0.1


class Supervisor:
    """Runs one job.

    Args:
        folder: The folder of its state.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._asked_s: float | None = None

    def run(self, ready_fd: int) -> None:
        """Run the command to its end.

        Args:
            ready_fd: Closed once the lock is held.
        """
        step_back()
        lock = self._lock()
        signal.signal(signal.SIGINT, self._ask)
        signal.signal(signal.SIGTERM, self._ask)
        os.close(ready_fd)
        words = (record.read(self._folder, record.JOB) or {})["words"]
        # Its output is a file: without this, Python would keep 8 kB of it back.
        environment = os.environ | {
            "PYTHONUNBUFFERED": "1",
            record.PROGRESS_VARIABLE: str(self._folder / record.PROGRESS),
        }
        # The command inherits the lock: it is held until both have ended.
        command = subprocess.Popen(
            [sys.executable, "-P", "-m", "donkeycar.management.cli", *words],
            stdin=subprocess.DEVNULL, env=environment, pass_fds=[lock],
        )  # fmt: skip
        self._wait(command)
        self._write_end(command.returncode)

    def _lock(self) -> int:
        fd = os.open(self._folder / record.LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        fcntl.flock(fd, fcntl.LOCK_EX)
        os.write(fd, json.dumps({"pid": os.getpid()}).encode())
        return fd

    def _ask(self, number: int, frame: FrameType | None) -> None:
        """Note the wish; the command, in the same process group, has got the signal as well."""
        self._asked_s = self._asked_s or time.monotonic()

    def _wait(self, command: "subprocess.Popen[bytes]") -> None:
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                command.wait(LOOK_EVERY_S)
                return
            if self._asked_s is None:
                continue
            waited_s = time.monotonic() - self._asked_s
            if waited_s > STOP_WITHIN_S + TERMINATE_WITHIN_S:
                command.kill()
            elif waited_s > STOP_WITHIN_S:
                command.terminate()

    def _write_end(self, code: int) -> None:
        state = "done" if code == 0 else "stopped" if self._asked_s is not None else "failed"
        with contextlib.suppress(OSError):  # a full disk: the job then counts as lost
            record.write(
                self._folder, record.END,
                {"state": state, "exit_code": code, "ended_s": time.time()},
            )  # fmt: skip


if __name__ == "__main__":
    Supervisor(Path(sys.argv[1])).run(int(sys.argv[2]))
