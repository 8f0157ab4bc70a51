"""The log of a car in a file, which is there after the power was switched off.

Raspberry Pi OS keeps the journal in memory only, so without this file nobody knows why a car that
starts by itself ended its last drive. A thread writes the file: a slow card does not hold the drive
loop up. The file is never large, and it leaves the disk its room.
"""

import contextlib
import logging
import logging.handlers
import os
import queue
import shutil
import sys
import threading
import time
from pathlib import Path

FORMAT = "%(asctime)s %(levelname)-7s %(message)s"
NAME = "drive.log"
# Older files beside it: drive.log.1 is the newest of them.
NUM_OLD = 3
# Lines that wait for the disk; more are left out, and counted.
MOST_WAITING = 1000
# Recording needs room more than the log does.
MIN_FREE_BYTES = 100_000_000
# The end of the program waits this long for the disk.
DRAIN_S = 1.0


class CarLog(logging.Handler):
    """Writes messages into a file, in a thread of its own; `emit` never waits.

    Args:
        path: The file; it is continued.
        max_bytes: From this size on it is moved aside, and the oldest of `NUM_OLD` files goes.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / NAME
        >>> log = CarLog(path, max_bytes=1_000_000)
        >>> log.note("The drive begins")
        >>> log.close()
        >>> path.read_text().split()[-3:]
        ['The', 'drive', 'begins']
    """

    def __init__(self, path: Path, *, max_bytes: int) -> None:
        super().__init__()
        self.setFormatter(logging.Formatter(FORMAT))
        self._path = path
        self._waiting: queue.Queue[str | None] = queue.Queue(MOST_WAITING)
        self._left_out = 0
        self._file = _File(path, max_bytes)
        self._thread = threading.Thread(target=self._write, name="car log", daemon=True)
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        """Hand a message to the thread, or leave it out if too many wait."""
        try:
            self._waiting.put_nowait(self.format(record))
        except queue.Full:
            self._left_out += 1
        except Exception:  # a message that cannot be formatted: the console says so
            self._left_out += 1

    def note(self, sentence: str, *, level: int = logging.INFO) -> None:
        """Write a sentence into the file alone."""
        self.emit(logging.LogRecord("car", level, "", 0, sentence, None, None))

    def close(self) -> None:
        """Write what waits, and close the file; safe to call twice."""
        end_s = time.monotonic() + DRAIN_S
        with contextlib.suppress(queue.Full):
            self._waiting.put(None, timeout=DRAIN_S)  # it waits for room if many messages wait
        self._thread.join(max(0.0, end_s - time.monotonic()))
        super().close()

    def _write(self) -> None:
        while (line := self._waiting.get()) is not None:
            if self._left_out:
                line, self._left_out = f"({self._left_out} messages left out)\n{line}", 0
            self._file.add(line)
        self._file.close()


class _File:
    """The file and its older ones; a disk that does not take it is said once."""

    def __init__(self, path: Path, max_bytes: int) -> None:
        self._path = path
        self._max_bytes = max_bytes
        self._handler: logging.handlers.RotatingFileHandler | None = None
        self._is_silent = False

    def add(self, line: str) -> None:
        """Write a line, unless the disk is full or broken."""
        try:
            if self._handler is None:
                self._handler = self._opened()
            if shutil.disk_usage(self._path.parent).free < MIN_FREE_BYTES:
                raise OSError(28, f"less than {MIN_FREE_BYTES / 1e6:.0f} MB are free")
            record = logging.LogRecord("car", logging.INFO, "", 0, "%s", (line,), None)
            if self._handler.shouldRollover(record):
                self._handler.doRollover()
            if self._handler.stream is None:  # after a rotation that failed
                self._handler.stream = self._handler._open()
            self._handler.stream.write(line + "\n")
            self._handler.stream.flush()
            self._is_silent = False
        except (OSError, ValueError) as error:
            self._say_once(error)

    def close(self) -> None:
        """Close the file."""
        if self._handler is not None:
            with contextlib.suppress(OSError):
                self._handler.close()

    def _opened(self) -> logging.handlers.RotatingFileHandler:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(
            self._path, maxBytes=self._max_bytes, backupCount=NUM_OLD, encoding="utf-8",
            errors="backslashreplace",
        )  # fmt: skip
        os.chmod(self._path, 0o600)
        return handler

    def _say_once(self, error: Exception) -> None:
        if self._is_silent:
            return
        self._is_silent = True
        text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        print(f"{self._path} is not written until that changes: {text}", file=sys.stderr)
