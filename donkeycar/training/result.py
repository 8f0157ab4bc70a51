"""The result of a training run."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from donkeycar.pilots.files.bundle import PilotFiles, PilotInfo

Ended = Literal["finished", "early", "interrupted"]


@dataclass(frozen=True)
class TrainingResult:
    """A trained pilot, and its errors.

    Attributes:
        files: Paths of the pilot; any of the three can be given to `drive`.
        info: Content of its sidecar.
        history: Values measured in training, one per epoch; ``loss`` and ``val_loss`` are the sums
            of the mean squared errors of angle and throttle.
        best_epoch: Epoch whose weights were kept, counted from 1.
        ended: ``finished`` after all epochs, ``early`` by early stopping, or ``interrupted`` by
            Ctrl-C.
        metrics: ``train`` and ``validation``, each the result of `validation.agreement`.
        dropped: Number of records that were left out, by reason.
        validation_driver: Recorded angle and throttle of the validation records, ``(rows, 2)``.
        validation_pilot: The pilot's answers to them.
        duration_s: Duration, in seconds.
    """

    files: PilotFiles
    info: PilotInfo
    history: dict[str, list[float]]
    best_epoch: int
    ended: Ended
    metrics: dict[str, Any]
    dropped: dict[str, int]
    validation_driver: np.ndarray
    validation_pilot: np.ndarray
    duration_s: float
