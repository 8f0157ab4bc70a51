"""Cameras whose pictures are made: the test picture, the simulator, and an owner's own class."""

import queue
import threading
from typing import Any

import numpy as np

from benchmarks.safety.rigs.rig import Rig
from donkeycar.errors import DeviceError
from donkeycar.parts.camera.camera import Camera
from donkeycar.timing import Clock, SimulatedClock


class MockRig(Rig):
    """`CAMERA_TYPE = "MOCK"`."""

    shows_scene = False
    breaks = False
    unbreakable = "it computes its pictures: there is nothing that could break"
    repeats = True


class SimRig(MockRig):
    """`CAMERA_TYPE = "SIM"`."""

    def __init__(self, word: str, clock: Clock | None = None) -> None:
        super().__init__(word, SimulatedClock() if clock is None else clock)
        self.settings["SIM_TRACK"] = "oval"

    def pass_s(self, seconds: float) -> None:
        """Let time pass in the simulation."""
        self.clock.sleep(seconds)


class OwnCamera(Camera):
    """A camera of the owner's own, as `docs/cameras.md` shows one: it waits for its device."""

    what_to_check = "Check the camera"

    def __init__(self, rig: "OwnRig") -> None:
        super().__init__(clock=rig.clock)
        self._rig = rig

    def capture(self) -> tuple[np.ndarray, float] | None:
        """Wait for the next picture."""
        return self._rig.next()


class OwnRig(Rig):
    """A class on `Camera` that is in no table."""

    def open(self) -> None:
        """Wait for pictures."""
        self._pictures: queue.Queue[tuple[np.ndarray, float] | None] = queue.Queue()
        self._released = threading.Event()
        self._undo.callback(self.resume)

    def make(self, **settings: Any) -> OwnCamera:
        """The camera."""
        return OwnCamera(self)

    def next(self) -> tuple[np.ndarray, float] | None:
        """The next picture, with the time of its exposure."""
        found = self._pictures.get()
        if found is None and not self._released.is_set():
            raise DeviceError("the camera is gone")
        return found

    def deliver(self, picture: np.ndarray, *, age_s: float = 0.0) -> None:
        """Hand a picture over."""
        self._pictures.put((picture, self.stamp(age_s)))

    def fail(self) -> None:
        """As a ribbon cable that comes off."""
        self._pictures.put(None)

    def resume(self) -> None:
        """Let the thread end."""
        self._released.set()
        self._pictures.put(None)

    def deliver_small(self, *, age_s: float = 0.0) -> None:
        """As a driver that went back to another size."""
        self.deliver(self.scene()[:60, :80].copy(), age_s=age_s)
