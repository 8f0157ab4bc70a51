"""The loss functions of a network, and the meaning of its outputs that follows from them."""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

from donkeycar.errors import TrainingError
from donkeycar.json_text import is_number
from donkeycar.replay.network import check
from donkeycar.replay.probe_data import Array, output_names

# A loss as Keras writes it: a name, a description, or ``None`` if it is the user's own function.
LossConfig: TypeAlias = str | dict[str, Any] | None
# The meaning of an output: numbers, the probability of one class, or that of each class.
Meaning = Literal["regression", "binary", "classes"]


@dataclass(frozen=True)
class Objective:
    """The losses of all outputs, and their weights.

    Attributes:
        losses: Loss by output. ``None`` is a loss that Keras does not know; pictures then show the
            cross-entropy of probabilities and the squared error of all other outputs.
        weights: Weight by output.
    """

    losses: dict[str, LossConfig]
    weights: dict[str, float]

    @classmethod
    def of(cls, model: Any) -> "Objective":
        """Read the losses of a network; one that was not compiled has losses of ``None``."""
        names = output_names(model)
        config = _compile_config(model) if model.compiled else {}
        losses = _spread(config.get("loss"), names)
        weights = _spread(config.get("loss_weights"), names)
        return cls(
            {name: _known(loss) for name, loss in losses.items()},
            {name: 1.0 if weight is None else float(weight) for name, weight in weights.items()},
        )

    @classmethod
    def from_json(cls, given: Any, names: list[str]) -> "Objective":
        """Read the losses from a file that may come from a stranger.

        Raises:
            TrainingError: If they are damaged or do not suit the outputs `names`.
        """
        losses = given.get("losses") if isinstance(given, dict) else None
        weights = given.get("weights") if isinstance(given, dict) else None
        if not isinstance(losses, dict) or not isinstance(weights, dict):
            raise TrainingError(f"An objective must have losses and weights. Received: {given!r}")
        check(losses)
        fitting = set(losses) == set(weights) == set(names) and all(
            is_number(weight) for weight in weights.values()
        )
        if not fitting:
            raise TrainingError(
                f"An objective must have a loss and a weight for each of {names}. "
                f"Received: losses of {sorted(losses)}, weights {weights}"
            )
        return cls(losses, {name: float(weight) for name, weight in weights.items()})

    def meaning(self, name: str, *, activation: str, targets: Array, answers: Array) -> Meaning:
        """The meaning of an output.

        Args:
            name: The output.
            activation: Activation of its layer, ``""`` if it has none.
            targets: The right answers.
            answers: Any answers of the output.
        """
        loss = self.loss_name(name)
        width = 1 if answers.ndim == 1 else answers.shape[-1]
        if answers.ndim > 2:
            return "regression"
        if "categorical" in loss or (activation == "softmax" and width > 1):
            return "classes"
        yes_or_no = width == 1 and bool(np.isin(targets, (0, 1)).all())
        if yes_or_no and ("binary" in loss or activation == "sigmoid"):
            return "binary"
        return "regression"

    def loss_name(self, name: str) -> str:
        """The loss of an output in words, e.g. ``"binary crossentropy"``; ``""`` if unknown."""
        loss = self.losses[name]
        if isinstance(loss, dict):
            inner = loss.get("config")
            loss = inner.get("name") if isinstance(inner, dict) else inner
        return str(loss or "").replace("_", " ").lower()

    def from_logits(self, name: str) -> bool:
        """Whether the network answers logits, which are not probabilities yet."""
        loss = self.losses[name]
        inner = loss.get("config") if isinstance(loss, dict) else None
        return bool(inner.get("from_logits")) if isinstance(inner, dict) else False

    def functions(self, meanings: Mapping[str, Meaning]) -> dict[str, Callable[[Any, Any], Any]]:
        """Functions ``(targets, answers) -> loss of each row``, by output.

        Raises:
            TrainingError: If Keras refuses one of them.
        """
        return {
            name: _function(loss or DEFAULTS[meanings[name]]) for name, loss in self.losses.items()
        }


def _cross_entropy(targets: Any, answers: Any) -> Any:
    """Cross-entropy for classes that are given by their number, or by a share for each class."""
    import keras

    by_number = len(targets.shape) < len(answers.shape) or targets.shape[-1] == 1
    name = "sparse_categorical_crossentropy" if by_number else "categorical_crossentropy"
    return getattr(keras.losses, name)(targets, answers)


# For a loss that is the user's own and therefore unknown.
DEFAULTS: dict[Meaning, Any] = {
    "regression": "mean_squared_error",
    "binary": "binary_crossentropy",
    "classes": _cross_entropy,
}


def _compile_config(model: Any) -> dict[str, Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras warns of a `lambda`, which is left out here
        try:
            return model.get_compile_config() or {}
        except (TypeError, ValueError, NotImplementedError):  # contains the user's own code
            return {}


def _spread(given: Any, names: list[str]) -> dict[str, Any]:
    """One value for each output, from any form that Keras accepts: one, a list, a dictionary."""
    if isinstance(given, dict) and "class_name" not in given:
        return {name: given.get(name) for name in names}
    if isinstance(given, list | tuple):
        return dict(zip(names, given, strict=True))
    return dict.fromkeys(names, given)


def _known(loss: Any) -> LossConfig:
    """The description of a loss, or ``None`` if it is the user's own function."""
    if not isinstance(loss, str | dict):
        return None
    try:
        check(loss)
        _function(loss)
    except TrainingError:
        return None
    return loss


def _function(loss: Any) -> Callable[[Any, Any], Any]:
    import keras

    try:
        found = keras.losses.get(loss)
    except Exception as error:  # Keras may raise any error
        raise TrainingError(f"Keras has no such loss. Received: {loss!r}") from error
    if not callable(found):
        raise TrainingError(f"Keras has no such loss. Received: {loss!r}")
    # `call` returns the loss of each row; calling the object itself would add them up.
    by_row = found.call if isinstance(found, keras.losses.Loss) else found

    def losses(targets: Any, answers: Any) -> Any:
        if len(targets.shape) == len(answers.shape) - 1 and answers.shape[-1] == 1:
            targets = keras.ops.expand_dims(targets, -1)
        value = by_row(targets, answers)
        axes = tuple(range(1, len(value.shape)))
        return keras.ops.mean(value, axis=axes) if axes else value

    return losses
