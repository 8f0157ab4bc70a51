"""The `categorical` network: classifies angle and throttle into bins."""

from typing import Any

from donkeycar.pilots.kinds.network_builder import NetworkBuilder
from donkeycar.pilots.kinds.networks.trunk import convolution_trunk, dense_layers


def build(
    builder: NetworkBuilder,
    input_shape: tuple[int, ...],
    *,
    angle_bins: int = 15,
    throttle_bins: int = 20,
    throttle_range: object = None,
    choice: object = None,
) -> Any:
    """Build the untrained network.

    Args:
        builder: Makes the layers, with the hyper-parameters and the seed.
        input_shape: Height, width and channels of a frame; each side at least 77 pixels.
        angle_bins: Angles to choose from.
        throttle_bins: Throttles to choose from.
        throttle_range: Used by the head only; the network is the same for every range.
        choice: Used by the head only.

    Input shape:
        ``uint8``, ``(batch, height, width, channels)``, RGB, 0 to 255.

    Output shape:
        Probabilities, ``{"angle_bins": (batch, 15), "throttle_bins": (batch, 20)}``.

    Returns:
        A ``keras.Model`` with 268 311 weights for a frame of 120 x 160 x 3.

    Raises:
        PilotError: If a side of the frame is too short.
    """
    image, x = builder.image(input_shape)
    x = dense_layers(builder, convolution_trunk(builder, x, name="categorical", stride_of_fourth=2))
    return builder.model(image, bins(builder, x, angle_bins, throttle_bins), name="categorical")


def bins(builder: NetworkBuilder, x: Any, angle_bins: int, throttle_bins: int) -> dict[str, Any]:
    """Add the outputs of a network that answers in bins."""
    return {
        "angle_bins": builder.output(x, angle_bins, name="angle_out", activation="softmax"),
        "throttle_bins": builder.output(
            x, throttle_bins, name="throttle_out", activation="softmax"
        ),
    }
