"""The `inferred` network: answers with the angle only; the throttle follows from it."""

from typing import Any

from donkeycar.pilots.kinds.network_builder import NetworkBuilder
from donkeycar.pilots.kinds.networks.trunk import convolution_trunk, dense_layers


def build(
    builder: NetworkBuilder,
    input_shape: tuple[int, ...],
    *,
    throttle_straight: object = None,
    throttle_bend: object = None,
) -> Any:
    """Build the untrained network.

    Args:
        builder: Makes the layers, with the hyper-parameters and the seed.
        input_shape: Height, width and channels of a frame; each side at least 61 pixels.
        throttle_straight: Used by the head only; the network has no throttle.
        throttle_bend: Used by the head only.

    Input shape:
        ``uint8``, ``(batch, height, width, channels)``, RGB, 0 to 255.

    Output shape:
        ``{"angle": (batch, 1)}``, an unbounded float.

    Returns:
        A ``keras.Model`` with 816 977 weights for a frame of 120 x 160 x 3.

    Raises:
        PilotError: If a side of the frame is too short.
    """
    image, x = builder.image(input_shape)
    x = dense_layers(builder, convolution_trunk(builder, x, name="inferred"))
    outputs = {"angle": builder.output(x, 1, name="n_outputs0")}
    return builder.model(image, outputs, name="inferred")
