"""The `behavior` network: takes a frame and the chosen behavior, such as a lane."""

from collections.abc import Sequence
from typing import Any

from donkeycar.pilots.kinds.network_builder import NetworkBuilder
from donkeycar.pilots.kinds.networks.categorical import bins
from donkeycar.pilots.kinds.networks.trunk import DROPOUT, convolution_trunk


def build(
    builder: NetworkBuilder,
    input_shape: tuple[int, ...],
    *,
    behaviors: Sequence[str] = ("Left_Lane", "Right_Lane"),
    angle_bins: int = 15,
    throttle_bins: int = 20,
    throttle_range: object = None,
    choice: object = None,
) -> Any:
    """Build the untrained network.

    Args:
        builder: Makes the layers, with the hyper-parameters and the seed.
        input_shape: Height, width and channels of a frame; each side at least 61 pixels.
        behaviors: Names of the ways to drive.
        angle_bins: Angles to choose from.
        throttle_bins: Throttles to choose from.
        throttle_range: Used by the head only; the network is the same for every range.
        choice: Used by the head only.

    Input shape:
        ``img_in``: ``uint8``, ``(batch, height, width, channels)``, RGB, 0 to 255;
        ``behavior_in``: ``(batch, len(behaviors))``, 1 for the chosen behavior, else 0.

    Output shape:
        Probabilities, ``{"angle_bins": (batch, 15), "throttle_bins": (batch, 20)}``.

    Returns:
        A ``keras.Model`` with 829 263 weights for a frame of 120 x 160 x 3 and two behaviors.

    Raises:
        PilotError: If a side of the frame is too short.
    """
    image, x = builder.image(input_shape)
    behavior = builder.vector(len(behaviors), "behavior_in")
    y = behavior
    for number in (1, 2, 3):
        y = builder.dense(y, 2 * len(behaviors), name=f"behavior_dense_{number}")
    x = builder.dense(
        convolution_trunk(builder, x, name="behavior"), 100, dropout=DROPOUT, name="dense_1"
    )
    x = builder.joined(x, y)
    for number, units in ((2, 100), (3, 50)):
        x = builder.dense(x, units, dropout=DROPOUT, name=f"dense_{number}")
    outputs = bins(builder, x, angle_bins, throttle_bins)
    return builder.model({"img_in": image, "behavior_in": behavior}, outputs, name="behavior")
