"""A RealSense camera on a stand-in for pyrealsense2."""

import numpy as np

from benchmarks.safety.rigs.rig import Rig
from donkeycar.testing import StubRealSense


class D435Rig(Rig):
    """`CAMERA_TYPE = "D435"`, with depth and motion."""

    def open(self) -> None:
        """Stand in for pyrealsense2."""
        self.settings["REALSENSE_D435_IMU"] = True
        self.stub = StubRealSense(clock=self.clock)
        self._undo.enter_context(self.stub)

    def deliver(self, picture: np.ndarray, *, age_s: float = 0.0) -> None:
        """Complete a set of frames."""
        picture = self.scaled(picture, self.stub.camera.picture_size())
        self.stub.camera.deliver(picture, stamped_s=self.stamp(age_s))

    def fail(self) -> None:
        """As when the plug comes off."""
        self.stub.camera.unplug()

    def stall(self) -> None:
        """As a camera that hangs: no frame comes, and it does not stop."""
        self.stub.hang()

    def resume(self) -> None:
        """Let it stop."""
        self.stub.resumed.set()

    def deliver_small(self, *, age_s: float = 0.0) -> None:
        """As a camera that went back to another size."""
        small = self.scene(round(1e6 * self.clock.monotonic()) % 2**31)[:60, :80]
        self.stub.camera.deliver(small, stamped_s=self.clock.monotonic() - age_s)

    def give_small(self) -> None:
        """As a camera whose modes are all small."""
        self.stub.modes = {"depth": ((128, 96, (30,)),), "color": ((128, 96, (30,)),)}

    def absent(self) -> None:
        """As without a plug."""
        self.stub.serials = ()
