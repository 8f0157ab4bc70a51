"""Layers of a network: their outputs, before and after the activation function.

The layers with a kernel or an activation are watched. Z-values (pre-activations), the values that a
layer computes before its activation, are known for

* layers with an ``activation`` (Dense, EinsumDense, all convolutions), also in TimeDistributed;
* activation layers (Activation, ReLU, LeakyReLU, PReLU, ELU, Softmax): their inputs.

For recurrent layers, attention and models within a model, only the outputs are known. Layers
that are called more than once, and layers that only move numbers, are left out.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from donkeycar.errors import TrainingError

KERNELS = ("kernel", "embeddings")


def watched(model: Any) -> list[Any]:
    """The watched layers, in the network's order."""
    return [layer for layer in model.layers if _in_line(layer) and _works(layer)]


def with_z_values(model: Any) -> list[Any]:
    """The watched layers whose z-values are known."""
    return [layer for layer in watched(model) if _is_activation(layer) or _activated(layer)]


def hidden(model: Any) -> list[Any]:
    """The layers that are not outputs."""
    ends = {id(tensor) for tensor in model.outputs}
    return [layer for layer in watched(model) if id(layer.output) not in ends]


def kernels(layer: Any) -> list[Any]:
    """The variables of a layer that hold its connections, without biases and the like."""
    return [weight for weight in layer.weights if weight.path.rpartition("/")[2].endswith(KERNELS)]


def layer_named(model: Any, name: str) -> Any:
    """Find a watched layer.

    Raises:
        TrainingError: If there is no such layer.
    """
    found = {layer.name: layer for layer in watched(model)}
    if name not in found:
        raise TrainingError(f"`layer` must be one of {list(found)}. Received: layer={name!r}")
    return found[name]


def activation_name(layer: Any) -> str:
    """Name of a layer's activation function, ``""`` if it has none."""
    if not _is_activation(layer) and _activated(layer) is None:
        return ""
    function = getattr(layer, "activation", None)
    return str(getattr(function, "__name__", type(layer).__name__.lower()))


def z_values(layer: Any, given: Any) -> Any:
    """Compute the values of a layer before its activation.

    Args:
        layer: One of `with_z_values`.
        given: Input of the layer.
    """
    if _is_activation(layer):
        return given
    with _linear(_activated(layer)):
        return layer(given, training=False)


def _in_line(layer: Any) -> bool:
    """Whether a layer is called exactly once, with one array in and one out."""
    try:
        return not isinstance(layer.input, list | tuple | dict) and not isinstance(
            layer.output, list | tuple | dict
        )
    except (AttributeError, ValueError):  # Keras's answer if there are none, or several
        return False


def _works(layer: Any) -> bool:
    return bool(_is_activation(layer) or _activated(layer) or kernels(layer))


def _is_activation(layer: Any) -> bool:
    import keras

    kinds = keras.layers
    return isinstance(
        layer,
        kinds.Activation | kinds.ReLU | kinds.LeakyReLU | kinds.PReLU | kinds.ELU | kinds.Softmax,
    )


def _activated(layer: Any) -> Any:
    """The layer, or the layer inside it, whose activation can be removed; ``None`` if none."""
    import keras

    inner = layer.layer if isinstance(layer, keras.layers.TimeDistributed) else layer
    # An RNN uses its activation at every step, and a model is not a single layer.
    if isinstance(inner, keras.layers.RNN | keras.Model) or not hasattr(inner, "activation"):
        return None
    return inner


@contextmanager
def _linear(layer: Any) -> Iterator[None]:
    """Remove the activation temporarily."""
    import keras

    activation, layer.activation = layer.activation, keras.activations.linear
    try:
        yield
    finally:
        layer.activation = activation
