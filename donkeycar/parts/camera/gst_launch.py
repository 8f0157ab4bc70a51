"""A GStreamer pipeline in a program of its own, whose pictures come through a pipe.

``gst-launch-1.0`` needs no library in this Python, and a crash in a driver of the pipeline is not a
crash of the car. Each picture comes as a part of a multipart message, which says how long it is.

Sources: GStreamer, gst-launch-1.0(1) (a pipeline as words, SIGINT ends it in order) and the
elements multipartmux (``Content-Length`` of each part), queue (``leaky=downstream`` drops the
oldest) and fdsink.
"""

import os
import re
import select
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Sequence
from io import BytesIO

from donkeycar.errors import DeviceError
from donkeycar.parts.needs import Library
from donkeycar.timing import Clock

PROGRAM = "gst-launch-1.0"
GSTREAMER = Library(
    PROGRAM, "sudo apt install -y gstreamer1.0-tools gstreamer1.0-plugins-base "
    "gstreamer1.0-plugins-good",
)  # fmt: skip

# Only the newest picture waits to be taken.
TAIL = (
    "! queue leaky=downstream max-size-buffers=1 max-size-bytes=0 max-size-time=0 "
    "! multipartmux boundary=frame ! fdsink sync=false"
)
# A read that took this long has waited for the pipeline: what it brought has just arrived.
WAITED_S = 0.002
# How long a wait may keep `close` waiting.
LOOK_S = 0.1
# How much of what the pipeline says is kept.
LINES = 40
HEAD_BYTES = 256
HEAD_END = b"\r\n\r\n"


class GstLaunch:
    """A running pipeline.

    Args:
        words: Its source and what follows, without the sink.
        num_bytes: How long a picture is.
        clock: Source of time.

    Attributes:
        live_s: The last moment, on the clock, at which no picture waited in the pipe.

    Raises:
        FileNotFoundError: If GStreamer is not installed.
    """

    def __init__(self, words: Sequence[str], *, num_bytes: int, clock: Clock) -> None:
        self.live_s = clock.monotonic()
        self._num_bytes = num_bytes
        self._clock = clock
        self._bytes = bytearray()
        self._said: deque[str] = deque(maxlen=LINES)
        self._pipe, far_end = os.pipe()
        try:
            tail = [*TAIL.split(), f"fd={far_end}"]
            # Drivers print on stdout, so pictures take a way of their own. A session of its own:
            # Ctrl-C is for the car, which ends the pipeline in order.
            self._process = subprocess.Popen(
                [PROGRAM, "-q", *words, *tail],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                pass_fds=[far_end], start_new_session=True,
            )  # fmt: skip
        except OSError:
            os.close(self._pipe)
            raise
        finally:
            os.close(far_end)
        os.set_blocking(self._pipe, False)
        self._listener = threading.Thread(target=self._listen, name="gst-launch", daemon=True)
        self._listener.start()

    def next(self, timeout_s: float) -> bytes | None:
        """The next picture.

        Args:
            timeout_s: How long to wait for it, on the real clock.

        Returns:
            Its bytes; ``None`` if it is not complete in time.

        Raises:
            EOFError: If the pipeline has ended; the text is what it said.
            DeviceError: If the picture has another length.
        """
        while (picture := self._whole()) is None:
            asked_s = self._clock.monotonic()
            poll = select.poll()
            poll.register(self._pipe, select.POLLIN)
            if not poll.poll(1000 * timeout_s):
                return None
            now_s = self._clock.monotonic()
            # Only the first bytes of a picture say when it came.
            if not self._bytes and now_s - asked_s >= WAITED_S:
                self.live_s = now_s
            piece = os.read(self._pipe, self._num_bytes + HEAD_BYTES - len(self._bytes))
            if not piece:
                self._listener.join(timeout_s)
                raise EOFError(self._reason())
            self._bytes += piece
        return picture

    def close(self, timeout_s: float) -> bool:
        """End the pipeline; whether it ended in order within `timeout_s`."""
        if self._pipe < 0:
            return True
        os.close(self._pipe)
        self._pipe = -1
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(timeout_s)
            return True
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            return False
        finally:
            self._listener.join(timeout_s)

    def _whole(self) -> bytes | None:
        """The picture at the head of what was read, if it is complete."""
        head, found, _ = self._bytes[:HEAD_BYTES].partition(HEAD_END)
        if not found:
            if len(self._bytes) >= HEAD_BYTES:
                raise DeviceError("The pipeline must give pictures. Received: other bytes")
            return None
        length = re.search(rb"Content-Length: (\d+)", head)
        if length is None or int(length[1]) != self._num_bytes:
            told = length[1].decode() if length else "no"
            raise DeviceError(
                f"The pipeline must give pictures of {self._num_bytes} bytes. Received: {told} "
                "bytes, as when the camera changes its size. Start the car again"
            )
        start = len(head) + len(HEAD_END)
        if len(self._bytes) < start + self._num_bytes:
            return None
        picture = bytes(self._bytes[start : start + self._num_bytes])
        rest = self._bytes[start + self._num_bytes :]
        self._bytes = bytearray(rest.lstrip(b"\r\n"))
        return picture

    def _listen(self) -> None:
        """Read what it says, so that it never waits for a reader."""
        with self._process.stdout or BytesIO() as said:
            for line in said:
                self._said.append(line.decode(errors="replace").strip())

    def _reason(self) -> str:
        """The most telling line of what it said."""
        lines = list(self._said)
        told = [line for line in lines if re.search("no camera|error|warning", line, re.IGNORECASE)]
        return (told or lines or ["its end"])[0]
