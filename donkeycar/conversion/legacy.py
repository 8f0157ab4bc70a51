"""Adapts a network that only Keras 2 can open; it can drive but cannot be fine-tuned."""

from pathlib import Path
from typing import Any

import numpy as np

from donkeycar.conversion.adapt import IMAGE, NetworkOutput, check_size_is_fixed, meanings, type_for
from donkeycar.errors import PilotError
from donkeycar.pilots.kinds.registry import PilotType


class LegacyNetwork:
    """The parts of a Keras 2 network that are needed to make LiteRT files of it.

    Args:
        model: A model of ``tf_keras``, with named inputs and a dictionary of outputs.

    Attributes:
        input: Its inputs, in order.
    """

    def __init__(self, model: Any) -> None:
        self._model = model
        self.input = list(model.inputs)

    def predict_on_batch(self, inputs: list[np.ndarray]) -> dict[str, np.ndarray]:
        """Compute the outputs for some rows.

        Args:
            inputs: One array for each of `input`.
        """
        answers: dict[str, np.ndarray] = self._model.predict_on_batch(inputs)
        return answers

    def export(self, folder: Path, **_: Any) -> None:
        """Write a SavedModel whose inputs keep their names."""
        import tensorflow as tf

        specs = [
            tf.TensorSpec([None, *tensor.shape[1:]], tensor.dtype, tensor.name)
            for tensor in self.input
        ]

        def serve(*tensors: Any) -> Any:
            return self._model(list(tensors), training=False)

        function = tf.function(serve, input_signature=specs)
        tf.saved_model.save(self._model, str(folder), signatures=function)


def as_legacy_pilot(model: Any, type_name: str | None = None) -> tuple[LegacyNetwork, PilotType]:
    """Turn a model of ``tf_keras`` into the network of a pilot.

    Args:
        model: A model with an image input and at most one row of numbers.
        type_name: The type that its owner names; ``None`` to infer it.

    Raises:
        PilotError: If it has other inputs, or its type is unknown.
    """
    import tf_keras

    images = [tensor for tensor in model.inputs if len(tensor.shape) in (4, 5)]
    vectors = [tensor for tensor in model.inputs if len(tensor.shape) == 2]
    if len(images) != 1 or len(vectors) > 1 or len(images) + len(vectors) != len(model.inputs):
        raise PilotError("A pilot takes an image, and perhaps one vector.")
    check_size_is_fixed(images[0])
    outputs = [
        NetworkOutput(name, tuple(tensor.shape[1:]))
        for name, tensor in zip(model.output_names, model.outputs, strict=True)
    ]
    layers = {type(layer).__name__ for layer in model.layers}
    kind = type_for(type_name, vectors, images[0], outputs, layers)
    image = tf_keras.Input(images[0].shape[1:], dtype="uint8", name=IMAGE)
    scaled = tf_keras.layers.Rescaling(1 / 255)(image)
    beside = [tf_keras.Input(one.shape[1:], name=kind.vector_input) for one in vectors]
    given = {id(images[0]): scaled, **{id(o): n for o, n in zip(vectors, beside, strict=True)}}
    answers = model([given[id(tensor)] for tensor in model.inputs])
    answers = answers if isinstance(answers, list) else [answers]
    named = dict(zip(meanings(outputs), answers, strict=True))
    return LegacyNetwork(tf_keras.Model([image, *beside], named)), kind
