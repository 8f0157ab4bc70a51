"""Weight averaging (Polyak averaging): validates and keeps a running mean of the weights.

Every step moves the weights a little too far, in one direction or another; the mean of the last
steps lies in between. Averaging does not change the training itself, and the result depends less on
the last step of the best epoch.

Source: Polyak and Juditsky, "Acceleration of Stochastic Approximation by Averaging", SIAM J.
Control Optim. 30 (1992).
"""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

# Epochs after which the weight of a step has fallen to 1/e.
HORIZON_EPOCHS = 0.5


class Average(keras.callbacks.Callback):  # type: ignore[misc]
    """Keeps a running mean of the weights, and replaces them by it during validation.

    It must come before the callbacks that take the validated weights at the end of an epoch, and
    `PutBack` after them.

    Args:
        steps_per_epoch: 1 or more.

    Attributes:
        mean: Mean of the weights, in the order of the network's; empty before the first step.
        steps: Number of steps so far.
    """

    def __init__(self, steps_per_epoch: int) -> None:
        super().__init__()
        self.mean: list[np.ndarray] = []
        self.steps = 0
        self._share = 1 / (1 + HORIZON_EPOCHS * steps_per_epoch)
        self._aside: list[np.ndarray] = []

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Add the weights of this step to the mean."""
        weights = self.model.get_weights()
        if not self.mean:
            self.mean = [np.zeros_like(weight) for weight in weights]
        self.steps += 1
        # The first steps count equally, so that the random initial weights are soon forgotten.
        share = max(self._share, 1 / self.steps)
        for mean, weight in zip(self.mean, weights, strict=True):
            mean += share * (weight - mean)

    def on_test_begin(self, logs: Any = None) -> None:
        """Replace the weights by the mean."""
        if self.mean and not self._aside:
            self._aside = self.model.get_weights()
            self.model.set_weights(self.mean)

    def put_back(self) -> None:
        """Restore the trained weights, unless they are in place."""
        if self._aside:
            self.model.set_weights(self._aside)
            self._aside = []

    def restore(self, mean: Sequence[np.ndarray], steps: int) -> None:
        """Continue from a stored mean."""
        self.mean = [np.array(weight) for weight in mean]
        self.steps = steps


class PutBack(keras.callbacks.Callback):  # type: ignore[misc]
    """Restores the trained weights after the validation of their mean.

    Args:
        average: The callback that replaced them.
    """

    def __init__(self, average: Average) -> None:
        super().__init__()
        self._average = average

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Restore them."""
        self._average.put_back()
