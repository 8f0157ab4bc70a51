"""Rewrites the description of a network: from Keras 2 to Keras 3, and for LiteRT.

Both functions work on plain JSON, before any layer exists.
"""

import copy
from typing import Any

from donkeycar.errors import PilotError

# Values that have no effect: Keras 2 wrote these arguments, and Keras 3 does not know them.
NEUTRAL: tuple[object, ...] = (None, False, 1, [1, 1], [None, None])
# Arguments that say how something is computed, not what; the `dtype` of an object inside a layer
# is that of the layer.
HOW = ("implementation",)
# Initial weights do not matter, because the trained ones replace them.
BEGINNING = "_initializer"
# Objects that layers contain, and where Keras has them. Before 2.2, TensorFlow gave them a `dtype`.
NESTED = {
    "_initializer": "initializers",
    "_regularizer": "regularizers",
    "_constraint": "constraints",
}
# Arguments that have another name in Keras 3.
RENAMED = {("LeakyReLU", "alpha"): "negative_slope"}
# Names with another meaning in Keras 3: 0.2 x + 0.5 in Keras 2, x / 6 + 0.5 in Keras 3.
OTHER_MEANING = ("hard_sigmoid",)
# Keras 2's name for an operation on tensors that was not written as a layer.
OPERATION = "TFOpLambda"
RECURRENT = ("GRU", "LSTM", "SimpleRNN")


def to_keras_3(config: dict[str, Any]) -> dict[str, Any]:
    """Rewrite the description of a Keras 2 network for Keras 3.

    Args:
        config: The description of a whole model, with ``class_name`` and ``config``.

    Returns:
        The description of the same network, a copy.

    Raises:
        PilotError: If it uses something that Keras 3 cannot express.
    """
    model = _plain(copy.deepcopy(config))
    if model["class_name"] != "Sequential" and not _is_graph(model):
        raise PilotError("the network is neither a chain nor a graph of layers")
    inner = model["config"]
    layers = inner["layers"] if isinstance(inner, dict) else inner  # a list before Keras 2.2.3
    translated = [_layer_to_keras_3(layer) for layer in layers]
    name = inner.get("name", "pilot") if isinstance(inner, dict) else "pilot"
    model["config"] = {**(inner if isinstance(inner, dict) else {}), "layers": translated}
    model["config"]["name"] = name
    if model["class_name"] == "Model":  # before Keras 2.4
        model["class_name"] = "Functional"
    return {"class_name": model["class_name"], "config": model["config"]}


def to_litert(config: dict[str, Any]) -> dict[str, Any]:
    """Replace layers that LiteRT cannot run by equivalent ones that it can.

    A recurrent layer is unrolled over its few frames. Pooling in three dimensions becomes pooling
    of each picture, one after the other.

    Args:
        config: The description of a Keras 3 model, as `get_config` returns it.

    Returns:
        The description of the same network, a copy; the order of the weights is the same.
    """
    config = copy.deepcopy(config)
    config["layers"] = [_layer_to_litert(layer) for layer in config["layers"]]
    return config


def _is_graph(model: dict[str, Any]) -> bool:
    inner = model["config"]
    return isinstance(inner, dict) and {"layers", "input_layers", "output_layers"} <= set(inner)


def _plain(value: Any) -> Any:
    """Convert tuples to lists: a SavedModel writes them as objects."""
    if isinstance(value, dict):
        if value.get("class_name") == "__tuple__":
            return [_plain(item) for item in value["items"]]
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _layer_to_keras_3(layer: dict[str, Any]) -> dict[str, Any]:
    """Rewrite one layer, and the layer inside it if there is one."""
    if layer["class_name"] == OPERATION:
        return _concatenation(layer)
    config = dict(layer["config"])
    if isinstance(config.get("layer"), dict):  # TimeDistributed
        config["layer"] = _layer_to_keras_3(config["layer"])
    translated = {
        "module": "keras.layers",
        "class_name": layer["class_name"],
        "registered_name": None,
        "config": _known(layer["class_name"], config),
    }
    if "inbound_nodes" in layer:
        translated["name"] = layer.get("name", config.get("name"))
        translated["inbound_nodes"] = layer["inbound_nodes"]
    return translated


