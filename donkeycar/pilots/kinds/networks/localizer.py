"""The `localizer` network: drives, and classifies at which place of the track it is."""

from typing import Any

from donkeycar.pilots.kinds.network_builder import NetworkBuilder
from donkeycar.pilots.kinds.networks.trunk import (
    angle_and_throttle,
    convolution_trunk,
    dense_layers,
)


def build(
    builder: NetworkBuilder,
    input_shape: tuple[int, ...],
    *,
    num_locations: int = 10,
) -> Any:
    """Build the untrained network.

    Args:
        builder: Makes the layers, with the hyper-parameters and the seed.
        input_shape: Height, width and channels of a frame; each side at least 61 pixels.
        num_locations: Number of places that it distinguishes.

    Input shape:
        ``uint8``, ``(batch, height, width, channels)``, RGB, 0 to 255.

    Output shape:
        ``{"angle": (batch, 1), "throttle": (batch, 1)}``, unbounded floats, and probabilities
        ``"loc": (batch, num_locations)``.

    Returns:
        A ``keras.Model`` with 817 538 weights for a frame of 120 x 160 x 3.

    Raises:
        PilotError: If a side of the frame is too short.
    """
    image, x = builder.image(input_shape)
    x = dense_layers(builder, convolution_trunk(builder, x, name="localizer"))
    outputs = angle_and_throttle(builder, x, names=("angle", "throttle"))
    outputs["loc"] = builder.output(x, num_locations, name="zloc", activation="softmax")
    return builder.model(image, outputs, name="localizer")
