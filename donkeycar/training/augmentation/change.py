"""The interface and base class of random changes."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from donkeycar.errors import TrainingError

Paint = Callable[[np.ndarray], np.ndarray]


class Effect(NamedTuple):
    """The change that was drawn for one record.

    Attributes:
        paint: Returns the changed frame, new and contiguous; the same change for every frame of a
            sequence.
        mirrored: Whether left and right are exchanged, also in the steering.
        steering: Correction of the label's steering, -1 to +1.
    """

    paint: Paint
    mirrored: bool = False
    steering: float = 0.0


@dataclass(frozen=True)
class Change(ABC):
    """One kind of random change.

    Args:
        share: Share of the records that it changes, 0 to 1.

    Raises:
        TrainingError: If an argument is out of range.
    """

    share: float = 0.5

    def __post_init__(self) -> None:
        self._demand(0 <= self.share <= 1, "`share` must be 0 to 1")

    @abstractmethod
    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Effect:
        """Draw the change of a record.

        Args:
            shape: Shape of a frame: height, width, channels.
            rng: The only source of randomness.
        """

    def _demand(self, good: bool, rule: str) -> None:
        if not good:
            raise TrainingError(f"{rule}. Received: {self}")


Range = tuple[float, float]


def is_range(pair: Range, low: float, high: float) -> bool:
    """Whether the numbers of a pair are in rising order, within limits."""
    return low <= pair[0] <= pair[1] <= high
