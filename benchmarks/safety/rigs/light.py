"""What a camera sees while a car drives, until the camera is lost."""

import threading
from collections import deque
from collections.abc import Callable

import numpy as np

from benchmarks.safety.rigs.rig import Rig

SLOW_S = 0.6
# How far stamps of a wrong clock are off, and how many old pictures a stuck driver goes round in.
OFF_S = 0.05
KEPT = 4


class Light:
    """Opens a rig, makes its camera, and delivers pictures in a thread until `fault` is called.

    Args:
        rig: What the camera stands on; its clock is the real one.
        age_s: How old each picture is when it is delivered.
        rate_hz: Pictures a second.
        seed: Of what is seen.

    Attributes:
        camera: The camera, as a car makes it.
        last_new_s: When the last picture before the fault was exposed; where the hardware does not
            say so, when it was sent.
    """

    def __init__(self, rig: Rig, *, age_s: float, rate_hz: float, seed: int) -> None:
        self.rig = rig
        self.last_new_s = 0.0
        self._age_s, self._rate_hz, self._seed = age_s, rate_hz, seed
        self._kind = ""
        self._seldom_s = self._back_s = 0.0
        self._lock, self._ended = threading.Lock(), threading.Event()
        rig.__enter__()
        try:
            self.camera = rig.make(CAMERA_FRAMERATE=rate_hz)
        except BaseException:
            rig.__exit__()
            raise
        self._picture = self._new()
        self._kept: deque[np.ndarray] = deque(maxlen=KEPT)
        self._thread = threading.Thread(target=self._shine, daemon=True)
        self._thread.start()

    def fault(self, kind: str) -> None:
        """Lose the camera, in one of the ways of `KINDS`."""
        with self._lock:
            self.rig.flush()
            self.last_new_s = self.rig.sent_s
            self._kind = kind
            self._seldom_s = self.rig.clock.monotonic()
            once = {"raises": self.rig.fail, "hangs": self.rig.stall}.get(kind)
            if once is not None:
                once()

    def end(self) -> None:
        """Deliver nothing more, and let go of a camera that hangs."""
        self._ended.set()
        self._thread.join()
        self.rig.resume()

    def close(self) -> None:
        """Take the rig away."""
        self.rig.__exit__()

    def _shine(self) -> None:
        pause_s = 1 / self._rate_hz
        while not self._ended.wait(pause_s):
            with self._lock:
                if not self._kind:
                    self._picture = self._new()
                    self._kept.append(self._picture)
                    self.rig.deliver(self._picture, age_s=self._age_s)
                else:
                    KINDS[self._kind](self)

    def _new(self) -> np.ndarray:
        self._seed += 1
        return self.rig.scene(self._seed)

    def _nothing(self) -> None:
        pass

    def _again(self) -> None:
        self.rig.deliver(self._picture, age_s=self._age_s)

    def _seldom(self) -> None:
        now_s = self.rig.clock.monotonic()
        if now_s - self._seldom_s >= SLOW_S:
            self._seldom_s = now_s
            self.rig.deliver(self._new(), age_s=self._age_s)

    def _round(self) -> None:
        """Old pictures with new stamps, one after the other."""
        self._kept.rotate(-1)
        self.rig.deliver(self._kept[-1], age_s=self._age_s)

    def _ahead(self) -> None:
        self.rig.deliver(self._new(), age_s=-OFF_S)

    def _back(self) -> None:
        """New pictures, each with an earlier stamp than the one before."""
        self._back_s += OFF_S
        since_s = self.rig.clock.monotonic() - self.last_new_s
        self.rig.deliver(self._new(), age_s=since_s + self._back_s)

    def _small(self) -> None:
        self.rig.deliver_small(age_s=self._age_s)


# Ways to lose a camera, and what it does from then on at each turn of the light.
KINDS: dict[str, Callable[[Light], None]] = {
    "raises": Light._nothing,
    "hangs": Light._nothing,
    "repeats": Light._again,
    "slow": Light._seldom,
    "small": Light._small,
    "round": Light._round,
    "ahead": Light._ahead,
    "back": Light._back,
}
# Ways that need a camera whose hardware says when a picture was exposed.
OF_STAMPS = ("ahead", "back")
