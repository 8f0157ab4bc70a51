"""Slow the car down where a frame is unlike the training data, or where pilots disagree."""

from typing import Protocol

# From the first on it slows down, at the second it is as slow as it gets: 99 of 100 frames of a
# drive like those it learnt from are below 1.
BEGIN, FULL = 1.0, 2.0

# Throttle and strangeness; of pilots that can disagree, doubt as well.
Told = tuple[float | None, float | None] | tuple[float | None, float | None, float | None]


class Knows(Protocol):
    """What this part needs of a pilot."""

    @property
    def knows_doubt(self) -> bool:
        """Whether it can say how sure it is."""

    def strangeness(self) -> float | None:
        """Return how unlike its recordings the last frame is; up to 1 is usual."""

    def doubt(self) -> float | None:
        """Return how far its members disagree on the last frame; up to 1 is usual."""


class Caution:
    """Takes throttle from the pilot while frames are strange to it, or its members disagree.

    The larger of strangeness and doubt counts. It never gives throttle, and leaves steering,
    braking and reversing as they are.

    Args:
        pilot: The one that drives.
        strength: Share of its throttle that is taken at most, 0 to 1 (`AI_CAUTION`); 1 stops.

    Example:
        >>> class Lost:
        ...     knows_doubt = True
        ...     def strangeness(self):
        ...         return 1.5
        ...     def doubt(self):
        ...         return 0.3
        >>> Caution(Lost(), strength=1.0).run(0.4)
        (0.2, 1.5, 0.3)
    """

    def __init__(self, pilot: Knows, *, strength: float) -> None:
        self._pilot = pilot
        self.strength = strength
        self._strangeness: float | None = None
        self._doubt: float | None = None

    def run(self, pilot_throttle: float | None) -> Told:
        """Return the throttle to use, and why.

        Args:
            pilot_throttle: What the pilot wants, -1 to +1; ``None`` if it has no opinion.

        Returns:
            The throttle, how strange the last frame is, and from pilots that know it, their doubt.
        """
        # While a pilot starts afresh it knows nothing for a moment; what was last holds until then.
        strangeness, doubt = self._pilot.strangeness(), self._pilot.doubt()
        if strangeness is not None:
            self._strangeness = strangeness
        if doubt is not None:
            self._doubt = doubt
        throttle = self._reduced(pilot_throttle)
        if self._pilot.knows_doubt:
            return throttle, self._strangeness, self._doubt
        return throttle, self._strangeness

    def _reduced(self, throttle: float | None) -> float | None:
        """Take what is to be taken."""
        known = [one for one in (self._strangeness, self._doubt) if one is not None]
        if throttle is None or throttle <= 0 or not known:
            return throttle
        share = min(max((max(known) - BEGIN) / (FULL - BEGIN), 0.0), 1.0)
        return throttle * (1 - self.strength * share)
