"""Fine-tuning (transfer learning): a training that begins with the weights of another pilot."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from donkeycar.errors import PilotError, TrainingError
from donkeycar.pilots.files.keras_file import check_keras, load_keras


def check_source(source: Path) -> None:
    """Check the other pilot before anything else.

    Raises:
        TrainingError: If it is missing, damaged, or not a pilot.
    """
    try:
        check_keras(source)
    except PilotError as error:
        raise TrainingError(f"`--transfer` needs another pilot. {error}") from error


def transfer(
    model: Any, source: Path, *, layers_to_train: int | None = None, say: Callable[[str], None]
) -> None:
    """Give a new network the weights of another, layer by layer of the same name.

    Args:
        model: Untrained; changed in place.
        source: The other pilot.
        layers_to_train: Train only this many of the last layers, including inputs and layers
            without weights, as in earlier versions; ``None`` for all of them.
        say: Called with sentences: which layers fit, which do not, and which are trained.

    Raises:
        TrainingError: If the other pilot cannot be read, if none of its layers fits, or if a frozen
            layer would have random weights.
    """
    try:
        other = load_keras(source)
    except PilotError as error:
        raise TrainingError(f"`--transfer` needs another pilot. {error}") from error
    known = {layer.name: layer for layer in other.layers if layer.weights}
    taken, missing = [], []
    for layer in model.layers:
        if not layer.weights:
            continue
        here, there = _shapes(layer), _shapes(known.get(layer.name))
        if here == there:
            layer.set_weights(known[layer.name].get_weights())
            taken.append(layer.name)
        else:
            missing.append(f"{layer.name} ({_difference(here, there)})")
    if not taken:
        raise TrainingError(
            "`--transfer` must name a pilot with layers like those of this one. "
            f"Received: {source}, where nothing fits: {'; '.join(missing)}"
        )
    say(f"{len(taken)} layers begin with the weights of {source}")
    if missing:
        say(f"these begin with random weights, because they do not fit: {'; '.join(missing)}")
    if _scaling(model) != _scaling(other):
        say(f"note: {source} scales pictures differently; the first layers have to get used to it")
    if layers_to_train is not None:
        _freeze(model, layers_to_train, set(taken), say)


def _freeze(model: Any, layers_to_train: int, taken: set[str], say: Callable[[str], None]) -> None:
    """Freeze all layers but the last ones."""
    if layers_to_train > len(model.layers):
        raise TrainingError(
            f"This network has {len(model.layers)} layers; NUM_LAST_LAYERS_TO_TRAIN must be at "
            f"most as many. Received: {layers_to_train}"
        )
    kept, learning = model.layers[:-layers_to_train], model.layers[-layers_to_train:]
    random = [layer.name for layer in kept if layer.weights and layer.name not in taken]
    if random:
        raise TrainingError(
            "FREEZE_LAYERS must keep only layers that were trained before. Received: "
            f"{', '.join(random)} would stay random. Set a greater NUM_LAST_LAYERS_TO_TRAIN."
        )
    for layer in kept:
        layer.trainable = False
    names = [layer.name for layer in learning if layer.trainable_weights]
    if not names:
        raise TrainingError(
            f"None of the last {layers_to_train} layers has weights that could learn. "
            "Set a greater NUM_LAST_LAYERS_TO_TRAIN."
        )
    say(f"only these layers learn: {', '.join(names)}")


def _shapes(layer: Any) -> list[tuple[int, ...]] | None:
    """Shapes of the weights of a layer, ``None`` without a layer."""
    return None if layer is None else [tuple(weight.shape) for weight in layer.weights]


def _difference(here: list[tuple[int, ...]] | None, there: list[tuple[int, ...]] | None) -> str:
    """Explain why a layer does not fit."""
    if not here or not there:
        return "not there"
    return f"{_size(there)} there, {_size(here)} here"


def _size(shapes: list[tuple[int, ...]]) -> str:
    return "x".join(str(side) for side in shapes[0])


def _scaling(model: Any) -> list[Any]:
    """The scaling of a network's pictures."""
    scalings = [layer.get_config() for layer in model.layers if "Rescaling" in type(layer).__name__]
    return [(config["scale"], config["offset"]) for config in scalings]
