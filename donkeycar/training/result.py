"""The result of a training run."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from donkeycar.pilots.files.bundle import PilotFiles, PilotInfo

Ended = Literal["finished", "early", "interrupted"]


@dataclass(frozen=True)
class TrainingResult:
    """A trained pilot, and how well it does.

    Attributes:
        files: Where the pilot is; any of the three can be driven with.
        info: What its sidecar says.
        history: What was measured in training, one value an epoch; ``loss`` and ``val_loss``
            are the mean squared errors of angle and throttle, added.
        best_epoch: Epoch whose weights were kept, counted from 1.
        ended: ``finished`` after all epochs, ``early`` because it did not get better any more,
            or ``interrupted`` by Ctrl-C.
        metrics: ``train`` and ``validation``, each as `quality.agreement` gives it.
        dropped: How many records were left out, by reason.
        validation_driver: Recorded angle and throttle of the validation records, ``(rows, 2)``.
        validation_pilot: The pilot's answers to them.
        duration_s: Time it took, in seconds.
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
