"""The camera of a Jetson on a stand-in for the program of GStreamer."""

import contextlib
import os
from collections.abc import Iterator
from unittest import mock

import numpy as np

from benchmarks.safety.rigs.rig import Rig
from donkeycar.testing import StubGstLaunch
from donkeycar.timing import Clock, RealClock

DARK = 8


class CSICRig(Rig):
    """`CAMERA_TYPE = "CSIC"`."""

    knows_age = False

    def __init__(self, word: str, clock: Clock | None = None) -> None:
        # A pipe is waited for in real time.
        super().__init__(word, RealClock() if clock is None else clock)

    def open(self) -> None:
        """Stand in for GStreamer."""
        self.stub = StubGstLaunch()
        self._undo.enter_context(self.stub)
        self.stub.deliver_first(np.full((8, 8, 3), DARK, np.uint8))

    def deliver(self, picture: np.ndarray, *, age_s: float = 0.0) -> None:
        """Give a picture."""
        self.stub.deliver(picture)

    def flush(self) -> None:
        """Give what is to be given."""
        self.stub.flush()
        self.sent_s = self.stub.given_s

    def fail(self) -> None:
        """End the pipeline, as its driver does after an error."""
        self.stub.fail()

    def resume(self) -> None:
        """Let go of the pipe."""
        self.stub.fail()

    def deliver_small(self, *, age_s: float = 0.0) -> None:
        """As a camera that begins to give another size."""
        self.stub.deliver_bytes(self.scene()[:60, :80].tobytes())

    def give_small(self) -> None:
        """The sensor has no mode that is as large."""
        self.settings["IMAGE_W"] = 4000

    def absent(self) -> None:
        """As without a ribbon cable."""
        self.stub.take_camera_away()

    @contextlib.contextmanager
    def without_libraries(self) -> Iterator[None]:
        """Without the program."""
        with mock.patch.dict(os.environ, {"PATH": str(self.stub.folder / "none")}):
            yield
