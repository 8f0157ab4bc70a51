"""The monitor of a run in the simulator: measures it, and ends it."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from donkeycar.sim.metrics import Metrics
from donkeycar.sim.world import World
from donkeycar.vehicle import Vehicle

# A car that has not moved for this long is stuck, in seconds.
STANDING_S = 10.0
STANDING_MPS = 0.02
# How often progress is reported, in ticks.
PROGRESS_TICKS = 20


class RunMonitor:
    """A part that measures a run and stops the vehicle at the end of the run.

    Args:
        vehicle: The vehicle whose loop it ends.
        world: The world of the run.
        laps: Laps after which the run ends.
        time_limit_s: Simulated seconds after which the run ends.
        frame_every: Keep every n-th frame; 0 keeps none.
        progress: Called with the share of the run that is done, 0 to 1.

    Attributes:
        metrics: The metrics so far.
        frames: The frames that were kept.
        ended: Why the run ended: ``"laps"``, ``"time"`` or ``"standing"``; empty while it runs.
    """

    def __init__(
        self,
        vehicle: Vehicle,
        world: World,
        laps: int,
        time_limit_s: float,
        frame_every: int,
        progress: Callable[[float], None] | None,
    ) -> None:
        self.metrics = Metrics(world, laps=laps)
        self.frames: list[npt.NDArray[np.uint8]] = []
        self.ended = ""
        self._vehicle = vehicle
        self._world = world
        self._laps = laps
        self._time_limit_s = time_limit_s
        self._frame_every = frame_every
        self._progress = progress
        self._moved_s = 0.0
        self._ticks = 0

    def run(self, angle: float, throttle: float, image: npt.NDArray[np.uint8]) -> None:
        """Measure one tick."""
        self.metrics.observe(angle, throttle, image)
        if self._frame_every and self._ticks % self._frame_every == 0:
            self.frames.append(image)
        self._ticks += 1
        if self._progress is not None and self._ticks % PROGRESS_TICKS == 0:
            self._progress(self.metrics.completion)
        self.ended = self._end()
        if self.ended:
            self._vehicle.on = False
            if self._progress is not None:
                self._progress(1.0)  # the run is over, however far the car came

    def _end(self) -> str:
        world = self._world
        if world.car.speed_mps > STANDING_MPS:
            self._moved_s = world.time_s
        if world.laps_completed >= self._laps:
            return "laps"
        if world.time_s >= self._time_limit_s:
            return "time"
        return "standing" if world.time_s - self._moved_s >= STANDING_S else ""
