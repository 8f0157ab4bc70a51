"""What drives: one pilot, or several that answer together."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from donkeycar.pilots.registry import PilotType
from donkeycar.pilots.sidecar import PilotInfo
from donkeycar.pilots.transform import Shape

# Trained on -1 to +1, a network overshoots a little in a tight bend: that is clipped. An answer
# twice too large comes from a network that does not know what it sees: that is void.
MAX_OVERSHOOT = 2.0


class Drives(Protocol):
    """A `Pilot` or an `Ensemble`: what `load_pilot` gives to whoever wants to drive with it."""

    @property
    def kind(self) -> PilotType:
        """Type of the pilot."""

    @property
    def info(self) -> PilotInfo | None:
        """What its sidecar says, ``None`` for a bare file; of an ensemble, that of the first."""

    @property
    def options(self) -> dict[str, Any]:
        """What its type leaves open."""

    @property
    def input_shape(self) -> Shape:
        """Height, width and channels of the frames it wants."""

    @property
    def vector_channels(self) -> tuple[str, ...]:
        """Channels that make up the vector beside the frame; empty if it wants none."""

    @property
    def vector_size(self) -> int:
        """How many numbers that vector has; 0 if it wants none."""

    @property
    def members(self) -> Sequence["Drives"]:
        """The pilots that answer: itself, or those of an ensemble."""

    @property
    def shown(self) -> dict[str, np.ndarray]:
        """What the network got last, by the names of its inputs; empty before the first frame."""

    @property
    def location(self) -> int | None:
        """Number of the place where the last frame was seen; ``None`` if it knows none."""

    @property
    def knows_strangeness(self) -> bool:
        """Whether it can say how strange a frame is."""

    @property
    def knows_doubt(self) -> bool:
        """Whether it can say how sure it is."""

    def infer(self, image: np.ndarray, vector: np.ndarray | None = None) -> tuple[float, float]:
        """Return angle and throttle for a frame."""

    def reset(self) -> None:
        """Forget what was seen and said before."""

    def strangeness(self) -> float | None:
        """Return how unlike its recordings the last frame is; up to 1 is usual."""

    def doubt(self) -> float | None:
        """Return how far its members disagree on the last frame; up to 1 is usual."""
