"""Resumes a training from its checkpoint; import only after `keras_backend.import_keras`.

A checkpoint contains everything that influences the next epoch: weights, state of the optimizer,
states of random numbers, and state of the schedule. Therefore a training that was killed and
resumed ends with the same weights, to the last bit, as one that was not.
"""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from donkeycar.errors import TrainingError
from donkeycar.training.epochs.averaging import Average
from donkeycar.training.epochs.callbacks import EpochCallback
from donkeycar.training.epochs.checkpoint import Checkpoint, Keeper

# Keys in the file, unchanged since the first version.
KEY = "teacher"


class CheckpointWriter(keras.callbacks.Callback):  # type: ignore[misc]
    """Writes a checkpoint after every epoch; it must be the last callback that has an effect.

    Args:
        keeper: Writes the file.
        epochs: The callback with the progress of the training.
        settings: Settings that a resumed training must share with this one.
        average: The callback with the mean of the weights, ``None`` if there is none.
    """

    def __init__(
        self,
        keeper: Keeper,
        epochs: EpochCallback,
        settings: dict[str, Any],
        average: Average | None = None,
    ) -> None:
        super().__init__()
        self._keeper = keeper
        self._epochs = epochs
        self._settings = settings
        self._average = average

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Write it, unless the loss became infinite, which would make resuming useless."""
        if self._epochs.epochs_done != epoch + 1:
            return
        arrays = {
            **_named("model", [variable.numpy() for variable in self.model.variables]),
            **_named("optimizer", [v.numpy() for v in self.model.optimizer.variables]),
            **_named("best", self._epochs.best_weights),
        }
        state: dict[str, Any] = {"settings": self._settings, KEY: self._epochs.state()}
        if self._average is not None:
            arrays |= _named("mean", self._average.mean)
            state["mean_steps"] = self._average.steps
        self._keeper.keep(Checkpoint(state, arrays))


def restore(
    model: Any, epochs: EpochCallback, checkpoint: Checkpoint, average: Average | None = None
) -> None:
    """Restore network, optimizer and epochs from a checkpoint.

    Args:
        model: Compiled, and built as before.
        epochs: A new callback.
        checkpoint: A checkpoint with the same settings.
        average: A new callback, if the weights are averaged.

    Raises:
        TrainingError: If it belongs to another network.
    """
    model.optimizer.build(model.trainable_variables)
    arrays = checkpoint.arrays
    try:
        _assign(model.variables, _listed("model", arrays))
        _assign(model.optimizer.variables, _listed("optimizer", arrays))
        epochs.restore(checkpoint.state[KEY], _listed("best", arrays))
        if average is not None:
            average.restore(_listed("mean", arrays), int(checkpoint.state["mean_steps"]))
    except (KeyError, TypeError, ValueError) as error:
        raise TrainingError(
            "The checkpoint belongs to another network: another version of donkeycar or Keras "
            f"wrote it ({error}). Train without --resume."
        ) from error


def _named(prefix: str, arrays: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
    return {f"{prefix}_{number}": array for number, array in enumerate(arrays)}


def _listed(prefix: str, arrays: dict[str, np.ndarray]) -> list[np.ndarray]:
    count = sum(name.startswith(f"{prefix}_") for name in arrays)
    return [arrays[f"{prefix}_{number}"] for number in range(count)]


def _assign(variables: Sequence[Any], arrays: Sequence[np.ndarray]) -> None:
    for variable, array in zip(variables, arrays, strict=True):
        variable.assign(array)
