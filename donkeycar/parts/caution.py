"""Caution: slow down where frames are new to the pilot (novelty), or its members disagree."""

from donkeycar.pilots.protocol import disagreement_of, has_disagreement, novelty_of

# The car slows down from the first value on, and is slowest from the second on. Of a drive like
# those of the training, 99 of 100 frames are below 1.
BEGIN, FULL = 1.0, 2.0

# The channels that it writes besides the throttle, with their names in the first cars of donkeycar
# 6.
OLD_NAMES = {"pilot/novelty": "pilot/strangeness", "pilot/disagreement": "pilot/doubt"}

# Throttle and novelty; for an ensemble, also the disagreement.
Told = tuple[float | None, float | None] | tuple[float | None, float | None, float | None]


class Caution:
    """Reduces the pilot's throttle while frames are new to it (novelty) or its members disagree.

    The larger of novelty and disagreement counts. It never raises the throttle, and does not change
    steering, braking and reversing.

    Args:
        pilot: The pilot that drives; see `donkeycar.pilots.protocol.Pilot`.
        strength: Largest share of the throttle that is taken away, 0 to 1 (`AI_CAUTION`); 1 stops.

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
            The throttle, the novelty of the last frame, and for an ensemble its disagreement.
        """
        # While a pilot starts a new sequence it has no values for a moment; the last ones stay
        # valid.
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
        """Reduce the throttle."""
        known = [one for one in (self._novelty, self._disagreement) if one is not None]
        if throttle is None or throttle <= 0 or not known:
            return throttle
        share = min(max((max(known) - BEGIN) / (FULL - BEGIN), 0.0), 1.0)
        return throttle * (1 - self.strength * share)


class OldName:
    """Copies a channel to its old name, for parts of owners that read the old name."""

    def run(self, value: float | None) -> float | None:
        """Return it."""
        return value
