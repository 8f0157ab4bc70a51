"""The network of a recording, with the weights that it had after any of its epochs."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from donkeycar.errors import TrainingError
from donkeycar.keras_backend import import_keras
from donkeycar.replay.network import rebuild
from donkeycar.replay.probe_data import Array, input_names, outputs_of
from donkeycar.replay.recording import Recording

# Numbers of input that go through the network at once: 35 frames of 160x120; the outputs of the
# first layer for them take 15 MB.
BATCH_INPUT = 2_000_000


class RecordedNetwork:
    """One ``keras.Model`` that gets the weights of the requested epoch.

    Args:
        recording: The recording. Its epochs are named by their index, from 0 on.

    Raises:
        TrainingError: If the network cannot be rebuilt, or gets other inputs than its own.
    """

    def __init__(self, recording: Recording) -> None:
        import_keras()
        self.model = rebuild(recording.network, recording.shapes)
        self._weights = recording.weights
        self._place: int | None = None
        self._parts: dict[str, Any] = {}
        names = input_names(self.model)
        if names != list(recording.probe.inputs):
            raise TrainingError(
                f"The probe must have the inputs {names}. Received: {list(recording.probe.inputs)}"
            )

    def at(self, place: int) -> Any:
        """The model with the weights after that epoch; valid until the next call."""
        if place != self._place:
            self._place = None
            self.model.set_weights(self._weights(place))
            self._place = place
        return self.model

    def run(self, key: str, tensors: list[Any], inputs: Mapping[str, Array]) -> list[Any]:
        """Compute some tensors of the network with its present weights.

        Args:
            key: A name for `tensors`, so that this part of the network is built only once.
            tensors: Symbolic tensors of `model`.
            inputs: By name, all rows at once.

        Returns:
            A value for each of `tensors`.
        """
        import keras

        if key not in self._parts:
            self._parts[key] = keras.Model(self.model.inputs, tensors)
        given = [keras.ops.convert_to_tensor(values) for values in inputs.values()]
        return list(keras.tree.flatten(self._parts[key](given, training=False)))

    def arrays(self, key: str, tensors: list[Any], inputs: Mapping[str, Array]) -> list[Array]:
        """Do the same in batches, for many rows, and return arrays."""
        rows, size = len(next(iter(inputs.values()))), batch_size(inputs)
        parts = []
        for start in range(0, rows, size):
            batch = {name: values[start : start + size] for name, values in inputs.items()}
            parts.append([np.asarray(found) for found in self.run(key, tensors, batch)])
        return [np.concatenate(found) for found in zip(*parts, strict=True)]

    def after(self, layer: str, numbers: Array) -> dict[str, Array] | None:
        """Compute the answers of the network for given outputs of a layer.

        Args:
            layer: Name of the layer.
            numbers: ``(rows, units)``.

        Returns:
            ``(rows, ...)`` by output; ``None`` if the answers depend on more than that layer.
        """
        import keras

        key, outputs = f"after {layer}", outputs_of(self.model)
        if key not in self._parts:
            start = self.model.get_layer(layer).output
            try:
                self._parts[key] = keras.Model(start, list(outputs.values()))
            except (ValueError, KeyError):  # "the graph is disconnected", in several ways
                self._parts[key] = None
        if self._parts[key] is None:
            return None
        given = keras.ops.convert_to_tensor(numbers)
        found = keras.tree.flatten(self._parts[key](given, training=False))
        return {name: np.asarray(values) for name, values in zip(outputs, found, strict=True)}

    def answers(self, inputs: Mapping[str, Array]) -> dict[str, Array]:
        """The answers of the network, ``(rows, ...)`` by output."""
        outputs = outputs_of(self.model)
        found = self.arrays("answers", list(outputs.values()), inputs)
        return dict(zip(outputs, found, strict=True))


def batch_size(inputs: Mapping[str, Array]) -> int:
    """How many rows may go through a network at once."""
    numbers = sum(values[:1].size for values in inputs.values())
    return max(1, BATCH_INPUT // max(1, numbers))
