"""A camera on the network: JPEGs over HTTP on loopback."""

import contextlib
import io
import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, BinaryIO

import numpy as np
from PIL import Image as Picture

from benchmarks.safety.rigs.rig import Rig
from donkeycar.timing import Clock, RealClock

BOUNDARY = "frame"
# What it shows until the test shows something.
DARK = 8
WARM_UP_S = 0.01
FLUSH_S = 0.5


class StreamRig(Rig):
    """`CAMERA_TYPE = "STREAM"`."""

    knows_age = False

    def __init__(self, word: str, clock: Clock | None = None) -> None:
        # FFmpeg waits in real time.
        super().__init__(word, RealClock() if clock is None else clock)
        self._jpegs: queue.Queue[bytes | None] = queue.Queue()
        self._opened, self._ended = threading.Event(), threading.Event()
        self._size = self.size

    def open(self) -> None:
        """Serve."""
        rig = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *words: object) -> None:
                pass

            def do_GET(self) -> None:
                self.send_response(200)
                kind = f"multipart/x-mixed-replace; boundary={BOUNDARY}"
                self.send_header("Content-Type", kind)
                self.end_headers()
                with contextlib.suppress(OSError):  # the car has hung up
                    rig._serve(self.wfile)

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.settings["CAMERA_SOURCE"] = f"http://127.0.0.1:{self._http.server_port}/video"
        thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        self._undo.callback(thread.join)
        self._undo.callback(self._http.server_close)
        self._undo.callback(self._http.shutdown)
        self._undo.callback(self._jpegs.put, None)
        self._undo.callback(self._ended.set)

    def make(self, **settings: Any) -> Any:
        """The camera; the stream shows nothing but the dark until it is open."""
        camera = super().make(**settings)
        self._opened.set()
        return camera

    def deliver(self, picture: np.ndarray, *, age_s: float = 0.0) -> None:
        """Send a JPEG."""
        self._jpegs.put(_jpeg(picture))

    def flush(self) -> None:
        """Send what is to be sent; a car that has hung up takes nothing more."""
        end_s = self.clock.monotonic() + FLUSH_S
        while self._jpegs.unfinished_tasks and self.clock.monotonic() < end_s:
            self.clock.sleep(0.001)

    def fail(self) -> None:
        """End the stream."""
        self._jpegs.put(None)

    def resume(self) -> None:
        """End the stream, on which a read may wait."""
        self._jpegs.put(None)

    def deliver_small(self, *, age_s: float = 0.0) -> None:
        """As a camera that was set to another size."""
        self._jpegs.put(_jpeg(self.scene(np.random.default_rng().integers(2**31))[:60, :80]))

    def give_small(self) -> None:
        """As a camera that is set to another size."""
        self._size = (80, 60)

    def absent(self) -> None:
        """Nobody listens."""
        self.settings["CAMERA_SOURCE"] = "http://127.0.0.1:9/video"

    def _serve(self, file: BinaryIO) -> None:
        seed = 0
        while not self._opened.wait(WARM_UP_S) and not self._ended.is_set():
            seed += 1
            shape = (self._size[1], self._size[0], 3)
            dark = np.random.default_rng(seed).integers(0, DARK, shape, np.uint8)
            _send(file, _jpeg(dark))
        while (data := self._jpegs.get()) is not None:
            self.sent_s = self.clock.monotonic()
            _send(file, data)
            self._jpegs.task_done()
        self._jpegs.task_done()


def _jpeg(picture: np.ndarray) -> bytes:
    file = io.BytesIO()
    Picture.fromarray(picture).save(file, "JPEG", quality=85)
    return file.getvalue()


def _send(file: BinaryIO, data: bytes) -> None:
    head = f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(data)}\r\n\r\n"
    file.write(head.encode() + data + b"\r\n")
    file.flush()
