"""The network while it is trained: its precision, its dropout, its loss and its optimizer.

Import it only after `keras_backend.import_keras`.
"""

from collections.abc import Callable
from typing import Any

import keras

from donkeycar.errors import PilotError
from donkeycar.keras_backend import bfloat16_pays
from donkeycar.pilots.registry import PilotType
from donkeycar.training.epochs.fast_dropout import with_fast_dropout
from donkeycar.training.epochs.optimizers import make_optimizer
from donkeycar.training.options import TrainingOptions

# What is reported beside each loss: for outputs that are numbers, and for probabilities.
METRICS = {"mse": "mae", "categorical_crossentropy": "accuracy"}


def new_network(
    build: Callable[[], Any], kind: PilotType, options: TrainingOptions, *, dropout: float | None
) -> Any:
    """Build an untrained network in the precision that the options ask for (mixed precision).

    Args:
        build: Builds it; of layers of Keras only.
        kind: Type of the pilot.
        options: How it is trained.
        dropout: The dropout rate that its owner chose; ``None`` for that of its type.

    Raises:
        PilotError: If a choice has no effect on this type, or does it harm.
    """
    wanted = options.mixed_precision
    if wanted and not kind.learns_in_bfloat16:
        raise PilotError(
            f"A pilot of type {kind.name} learns in float32 only. Received: "
            "mixed_precision=True. Set MIXED_PRECISION=None"
        )
    mixed = kind.learns_in_bfloat16 and (bfloat16_pays() if wanted is None else wanted)
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16" if mixed else "float32")
    try:
        model = build()
    finally:
        keras.config.set_dtype_policy(before)
    has_dropout = any(isinstance(layer, keras.layers.Dropout) for layer in model.layers)
    if dropout is not None and not has_dropout:
        raise PilotError(
            f"A pilot of type {kind.name} has no dropout, so DROPOUT cannot "
            f"change it. Received: dropout={dropout}"
        )
    return with_fast_dropout(model)


def compile_network(model: Any, kind: PilotType, options: TrainingOptions) -> None:
    """Give a network its losses, their weights, its metrics and its optimizer."""
    losses = kind.losses
    model.compile(
        optimizer=make_optimizer(options.optimizer, options.learning_rate, options.weight_decay),
        loss={name: loss.name for name, loss in losses.items()},
        loss_weights={name: loss.weight for name, loss in losses.items()},
        metrics={name: METRICS[loss.name] for name, loss in losses.items()},
        # Compiling takes half a minute here and makes a step twenty times slower.
        jit_compile=False,
    )
