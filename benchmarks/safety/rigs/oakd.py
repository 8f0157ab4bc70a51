"""The OAK-D on a stand-in for depthai."""

import numpy as np

from benchmarks.safety.rigs.rig import Rig
from donkeycar.testing import StubDepthAI


class OakDRig(Rig):
    """`CAMERA_TYPE = "OAKD"`."""

    def open(self) -> None:
        """Stand in for depthai, with pictures that take a busy computer little time."""
        self.settings["OAKD_RGB_ISP_SCALE_DEN"] = 20
        self.stub = StubDepthAI(clock=self.clock)
        self._undo.enter_context(self.stub)

    def deliver(self, picture: np.ndarray, *, age_s: float = 0.0) -> None:
        """Complete a frame and its depth."""
        picture = self.scaled(picture, self.stub.camera.picture_size)
        self.stub.camera.deliver(picture, stamped_s=self.stamp(age_s))

    def fail(self) -> None:
        """As when the plug comes off."""
        self.stub.camera.unplug()

    def stall(self) -> None:
        """As a camera whose program hangs: no frame comes, and it does not close."""
        self.stub.hang()

    def resume(self) -> None:
        """Let it close."""
        self.stub.resumed.set()

    def deliver_small(self, *, age_s: float = 0.0) -> None:
        """As a camera that went back to another size."""
        small = self.scene(round(1e6 * self.clock.monotonic()) % 2**31)[:60, :80]
        self.stub.camera.deliver(small, stamped_s=self.clock.monotonic() - age_s)

    def give_small(self) -> None:
        """As scaled down too far."""
        self.settings["OAKD_RGB_ISP_SCALE_DEN"] = 40

    def absent(self) -> None:
        """As without a plug."""
        self.stub.ids = ()
