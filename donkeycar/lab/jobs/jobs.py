"""Jobs of one folder: start, look at, and stop commands that run for long."""

import os
import re
import secrets
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from donkeycar.errors import ConfigError
from donkeycar.lab.jobs import record

# Older ones are removed, with their output; what they made is elsewhere.
KEPT = 100
NAME = re.compile(r"[0-9]{8}_[0-9]{6}_[0-9a-f]{6}")


class Jobs:
    """The commands that pages have started in a folder.

    A job is a session of its own: it goes on when the browser is closed, and when the worker or the
    console ends. Its state is in ``logs/jobs/ID/``; see `record`.

    Args:
        folder: The folder of the lab; commands run in it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._jobs = folder / "logs" / "jobs"
        self._started: dict[str, subprocess.Popen[bytes]] = {}
        # Actions of a page run in several threads.
        self._lock = threading.Lock()

    def start(self, title: str, words: Sequence[str]) -> str:
        """Start a command.

        Args:
            title: What it does, for a person.
            words: The words after ``donkey``, e.g. ``["train", "--tub", "data"]``.

        Returns:
            Its ID.

        Raises:
            ConfigError: If the disk does not take its state.
        """
        name = f"{time.strftime('%Y%m%d_%H%M%S')}_{secrets.token_hex(3)}"
        job = self._jobs / name
        values = {
            "id": name,
            "title": title,
            "words": list(words),
            "command": shlex.join(["donkey", *words]),
            "started_s": time.time(),
        }
        try:
            job.mkdir(parents=True)
            record.write(job, record.JOB, values)
            self._spawn(name, job)
        except OSError as error:
            shutil.rmtree(job, ignore_errors=True)
            raise ConfigError(
                f"A job needs room for its state in {self._jobs}. Received: {error.strerror}. "
                f"The same from a terminal: {values['command']}"
            ) from error
        self._forget_old()
        return name

    def state(self, name: str) -> dict[str, Any]:
        """How a job is doing.

        Returns:
            ``id``, ``title``, ``words``, ``command``, ``started_s`` and ``ended_s`` (seconds since
            1970, the latter or ``None``), ``state`` (``"running"``, ``"done"``, ``"failed"``,
            ``"stopped"``, or ``"lost"`` if the computer was switched off), ``exit_code`` (``None``
            unless it ended by itself), ``progress`` (what the command says of it, or ``None``) and
            ``output`` (the end of what it printed).

        Raises:
            ConfigError: If there is no such job.
        """
        job = self._job(name)
        return self._summary(job) | {"output": record.tail(job)}

    def list(self) -> list[dict[str, Any]]:
        """All jobs, the newest first; as `state`, without ``output``."""
        self._reap()
        names = [one for one in self._names() if record.read(self._jobs / one, record.JOB)]
        return [self._summary(self._jobs / name) for name in names]

    def stop(self, name: str) -> dict[str, Any]:
        """Ask a job to stop, as Ctrl-C does; return its state, which may still be running.

        A command that does not end within 20 s is ended by force; a training keeps its best epoch.

        Raises:
            ConfigError: If there is no such job.
        """
        job = self._job(name)
        leader = (record.read(job, record.LOCK) or {}).get("pid")
        # The lock is held, so the number still belongs to this job.
        if record.is_running(job) and isinstance(leader, int):
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(leader, signal.SIGINT)
        return self.state(name)

    def _spawn(self, name: str, job: Path) -> None:
        self._reap()
        read_end, write_end = os.pipe()
        module = "donkeycar.lab.jobs.supervisor"
        words = [sys.executable, "-P", "-m", module, str(job), str(write_end)]
        with (job / record.OUTPUT).open("wb") as output:
            process = subprocess.Popen(
                words, cwd=self._folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                pass_fds=[write_end], start_new_session=True,
            )  # fmt: skip
        with self._lock:
            self._started[name] = process
        os.close(write_end)
        # It holds its lock once the pipe is closed: before, it would look like one that is lost.
        with os.fdopen(read_end, "rb") as ready:
            ready.read()

    def _summary(self, job: Path) -> dict[str, Any]:
        # In this order: a job that ends in between is then seen with its end.
        running = record.is_running(job)
        values = record.read(job, record.JOB) or {}
        end = record.read(job, record.END) or {}
        return values | {
            "state": "running" if running else end.get("state", "lost"),
            "ended_s": None if running else end.get("ended_s"),
            "exit_code": None if running else end.get("exit_code"),
            "progress": record.read(job, record.PROGRESS),
        }

    def _job(self, name: str) -> Path:
        self._reap()
        job = self._jobs / name
        if NAME.fullmatch(name) is None or record.read(job, record.JOB) is None:
            raise ConfigError(
                f"A job has an ID of the list of jobs. Received: {name[:80]!r}. It may be older "
                f"than the last {KEPT}"
            )
        return job

    def _names(self) -> Sequence[str]:
        try:
            names = os.listdir(self._jobs)
        except OSError:
            return []
        return sorted((one for one in names if NAME.fullmatch(one)), reverse=True)

    def _forget_old(self) -> None:
        for name in self._names()[KEPT:]:
            if not record.is_running(self._jobs / name):
                shutil.rmtree(self._jobs / name, ignore_errors=True)

    def _reap(self) -> None:
        """Take note of processes that have ended, so that none stays a zombie."""
        with self._lock:
            self._started = {
                name: process for name, process in self._started.items() if process.poll() is None
            }
