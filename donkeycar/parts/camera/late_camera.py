"""Base class of cameras without hardware, whose frames are as old as those of a real camera."""

from abc import abstractmethod

from donkeycar.parts.camera.camera import Camera
from donkeycar.parts.camera.image import Image
from donkeycar.parts.camera.latency import Latency
from donkeycar.timing import Clock, RateKeeper


class LateCamera(Camera):
    """A simulated camera that exposes pictures at a steady rate and hands them over later.

    Subclasses implement `picture`. In a thread, frames are exposed every `interval_s` and arrive in
    their order, each after its latency. Without a thread, every call gives a new frame, with a time
    stamp that lies back by its latency.

    Args:
        width_px: Width of a frame.
        height_px: Height of a frame.
        grey: Remove the colour.
        rate_hz: Frames a second when threaded, more than 1 / `max_age_s`; ``None`` if the subclass
            has an `interval_s` of its own.
        max_age_s: The newest frame may have been exposed this long ago, in seconds.
        latency: How old a frame is when it is handed over; ``None`` is as old as a Pi's.
        clock: Source of time.
    """

    def __init__(
        self,
        *,
        width_px: int,
        height_px: int,
        grey: bool,
        rate_hz: float | None,
        max_age_s: float,
        latency: Latency | None = None,
        clock: Clock | None = None,
    ) -> None:
        # Equal pictures are normal here (a loop, a car that stands still), and no sign of a frozen
        # sensor.
        super().__init__(
            width_px=width_px,
            height_px=height_px,
            grey=grey,
            may_repeat=True,
            rate_hz=rate_hz,
            max_age_s=max_age_s,
            clock=clock,
        )
        self.latency = Latency() if latency is None else latency
        self._planned_s: float | None = None
        self._exposed_s: float | None = None

    @abstractmethod
    def picture(self) -> Image:
        """Return the next picture."""

    @property
    def interval_s(self) -> float:
        """Time from the exposure of the last frame to the next, in seconds."""
        return 1 / self.rate_hz if self.rate_hz else 0.0

    def capture(self) -> tuple[Image, float]:
        """Return the next picture, and when it was exposed."""
        image = self.picture()
        if self._planned_s is None:
            exposed_s = self.clock.monotonic() - self.latency.draw()
            # Frames come in the order of their exposures.
            self._exposed_s = max(exposed_s, self._exposed_s or exposed_s)
        else:
            # A sleep may end early, but no frame may have a time stamp in the future.
            self._exposed_s = min(self._planned_s, self.clock.monotonic())
            self._planned_s = None
        return image, self._exposed_s

    def pause(self, keeper: RateKeeper | None) -> None:
        """Wait until the next frame has been exposed, and its latency is over."""
        now_s = self.clock.monotonic()
        interval_s, latency_s = self.interval_s, self.latency.draw()
        last_s = now_s - latency_s if self._exposed_s is None else self._exposed_s
        due_s = last_s + interval_s + latency_s
        if now_s - due_s > max(interval_s, self.latency.mean_s):
            due_s = now_s  # the computer slept: do not catch up with the missed pictures
        self._planned_s = due_s - latency_s
        if due_s > now_s:
            self.clock.sleep(due_s - now_s)
