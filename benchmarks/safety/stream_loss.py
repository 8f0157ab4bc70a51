"""Loss of a network camera while a pilot drives: how soon the motor is neutral.

It works like `camera_loss`, with the camera class of `CAMERA_TYPE = "STREAM"` and JPEGs over HTTP
on loopback: the stream ends, is silent, repeats the same picture, sends one only every 0.6 s, or
sends pictures that are too small. The time counts from the moment when the last new picture was
sent.

Goals: p99 at most 250 ms in each of the five ways; every car stopped.
"""

import threading
from collections.abc import Callable

from benchmarks.safety.camera_loss import measure
from benchmarks.safety.mjpeg_server import MjpegServer
from donkeycar.parts.camera.stream import StreamCamera

KINDS = ("close", "hang", "repeat", "slow", "small")


class FailingStreamCamera(StreamCamera):
    """A camera on the network, until `fault` is set.

    Args:
        age_s: Not used: a frame of a stream is stamped with its arrival.
        rate_hz: Frames a second.
        seed: Not used.
    """

    def __init__(self, *, age_s: float, rate_hz: float, seed: int) -> None:
        self.released = threading.Event()
        self._server = MjpegServer(interval_s=1 / rate_hz)
        self._server.__enter__()
        self._kind = ""
        super().__init__(self._server.url)

    @property
    def last_new_s(self) -> float:
        """When the last new picture was sent."""
        return self._server.sent_s

    @property
    def fault(self) -> Callable[[], None] | None:
        """What fails it."""
        return None

    @fault.setter
    def fault(self, fail: Callable[[], None]) -> None:
        fail()

    def __getattr__(self, name: str) -> Callable[[], None]:
        if not name.startswith("fault_"):
            raise AttributeError(name)

        def fail() -> None:
            self._server.at_end = name.removeprefix("fault_")
            self._server.fault.set()

        return fail

    def shutdown(self) -> None:
        """Close both ends."""
        super().shutdown()
        if not self._server.ended.is_set():
            self._server.__exit__()


def main(argv: list[str] | None = None) -> int:
    """Print the figures; return 1 if a goal is missed."""
    return measure("stream_loss", __doc__, KINDS, FailingStreamCamera, argv)


if __name__ == "__main__":
    raise SystemExit(main())
