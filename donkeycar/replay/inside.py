"""Weights, activations and gradients inside a network at an epoch, layer by layer."""

import zlib
from collections.abc import Callable
from typing import Any, Literal, TypeAlias

import numpy as np

from donkeycar.errors import TrainingError
from donkeycar.replay.layers import kernels, watched, with_z_values, z_values
from donkeycar.replay.probe_data import Array, ProbeData, outputs_of
from donkeycar.replay.recorded_network import RecordedNetwork, batch_size

Kind = Literal["weights", "activations", "outputs", "gradients"]
ByLayer: TypeAlias = dict[str, Array]
# Computes the loss of each row as a tensor, from a probe and the answers to it by output.
Loss: TypeAlias = Callable[[ProbeData, dict[str, Any]], Any]

# A sample of this many numbers of a layer shows their distribution.
SAMPLE = 20_000
# A probe is reduced to this many numbers of input: 69 frames of 160x120.
MOST_INPUT = 4_000_000


def values(
    network: RecordedNetwork, kind: Kind, place: int, probe: ProbeData, loss: Loss
) -> ByLayer:
    """Numbers in the layers at an epoch; if there are many, the same sample at every epoch.

    Args:
        network: The network.
        kind: ``weights``: kernels. ``activations``: z-values, before the activation.
            ``outputs``: values after it. ``gradients``: of the mean loss of the probe, by kernels.
        place: Index of the epoch.
        probe: Inputs and targets for the network.
        loss: The loss, for gradients.

    Returns:
        ``(numbers,)`` by layer.
    """
    probe = _thinned(probe)
    model = network.at(place)
    if kind == "weights":
        arrays = {
            layer.name: [kernel.numpy() for kernel in kernels(layer)] for layer in watched(model)
        }
        return {name: _sample(found, name) for name, found in arrays.items() if found}
    if kind == "gradients":
        return _gradients(network, probe, loss)
    if kind == "outputs":
        layers = watched(model)
        return _taps(network, probe, kind, layers, [layer.output for layer in layers])
    layers = with_z_values(model)
    return _taps(network, probe, kind, layers, [layer.input for layer in layers], z_values)


def _thinned(probe: ProbeData) -> ProbeData:
    numbers = sum(values.size for values in probe.inputs.values())
    step = -(-numbers // MOST_INPUT)
    return ProbeData(
        {name: values[::step] for name, values in probe.inputs.items()},
        {name: values[::step] for name, values in probe.targets.items()},
    )


def _taps(
    network: RecordedNetwork,
    probe: ProbeData,
    key: str,
    layers: list[Any],
    tensors: list[Any],
    change: Callable[[Any, Any], Any] | None = None,
) -> ByLayer:
    """Samples of the values of some tensors of the network, batch by batch."""
    if not layers:
        return {}
    size = batch_size(probe.inputs)
    share = -(-SAMPLE * size // max(size, len(probe)))
    parts: dict[str, list[Array]] = {layer.name: [] for layer in layers}
    for start in range(0, len(probe), size):
        found = network.run(key, tensors, probe.batch(start, size).inputs)
        for layer, tensor in zip(layers, found, strict=True):
            numbers = np.asarray(tensor if change is None else change(layer, tensor))
            parts[layer.name].append(_sample([numbers], f"{layer.name} {start}", share))
    return {name: np.concatenate(samples) for name, samples in parts.items()}


def _gradients(network: RecordedNetwork, probe: ProbeData, loss: Loss) -> ByLayer:
    import keras

    if keras.backend.backend() != "tensorflow":
        raise TrainingError(
            f"Gradients need Keras on TensorFlow. Received: KERAS_BACKEND={keras.backend.backend()}"
        )
    import tensorflow as tf

    outputs = outputs_of(network.model)
    variables = network.model.trainable_variables
    sums = {variable.path: np.zeros(variable.shape) for variable in variables}
    size = batch_size(probe.inputs)
    for start in range(0, len(probe), size):
        batch = probe.batch(start, size)
        with tf.GradientTape() as tape:
            found = network.run("answers", list(outputs.values()), batch.inputs)
            total = tf.reduce_sum(loss(batch, dict(zip(outputs, found, strict=True))))
        slopes = tape.gradient(total, [variable.value for variable in variables])
        for variable, slope in zip(variables, slopes, strict=True):
            if slope is not None:  # None: no loss depends on this kernel
                sums[variable.path] += np.asarray(tf.convert_to_tensor(slope)) / len(probe)
    result = {}
    for layer in watched(network.model):
        own = [sums[kernel.path] for kernel in kernels(layer) if kernel.path in sums]
        if own:
            result[layer.name] = _sample(own, layer.name)
    return result


def _sample(arrays: list[Array], seed: str, count: int = SAMPLE) -> Array:
    """A sample of some arrays, taken from the same positions at every epoch."""
    numbers = np.concatenate([np.ravel(array) for array in arrays])
    if len(numbers) > count:
        picks = np.random.default_rng(zlib.crc32(seed.encode())).integers(0, len(numbers), count)
        numbers = numbers[picks]
    return np.asarray(numbers, np.float32)
