"""What goes into a pilot and what comes out, between the loop and the thread of the pilot."""

from typing import NamedTuple

import numpy as np


class PilotInput(NamedTuple):
    """One frame for the pilot.

    Attributes:
        image: The frame, ``uint8``, ``(height, width, channels)``.
        exposed_s: When it was exposed, in seconds on the clock of the car.
        vector: Values of the other channels that the pilot needs; ``None`` if it needs none.
    """

    image: np.ndarray
    exposed_s: float
    vector: np.ndarray | None


class Outcome(NamedTuple):
    """The pilot's answer to a frame.

    Attributes:
        said: Angle and throttle, -1 to +1 each; ``None`` if they are void.
        location: Number of the place, of a pilot that knows places.
        exposed_s: When the frame was exposed.
        thought_s: How long the pilot took.
    """

    said: tuple[float, float] | None
    location: int | None
    exposed_s: float
    thought_s: float
