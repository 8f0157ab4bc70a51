"""The interface of a random change, and what all changes have in common."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from donkeycar.errors import TrainingError

Paint = Callable[[np.ndarray], np.ndarray]


class Effect(NamedTuple):
    """What was drawn for one record.

    Attributes:
        paint: Returns the changed frame, new and contiguous; the same change for every frame of a
            sequence.
        mirrored: Whether left is right now, and steering with it.
        steering: What a driver who saw this would steer more, -1 to +1.
    """

    paint: Paint
    mirrored: bool = False
    steering: float = 0.0


@dataclass(frozen=True)
class Change(ABC):
    """One kind of random change.

    Args:
        share: Share of the records it is made to, 0 to 1.

    Raises:
        TrainingError: If an argument is out of range.
    """

    share: float = 0.5

    def __post_init__(self) -> None:
        self._demand(0 <= self.share <= 1, "`share` must be 0 to 1")

    @abstractmethod
    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Effect:
        """Draw what happens to a record.

        Args:
            shape: Of a frame: height, width, channels.
            rng: Where chance comes from, and nothing else.
        """

    def _demand(self, good: bool, rule: str) -> None:
        if not good:
            raise TrainingError(f"{rule}. Received: {self}")


Range = tuple[float, float]


def is_range(pair: Range, low: float, high: float) -> bool:
    """Whether a pair goes up, within limits."""
    return low <= pair[0] <= pair[1] <= high
