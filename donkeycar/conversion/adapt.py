"""Model surgery: adapts a Keras network to a pilot, with frames as bytes and named outputs.

donkeycar 3 to 5 trained networks on frames scaled to 0..1, and the outputs had the names of
layers. Here the scaling moves into the network, and each output is named after its meaning.
"""

import copy
from typing import Any, NamedTuple

from donkeycar.conversion.translate import to_litert
from donkeycar.errors import PilotError
from donkeycar.pilots.kinds.registry import PILOT_TYPES, PilotType, pilot_type

IMAGE = "img_in"
SCALE = "scale"

# Additional inputs, by name, and the types that have them.
VECTOR_TYPES = {
    "imu_in": "imu",
    "behavior_in": "behavior",
    "xbehavior_in": "behavior",
    "mem_in": "memory",
}
# Output layers of donkeycar 3 to 5, and the meaning of their outputs.
MEANINGS = {
    "n_outputs0": "angle",
    "n_outputs1": "throttle",
    "out_0": "angle",
    "out_1": "throttle",
    "angle_out": "angle_bins",
    "throttle_out": "throttle_bins",
    "zloc": "loc",
}


class NetworkOutput(NamedTuple):
    """One output of a network.

    Attributes:
        name: Name of the layer it comes from.
        shape: Shape without the batch.
    """

    name: str
    shape: tuple[int, ...]

    @property
    def size(self) -> int:
        """How many numbers, if the output is a row of numbers; 0 for a picture."""
        return self.shape[0] if len(self.shape) == 1 else 0


def type_of(
    vectors: list[str], image_shape: tuple[int, ...], outputs: list[NetworkOutput], layers: set[str]
) -> PilotType:
    """Infer the type of a pilot from its network.

    Args:
        vectors: Names of its inputs other than the image.
        image_shape: Shape of the image, without the batch.
        outputs: Its outputs.
        layers: Classes of its layers; empty if they are not known.

    Raises:
        PilotError: If no type has such inputs and outputs.
    """
    sizes = [output.size for output in outputs]
    named = [VECTOR_TYPES[name] for name in vectors if name in VECTOR_TYPES]
    name = ""
    if len(vectors) == 1 and named:
        name = named[0]
    elif not vectors and len(image_shape) == 4:
        name = "3d" if "Conv3D" in layers else "rnn" if layers else ""
    elif not vectors:
        by_sizes = {
            (1,): "inferred",
            (2,): "linear",
            (1, 1): "linear",
            (0, 1, 1): "latent",
        }
        name = by_sizes.get(tuple(sorted(sizes)), "")
        if len(sizes) == 2 and min(sizes) > 1:
            name = "categorical"
        elif len(sizes) == 3 and sorted(sizes)[:2] == [1, 1] and max(sizes) > 1:
            name = "localizer"
    if name not in PILOT_TYPES:
        shapes = {output.name: output.shape for output in outputs}
        raise PilotError(
            "The type of this pilot cannot be told from its network. Say it with --type. "
            f"Received: an image of {image_shape}, {vectors or 'nothing'} beside it, and {shapes}"
        )
    return pilot_type(name)


def as_pilot(model: Any, type_name: str | None = None) -> tuple[Any, PilotType]:
    """Turn a Keras model into the network of a pilot.

    Args:
        model: A ``keras.Model`` with one image input and at most one row of numbers.
        type_name: The type that its owner names; ``None`` to infer it.

    Returns:
        A new model with the same weights, and its type.

    Raises:
        PilotError: If it has other inputs, or its type is unknown.
    """
    import keras

    if not isinstance(model, keras.Model) or not getattr(model, "inputs", None):
        raise PilotError("A pilot is a network whose inputs and outputs are known.")
    # A chain of layers becomes a graph, so that there is only one form.
    graph = keras.Model(model.inputs, model.outputs)
    images = [tensor for tensor in graph.inputs if len(tensor.shape) in (4, 5)]
    vectors = [tensor for tensor in graph.inputs if len(tensor.shape) == 2]
    if len(images) != 1 or len(vectors) > 1 or len(images) + len(vectors) != len(graph.inputs):
        shapes = {tensor.name: tensor.shape for tensor in graph.inputs}
        raise PilotError(f"A pilot takes an image, and perhaps one vector. Received: {shapes}")
    check_size_is_fixed(images[0])
    config = graph.get_config()
    sources = [_source(place) for place in _listed(config["output_layers"])]
    outputs = [
        NetworkOutput(name, tuple(tensor.shape[1:]))
        for name, tensor in zip(sources, graph.outputs, strict=True)
    ]
    layers = {layer["class_name"] for layer in config["layers"]}
    kind = type_for(type_name, vectors, images[0], outputs, layers)
    config = to_litert(config)
    config = _with_names(config, images[0], vectors, kind, meanings(outputs, model))
    adapted = keras.Model.from_config(config)
    # By name, because outputs in another structure are built in another order.
    for layer in adapted.layers:
        if layer.weights:
            layer.set_weights(graph.get_layer(layer.name).get_weights())
    return adapted, kind


