"""A USB camera on a stand-in for the kernel."""

import io

import numpy as np
from PIL import Image as Picture

from benchmarks.safety.rigs.rig import Rig
from donkeycar.testing import VideoKernel


class V4LRig(Rig):
    """`CAMERA_TYPE = "V4L"`."""

    def open(self) -> None:
        """Stand in for the kernel."""
        self.kernel = VideoKernel(clock=self.clock)
        self._undo.enter_context(self.kernel)

    def deliver(self, picture: np.ndarray, *, age_s: float = 0.0) -> None:
        """Fill a buffer with a JPEG."""
        picture = self.scaled(picture, self.kernel.camera.size)
        self.kernel.camera.deliver(picture, stamped_s=self.stamp(age_s))

    def fail(self) -> None:
        """As when the plug comes off."""
        self.kernel.camera.unplug()

    def deliver_small(self, *, age_s: float = 0.0) -> None:
        """As a camera that went back to another size."""
        file = io.BytesIO()
        small = self.scene(round(1e6 * self.clock.monotonic()) % 2**31)[:60, :80]
        Picture.fromarray(small).save(file, "JPEG")
        stamped_s = self.clock.monotonic() - age_s
        self.kernel.camera.deliver(data=file.getvalue(), stamped_s=stamped_s)

    def give_small(self) -> None:
        """As a camera that has only one size."""
        self.kernel.camera.given_size = (128, 96)

    def absent(self) -> None:
        """As without a plug."""
        self.settings["CAMERA_INDEX"] = 5
