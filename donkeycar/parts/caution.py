"""Caution: slow down where frames are new to the pilot (novelty), or its members disagree."""

from donkeycar.pilots.protocol import disagreement_of, has_disagreement, novelty_of

# From the first on it slows down, at the second it is as slow as it gets: 99 of 100 frames of a
# drive like those it learnt from are below 1.
BEGIN, FULL = 1.0, 2.0

# What it writes beside the throttle, and how that was called in the first cars of donkeycar 6.
OLD_NAMES = {"pilot/novelty": "pilot/strangeness", "pilot/disagreement": "pilot/doubt"}

# Throttle and novelty; of an ensemble, the disagreement as well.
Told = tuple[float | None, float | None] | tuple[float | None, float | None, float | None]


class Caution:
    """Takes throttle from the pilot while frames are new to it, or its members disagree.

    The larger of novelty and disagreement counts. It never gives throttle, and leaves steering,
    braking and reversing as they are.

    Args:
        pilot: The one that drives: see `donkeycar.pilots.protocol.Pilot` for what it may know.
        strength: Share of its throttle that is taken at most, 0 to 1 (`AI_CAUTION`); 1 stops.

    Example:
        >>> class Lost:
        ...     has_disagreement = True
        ...     def novelty(self):
        ...         return 1.5
        ...     def disagreement(self):
        ...         return 0.3
        >>> Caution(Lost(), strength=1.0).run(0.4)
        (0.2, 1.5, 0.3)
    """

    def __init__(self, pilot: object, *, strength: float) -> None:
        self._pilot = pilot
        self.strength = strength
        self._novelty: float | None = None
        self._disagreement: float | None = None

    def run(self, pilot_throttle: float | None) -> Told:
        """Return the throttle to use, and why.

        Args:
            pilot_throttle: What the pilot wants, -1 to +1; ``None`` if it has no opinion.

        Returns:
            The throttle, the novelty of the last frame, and of an ensemble its disagreement.
        """
        # While a pilot starts afresh it knows nothing for a moment; what was last holds until then.
        novelty, disagreement = novelty_of(self._pilot), disagreement_of(self._pilot)
        if novelty is not None:
            self._novelty = novelty
        if disagreement is not None:
            self._disagreement = disagreement
        throttle = self._reduced(pilot_throttle)
        if has_disagreement(self._pilot):
            return throttle, self._novelty, self._disagreement
        return throttle, self._novelty

    def _reduced(self, throttle: float | None) -> float | None:
        """Take what is to be taken."""
        known = [one for one in (self._novelty, self._disagreement) if one is not None]
        if throttle is None or throttle <= 0 or not known:
            return throttle
        share = min(max((max(known) - BEGIN) / (FULL - BEGIN), 0.0), 1.0)
        return throttle * (1 - self.strength * share)


class OldName:
    """Writes a channel under its old name as well, for parts of owners that read that."""

    def run(self, value: float | None) -> float | None:
        """Return it."""
        return value
