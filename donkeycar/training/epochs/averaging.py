"""Weight averaging (Polyak averaging): validates and keeps a running mean of the weights.

Every step moves the weights a little too far, in one direction or the other; the mean of the last
steps lies in between. Averaging does not change the training itself, and the best epoch depends
less on where its last step happened to end.

Source: Polyak and Juditsky, "Acceleration of Stochastic Approximation by Averaging", SIAM J.
Control Optim. 30 (1992).
"""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

# Epochs after which a step counts for 1/e of what it did at first.
HORIZON_EPOCHS = 0.5


class Average(keras.callbacks.Callback):  # type: ignore[misc]
    """Keeps a running mean of the weights, and puts it in their place during validation.

    It must come before the callbacks that take the validated weights at the end of an epoch, and
    `PutBack` after them.

    Args:
        steps_per_epoch: 1 or more.

    Attributes:
        mean: Of the weights, in the order of the network's; empty before the first step.
        steps: How many it has followed.
    """

    def __init__(self, steps_per_epoch: int) -> None:
        super().__init__()
        self.mean: list[np.ndarray] = []
        self.steps = 0
        self._share = 1 / (1 + HORIZON_EPOCHS * steps_per_epoch)
        self._aside: list[np.ndarray] = []

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Take the weights of this step into the mean."""
        weights = self.model.get_weights()
        if not self.mean:
            self.mean = [np.zeros_like(weight) for weight in weights]
        self.steps += 1
        # All alike at first, so that the random weights of the beginning are soon forgotten.
        share = max(self._share, 1 / self.steps)
        for mean, weight in zip(self.mean, weights, strict=True):
            mean += share * (weight - mean)

    def on_test_begin(self, logs: Any = None) -> None:
        """Put the mean in the place of the weights."""
        if self.mean and not self._aside:
            self._aside = self.model.get_weights()
            self.model.set_weights(self.mean)

    def put_back(self) -> None:
        """Put the weights back that learn; nothing if they are there."""
        if self._aside:
            self.model.set_weights(self._aside)
            self._aside = []

    def restore(self, mean: Sequence[np.ndarray], steps: int) -> None:
        """Go on from a mean that was kept."""
        self.mean = [np.array(weight) for weight in mean]
        self.steps = steps


class PutBack(keras.callbacks.Callback):  # type: ignore[misc]
    """Puts the trained weights back after the validation of their mean.

    Args:
        average: Has put the mean in their place.
    """

    def __init__(self, average: Average) -> None:
        super().__init__()
        self._average = average

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Put them back."""
        self._average.put_back()
