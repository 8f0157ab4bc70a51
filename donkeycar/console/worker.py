"""The process to which the console forwards: started at the first request, and again if it died."""

import asyncio
import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tornado.iostream import IOStream, StreamClosedError

from donkeycar.errors import DeviceError, text_of

# A process that dies at its start is not started again within this time.
RESTART_AFTER_S = 2.0
# A process that is about to end, as nobody asked for anything, is gone after this time.
END_WITHIN_S = 3.0
# A path of a socket has at most about 100 letters.
MAX_SOCKET_PATH = 100
BACKLOG = 64


class WorkerEnded(DeviceError):
    """The process ended before it had answered."""


class Worker:
    """A process that serves HTTP on a Unix socket in a folder that only this user can enter.

    It ends when this process ends, however that happens: its standard input is a pipe of ours.

    Args:
        command: Words that start it; it gets ``--socket`` and the number of the listening socket.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._command = list(command)
        self._process: subprocess.Popen[bytes] | None = None
        self._folder: Path | None = None
        self._started_s = float("-inf")
        self._starting = asyncio.Lock()
        self._closed = False

    @property
    def pid(self) -> int | None:
        """The number of the process; ``None`` if there is none now."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    async def connect(self) -> IOStream:
        """A new connection to it; it is started if it does not run.

        Raises:
            DeviceError: If it cannot be started or reached.
        """
        async with self._starting:
            if self.pid is None:
                await self._start()
        stream = IOStream(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
        try:
            await stream.connect(str(self._path()))
        except (OSError, StreamClosedError) as error:
            raise self.ended() from error
        return stream

    async def ended_idle(self) -> bool:
        """Whether it ended by itself, having nothing to do: then a request is not lost."""
        process = self._process
        until_s = time.monotonic() + END_WITHIN_S
        while process is not None and process.poll() is None and time.monotonic() < until_s:
            await asyncio.sleep(0.02)
        return process is not None and process.poll() == 0

    def ended(self) -> WorkerEnded:
        """The sentence that says how it ended."""
        code = None if self._process is None else self._process.poll()
        how = "its connection broke" if code is None else f"exit code {code}"
        return WorkerEnded(
            f"The process that does the work of this page ended ({how}). Try again: it starts anew"
        )

    def close(self) -> None:
        """End it. Safe to call twice."""
        self._closed = True
        process, self._process = self._process, None
        if process is not None and process.stdin is not None:
            process.stdin.close()
            try:
                process.wait(END_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _path(self) -> Path:
        return (self._folder or Path()) / "socket"

    async def _start(self) -> None:
        since_s = time.monotonic() - self._started_s
        if self._closed or since_s < RESTART_AFTER_S:
            raise self.ended()
        self._started_s = time.monotonic()
        try:
            # In a thread: to start a process takes this one milliseconds, and it may drive.
            self._process = await asyncio.get_running_loop().run_in_executor(None, self._spawn)
        except OSError as error:
            raise DeviceError(
                "The process that does the work of this page cannot be started. Received: "
                f"{text_of(error)}"
            ) from error

    def _spawn(self) -> "subprocess.Popen[bytes]":
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
        if self._folder is None:
            self._folder = _private_folder()
        path = self._path()
        path.unlink(missing_ok=True)
        # Listening begins here, so that nobody need wait until the process is up.
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            listener.bind(str(path))
            listener.listen(BACKLOG)
            return subprocess.Popen(
                [*self._command, "--socket", str(listener.fileno())],
                stdin=subprocess.PIPE, pass_fds=[listener.fileno()], start_new_session=True,
            )  # fmt: skip


def _private_folder() -> Path:
    """A new folder of mode 0700, whose path is short enough for a socket."""
    folder = Path(tempfile.mkdtemp(prefix="donkeycar-"))
    if len(os.fsencode(folder / "socket")) <= MAX_SOCKET_PATH:
        return folder
    with contextlib.suppress(OSError):
        folder.rmdir()
    return Path(tempfile.mkdtemp(prefix="donkeycar-", dir="/tmp"))  # noqa: S108 - made private
