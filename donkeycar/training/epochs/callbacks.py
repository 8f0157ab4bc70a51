"""Keras callbacks of a training: learning rate, early stopping, best weights, progress.

Import it only after `keras_backend.import_keras`.
"""

import math
import signal
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any

import keras
import numpy as np

from donkeycar.errors import TrainingError
from donkeycar.training.epochs.batches import Batches
from donkeycar.training.epochs.schedule import Schedule
from donkeycar.training.progress import Advance
from donkeycar.training.result import Ended


class EpochCallback(keras.callbacks.Callback):  # type: ignore[misc]
    """Sets the learning rate, keeps the best weights, stops early, and reports the progress.

    Args:
        schedule: Learning rate and early stopping.
        batches: The training records, which are shuffled before every epoch.
        advance: Called for every step.

    Attributes:
        best_weights: Weights of the epoch with the lowest validation loss; empty before the first.
        best_epoch: That epoch, counted from 1.
        epochs_done: Number of finished epochs.
        going_on: Whether there will be another epoch.
        history: Measured values, one per epoch.
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
        """Shuffle the training records."""
        self._batches.begin_epoch(epoch)

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Set the learning rate of this step."""
        epoch = self._step / self._steps_per_epoch
        self.model.optimizer.learning_rate = self._schedule.rate(epoch, self._step)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Count the step."""
        self._step += 1
        self._advance(1)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Compare with the best epoch; a loss or a weight that is not finite ends the training.

        The loss alone is not enough, because a ReLU turns NaN into 0.
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
        """The data for `restore`, besides the best weights, as plain JSON."""
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
        """Continue from a `state`."""
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

    def outcome(self, is_complete: bool) -> Ended:
        """Say how the training ended.

        Args:
            is_complete: Whether it was not interrupted.

        Raises:
            KeyboardInterrupt: If it was interrupted before the end of the first epoch.
            TrainingError: If the loss or a weight became infinite in the first epoch.
        """
        if not self.best_weights:
            if not is_complete:
                raise KeyboardInterrupt(
                    "stopped before the first epoch was done; nothing was written"
                )
            raise TrainingError(
                "The loss or a weight became infinite. Try a lower LEARNING_RATE, or "
                "MIXED_PRECISION=False."
            )
        if not is_complete:
            return "interrupted"
        return "early" if self._schedule.stopped_early else "finished"

    def _stop(self) -> None:
        self.going_on = False
        self.model.stop_training = True

    def _tell(self, loss: float) -> None:
        """Report the progress."""
        self._advance(
            0,
            f"epoch {self.epochs_done}: validation loss {loss:.4f}, best {self._best_loss:.4f}",
            total=math.ceil(self._schedule.end) * self._steps_per_epoch,
        )


class Stopwatch(keras.callbacks.Callback):  # type: ignore[misc]
    """Adds times to the measured values of an epoch; it must be the first of the callbacks.

    ``seconds`` is the time since the training began, including validation; ``images_per_s`` is the
    number of training images per second, without validation.

    Args:
        num_images: Number of training images in an epoch.
        seconds_before: Duration of an interrupted training before it was resumed.
    """

    def __init__(self, num_images: int, seconds_before: float = 0.0) -> None:
        super().__init__()
        self._num_images = num_images
        self._began_s = time.monotonic() - seconds_before
        self._epoch_began_s = 0.0
        self._trained_s = 0.0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Start."""
        self._epoch_began_s = time.monotonic()

    def on_test_begin(self, logs: Any = None) -> None:
        """Stop: validation follows."""
        self._trained_s = time.monotonic() - self._epoch_began_s

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Add the times to the measured values."""
        if logs is not None:
            logs["seconds"] = round(time.monotonic() - self._began_s, 3)
            logs["images_per_s"] = round(self._num_images / max(self._trained_s, 1e-6), 1)


def fit_model(
    model: Any,
    batches: Batches,
    validation: Batches,
    callbacks: Sequence[Any],
    *,
    first_epoch: int,
    epochs: int,
) -> bool:
    """Run the epochs of a compiled network; Ctrl-C and SIGTERM end them.

    Args:
        model: A compiled network.
        batches: The training records.
        validation: The validation records.
        callbacks: The callbacks, called in this order.
        first_epoch: Counted from 0.
        epochs: Number of the last epoch, counted from 1.

    Returns:
        Whether they were not interrupted.
    """
    try:
        with sigterm_like_ctrl_c():
            model.fit(
                batches,
                initial_epoch=first_epoch,
                epochs=epochs,
                validation_data=validation,
                callbacks=callbacks,
                verbose=0,
                shuffle=False,  # `Batches` shuffles records; Keras could shuffle only whole batches
            )
    except KeyboardInterrupt:
        return False
    return True


@contextmanager
def sigterm_like_ctrl_c() -> Iterator[None]:
    """Treat SIGTERM as Ctrl-C: a computer that shuts down sends it, and so does `kill`.

    Only the main thread gets signals; in another thread this changes nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before or signal.SIG_DFL)
