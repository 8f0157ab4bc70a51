"""Reads a SavedModel folder of Keras 2 as data: the graph in it is never loaded.

Such a folder holds a graph that TensorFlow would run. It also holds what Keras needs to rebuild
the network: its description in ``keras_metadata.pb``, and its weights in a checkpoint.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from donkeycar.errors import PilotError
from donkeycar.pilots.files.keras_check import MAX_BYTES, MAX_CONFIG_BYTES

METADATA = "keras_metadata.pb"
CHECKPOINT = Path("variables", "variables")
MODELS = (b"_tf_keras_network", b"_tf_keras_sequential", b"_tf_keras_model")

# Field numbers. Source: saved_metadata.proto of Keras 2: SavedMetadata.nodes, and in each
# SavedObject its node_path, identifier and metadata.
NODES, NODE_PATH, IDENTIFIER, DESCRIPTION = 1, 3, 4, 5
VALUE = ".ATTRIBUTES/VARIABLE_VALUE"


def read_description(folder: Path) -> bytes:
    """Find the description of the network.

    Returns:
        JSON with ``class_name`` and ``config``.

    Raises:
        PilotError: If there is none, because the folder was not written by Keras 2.
    """
    path = folder / METADATA
    if not path.is_file() or path.is_symlink():
        raise PilotError(
            f"A SavedModel can be converted if Keras 2 wrote it, with a {METADATA} in it. "
            f"Received: {folder}. Convert the .keras file it was made of instead."
        )
    content = path.read_bytes()[: MAX_CONFIG_BYTES * 4]
    try:
        for number, node in _fields(content):
            if number != NODES:
                continue
            said = dict(_fields(node))
            if said.get(NODE_PATH) == b"root" and said.get(IDENTIFIER) in MODELS:
                return said[DESCRIPTION]
    except (IndexError, ValueError, KeyError) as error:
        raise PilotError(f"{path} is damaged.") from error
    raise PilotError(f"{path} does not describe a network.")


def set_weights(model: Any, folder: Path) -> None:
    """Load the weights into a network that was built from its description.

    Args:
        model: A model of Keras 3, its layers in the order of the description.
        folder: The SavedModel.

    Raises:
        PilotError: If the checkpoint does not hold the weights of this network.
    """
    import tensorflow as tf

    size = sum(path.stat().st_size for path in (folder / CHECKPOINT.parent).glob("*"))
    if size > MAX_BYTES:
        raise PilotError(f"{folder} has more weights than a pilot has.")
    try:
        reader = tf.train.load_checkpoint(str(folder / CHECKPOINT))
        stored = reader.get_variable_to_shape_map()
        values = [reader.get_tensor(key) for key in _keys(model, set(stored))]
        model.set_weights(values)
    except (tf.errors.OpError, ValueError, RuntimeError) as error:
        if isinstance(error, PilotError):
            raise
        raise PilotError(f"{folder} does not hold weights that can be read: {error}.") from error


def _keys(model: Any, stored: set[str]) -> Iterator[str]:
    """The name of each weight in the checkpoint.

    Keras 2 names a weight after its layer and itself. A weight of a layer inside another layer is
    named after its index among all weights.
    """
    weighted = [layer for layer in model.layers if layer.weights]
    places = [(layer, weight) for layer in weighted for weight in layer.weights]
    for number, (layer, weight) in enumerate(places):
        names = (
            f"layer_with_weights-{weighted.index(layer)}/{weight.name}/{VALUE}",
            f"variables/{number}/{VALUE}",
        )
        known = [name for name in names if name in stored]
        if not known:
            raise ValueError(f"it has no weights for the layer {layer.name}")
        yield known[0]


def _fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """Fields of a protocol buffer, as number and bytes; numeric fields are skipped.

    Source: protobuf.dev, "Encoding": a key is ``number << 3 | wire type``.
    """
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        number, wire = key >> 3, key & 7
        if wire == 0:
            _, at = _varint(message, at)
        elif wire in (1, 5):
            at += 8 if wire == 1 else 4
        elif wire == 2:
            length, at = _varint(message, at)
            if at + length > len(message):
                raise ValueError("a field is longer than its message")
            yield number, message[at : at + length]
            at += length
        else:
            raise ValueError(f"wire type {wire}")


def _varint(message: bytes, at: int) -> tuple[int, int]:
    """A varint, a number in groups of seven bits, and the position after it."""
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
        if shift > 63:
            raise ValueError("a number is too long")
