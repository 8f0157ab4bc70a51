"""Noise injection: pushes the steering off now and then, so that recordings show recoveries."""

import numpy as np

from donkeycar.sim.world import World

# Seconds between two nudges, and seconds that one lasts: drawn between these limits.
PAUSE_S = (1.0, 2.5)
LENGTH_S = (0.25, 0.6)
STRENGTH = (0.25, 0.7)
# No nudge while the car is farther from the centre than this share of half the lane width.
SAFE_SHARE = 0.45


class Nudge:
    """Adds short kicks to a steering angle.

    The recording holds the driver's own angle; the car receives the kicked one. A pilot trained on
    such a recording has seen the car beside its line, and how to return to it.

    Args:
        world: Where the car is; the car is not kicked when it is already near the edge.
        random: Stream of random numbers.
        strength: 0 switches the kicks off, 1 is usual, up to 2.
    """

    def __init__(self, world: World, random: np.random.Generator, *, strength: float = 1.0) -> None:
        self._world = world
        self._random = random
        self._strength = strength
        self._kick = 0.0
        self._until_s = float(random.uniform(*PAUSE_S))

    def apply(self, angle: float) -> float:
        """The angle to give to the car, -1 to 1."""
        now_s = self._world.time_s
        if now_s >= self._until_s:
            self._change(now_s)
        half_m = float(self._world.track.half_widths[self._world.place.sample].min())
        if self._kick and abs(self._world.cte_m) > SAFE_SHARE * half_m:
            self._kick = 0.0
        return min(max(angle + self._kick * self._strength, -1.0), 1.0)

    def _change(self, now_s: float) -> None:
        if self._kick:
            self._kick = 0.0
            self._until_s = now_s + float(self._random.uniform(*PAUSE_S))
        else:
            size = float(self._random.uniform(*STRENGTH))
            self._kick = size if self._random.random() < 0.5 else -size
            self._until_s = now_s + float(self._random.uniform(*LENGTH_S))
