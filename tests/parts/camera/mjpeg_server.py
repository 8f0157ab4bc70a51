"""A camera on the network: JPEGs over HTTP on loopback, as IP cameras and phones send them."""

import contextlib
import io
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
from PIL import Image as Picture


def jpeg(seed, width=320, height=240):
    noise = np.random.default_rng(seed).integers(0, 40, (height, width, 3), np.uint8)
    noise[:, : width // 2, 0] += 200
    noise[:, width // 2 :, 2] += 200
    file = io.BytesIO()
    Picture.fromarray(noise).save(file, "JPEG", quality=80)
    return file.getvalue()


class MjpegServer:
    """Serves `frames` after one another, `interval_s` apart; then does as `at_end` says.

    `at_end` is "close" (the connection), "hang" or "repeat" (the last picture).
    """

    def __init__(self, *, interval_s=0.05, num_frames=10_000, at_end="close", status=200):
        self.interval_s, self.num_frames, self.at_end = interval_s, num_frames, at_end
        self.ended = threading.Event()
        self.fault = threading.Event()
        self.num_sent = 0
        pictures = [jpeg(seed) for seed in range(20)]
        server = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *words):
                pass

            def do_GET(self):
                self.send_response(status)
                self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
                self.end_headers()
                with contextlib.suppress(OSError):  # the car has hung up
                    server.send(self.wfile, pictures)

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_port}/video"
        self._thread = threading.Thread(target=self._http.serve_forever, daemon=True)

    def send(self, file, pictures):
        number = 0
        while not self.ended.is_set():
            if number >= self.num_frames or self.fault.is_set():
                if self.at_end == "close":
                    return
                if self.at_end == "hang":
                    self.ended.wait()
                    return
            else:
                number += 1
            data = pictures[number % len(pictures)]
            head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(data)}\r\n\r\n"
            file.write(head.encode() + data + b"\r\n")
            file.flush()
            self.num_sent += 1
            self.ended.wait(self.interval_s)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *ended):
        self.ended.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()
