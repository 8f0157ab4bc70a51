"""Ridge regression pilot: learns in a fraction of a second from grey values."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from donkeycar.tub import TubReader

# The lower two thirds of a frame, in this many columns and rows.
GRID = (40, 20)
# Regularisation: keeps 800 weights from overfitting to the grain of the floor.
PENALTY = 30.0

Frame = npt.NDArray[np.uint8]


class RidgePilot:
    """Ridge regression from pixels to steering: a pilot that needs no TensorFlow.

    Args:
        images: Frames of shape ``(120, 160, 3)``.
        answers: Angle and throttle of each.
    """

    input_shape = (120, 160, 3)

    def __init__(self, images: Sequence[Frame], answers: Sequence[tuple[float, float]]) -> None:
        inputs = np.array([_features(image) for image in images])
        gram = inputs.T @ inputs + PENALTY * np.eye(inputs.shape[1])
        self._weights = np.linalg.solve(gram, inputs.T @ np.array(answers))

    @classmethod
    def of_tub(cls, path: str | Path) -> "RidgePilot":
        """Fit to all records of a tub."""
        reader = TubReader(path)
        records: list[dict[str, Any]] = list(reader)
        answers = [(record["user/angle"], record["user/throttle"]) for record in records]
        return cls([reader.image(record) for record in records], answers)

    def infer(self, image: Frame) -> tuple[float, float]:
        """Return the angle and throttle for one frame."""
        angle, throttle = _features(image) @ self._weights
        return float(angle), float(throttle)


def _features(image: Frame) -> npt.NDArray[np.float64]:
    lower = Image.fromarray(image).convert("L").crop((0, 40, 160, 120))
    grey = np.asarray(lower.resize(GRID, Image.Resampling.BOX), np.float64).ravel()
    return np.append((grey - 100) / 50, 1.0)
