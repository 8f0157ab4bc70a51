"""A camera on the network: JPEGs over HTTP on loopback, as IP cameras and phones send them."""

import contextlib
import io
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import BinaryIO

import numpy as np
from PIL import Image as Picture

from donkeycar.parts.camera.camera import KEPT

BOUNDARY = "frame"


def jpeg(seed: int, width: int = 320, height: int = 240) -> bytes:
    """A JPEG that is red on the left and blue on the right, with noise."""
    noise = np.random.default_rng(seed).integers(0, 40, (height, width, 3), np.uint8)
    noise[:, : width // 2, 0] += 200
    noise[:, width // 2 :, 2] += 200
    file = io.BytesIO()
    Picture.fromarray(noise).save(file, "JPEG", quality=80)
    return file.getvalue()


class MjpegServer:
    """Serves each picture once, until `num_frames` are sent or `fault` is set.

    Args:
        interval_s: From one picture to the next.
        num_frames: How many pictures are new.
        at_end: What it does then: "close" the connection, "hang", "repeat" the last picture, send
            one only every 0.6 s ("slow"), or send pictures that are "small".
        status: What it answers to a request.

    Attributes:
        sent_s: When the last new picture was sent, on the monotonic clock.
    """

    def __init__(
        self, *, interval_s: float = 0.05, num_frames: int = 1_000_000, at_end: str = "close",
        status: int = 200,
    ) -> None:  # fmt: skip
        self.interval_s, self.num_frames, self.at_end = interval_s, num_frames, at_end
        self.ended, self.fault = threading.Event(), threading.Event()
        self.sent_s = 0.0
        # More than a camera keeps in mind: one that goes round in them counts as frozen.
        self._pictures = [jpeg(seed) for seed in range(KEPT + 8)]
        self._small = [jpeg(seed, 80, 60) for seed in range(KEPT + 8)]
        server = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *words: object) -> None:
                pass

            def do_GET(self) -> None:
                self.send_response(status)
                kind = f"multipart/x-mixed-replace; boundary={BOUNDARY}"
                self.send_header("Content-Type", kind)
                self.end_headers()
                with contextlib.suppress(OSError):  # the car has hung up
                    server.send(self.wfile)

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_port}/video"
        self._thread = threading.Thread(target=self._http.serve_forever, daemon=True)

    def send(self, file: BinaryIO) -> None:
        """Serve one connection."""
        number = 0
        while not self.ended.wait(self.interval_s):
            is_over = number >= self.num_frames or self.fault.is_set()
            if is_over and self.at_end == "close":
                return
            if is_over and self.at_end == "hang":
                self.ended.wait()
                return
            if is_over and self.at_end == "slow":
                self.ended.wait(0.6)
            if not is_over or self.at_end in ("slow", "small"):
                number += 1
            data = self._pictures[number % len(self._pictures)]
            if is_over and self.at_end == "small":
                data = self._small[number % len(self._small)]
            head = (
                f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(data)}\r\n\r\n"
            )
            if not is_over:
                self.sent_s = time.monotonic()
            file.write(head.encode() + data + b"\r\n")
            file.flush()

    def __enter__(self) -> "MjpegServer":
        self._thread.start()
        return self

    def __exit__(self, *ended: object) -> None:
        self.ended.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()
