"""Progress file of a training, from which a page draws its curves.

Import it only after `keras_backend.import_keras`.
"""

import contextlib
import json
import time
from pathlib import Path
from typing import Any

import keras

from donkeycar.files import write_atomically

# Between two writes within an epoch, in seconds.
EVERY_S = 1.0
CURVES = ("loss", "val_loss")


class ProgressFile(keras.callbacks.Callback):  # type: ignore[misc]
    """Writes how far a training is, as JSON; a disk that is full does not end the training.

    The keys: ``epochs`` (most of them), ``epoch`` (how many are finished, with the share of the
    present one), ``seconds`` (since the start), ``loss`` and ``val_loss`` (one number per finished
    epoch).

    Args:
        path: The file.
        epochs: Maximum number of epochs.
    """

    def __init__(self, path: Path, epochs: int) -> None:
        super().__init__()
        self._path = path
        self._epochs = epochs
        self._done = 0
        self._curves: dict[str, list[float]] = {name: [] for name in CURVES}
        self._began_s = self._written_s = time.monotonic()

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Count the epochs, also those before a training was resumed."""
        self._done = epoch
        self._write(epoch)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Write the share of this epoch, once in `EVERY_S`."""
        if time.monotonic() - self._written_s >= EVERY_S:
            steps = self.params.get("steps") or batch + 1
            self._write(self._done + (batch + 1) / steps)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Add the losses of this epoch."""
        for name in CURVES:
            self._curves[name].append(float((logs or {})[name]))
        self._write(epoch + 1)

    def _write(self, epoch: float) -> None:
        self._written_s = time.monotonic()
        values = {
            "epochs": self._epochs,
            "epoch": round(epoch, 3),
            "seconds": round(self._written_s - self._began_s, 1),
            **self._curves,
        }
        with contextlib.suppress(OSError):
            write_atomically(self._path, json.dumps(values))
