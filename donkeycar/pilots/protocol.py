"""The protocol of a pilot: it turns a frame into angle and throttle, with optional methods."""

from collections.abc import Callable
from typing import Protocol

# A network trained on -1 to +1 overshoots a little in a tight bend, and the answer is clipped. An
# answer twice too large comes from a network that is lost, and is void.
MAX_OVERSHOOT = 2.0


class Pilot(Protocol):
    """A pilot: a `NetworkPilot`, an `Ensemble`, or any object with a method ``infer``.

    Everything else is optional; parts check whether it exists:

    - ``vector_channels``: names of the channels whose values `infer` gets as a second argument;
    - ``reset()``: forgets earlier frames and answers, after a gap in the frames; - ``location``:
      number of the place of the last frame, if ``kind.locate`` is set;
    - ``novelty()``: how unlike the training frames the last frame is, the score of
      out-of-distribution detection: up to 1 is usual, ``None`` is not known;
    - ``disagreement()``: how far the members of an ensemble disagree on the last frame: up to 1 is
      usual, ``None`` is not known; and ``has_disagreement``, whether it ever is.

    The pilots that `load_pilot` opens have all of these.
    """

    @property
    def infer(self) -> Callable[..., tuple[float, float]]:
        """Return angle and throttle for a frame, ``uint8``, ``(height, width, channels)``."""


def reset(pilot: object) -> None:
    """Reset a pilot, if it remembers frames or answers."""
    forget = getattr(pilot, "reset", None)
    if forget is not None:
        forget()


def novelty_of(pilot: object) -> float | None:
    """Return the novelty of the last frame; ``None`` if the pilot has no novelty model."""
    return _asked(pilot, "novelty")


def disagreement_of(pilot: object) -> float | None:
    """Return the disagreement on the last frame; ``None`` if the pilot has none."""
    return _asked(pilot, "disagreement")


def has_disagreement(pilot: object) -> bool:
    """Whether the pilot can have a disagreement."""
    return bool(getattr(pilot, "has_disagreement", False))


def _asked(pilot: object, name: str) -> float | None:
    method: Callable[[], float | None] | None = getattr(pilot, name, None)
    return None if method is None else method()
