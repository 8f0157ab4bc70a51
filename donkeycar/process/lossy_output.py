"""Standard output and error that never make the car wait for whoever reads them.

A pipe takes 64 KiB more than was read, a terminal 4, and then holds whoever prints: a pager that is
not scrolled, a connection that dropped, Ctrl-S. On a car that would be the drive loop, and the
thread that hears the stop button.
"""

import atexit
import io
import os
import select
import sys
import threading
from collections import deque
from typing import Any

from donkeycar.process.plain_text import PlainText

# What waits for the reader at most: room for a burst. More than that is not read later either.
MAX_WAITING_BYTES = 256 * 1024
# At the end of the program, what was said last gets this long.
DRAIN_S = 0.5


def never_wait_for_readers() -> None:
    """Put a `LossyOutput` in front of this process's standard output and error."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by whoever started this
            continue
        stream.flush()
        output = LossyOutput(stream.fileno())
        text = PlainText(
            output, encoding=stream.encoding, errors=stream.errors, line_buffering=True
        )
        setattr(sys, name, text)
        atexit.register(_end, text, output)


def _end(text: io.TextIOWrapper, output: "LossyOutput") -> None:
    text.flush()
    output.end()


class LossyOutput(io.BufferedIOBase):
    """A file that takes all that is written, at once; a thread of its own hands it on.

    What finds no room, because the reader is slow or asleep, is dropped, and the reader is told how
    much that was. The thread starts with the first write.

    Args:
        descriptor: Of the open file to write to; it stays open.

    Attributes:
        name: The descriptor, as of a file that was opened by one.
    """

    def __init__(self, descriptor: int) -> None:
        self.name = self._descriptor = descriptor
        self._changed = threading.Condition()
        self._waiting: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._num_dropped = 0
        self._ended = False
        self._thread: threading.Thread | None = None

    def fileno(self) -> int:
        """The descriptor of the file behind it."""
        return self._descriptor

    def isatty(self) -> bool:
        """Whether the file behind it is a terminal."""
        return os.isatty(self._descriptor)

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, data: Any, /) -> int:
        """Take `data`, whole or not at all, without waiting.

        Returns:
            Its size in bytes, dropped or not.
        """
        piece = bytes(data)
        with self._changed:
            if self._ended or self._waiting_bytes + len(piece) > MAX_WAITING_BYTES:
                self._num_dropped += 1
            else:
                if self._num_dropped:
                    self._append(b"[%d lines were dropped: nobody read]\n" % self._num_dropped)
                    self._num_dropped = 0
                self._append(piece)
        return len(piece)

    def drain(self, timeout_s: float = DRAIN_S) -> bool:
        """Wait until all is handed on, but no longer than `timeout_s`.

        Returns:
            Whether it is.
        """
        with self._changed:
            return self._changed.wait_for(lambda: self._waiting_bytes == 0, timeout_s)

    def end(self) -> None:
        """Say what was said last, and no more: at the end of a program threads cannot start."""
        self.drain()
        self._ended = True

    def _append(self, piece: bytes) -> None:
        self._waiting.append(piece)
        self._waiting_bytes += len(piece)
        if self._thread is None:
            self._thread = threading.Thread(target=self._carry, name="LossyOutput", daemon=True)
            self._thread.start()
        self._changed.notify_all()

    def _carry(self) -> None:
        """Hand on what waits, for ever; the body of the thread."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting)
                piece = self._waiting.popleft()
            self._hand_on(piece)
            with self._changed:
                self._waiting_bytes -= len(piece)
                self._changed.notify_all()

    def _hand_on(self, piece: bytes) -> None:
        rest = memoryview(piece)
        while rest:
            try:
                rest = rest[os.write(self._descriptor, rest) :]
            except BlockingIOError:  # somebody else who has the file open made it so
                select.select([], [self._descriptor], [])
            except OSError:  # the reader is gone for good: nobody misses it
                return
