"""The Pi camera on a stand-in for picamera2."""

import types

import numpy as np

from benchmarks.safety.rigs.rig import Rig
from donkeycar.testing import StubPicamera2


class PicameraRig(Rig):
    """`CAMERA_TYPE = "PICAM"`."""

    def open(self) -> None:
        """Stand in for picamera2."""
        self.stub = StubPicamera2(clock=self.clock)
        self._undo.enter_context(self.stub)

    def deliver(self, picture: np.ndarray, *, age_s: float = 0.0) -> None:
        """Complete a request."""
        picture = self.scaled(picture, self.stub.camera.camera_configuration()["main"]["size"])
        self.stub.camera.deliver(picture, stamped_s=self.stamp(age_s))

    def fail(self) -> None:
        """Complete a request that holds nothing, as when the pipeline fails."""
        self._complete(lambda name: 1 / 0)

    def stall(self) -> None:
        """As a sensor that hangs: no frame comes, and `stop` does not return."""
        self.stub.hang()

    def resume(self) -> None:
        """Let `stop` return."""
        self.stub.resumed.set()

    def deliver_small(self, *, age_s: float = 0.0) -> None:
        """Complete a request with a smaller picture."""
        small = self.scene(round(1e6 * self.clock.monotonic()) % 2**31)[:60, :80]
        self._complete(lambda name: small, age_s)

    def give_small(self) -> None:
        """As a driver that rounds down."""
        self.stub.delivered_size = (128, 96)

    def absent(self) -> None:
        """As without a ribbon cable."""
        self.stub.cameras = 0

    def _complete(self, make_array: object, age_s: float = 0.0) -> None:
        stamp = round(1e9 * (self.clock.monotonic() - age_s))
        request = types.SimpleNamespace(
            make_array=make_array, get_metadata=lambda: {"SensorTimestamp": stamp}
        )
        if self.stub.camera.post_callback is not None:
            self.stub.camera.post_callback(request)
