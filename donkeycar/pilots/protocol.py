"""The protocol of a pilot: what turns a frame into angle and throttle, and what else it may do."""

from collections.abc import Callable
from typing import Protocol

# Trained on -1 to +1, a network overshoots a little in a tight bend: that is clipped. An answer
# twice too large comes from a network that does not know what it sees: that is void.
MAX_OVERSHOOT = 2.0


class Pilot(Protocol):
    """What drives: a `NetworkPilot`, an `Ensemble`, or anything with a method ``infer``.

    Everything else is optional. Parts ask whether it is there, and do without it otherwise:

    - ``vector_channels``: names of the channels whose values `infer` gets as a second argument;
    - ``reset()``: forgets the frames and answers before, after a gap in the frames;
    - ``location``: number of the place where the last frame was seen, if ``kind.locate`` is set;
    - ``novelty()``: how unlike the training frames the last frame is, the score of
      out-of-distribution detection: up to 1 is usual, ``None`` is not known;
    - ``disagreement()``: how far the members of an ensemble disagree on the last frame: up to 1 is
      usual, ``None`` is not known; and ``has_disagreement``, whether it ever is.

    The pilots that `load_pilot` opens have all of it.
    """

    @property
    def infer(self) -> Callable[..., tuple[float, float]]:
        """Return angle and throttle for a frame, ``uint8``, ``(height, width, channels)``."""


def reset(pilot: object) -> None:
    """Let a pilot forget the frames and answers before, if it remembers any."""
    forget = getattr(pilot, "reset", None)
    if forget is not None:
        forget()


def novelty_of(pilot: object) -> float | None:
    """Return the novelty of the last frame; ``None`` if the pilot does not know it."""
    return _asked(pilot, "novelty")


def disagreement_of(pilot: object) -> float | None:
    """Return the disagreement on the last frame; ``None`` if the pilot does not know it."""
    return _asked(pilot, "disagreement")


def has_disagreement(pilot: object) -> bool:
    """Whether the pilot can ever know a disagreement."""
    return bool(getattr(pilot, "has_disagreement", False))


def _asked(pilot: object, name: str) -> float | None:
    method: Callable[[], float | None] | None = getattr(pilot, name, None)
    return None if method is None else method()
