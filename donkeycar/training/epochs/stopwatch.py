"""Takes the time of every epoch; import it only after `backend.import_keras`."""

import time
from typing import Any

import keras


class Stopwatch(keras.callbacks.Callback):  # type: ignore[misc]
    """Adds to what is measured in an epoch; it must be the first of the callbacks.

    ``seconds`` have passed since the training began, validation included; ``images_per_s`` were
    learnt from while learning, without validation.

    Args:
        num_images: Learnt from in an epoch.
        seconds_before: What an interrupted training took before.
    """

    def __init__(self, num_images: int, seconds_before: float = 0.0) -> None:
        super().__init__()
        self._num_images = num_images
        self._began_s = time.monotonic() - seconds_before
        self._epoch_began_s = 0.0
        self._taught_s = 0.0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Start."""
        self._epoch_began_s = time.monotonic()

    def on_test_begin(self, logs: Any = None) -> None:
        """Stop: what follows is validation."""
        self._taught_s = time.monotonic() - self._epoch_began_s

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Add the times to what was measured."""
        if logs is not None:
            logs["seconds"] = round(time.monotonic() - self._began_s, 3)
            logs["images_per_s"] = round(self._num_images / max(self._taught_s, 1e-6), 1)
