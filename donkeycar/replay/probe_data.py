"""Probe data of a replay: fixed inputs that the network answers every epoch, and targets."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from donkeycar.errors import TrainingError

Array: TypeAlias = np.ndarray[Any, Any]
Given: TypeAlias = Array | Mapping[str, Array] | list[Any] | tuple[Any, ...]

# Numbers of any type; text and objects cannot be answers.
NUMBERS = "biuf"


@dataclass(frozen=True)
class ProbeData:
    """Inputs and targets by name, all with the same number of rows.

    Attributes:
        inputs: Inputs of the network, ``(rows, ...)`` each.
        targets: Right answers, ``(rows, ...)`` each.
    """

    inputs: dict[str, Array]
    targets: dict[str, Array]

    def __post_init__(self) -> None:
        rows = {name: len(values) for name, values in {**self.inputs, **self.targets}.items()}
        if not self.inputs or not self.targets or len(set(rows.values())) != 1 or not len(self):
            raise TrainingError(
                "ProbeData inputs and targets must have equally many rows, at least one. "
                f"Received: rows={rows}"
            )

    def __len__(self) -> int:
        return len(next(iter(self.inputs.values())))

    def batch(self, start: int, size: int) -> "ProbeData":
        """Rows from `start` on, at most `size` of them."""
        rows = slice(start, start + size)
        return ProbeData(
            {name: values[rows] for name, values in self.inputs.items()},
            {name: values[rows] for name, values in self.targets.items()},
        )

    @classmethod
    def of(cls, model: Any, inputs: Given, targets: Given) -> "ProbeData":
        """Convert inputs and targets to the form of a built network.

        Args:
            model: The ``keras.Model``.
            inputs: An array, or one for each input: by name, or in a list.
            targets: An array, or one for each output: by name, or in a list.

        Raises:
            TrainingError: If the names, the number of arrays, or the rows do not match.
        """
        return cls(
            _named("probe_inputs", inputs, input_names(model)),
            _named("probe_targets", targets, output_names(model)),
        )


def input_names(model: Any) -> list[str]:
    """Names of the inputs of a built network, in its order; ``input`` for that of a Sequential."""
    import keras

    layers = [layer for layer in model.layers if isinstance(layer, keras.layers.InputLayer)]
    names = {id(layer.output): layer.name for layer in layers}
    return [str(names.get(id(tensor), "input")) for tensor in model.inputs]


def output_names(model: Any) -> list[str]:
    """Names of the outputs of a built network."""
    return list(outputs_of(model))


def outputs_of(model: Any) -> dict[str, Any]:
    """The symbolic outputs of a built network, by the keys of its dictionary or their layers.

    Raises:
        TrainingError: If they are nested more deeply than that.
    """
    output = getattr(model, "output", None)  # a Sequential has none
    if isinstance(output, Mapping):
        if any(isinstance(value, Mapping | list | tuple) for value in output.values()):
            raise TrainingError(
                f"Outputs must be one dictionary, list or array. Received: {list(output)}, nested"
            )
        return dict(output)
    names = getattr(model, "output_names", None) or [model.layers[-1].name]
    return dict(zip(names, model.outputs, strict=True))


def _named(argument: str, given: Given, names: list[str]) -> dict[str, Array]:
    arrays: list[Any]
    if isinstance(given, Mapping):
        if set(given) != set(names):
            raise TrainingError(
                f"`{argument}` must have the names {names}. Received: {sorted(given)}"
            )
        arrays = [given[name] for name in names]
    elif isinstance(given, list | tuple) and len(names) > 1:
        arrays = list(given)
    else:
        arrays = [given]
    if len(arrays) != len(names):
        raise TrainingError(
            f"`{argument}` must have one array for each of {names}. Received: {len(arrays)} arrays"
        )
    result = {name: np.asarray(array) for name, array in zip(names, arrays, strict=True)}
    for name, array in result.items():
        if array.dtype.kind not in NUMBERS or array.ndim == 0:
            raise TrainingError(
                f"`{argument}` must be numbers in rows. Received: {name} of type {array.dtype}, "
                f"shape {array.shape}"
            )
    return result
