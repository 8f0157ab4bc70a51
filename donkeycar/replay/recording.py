"""The recording of one training: read from a file, or taken from a network as it is."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from donkeycar.errors import TrainingError
from donkeycar.json_text import parse_json
from donkeycar.replay.hdf5 import dataset, opened, read, subgroups
from donkeycar.replay.layout import epochs_done, place_name
from donkeycar.replay.network import describe, shapes_of
from donkeycar.replay.objective import Objective
from donkeycar.replay.probe_data import Array, Given, ProbeData

# The longest description of a network that is read, in bytes.
LONGEST_TEXT = 16 << 20


@dataclass(frozen=True)
class Recording:
    """The recording of one training.

    Attributes:
        name: Name of its group in the file.
        network: The result of `network.describe`.
        shapes: Shapes of the weights, in Keras's order.
        objective: The losses.
        probe: Inputs that the network answers at every epoch, with their targets.
        epochs: Numbers of the recorded epochs; the first is before any training, usually 0.
        history: Loss, metrics and ``learning_rate``: one value for each epoch except the first.
        weights: Reads all weights after the epoch with this index in `epochs`.
    """

    name: str
    network: dict[str, Any]
    shapes: list[tuple[int, ...]]
    objective: Objective
    probe: ProbeData
    epochs: tuple[int, ...]
    history: dict[str, Array]
    weights: Callable[[int], list[Array]]

    @classmethod
    def of(cls, model: Any, inputs: Given, targets: Given, *, name: str = "") -> "Recording":
        """Make a recording of a network as it is, trained or only initialised."""
        build(model, inputs)
        weights = [np.array(values) for values in model.get_weights()]
        return cls(
            name=name or model.name,
            network=describe(model),
            shapes=shapes_of(model),
            objective=Objective.of(model),
            probe=ProbeData.of(model, inputs, targets),
            epochs=(0,),
            history={},
            weights=lambda place: weights,
        )


def build(model: Any, inputs: Given) -> None:
    """Build a Sequential that was created without an input shape."""
    if not model.built and isinstance(inputs, np.ndarray):
        model(inputs[:1])
    if not getattr(model, "inputs", None):
        raise TrainingError(
            "Only Sequential and functional models can be recorded, once they are built. "
            f"Received: {model.name}. Next step: give it a keras.Input"
        )


def groups_in(path: str | Path) -> list[str]:
    """Names of the recordings in a file, the oldest first."""
    with opened(Path(path)) as file:
        return subgroups(file)


def load(path: str | Path, group: str | None = None) -> Recording:
    """Open one recording of a file.

    Args:
        path: The file.
        group: Which recording; ``None`` if there is only one.

    Raises:
        TrainingError: If there is no such recording, or it is damaged.
    """
    path = Path(path)
    names = groups_in(path)
    if group is None and len(names) == 1:
        group = names[0]
    if group not in names:
        raise TrainingError(f"`group` must be one of {names} in {path}. Received: {group!r}")
    with opened(path) as file:
        recording = file[group]
        about = _about(recording, f"{group} in {path}")
        shapes = [tuple(shape) for shape in about["shapes"]]
        epochs = epochs_done(recording)
        if not epochs:
            raise TrainingError(f"{group} in {path} was stopped before it held anything")
        return Recording(
            name=group,
            network=about["network"],
            shapes=shapes,
            objective=Objective.from_json(about["objective"], about["targets"]),
            probe=ProbeData(
                _arrays(recording, "inputs", about["inputs"]),
                _arrays(recording, "targets", about["targets"]),
            ),
            epochs=tuple(epochs),
            history=_history(recording, len(epochs)),
            weights=lambda place: _weights(path, group, shapes, place),
        )


def _about(group: Any, what: str) -> dict[str, Any]:
    node = dataset(group, "about", kinds="u", shape=(None,))
    if node.nbytes > LONGEST_TEXT:
        raise TrainingError(f"The description of {what} is too long: {node.nbytes} bytes")
    try:
        about = parse_json(node[()].tobytes())
        known = (
            isinstance(about["network"], dict)
            and all(_is_shape(shape) for shape in about["shapes"])
            and all(isinstance(name, str) for key in ("inputs", "targets") for name in about[key])
        )
    except (ValueError, KeyError, TypeError) as error:
        raise TrainingError(f"The description of {what} is damaged: {error!r}") from error
    if not known:
        raise TrainingError(f"The description of {what} is damaged")
    return dict(about)


def _is_shape(shape: Any) -> bool:
    return isinstance(shape, list) and all(isinstance(side, int) for side in shape)


def _arrays(group: Any, kind: str, names: list[str]) -> dict[str, Array]:
    return {name: read(dataset(group, place_name(kind, place))) for place, name in enumerate(names)}


def _history(group: Any, num_epochs: int) -> dict[str, Array]:
    if num_epochs < 2:
        return {}
    names = read(dataset(group, "history_names", kinds="S", shape=(None,)))
    values = read(dataset(group, "history", kinds="f", shape=(None, len(names))))
    return {
        name.decode(errors="replace"): values[1:num_epochs, place]
        for place, name in enumerate(names)
        if name
    }


def _weights(path: Path, group: str, shapes: list[tuple[int, ...]], place: int) -> list[Array]:
    with opened(path) as file:
        values = []
        for number, shape in enumerate(shapes):
            node = dataset(file[group], place_name("weights", number), shape=(None, *shape))
            row = read(node, place)
            values.append(row.astype(np.float32) if row.dtype.kind == "f" else row)
        return values
