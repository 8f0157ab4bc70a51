"""Statistics of a LeRobot dataset: of each episode, and of all."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

QUANTILES = (0.01, 0.10, 0.50, 0.90, 0.99)
# Pictures change slowly: of the first so many each counts, later one in `EVERY`.
ALL, EVERY = 100, 10

Stats = dict[str, Any]
Counts = npt.NDArray[np.int64]


def _key(quantile: float) -> str:
    return f"q{round(100 * quantile):02}"


def stats_of_numbers(values: npt.NDArray[Any]) -> Stats:
    """Statistics of a feature of numbers.

    Args:
        values: ``(frames, length)``, at least one frame.

    Returns:
        Lists of ``length`` numbers by ``min``, ``max``, ``mean``, ``std``, ``q01`` ... ``q99``, and
        ``count``.
    """
    numbers = np.asarray(values, np.float64)
    quantiles = np.quantile(numbers, QUANTILES, axis=0)
    return {
        "min": numbers.min(axis=0).tolist(),
        "max": numbers.max(axis=0).tolist(),
        "mean": numbers.mean(axis=0).tolist(),
        "std": numbers.std(axis=0).tolist(),
        "count": [len(numbers)],
        **{_key(q): row.tolist() for q, row in zip(QUANTILES, quantiles, strict=True)},
    }


class PictureCounts:
    """How often each brightness occurs in each colour of pictures.

    Attributes:
        num_pictures: Pictures that were counted.
    """

    def __init__(self) -> None:
        self.num_pictures = 0
        self._counts: Counts = np.zeros((3, 256), np.int64)
        self._seen = 0

    def look(self, picture: npt.NDArray[np.uint8]) -> None:
        """Count the next picture of an episode, if it is one of the sample."""
        if self._seen < ALL or self._seen % EVERY == 0:
            for colour in range(3):
                plane = picture[:, :, colour].ravel()
                self._counts[colour] += np.bincount(plane, minlength=256)
            self.num_pictures += 1
        self._seen += 1

    def add(self, other: "PictureCounts") -> None:
        """Add what another has counted."""
        self.num_pictures += other.num_pictures
        self._counts = self._counts + other._counts

    def stats(self) -> Stats:
        """Statistics from 0 to 1, each of the shape (3, 1, 1), as LeRobot wants for pictures."""
        levels = np.arange(256) / 255
        share = self._counts / self._counts.sum(axis=1, keepdims=True)
        mean = share @ levels
        variance = share @ levels**2 - mean**2
        reached = np.cumsum(share, axis=1)
        found = {
            "min": levels[(self._counts > 0).argmax(axis=1)],
            "max": levels[255 - (self._counts[:, ::-1] > 0).argmax(axis=1)],
            "mean": mean,
            "std": np.sqrt(np.maximum(variance, 0)),
        }
        for quantile in QUANTILES:
            # Shares add up to 1 but for rounding.
            found[_key(quantile)] = levels[(reached >= quantile - 1e-12).argmax(axis=1)]
        shaped = {name: value.reshape(3, 1, 1).tolist() for name, value in found.items()}
        return {**shaped, "count": [self.num_pictures]}


def flat(stats: Mapping[str, Stats]) -> dict[str, Any]:
    """Statistics as columns of the table of episodes."""
    return {
        f"stats/{feature}/{name}": value
        for feature, each in stats.items()
        for name, value in each.items()
    }
