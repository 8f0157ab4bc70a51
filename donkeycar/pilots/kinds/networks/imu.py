"""The `imu` network: takes a frame, acceleration and turning rate."""

from collections.abc import Sequence
from typing import Any

from donkeycar.pilots.kinds.network_builder import NetworkBuilder
from donkeycar.pilots.kinds.networks.trunk import DROPOUT, angle_and_throttle, convolution_trunk

NUM_SENSES = 6


def build(
    builder: NetworkBuilder,
    input_shape: tuple[int, ...],
    *,
    imu_mean: Sequence[float] | None = None,
    imu_spread: Sequence[float] | None = None,
) -> Any:
    """Build the untrained network.

    Args:
        builder: Makes the layers, with the hyper-parameters and the seed.
        input_shape: Height, width and channels of a frame; each side at least 61 pixels.
        imu_mean: Means of the six numbers; ``None`` for 0.
        imu_spread: Standard deviations of the six numbers; ``None`` for 1. The network contains
            both, so that the car passes on the values of the sensor in any unit.

    Input shape:
        ``img_in``: ``uint8``, ``(batch, height, width, channels)``, RGB, 0 to 255; ``imu_in``:
        ``(batch, 6)``, acceleration x, y, z and turning rate x, y, z.

    Output shape:
        ``{"angle": (batch, 1), "throttle": (batch, 1)}``, unbounded floats.

    Returns:
        A ``keras.Model`` with 820 796 weights for a frame of 120 x 160 x 3.

    Raises:
        PilotError: If a side of the frame is too short.
    """
    image, x = builder.image(input_shape)
    senses = builder.vector(NUM_SENSES, "imu_in")
    means = imu_mean or [0.0] * NUM_SENSES
    spreads = imu_spread or [1.0] * NUM_SENSES
    y = builder.layers.Rescaling(
        [1 / spread for spread in spreads],
        offset=[-mean / spread for mean, spread in zip(means, spreads, strict=True)],
        name="imu_scale",
    )(senses)
    for number in (1, 2, 3):
        y = builder.dense(y, 14, name=f"imu_dense_{number}")
    x = builder.dense(
        convolution_trunk(builder, x, name="imu"), 100, dropout=DROPOUT, name="dense_1"
    )
    x = builder.joined(x, y)
    for number in (2, 3):
        x = builder.dense(x, 50, dropout=DROPOUT, name=f"dense_{number}")
    outputs = angle_and_throttle(builder, x, names=("out_0", "out_1"))
    return builder.model({"img_in": image, "imu_in": senses}, outputs, name="imu")
