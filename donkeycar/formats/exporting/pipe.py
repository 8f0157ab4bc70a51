"""A pipe to a file, for a library that must not meet a full disk.

The library writes into a named pipe, and a thread of ours writes what comes out to the file. When
the disk takes no more, the thread still empties the pipe, so the library always comes to its end.
"""

import errno
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

CHUNK_BYTES = 1 << 20
# Linux's `F_SETPIPE_SZ`: with its usual 64 kB, two threads would take turns all the time.
_SET_SIZE = 1031
# The last bytes of a file, among which the mark of its end is looked for.
TAIL_BYTES = 64
# A library that writes nothing for so long, and does not come to its end, never will.
QUIET_S = 30.0


class Pipe:
    """Takes what a library writes to `path`, and writes it to a file.

    Args:
        out: The file.
        path: The named pipe; `out` itself where the system has none, and the library writes it.
        quiet_s: How long the library may write nothing before it ends.

    Attributes:
        path: What the library opens for writing, before `start`.
    """

    def __init__(self, out: Path, path: Path, *, quiet_s: float = QUIET_S) -> None:
        self.path = path
        self._out = out
        self._error: OSError | None = None
        self._thread: threading.Thread | None = None
        self._fd = -1
        self._quiet_s = quiet_s
        self._has_stopped = False
        if path != out:
            # Without waiting for the library, which may never come.
            self._fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)

    def start(self) -> None:
        """Begin to write; the library has opened the pipe."""
        if self._fd < 0:
            return
        import fcntl

        with suppress(OSError):  # another system, or too many pipes
            fcntl.fcntl(self._fd, _SET_SIZE, CHUNK_BYTES)
        os.set_blocking(self._fd, True)
        self._thread = threading.Thread(target=self._run, name="export pipe", daemon=True)
        self._thread.start()

    def check(self) -> None:
        """Raise if the disk refused something.

        Raises:
            OSError: The first refusal.
        """
        if self._error is not None:
            raise self._error

    def close(self) -> None:
        """Wait until all that the library wrote is in the file; the library has closed the pipe.

        Raises:
            OSError: If it has not, and nothing comes any more.
        """
        if self._has_stopped:
            return  # the thread still has the pipe, and was said to be waiting for ever
        if self._thread is not None:
            self._wait_for(self._thread)
        if self._fd >= 0:
            os.close(self._fd)

    def finish(self, end: Callable[[], object]) -> None:
        """Let the library come to its end, which may wait for a thread of its own that died.

        Args:
            end: What ends it, and closes its side of the pipe.

        Raises:
            OSError: If it writes nothing any more, and does not end.
        """
        errors: list[BaseException] = []

        def run() -> None:
            try:
                end()
            except BaseException as error:
                errors.append(error)

        thread = threading.Thread(target=run, name="export end", daemon=True)
        thread.start()
        self._wait_for(thread)
        if errors:
            raise errors[0]

    def _wait_for(self, thread: threading.Thread) -> None:
        known, since_s = -1, time.monotonic()
        while thread.is_alive():
            thread.join(min(0.2, self._quiet_s))
            size, now_s = self._size(), time.monotonic()
            if size != known:
                known, since_s = size, now_s
            elif now_s - since_s > self._quiet_s:
                self._has_stopped = True
                raise OSError(
                    errno.EPIPE,
                    f"the library that writes it stopped in the middle, {self._quiet_s:g} s ago. "
                    "Next step: export fewer records at a time, or update the library",
                )

    def _size(self) -> int:
        try:
            return self._out.stat().st_size
        except OSError:
            return 0

    def _run(self) -> None:
        try:
            with self._out.open("wb") as file:
                while chunk := os.read(self._fd, CHUNK_BYTES):
                    file.write(chunk)
        except OSError as error:
            self._error = error
            while os.read(self._fd, CHUNK_BYTES):
                pass


@contextmanager
def piped(out: Path, *, end: bytes, quiet_s: float = QUIET_S) -> Iterator[Pipe]:
    """A pipe to `out`; after the block the file is whole.

    Args:
        out: The new file.
        end: What a whole file has among its last `TAIL_BYTES` bytes.
        quiet_s: How long the library may write nothing before it ends.

    Raises:
        OSError: If the library stops in the middle, or the disk does not take all of it.
    """
    path = out
    if hasattr(os, "mkfifo"):
        with suppress(OSError):  # a disk without pipes, such as a memory stick
            path = out.with_name(f"{out.name}.pipe")
            os.mkfifo(path)
        path = path if path.exists() else out
    pipe = Pipe(out, path, quiet_s=quiet_s)
    try:
        yield pipe
    finally:
        try:
            pipe.close()
        finally:
            if path != out:
                path.unlink()
    pipe.check()
    with out.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - TAIL_BYTES))
        if end not in file.read():
            raise OSError("the disk took only a part of it")
