"""The optimizers for `OPTIMIZER`."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from donkeycar.errors import TrainingError


class _Row(NamedTuple):
    """How to make an optimizer, and its default.

    Attributes:
        make: Takes ``keras.optimizers``, the learning rate and the weight decay.
        weight_decay: Default weight decay; ``None`` for none.
    """

    make: Callable[[Any, float, float | None], Any]
    weight_decay: float | None = None


_ROWS = {
    "adam": _Row(lambda kinds, rate, decay: kinds.Adam(rate, weight_decay=decay)),
    "adamw": _Row(lambda kinds, rate, decay: kinds.AdamW(rate, weight_decay=decay), 1e-3),
    "rmsprop": _Row(lambda kinds, rate, decay: kinds.RMSprop(rate, weight_decay=decay)),
    "sgd": _Row(lambda kinds, rate, decay: kinds.SGD(rate, momentum=0.9, weight_decay=decay)),
    "nadam": _Row(lambda kinds, rate, decay: kinds.Nadam(rate, weight_decay=decay)),
}
OPTIMIZER_NAMES = tuple(_ROWS)


def check_optimizer(name: str, weight_decay: float | None) -> None:
    """Refuse arguments that `make_optimizer` cannot use.

    Raises:
        TrainingError: If the optimizer does not exist, or the weight decay is negative.
    """
    if name not in _ROWS:
        raise TrainingError(
            f"`optimizer` must be one of {list(OPTIMIZER_NAMES)}. Received: {name!r}"
        )
    if weight_decay is not None and not 0 <= weight_decay < math.inf:
        raise TrainingError(f"`weight_decay` must be 0 or more, or None. Received: {weight_decay}")


def make_optimizer(name: str, learning_rate: float, weight_decay: float | None = None) -> Any:
    """Make a Keras optimizer; call it only after `backend.import_keras`.

    Args:
        name: One of `OPTIMIZER_NAMES`.
        learning_rate: Learning rate of the first step.
        weight_decay: Share of each weight, times the learning rate, that a step removes, except
            from biases. ``None`` is the default of the optimizer.
    """
    import keras

    row = _ROWS[name]
    decay = row.weight_decay if weight_decay is None else weight_decay
    optimizer = row.make(keras.optimizers, learning_rate, decay or None)
    if decay:
        optimizer.exclude_from_weight_decay(var_names=["bias"])
    return optimizer
