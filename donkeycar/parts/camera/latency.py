"""Latency of a simulated camera: its frames are as old as those of a real one."""

from typing import TYPE_CHECKING

from donkeycar.errors import ConfigError

if TYPE_CHECKING:
    from numpy.random import Generator

# A Pi camera hands a frame over 40 to 50 ms after its time stamp, plus the exposure time.
PI_LATENCY_S = 0.06
PI_JITTER_S = 0.015

# No frame is farther from the mean than this many times the jitter.
MOST_JITTERS = 2.0

# Frames with a higher latency would never count as new.
MAX_LATENCY_S = 1.0


class Latency:
    """The time from the exposure of a frame until it is handed over, drawn anew for each.

    Args:
        mean_s: Mean, 0 to 1 s.
        jitter_s: Standard deviation, 0 to 1 s; values more than twice as far from the mean, or
            below 0, are cut.
        seed: Seed of the draws, 0 or more.

    Raises:
        ConfigError: If a number is out of range.

    Example:
        >>> Latency(0.06, jitter_s=0.0).draw()
        0.06
    """

    def __init__(
        self, mean_s: float = PI_LATENCY_S, *, jitter_s: float = PI_JITTER_S, seed: int = 0
    ) -> None:
        for name, value in (("mean_s", mean_s), ("jitter_s", jitter_s)):
            if not 0 <= value <= MAX_LATENCY_S:
                raise ConfigError(
                    f"`{name}` must be 0 to {MAX_LATENCY_S:g} s. Received: {name}={value}"
                )
        self.mean_s = mean_s
        self.jitter_s = jitter_s
        self._seed = seed
        self._random: Generator | None = None

    def draw(self) -> float:
        """The latency of the next frame, in seconds."""
        if self._random is None:
            # Imported here, so that checking whether a car can be built needs no numpy.
            from donkeycar.sim.seeds import random_stream

            self._random = random_stream(self._seed, "camera")
        jitters = float(self._random.standard_normal())
        jitters = min(max(jitters, -MOST_JITTERS), MOST_JITTERS)
        return max(self.mean_s + jitters * self.jitter_s, 0.0)
