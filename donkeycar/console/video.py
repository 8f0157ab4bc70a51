"""Video stream to browsers: MJPEG for an image, or frames with their time for a script."""

import asyncio
import socket
import struct
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any

from tornado.gen import with_timeout
from tornado.iostream import StreamClosedError
from tornado.web import HTTPError
from tornado.websocket import WebSocketClosedError

from donkeycar.console.frames import Viewer
from donkeycar.console.guard import Guarded, GuardedSocket

# A viewer that takes no frame for this long counts as gone.
STALL_S = 5.0

# The kernel's send buffer for one viewer holds only a few frames, so that a slow phone gets fewer
# frames, but not older ones.
SEND_BUFFER_BYTES = 32 * 1024

MAX_UNANSWERED = 2
TOO_MANY = 4503

BOUNDARY = b"--frame\r\n"


def part(jpeg: bytes, exposed_s: float) -> bytes:
    """One part of the MJPEG stream, up to the boundary of the next.

    Browsers show a picture once they have the boundary after it, so the boundary is sent at once.
    """
    head = (
        f"Content-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n"
        f"X-Exposed-S: {exposed_s:.6f}\r\n\r\n"
    )
    return head.encode() + jpeg + b"\r\n" + BOUNDARY


def limit_buffer(stream: Any) -> None:
    """Let the system hold only a few frames for a viewer."""
    stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)


async def in_time(sent: Awaitable[None]) -> None:
    """Wait for `sent`, at most `STALL_S`. It is not cancelled: tornado does not allow that."""
    gone = (StreamClosedError, WebSocketClosedError)
    await with_timeout(timedelta(seconds=STALL_S), sent, quiet_exceptions=gone)


class Video(Guarded):
    """`/video`: ``multipart/x-mixed-replace``, for every browser and without a script."""

    viewer: Viewer | None = None

    async def get(self) -> None:
        """Send frames until the viewer goes away or takes no more."""
        frames = self.console.frames
        self.viewer, refused = frames.join(self.who)
        if self.viewer is None:
            raise HTTPError(503, reason=refused)
        try:
            limit_buffer(self.stream())
            self.set_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
            self.write(BOUNDARY)
            await self.flush()
            while (frame := await self.viewer.next()) is not None:
                self.write(part(frame.jpeg, frame.exposed_s))
                await in_time(self.flush())
        except (StreamClosedError, TimeoutError):
            stream = self.stream()
            if stream is not None:
                stream.close()
        finally:
            frames.leave(self.viewer)

    def on_connection_close(self) -> None:
        """Stop waiting for frames: the viewer is gone."""
        if self.viewer is not None:
            self.viewer.close()


class VideoSocket(GuardedSocket):
    """`/wsVideo`: each message has an exposure time and a JPEG; the client answers "ack"."""

    viewer: Viewer | None = None
    task: asyncio.Task[None] | None = None

    def open(self, *args: str, **kwargs: str) -> None:
        """Start sending, unless there are too many viewers."""
        super().open()
        self.viewer, refused = self.console.frames.join(self.who)
        if self.viewer is None:
            self.close(TOO_MANY, refused)
            return
        self._unanswered = 0
        self._answered = asyncio.Event()
        limit_buffer(self.stream())
        self.task = asyncio.create_task(self._send(self.viewer))

    def on_message(self, message: str | bytes) -> None:
        """Take an answer; ignore anything else."""
        if not self.is_rationed() and message == "ack" and self.viewer is not None:
            self._unanswered = max(0, self._unanswered - 1)
            self._answered.set()

    def on_close(self) -> None:
        """Remove the viewer."""
        if self.viewer is not None:
            self.console.frames.leave(self.viewer)
        if self.task is not None:
            self.task.cancel()

    async def _send(self, viewer: Viewer) -> None:
        try:
            while (frame := await viewer.next()) is not None:
                while self._unanswered >= MAX_UNANSWERED:
                    self._answered.clear()
                    await asyncio.wait_for(self._answered.wait(), STALL_S)
                self._unanswered += 1
                message = struct.pack(">d", frame.exposed_s) + frame.jpeg
                await in_time(self.write_message(message, binary=True))
        except (WebSocketClosedError, TimeoutError):
            # `close` would wait for an answer, and this viewer does not answer. A page that was
            # closed at this moment has no stream any more.
            stream = self.stream()
            if stream is not None:
                stream.close()
