"""Safe serialisation of a network as text: only parts of Keras itself, and no code."""

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from donkeycar.errors import TrainingError

# These layers run code from whoever wrote the file, or open other files.
UNSAFE = {
    "FlaxLayer", "IntegerLookup", "JaxLayer", "Lambda", "StringLookup", "TFSMLayer",
    "TextVectorization", "TorchModuleWrapper",
}  # fmt: skip
_NOT_RECORDABLE = "Only Sequential and functional models can be recorded. Received: {}"
# Forms in which Keras writes values that JSON does not know; the other forms may hold code.
SAFE_VALUES = {"__keras_tensor__", "__tuple__", "__ellipsis__", "__slice__"}


def describe(model: Any) -> dict[str, Any]:
    """Describe a network, without its weights, so that `rebuild` can make an equal one.

    Args:
        model: A Sequential or functional ``keras.Model`` that has been built.

    Raises:
        TrainingError: If it has parts that Keras cannot build without the user's code.
    """
    import keras

    # Not `serialize_keras_object`, which also needs to know how the network was compiled.
    try:
        config = model.get_config()
        text = json.dumps(config)
    except (TypeError, ValueError, NotImplementedError) as error:
        raise TrainingError(_NOT_RECORDABLE.format(f"{model.name} ({error})")) from error
    if isinstance(model, keras.Sequential):
        kind = "Sequential"
    elif "input_layers" in config:
        kind = "Model"
    else:
        raise TrainingError(_NOT_RECORDABLE.format(f"{model.name}, a {type(model).__name__}"))
    described: dict[str, Any] = {
        "module": "keras",
        "class_name": kind,
        "config": json.loads(text),
        "build_config": model.get_build_config(),
    }
    _text_of(described, shapes_of(model))
    return described


def shapes_of(model: Any) -> list[tuple[int, ...]]:
    """Shapes of all weights, in Keras's order."""
    return [tuple(weight.shape) for weight in model.weights]


def rebuild(config: dict[str, Any], shapes: Sequence[tuple[int, ...]]) -> Any:
    """Build the network that `describe` described; it computes in float32.

    Args:
        config: The result of `describe`; it may come from a stranger.
        shapes: The shapes that its weights must have.

    Returns:
        A ``keras.Model`` with arbitrary weights.

    Raises:
        TrainingError: If the description is damaged, names unsafe parts, or contradicts `shapes`.
    """
    text = _text_of(config, shapes)
    with _understood():
        return _built(text)


def check(config: Any) -> None:
    """Refuse a description that contains anything but harmless parts of Keras.

    Raises:
        TrainingError: The message names the part.
    """
    for part in _parts(config):
        name, module = part["class_name"], part.get("module")
        if not isinstance(name, str) or not isinstance(module, str | None):
            raise TrainingError(f"Names of layers must be text. Received: {name!r} of {module!r}")
        if name in SAFE_VALUES:
            continue
        at_home = module in ("builtins", "keras") or (module or "").startswith("keras.")
        own = part.get("registered_name") not in (None, name)
        if name in UNSAFE or name.startswith("__") or not at_home or own:
            raise TrainingError(
                "A replay is drawn without its author's code, so it may hold only parts of Keras "
                f"that run none. Received: {name} of {module}. Next step: replace that part by "
                "layers, losses or functions of Keras itself"
            )


def _parts(config: Any) -> Iterator[dict[str, Any]]:
    """All descriptions of objects within a description."""
    waiting = [config]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            if "class_name" in node:
                yield node
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)


def _text_of(config: dict[str, Any], shapes: Sequence[tuple[int, ...]]) -> str:
    """The text from which Keras builds safely, once the weights are known to have these shapes."""
    check(config)
    text = json.dumps(_in_float32(config))
    # In a thread of its own: Keras remembers unfilled weights per thread, and would fill them
    # later.
    with _understood(), ThreadPoolExecutor(1) as thread:
        found = thread.submit(_draft, text).result()
    if found != list(shapes):
        raise TrainingError(
            "The recorded weights must suit the recorded network. "
            f"Received: weights of shapes {list(shapes)} for {found}"
        )
    return text


@contextmanager
def _understood() -> Iterator[None]:
    try:
        yield
    except Exception as error:  # Keras may raise any error for a description it cannot read
        raise TrainingError(f"Keras cannot rebuild the recorded network: {error}") from error


def _draft(text: str) -> list[tuple[int, ...]]:
    """Shapes of the weights, without allocating them: a damaged file must not fill the memory."""
    import keras

    with keras.StatelessScope(initialize_variables=False):
        return shapes_of(_built(text))


def _built(text: str) -> Any:
    import keras

    # Keras changes the description while it reads it, so each reader gets a fresh copy.
    model = keras.saving.deserialize_keras_object(json.loads(text), safe_mode=True)
    return _functional(model) if isinstance(model, keras.Sequential) else model


def _functional(model: Any) -> Any:
    """The same layers, called once each: a Sequential would call them again at every build."""
    import keras

    [given] = model.inputs
    x = start = keras.Input(batch_shape=given.shape, dtype=given.dtype, name="input")
    for layer in model.layers:
        x = type(layer).from_config(layer.get_config())(x)
    return keras.Model(start, x, name=model.name)


def _in_float32(config: Any) -> Any:
    """The same network, computing in float32 whatever type it was trained in."""
    if isinstance(config, list):
        return [_in_float32(item) for item in config]
    if not isinstance(config, dict):
        return config
    if config.get("class_name") == "DTypePolicy":
        return {**config, "config": {"name": "float32"}}
    return {key: _in_float32(value) for key, value in config.items()}
