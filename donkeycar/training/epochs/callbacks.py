"""Leads the training from epoch to epoch; import it only after `backend.import_keras`."""

import math
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from donkeycar.training.epochs.batches import Batches
from donkeycar.training.epochs.schedule import Schedule
from donkeycar.training.progress import Advance


class Teacher(keras.callbacks.Callback):  # type: ignore[misc]
    """Deals the records, sets the pace, keeps the best weights, stops in time, tells the progress.

    Args:
        schedule: Learning rate, and when to stop.
        batches: What is learnt from.
        advance: Is told about every step.

    Attributes:
        best_weights: Of the epoch with the lowest validation loss; empty before the first.
        best_epoch: That epoch, counted from 1.
        epochs_done: How many.
        going_on: Whether there is to be another epoch.
        history: What was measured, one value an epoch.
    """

    def __init__(self, schedule: Schedule, batches: Batches, advance: Advance) -> None:
        super().__init__()
        self.best_weights: list[np.ndarray] = []
        self.best_epoch = 0
        self.epochs_done = 0
        self.going_on = True
        self.history: dict[str, list[float]] = {}
        self._schedule = schedule
        self._batches = batches
        self._steps_per_epoch = len(batches)
        self._advance = advance
        self._step = 0
        self._best_loss = math.inf

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Deal the records out."""
        self._batches.begin_epoch(epoch)

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Set the rate of this step."""
        epoch = self._step / self._steps_per_epoch
        self.model.optimizer.learning_rate = self._schedule.rate(epoch, self._step)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Count the step."""
        self._step += 1
        self._advance(1)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Compare with the best so far; a loss or a weight that is not finite ends it all.

        A loss alone does not show it: a ReLU makes 0 of what is no number.
        """
        measured = {name: float(value) for name, value in (logs or {}).items()}
        weights = self.model.get_weights()
        if not all(np.isfinite(value).all() for value in (*measured.values(), *weights)):
            self._stop()
            return
        measured["learning_rate"] = float(self.model.optimizer.learning_rate)
        for name, value in measured.items():
            self.history.setdefault(name, []).append(value)
        loss = measured["val_loss"]
        if loss < self._best_loss:
            self._best_loss = loss
            self.best_epoch = epoch + 1
            self.best_weights = weights
        self.epochs_done = epoch + 1
        if not self._schedule.go_on(epoch + 1, loss):
            self._stop()
        self._tell(loss)

    def state(self) -> dict[str, Any]:
        """What `restore` needs beside the best weights, as plain JSON."""
        return {
            "best_loss": self._best_loss,
            "best_epoch": self.best_epoch,
            "epochs_done": self.epochs_done,
            "going_on": self.going_on,
            "history": self.history,
            "step": self._step,
            "schedule": self._schedule.state(),
        }

    def restore(self, state: Mapping[str, Any], best_weights: list[np.ndarray]) -> None:
        """Go on from where `state` was asked for."""
        self._best_loss = float(state["best_loss"])
        self.best_epoch = int(state["best_epoch"])
        self.epochs_done = int(state["epochs_done"])
        self.going_on = bool(state["going_on"])
        self.history = {name: list(values) for name, values in state["history"].items()}
        self._step = int(state["step"])
        self._schedule.restore(state["schedule"])
        self.best_weights = best_weights
        self._advance(self._step)
        self._tell(self.history["val_loss"][-1])

    def _stop(self) -> None:
        self.going_on = False
        self.model.stop_training = True

    def _tell(self, loss: float) -> None:
        """Say how far it is."""
        self._advance(
            0,
            f"epoch {self.epochs_done}: validation loss {loss:.4f}, best {self._best_loss:.4f}",
            total=math.ceil(self._schedule.end) * self._steps_per_epoch,
        )