def type_for(
    type_name: str | None,
    vectors: list[Any],
    image: Any,
    outputs: list[NetworkOutput],
    layers: set[str],
) -> PilotType:
    """The type that the owner of a network names, or else the inferred type.

    Args:
        type_name: The type that its owner names; ``None`` to infer it.
        vectors: Its inputs other than the image, tensors.
        image: The image input, a tensor.
        outputs: Its outputs.
        layers: Classes of its layers.

    Raises:
        PilotError: If there is no such type, or none has such inputs and outputs.
    """
    if type_name:
        return pilot_type(type_name)
    return type_of([one.name for one in vectors], tuple(image.shape[1:]), outputs, layers)


def check_size_is_fixed(image: Any) -> None:
    """Refuse an image input of any size, because the size of the frames would be a guess.

    Raises:
        PilotError: If the height or the width is not fixed.
    """
    shape = tuple(image.shape[1:])
    if None in shape:
        raise PilotError(
            f"A pilot takes frames of one size, which its network says. Received: {shape}. Save it "
            "with a fixed input, such as keras.Input((120, 160, 3)), and convert it again."
        )


def meanings(outputs: list[NetworkOutput], model: Any = None) -> list[str]:
    """The meaning of each output: from the name of its layer, or from its position.

    Args:
        outputs: In the order in which they were declared.
        model: The model, whose outputs have names already if they are a dictionary.
    """
    named = getattr(model, "output", None)
    if isinstance(named, dict):
        return list(named)
    found = []
    for output in outputs:
        order = {0: ["image"], 1: ["angle", "throttle"], 2: ["outputs"]}.get(
            output.size, ["angle_bins", "throttle_bins", "loc"]
        )
        known = MEANINGS.get(output.name)
        if output.name in ("angle", "throttle", "model_outputs", "outputs", "img_out"):
            known = output.name
        found.append(known or next(name for name in order if name not in found))
    return found


def _with_names(
    config: dict[str, Any], image: Any, vectors: list[Any], kind: PilotType, names: list[str]
) -> dict[str, Any]:
    """Insert the scaling after the image, and name inputs and outputs."""
    config = copy.deepcopy(config)
    scaled = str(image.dtype) != "uint8"
    new = {image.name: IMAGE}
    new.update({tensor.name: kind.vector_input or tensor.name for tensor in vectors})
    # Every layer that took the image takes the scaled one.
    seen = {**new, image.name: SCALE if scaled else IMAGE}
    for layer in config["layers"]:
        if layer["name"] in new:
            layer["config"]["name"] = layer["name"] = new[layer["name"]]
            if layer["name"] == IMAGE:
                layer["config"]["dtype"] = "uint8"
        layer["inbound_nodes"] = _renamed(layer["inbound_nodes"], seen)
    if scaled:
        config["layers"].insert(1, _scale())
    places = _listed(config["output_layers"])
    inputs = [[new[place[0]], *place[1:]] for place in _listed(config["input_layers"])]
    config["input_layers"] = inputs[0] if len(inputs) == 1 else inputs
    config["output_layers"] = dict(zip(names, places, strict=True))
    config["name"] = kind.name
    return config


def _scale() -> dict[str, Any]:
    """Describe the layer that scales bytes to 0..1, as every donkeycar did for training."""
    return {
        "module": "keras.layers",
        "class_name": "Rescaling",
        "registered_name": None,
        "name": SCALE,
        "config": {"name": SCALE, "scale": 1 / 255, "offset": 0.0, "dtype": "float32"},
        "inbound_nodes": [[[IMAGE, 0, 0, {}]]],
    }


def _renamed(nodes: Any, names: dict[str, str]) -> Any:
    """Rename layers wherever a layer names its inputs."""
    if isinstance(nodes, dict):
        return {
            key: [names.get(value[0], value[0]), *value[1:]]
            if key == "keras_history"
            else _renamed(value, names)
            for key, value in nodes.items()
        }
    return [_renamed(node, names) for node in nodes] if isinstance(nodes, list | tuple) else nodes


def _listed(places: Any) -> list[Any]:
    """Positions of inputs or outputs as a list, whatever structure they had."""
    if isinstance(places, dict):
        return list(places.values())
    return [places] if places and isinstance(places[0], str) else list(places)


def _source(place: Any) -> str:
    return str(place[0])
