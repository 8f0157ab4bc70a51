"""The network during training: precision, dropout, loss and optimizer.

Import it only after `keras_backend.import_keras`.
"""

import math
from collections.abc import Callable
from typing import Any

import keras

from donkeycar.errors import PilotError
from donkeycar.keras_backend import bfloat16_pays
from donkeycar.pilots.kinds.registry import PilotType
from donkeycar.training.epochs.optimizers import make_optimizer
from donkeycar.training.options import TrainingOptions

# Metrics besides each loss: for numbers, and for probabilities.
METRICS = {"mse": "mae", "categorical_crossentropy": "accuracy"}


def new_network(
    build: Callable[[], Any], kind: PilotType, options: TrainingOptions, *, dropout: float | None
) -> Any:
    """Build an untrained network in the precision that the options ask for (mixed precision).

    Args:
        build: Builds it, from layers of Keras only.
        kind: Type of the pilot.
        options: Training options.
        dropout: The owner's dropout rate; ``None`` for the rate of the type.

    Raises:
        PilotError: If a choice has no effect on this type, or harms it.
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
        # With XLA, compiling takes half a minute here, and a step is twenty times slower.
        jit_compile=False,
    )


# Keras draws a 32-bit number for every activation, which takes a third of the time of a step of
# `linear`: 0.9 of 2.1 ms a frame in bfloat16, 0.9 of 2.7 ms in float32, on one core of an AMD EPYC
# 9004. One byte is enough to decide whether an activation stays; with bytes it takes 0.3 ms.
LEVELS = 256


@keras.saving.register_keras_serializable(package="donkeycar")
class FastDropout(keras.layers.Dropout):  # type: ignore[misc]
    """Dropout as in `keras.layers.Dropout`, with a rate in whole 256ths.

    Input shape:
        Any.

    Output shape:
        The same.
    """

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Drop activations, and scale up the others."""
        dropped = round(self.rate * LEVELS)
        if not training or dropped == 0:
            return inputs
        ops = keras.ops
        size = math.prod(inputs.shape[1:])
        draws = keras.random.randint(
            (ops.shape(inputs)[0], -(-size // 4)),
            -(2**31),
            2**31 - 1,
            dtype="int32",
            seed=self.seed_generator,
        )
        levels = ops.view(draws, "uint8")[:, :size]
        factor = ops.cast(LEVELS / (LEVELS - dropped), inputs.dtype)
        factors = ops.where(levels >= dropped, factor, ops.cast(0, inputs.dtype))
        return inputs * ops.reshape(factors, ops.shape(inputs))


def with_fast_dropout(model: Any) -> Any:
    """Return the same network with the same weights for training; do not use the old one again.

    Layers inside of other layers stay as they are.

    Args:
        model: An untrained functional Keras model.
    """

    def same(layer: Any) -> Any:
        kind = FastDropout if type(layer) is keras.layers.Dropout else type(layer)
        return kind.from_config(layer.get_config())

    twin = keras.models.clone_model(model, clone_function=same)
    twin.set_weights(model.get_weights())
    return twin
