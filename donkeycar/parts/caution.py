"""Slows the car down where its pilot has never been."""

from typing import Protocol

# From the first on it slows down, at the second it is as slow as it gets: 99 of 100 frames of a
# drive like those it learnt from are below 1.
BEGIN, FULL = 1.0, 2.0


class Knows(Protocol):
    """What this part needs of a pilot."""

    def strangeness(self) -> float | None:
        """Return how unlike its recordings the last frame is; up to 1 is usual."""


class Caution:
    """Takes throttle from the pilot while frames are unlike those it learnt from.

    It never gives throttle, and leaves steering, braking and reversing as they are.

    Args:
        pilot: The one that drives.
        strength: Share of its throttle that is taken at most, 0 to 1 (`AI_CAUTION`); 1 stops.

    Example:
        >>> class Lost:
        ...     def strangeness(self):
        ...         return 1.5
        >>> Caution(Lost(), strength=1.0).run(0.4)
        (0.2, 1.5)
    """

    def __init__(self, pilot: Knows, *, strength: float) -> None:
        self._pilot = pilot
        self.strength = strength
        self._strangeness: float | None = None

    def run(self, pilot_throttle: float | None) -> tuple[float | None, float | None]:
        """Return the throttle to use, and how strange the last frame is.

        Args:
            pilot_throttle: What the pilot wants, -1 to +1; ``None`` if it has no opinion.
        """
        # While a pilot starts afresh it knows nothing for a moment; what was last holds until then.
        strangeness = self._pilot.strangeness()
        if strangeness is not None:
            self._strangeness = strangeness
        if pilot_throttle is None or pilot_throttle <= 0 or self._strangeness is None:
            return pilot_throttle, self._strangeness
        share = min(max((self._strangeness - BEGIN) / (FULL - BEGIN), 0.0), 1.0)
        return pilot_throttle * (1 - self.strength * share), self._strangeness
