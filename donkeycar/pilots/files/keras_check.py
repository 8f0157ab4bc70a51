"""Checks a Keras file: only known layers and plain arrays, and no code.

Keras files describe a network in JSON and keep its weights in HDF5. Both can be abused: a `Lambda`
layer contains code, a `TFSMLayer` loads a graph, a `StringLookup` reads files, and HDF5 can link to
other files and declare arrays that fill any memory. Keras closes such holes one by one; this check
accepts only the layers of pilots, whatever version of Keras reads the file afterwards.

Source: CVE-2024-3660, CVE-2025-1550, CVE-2025-8747, CVE-2025-9905 and CVE-2026-0897.
"""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from donkeycar.errors import PilotError
from donkeycar.json_text import parse_json

MAX_BYTES = 500_000_000
MAX_CONFIG_BYTES = 5_000_000
MAX_RATIO = 100
# A network of ours nests about twelve deep.
MAX_DEPTH = 60
# Units, filters and the like: a `latent` for frames of 640x480 has 38,400.
MAX_SIZE = 50_000
# A row of numbers between two layers: a `linear` for frames of 1280x720 has 812,736.
MAX_ROW = 1_000_000

CONFIG = "config.json"
WEIGHTS = "model.weights.h5"
MEMBERS = {CONFIG, WEIGHTS, "metadata.json"}

LAYERS = frozenset({
    "Activation", "Add", "Average", "AveragePooling1D", "AveragePooling2D", "AveragePooling3D",
    "BatchNormalization", "Concatenate", "Conv1D", "Conv2D", "Conv2DTranspose", "Conv3D",
    "Cropping2D", "Dense", "DepthwiseConv2D", "Dropout", "ELU", "Flatten", "GRU", "GetItem",
    "GaussianDropout", "GaussianNoise", "GlobalAveragePooling2D", "GlobalMaxPooling2D",
    "GroupNormalization", "InputLayer", "LSTM", "LayerNormalization", "LeakyReLU",
    "MaxPooling1D", "MaxPooling2D", "MaxPooling3D", "Maximum", "Multiply", "PReLU", "Permute",
    "ReLU", "RepeatVector", "Rescaling", "Reshape", "Resizing", "SeparableConv2D", "SimpleRNN",
    "Softmax", "SpatialDropout2D", "Subtract", "TimeDistributed", "UnitNormalization",
    "UpSampling2D", "ZeroPadding2D", "ZeroPadding3D",
})  # fmt: skip
MODELS = frozenset({"Functional", "Model", "Sequential"})
# Arguments of layers: initial weights, penalties, limits, number formats, shapes.
PARTS = frozenset({
    "Constant", "DTypePolicy", "GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform",
    "Identity", "L1", "L1L2", "L2", "LecunNormal", "LecunUniform", "MaxNorm", "MinMaxNorm",
    "NonNeg", "Ones", "Orthogonal", "RandomNormal", "RandomUniform", "TruncatedNormal",
    "UnitNorm", "VarianceScaling", "Zeros", "Policy", "__keras_tensor__", "__slice__",
    "__tuple__",
})  # fmt: skip
# In Keras 2: a function of TensorFlow, by its name, between two layers.
OPERATION = "TFOpLambda"
OPERATIONS = frozenset({
    "cast", "clip_by_value", "concat", "expand_dims", "identity", "math.add", "math.divide",
    "math.maximum", "math.multiply", "math.reduce_max", "math.reduce_mean", "math.subtract",
    "math.truediv", "nn.relu", "nn.softmax", "reshape", "split", "squeeze", "stack", "tile",
    "transpose",
})  # fmt: skip
# The part of a description that is read; the part about compiling is ignored.
DESCRIPTION = ("module", "class_name", "registered_name", "config", "build_config")
# Keys whose numbers decide how much memory a layer takes, and the largest allowed number for each.
LARGEST = {
    **dict.fromkeys(
        ("dilation_rate", "filters", "groups", "kernel_size", "n", "pool_size", "size", "strides",
         "units"), MAX_SIZE,
    ),
    **dict.fromkeys(
        ("batch_input_shape", "batch_shape", "input_shape", "shape", "target_shape"), MAX_ROW,
    ),
}  # fmt: skip
MODULE = re.compile(r"(keras|tensorflow\.keras|tf_keras|builtins)(\.[a-z_0-9]+)*")


def check_archive(path: Path) -> dict[str, Any]:
    """Check a ``.keras`` file without unpacking it.

    Returns:
        The description of the network in it.

    Raises:
        PilotError: If it is not a Keras archive, or contains more than a pilot needs.
    """
    if not path.is_file():
        raise PilotError(f"{path} is not a file.")
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            names = [member.filename for member in members]
            if len(set(names)) != len(names) or not {CONFIG, WEIGHTS} <= set(names) <= MEMBERS:
                raise PilotError(
                    f"A .keras file holds {', '.join(sorted(MEMBERS))}, each once. "
                    f"Received: {path} with {names!r:.200}"
                )
            for member in members:
                limit = MAX_BYTES if member.filename == WEIGHTS else MAX_CONFIG_BYTES
                packed = max(1, member.compress_size)
                if member.file_size > limit or member.file_size > MAX_RATIO * packed:
                    raise PilotError(f"{path} unpacks to more than a pilot has: {member.filename}.")
            with archive.open(CONFIG) as file:
                text = file.read(MAX_CONFIG_BYTES + 1)
            with archive.open(WEIGHTS) as weights:
                check_hdf5(weights, path)
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise PilotError(f"{path} is not a Keras file: {error}.") from error
    return check_config(text, path)


