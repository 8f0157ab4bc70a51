"""Loss of a USB camera while a pilot drives: how soon the motor is neutral.

It works like `camera_loss`, with the camera class of `CAMERA_TYPE = "V4L"` on an emulated kernel:
the camera is unplugged, delivers no more frames, repeats the same picture, delivers a frame only
every 0.6 s, or pictures that are too small. Its frames are 0, 50, 80 or 120 ms old on arrival.

Goals: p99 at most 250 ms in each of the five ways; every car stopped.
"""

import io
import threading

import numpy as np
from PIL import Image as Picture

from benchmarks.safety.camera_loss import measure
from donkeycar.parts.camera.v4l import V4LCamera
from donkeycar.testing import VideoKernel

KINDS = ("raises", "hangs", "repeats", "slow", "small")
SLOW_S = 0.6


class FailingUsbCamera(V4LCamera):
    """Noise as JPEG, until `fault` is set: then whatever that does, for every frame.

    Args:
        age_s: How old each frame is when it is handed over.
        rate_hz: Frames a second.
        seed: Of the noise.
    """

    def __init__(self, *, age_s: float, rate_hz: float, seed: int) -> None:
        self.age_s = age_s
        self.last_new_s = 0.0
        self.fault = None
        self.released = threading.Event()
        self._random = np.random.default_rng(seed)
        self._calls = 0
        self._ended = threading.Event()
        self._kernel = VideoKernel()
        self._kernel.__enter__()
        super().__init__(framerate_hz=rate_hz)
        self._image = self._noise()
        self._light = threading.Thread(target=self._shine, daemon=True)
        self._light.start()

    def shutdown(self) -> None:
        """Close it, and put the real kernel back."""
        super().shutdown()
        if not self._ended.is_set():
            self._ended.set()
            self._light.join()
            self._kernel.__exit__()

    def _shine(self) -> None:
        while not self._ended.wait(1 / self.framerate_hz):
            if self.fault is None:
                self._image = self._noise()
                self.last_new_s = self.clock.monotonic() - self.age_s
                self._deliver(self._image)
            else:
                self.fault()

    def _deliver(self, image: np.ndarray) -> None:
        self._kernel.camera.deliver(image, stamped_s=self.clock.monotonic() - self.age_s)

    def _noise(self) -> np.ndarray:
        return self._random.integers(0, 256, (120, 160, 3), np.uint8)

    def fault_raises(self) -> None:
        """As a camera whose plug comes off."""
        self._kernel.camera.unplug()

    def fault_hangs(self) -> None:
        """As a camera that has crashed."""

    def fault_repeats(self) -> None:
        """As a camera that hands out its last picture for ever."""
        self._deliver(self._image)

    def fault_slow(self) -> None:
        """As a camera in the dark."""
        self._calls += 1
        if self._calls % round(SLOW_S * self.framerate_hz) == 0:
            self._deliver(self._noise())

    def fault_small(self) -> None:
        """As a camera that went back to another size."""
        file = io.BytesIO()
        Picture.fromarray(self._noise()[:60, :80]).save(file, "JPEG")
        now_s = self.clock.monotonic()
        self._kernel.camera.deliver(data=file.getvalue(), stamped_s=now_s - self.age_s)


def main(argv: list[str] | None = None) -> int:
    """Print the figures; return 1 if a goal is missed."""
    # One car at a time: the stand-in for the kernel is there for the whole process.
    return measure("usb_camera_loss", __doc__, KINDS, FailingUsbCamera, argv)


if __name__ == "__main__":
    raise SystemExit(main())