def _known(class_name: str, config: dict[str, Any]) -> dict[str, Any]:
    """Drop arguments that Keras 3 does not know and that change nothing."""
    import inspect

    import keras

    kind = getattr(keras.layers, class_name)
    accepted = {"name", "trainable", "dtype"}
    for base in kind.__mro__:
        accepted |= set(inspect.signature(base.__init__).parameters)
    accepted |= {"batch_input_shape", "input_shape"}  # Keras 3 still reads these
    kept = {}
    for old_key, value in config.items():
        key = RENAMED.get((class_name, old_key), old_key)
        if key in accepted:
            # The only axis of a normalisation was written as a list of one.
            alone = key == "axis" and isinstance(value, list) and len(value) == 1
            kept[key] = value[0] if alone else _nested(key, value)
        elif key not in HOW and not key.endswith(BEGINNING) and not _is_neutral(value):
            raise PilotError(f"Keras 3 has no {key}={value!r:.60} in {class_name}")
    return kept


def _nested(key: str, value: Any) -> Any:
    """Rewrite an object in a layer: an initialiser, regulariser, constraint or type of number."""
    import inspect

    import keras

    if key == "dtype" and isinstance(value, dict):
        # In 2.1 to 2.3 a dtype policy had its name as its whole configuration.
        name = value.get("config", {}).get("name", "float32")
        return name if isinstance(name, str) else "float32"
    where = next((place for end, place in NESTED.items() if key.endswith(end)), None)
    if where is None or not isinstance(value, dict) or not isinstance(value.get("config"), dict):
        return value
    kind = getattr(getattr(keras, where), str(value.get("class_name")), None)
    if kind is None:
        return value  # Keras reports what is wrong with it
    accepted = set(inspect.signature(kind.__init__).parameters) - {"self"}
    kept = {name: one for name, one in value["config"].items() if name in accepted}
    lost = {
        name: one
        for name, one in value["config"].items()
        if name not in accepted and name != "dtype" and not _is_neutral(one)
    }
    if lost and not key.endswith(BEGINNING):
        raise PilotError(f"Keras 3 has no {lost!r:.60} in {value['class_name']!s:.40}")
    return {**value, "config": kept}


def other_meaning(config: Any) -> str:
    """A name in a Keras 2 network that has another meaning in Keras 3; "" if there is none.

    Args:
        config: The description of the network, as it was found.
    """
    found, is_old = "", False
    waiting = [config]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            # Keras 3 writes `batch_shape`.
            is_old = is_old or "batch_input_shape" in node
            words = [word for key, word in node.items() if str(key).endswith("activation")]
            found = next((word for word in words if word in OTHER_MEANING), found)
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node
    return str(found) if is_old else ""


def _is_neutral(value: object) -> bool:
    """Whether a value has no effect, as if it were absent; True is not 1 here."""
    return any(type(value) is type(neutral) and value == neutral for neutral in NEUTRAL)


def _concatenation(layer: dict[str, Any]) -> dict[str, Any]:
    """Rewrite the only operation between layers that networks of donkeycar have."""
    if layer["config"].get("function") != "concat":
        raise PilotError(
            f"Keras 3 has no layer for tf.{layer['config'].get('function')} between layers"
        )
    first, *others = layer["inbound_nodes"][0]
    if layer["inbound_nodes"][1:] or not isinstance(first[0], str):
        raise PilotError("Keras 3 has no layer for such a tf.concat between layers")
    axis = first[3].get("axis", -1) if len(first) > 3 else -1
    return {
        "module": "keras.layers",
        "class_name": "Concatenate",
        "registered_name": None,
        "name": layer["name"],
        "config": {"name": layer["name"].replace(".", "_"), "axis": axis},
        "inbound_nodes": [[[*source[:3], {}] for source in (first, *others)]],
    }


def _layer_to_litert(layer: dict[str, Any]) -> dict[str, Any]:
    config = layer["config"]
    if layer["class_name"] in RECURRENT:
        return {**layer, "config": {**config, "unroll": True}}
    if layer["class_name"] == "MaxPooling3D" and _leaves_time(config):
        flat = {
            key: config[key][1:] if key in ("pool_size", "strides") else config[key]
            for key in ("pool_size", "strides", "padding", "data_format")
        }
        inner = {
            "module": "keras.layers",
            "class_name": "MaxPooling2D",
            "config": {**flat, "name": config["name"] + "_each"},
            "registered_name": None,
        }
        return {
            **layer,
            "class_name": "TimeDistributed",
            "config": {"name": config["name"], "layer": inner},
            "build_config": None,
        }
    return layer


def _leaves_time(config: dict[str, Any]) -> bool:
    """Whether a pooling in three dimensions pools each frame on its own."""
    sizes = (config["pool_size"], config["strides"])
    return all(isinstance(size, list | tuple) and size[0] == 1 for size in sizes)