def check_config(text: str | bytes, path: Path) -> dict[str, Any]:
    """Check the description of a network.

    Args:
        text: JSON, as Keras wrote it.
        path: Where it was found, for messages.

        Returns: The description.

    Raises:
        PilotError: If it names anything that a pilot does not contain.
    """
    if len(text) > MAX_CONFIG_BYTES:
        raise PilotError(f"{path} describes a network at too great a length.")
    try:
        config = parse_json(text)
    except ValueError as error:
        raise PilotError(f"{path} does not describe a network: {error}.") from error
    if not isinstance(config, dict) or config.get("class_name") not in MODELS:
        raise PilotError(f"{path} does not describe a network.")
    # Nobody reads how it was trained, so it may name any optimizer.
    config = {key: value for key, value in config.items() if key in DESCRIPTION}
    for node, key in _walk(config, path):
        if isinstance(node, dict) and "class_name" in node:
            _check_class(node, path)
            _check_weights(node, path)
        elif isinstance(node, int) and abs(node) > LARGEST.get(key, abs(node)):
            raise PilotError(
                f"No layer of a pilot is larger than {LARGEST[key]}. "
                f"Received: {path} with {key}={node}"
            )
    return config


def check_hdf5(file: Any, path: Path) -> None:
    """Check that weights are plain arrays, in this file and of a sensible size.

    Args:
        file: A path or an open file.
        path: Where it was found, for messages.

    Raises:
        PilotError: If it is not HDF5, links elsewhere, or declares more than a pilot has.
    """
    import h5py

    try:
        with h5py.File(file, "r") as content:
            total = 0
            waiting = [content]
            while waiting:
                group = waiting.pop()
                for name in group:
                    if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                        raise PilotError(f"{path} links to something outside itself: {name:.80}")
                    item = group[name]
                    if isinstance(item, h5py.Group):
                        waiting.append(item)
                        continue
                    if item.is_virtual or item.external:
                        raise PilotError(f"{path} takes weights from another file: {name:.80}")
                    total += item.dtype.itemsize * int(item.size or 0)
                    if item.dtype.kind not in "fiubSO" or total > MAX_BYTES:
                        raise PilotError(
                            f"{path} declares more weights than a pilot has, or other things than "
                            f"numbers: {name:.80}, {item.dtype}, {item.shape}"
                        )
                if len(waiting) > 10_000:
                    raise PilotError(f"{path} has more groups than a pilot has layers.")
    except (OSError, KeyError, RuntimeError, ValueError) as error:
        if isinstance(error, PilotError):
            raise
        raise PilotError(f"{path} does not hold weights that can be read: {error}.") from error


def _check_class(node: dict[str, Any], path: Path) -> None:
    """Refuse a class that a pilot does not contain."""
    name, module = node["class_name"], node.get("module")
    registered = node.get("registered_name")
    if name == OPERATION:
        said = node.get("config")
        function = said.get("function") if isinstance(said, dict) else None
        known = function in OPERATIONS
        name = f"{OPERATION} {function!r:.60}"
    else:
        known = isinstance(name, str) and name in LAYERS | MODELS | PARTS
    if module is not None and not (isinstance(module, str) and MODULE.fullmatch(module)):
        known = False
    if not known or registered not in (None, node["class_name"]):
        raise PilotError(
            "A pilot is made of plain layers, which cannot run code or read files. "
            f"Received: {path} with {name!s:.80}"
        )


def _check_weights(node: dict[str, Any], path: Path) -> None:
    """Refuse a layer whose description needs more memory than a pilot."""
    inside, built = (node.get(key) for key in ("config", "build_config"))
    if not isinstance(inside, dict) or not isinstance(built, dict):
        return
    widths = [inside.get(key) for key in ("units", "filters")]
    width = max((abs(one) for one in widths if isinstance(one, int)), default=0)
    shape = built.get("input_shape")
    rows = [one for one in shape if isinstance(one, int)] if isinstance(shape, list) else []
    if width * max(map(abs, rows), default=0) * 4 > MAX_BYTES:
        raise PilotError(
            f"No layer of a pilot has more than {MAX_BYTES // 1_000_000} MB of weights. "
            f"Received: {path} with {node['class_name']!s:.40} of {width} for {shape!r:.60}"
        )


def _walk(config: Any, path: Path) -> Iterator[tuple[Any, str]]:
    """Every value in a description, with its key."""
    waiting: list[tuple[Any, str, int]] = [(config, "", 0)]
    while waiting:
        node, key, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise PilotError(f"{path} describes a network that is nested too deeply.")
        yield node, key
        if isinstance(node, dict):
            waiting.extend((value, str(name), depth + 1) for name, value in node.items())
        elif isinstance(node, list):
            waiting.extend((value, key, depth + 1) for value in node)
