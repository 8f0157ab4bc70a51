"""Non-blocking output: standard output and error that never make the car wait for a reader.

A pipe holds 64 KiB that nobody has read, a terminal 4, and then the program that prints is blocked:
by a pager that is not scrolled, a connection that dropped, or Ctrl-S. On a car this would block
the drive loop, and the thread that hears the stop button.
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

# The most output that waits for the reader: enough for a burst. A longer text is not read anyway.
MAX_WAITING_BYTES = 256 * 1024
# At the end of the program, the last output gets this long to be written.
DRAIN_S = 0.5


def never_wait_for_readers() -> None:
    """Put a `LossyOutput` in front of this process's standard output and error."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by the program that started this one
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
    """A file that accepts all output at once; a thread of its own passes it on.

    If the reader is slow or asleep, output that finds no space is dropped, and the reader is told
    how much was dropped. The thread starts with the first write.

    Args:
        descriptor: Descriptor of the open file to write to; it stays open.

    Attributes:
        name: The descriptor, as for a file that was opened by its descriptor.
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
        """Take all of `data` or nothing, without waiting.

        Returns:
            The size of `data` in bytes, even if it was dropped.
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
        """Wait until all output is passed on, but no longer than `timeout_s`.

        Returns:
            Whether all of it was passed on.
        """
        with self._changed:
            return self._changed.wait_for(lambda: self._waiting_bytes == 0, timeout_s)

    def end(self) -> None:
        """Write the last output, and stop: at the end of a program no thread can start."""
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
        """Pass on waiting output, for ever; the body of the thread."""
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
            except BlockingIOError:  # another process that has the file open made it non-blocking
                select.select([], [self._descriptor], [])
            except OSError:  # the reader is gone, so nobody misses the output
                return
