"""The Keras callback that records a training; import it after `keras_backend.import_keras`."""

import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

import keras

from donkeycar.errors import TrainingError
from donkeycar.replay.network import describe, shapes_of
from donkeycar.replay.objective import Objective
from donkeycar.replay.probe_data import Given, ProbeData
from donkeycar.replay.recording import build
from donkeycar.replay.writer import RecordingWriter, check_free

Precision = Literal["float16", "float32"]
PRECISIONS = ("float16", "float32")


class ReplayRecorder(keras.callbacks.Callback):  # type: ignore[misc]
    """A Keras callback that records a training for `Replay`.

    The network's description, its losses and the probe are written to the file once. All weights
    are written before the first epoch and after every epoch, with the loss, the metrics and the
    learning rate. If a training is killed, everything up to its last epoch is kept. A full disk
    ends the recording with a warning, but never the training.

    Args:
        file: An HDF5 file, ``.h5``; it may hold other recordings already.
        group: Name of this recording, new in that file.
        probe_inputs: Inputs that the network answers at every epoch: some hundred rows, preferably
            not from the training split. An array, or one for each input by name.
        probe_targets: The right answers. An array, or one for each output by name.
        precision: Number type of stored matrices: ``float16`` takes half the space of ``float32``
            and changes a weight by at most 0.05 %.
        network: The same network built of Keras layers only, used for drawing; ``None`` if that is
            the trained network itself.
        warn: Called if the disk gets full.

    Raises:
        TrainingError: If the name is taken, or the file is not a replay.

    Example:
        recorder = ReplayRecorder("run.h5", "tanh", points, labels)
        model.fit(points, labels, epochs=50, callbacks=[recorder])
    """

    def __init__(
        self,
        file: str | Path,
        group: str,
        probe_inputs: Given,
        probe_targets: Given,
        *,
        precision: Precision = "float16",
        network: Any = None,
        warn: Callable[[str], None] = warnings.warn,
    ) -> None:
        super().__init__()
        if precision not in PRECISIONS:
            raise TrainingError(
                f"`precision` must be one of {list(PRECISIONS)}. Received: {precision!r}"
            )
        self.path = Path(file).expanduser()
        self.group = group
        self._given = probe_inputs, probe_targets
        self._precision = precision
        self._network = network
        self._warn = warn
        self._writer: RecordingWriter | None = None
        self._begun = False
        check_free(self.path, group)  # report a taken name before the training, not after it

    def record_initial(self, model: Any) -> None:
        """Record a network without training it, for example to compare initialisers."""
        self.set_model(model)
        self.on_train_begin()
        self.on_epoch_begin(0)
        self.close()

    def on_train_begin(self, logs: Any = None) -> None:
        """Write everything that does not change."""
        if self._begun:
            raise TrainingError(
                f"A ReplayRecorder records one training. Received: a second one for {self.group!r}."
                " Next step: make another recorder with another group"
            )
        inputs, targets = self._given
        build(self.model, inputs)
        probe = ProbeData.of(self.model, inputs, targets)
        objective = Objective.of(self.model)
        about = {
            "network": describe(self.model if self._network is None else self._network),
            "shapes": shapes_of(self.model),
            "objective": {"losses": objective.losses, "weights": objective.weights},
            "inputs": list(probe.inputs),
            "targets": list(probe.targets),
            "keras": keras.__version__,
        }
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._writer = RecordingWriter(
            self.path,
            self.group,
            about=about,
            probe=probe,
            weights=self.model.get_weights(),
            rows=1 + int((self.params or {}).get("epochs", 0)),
            half=self._precision == "float16",
        )

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Record the weights before the first epoch."""
        if not self._begun:
            self._begun = True
            self._append(epoch, {})

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Record the weights and values after an epoch."""
        measured = {name: float(value) for name, value in (logs or {}).items()}
        rate = float(self.model.optimizer.learning_rate)
        self._append(epoch + 1, {"learning_rate": rate, **measured})

    def on_train_end(self, logs: Any = None) -> None:
        """Close the file."""
        self.close()

    def close(self) -> None:
        """End the recording, for example after an interruption. Safe to call twice."""
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()

    def __enter__(self) -> "ReplayRecorder":
        return self

    def __exit__(self, *ended: object) -> None:
        self.close()

    def _append(self, epoch: int, measured: Mapping[str, float]) -> None:
        if self._writer is None:
            return
        try:
            self._writer.append(epoch, self.model.get_weights(), measured)
        except OSError as error:
            self._warn(f"The replay ends before epoch {epoch}: {error.strerror or error}")
            self.close()
