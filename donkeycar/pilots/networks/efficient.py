"""The `efficient` network: as good as `linear` with a quarter of its work."""

from typing import Any

from donkeycar.pilots.network_builder import NetworkBuilder
from donkeycar.pilots.network_choices import NetworkChoices
from donkeycar.pilots.networks.trunk import need_sides

# Filters and stride of the convolutions, all of three pixels. Each step halves the picture while
# it is large; batch normalisation costs nothing on the car, where it is part of the convolution.
CONVOLUTIONS = ((16, 2), (24, 2), (32, 2), (48, 2), (64, 1))
# A last convolution keeps so many numbers for each place: *where* the line is says how to steer,
# which averaging over the picture would forget.
PLACE_FILTERS = 8
DENSE_UNITS = 64
DROPOUT = 0.2
MIN_SIDE_PX = 32


def build(
    input_shape: tuple[int, ...] = (120, 160, 3),
    *,
    network: NetworkChoices | None = None,
    seed: int | None = None,
) -> Any:
    """Build the untrained network.

    Args:
        input_shape: Height, width and channels of a frame; each side at least 32 pixels.
        network: What is to be compared; ``None`` is the network as documented.
        seed: Makes initial weights and dropout repeatable.

    Input shape:
        ``uint8``, ``(batch, height, width, channels)``, RGB, 0 to 255.

    Output shape:
        ``{"angle": (batch, 1), "throttle": (batch, 1)}``, unbounded floats.

    Returns:
        A ``keras.Model`` with 94 898 weights for a frame of 120 x 160 x 3, and 12 million
        multiplications a frame where `linear` has 48.

    Raises:
        PilotError: If a side of the frame is too short.
    """
    builder = NetworkBuilder(network, seed=seed)
    image, x = builder.image(input_shape)
    need_sides(x, MIN_SIDE_PX, "efficient")
    for number, (filters, stride) in enumerate(CONVOLUTIONS, start=1):
        x = builder.conv(
            x, filters, 3,
            stride=stride, padding="same", batch_norm=True, name=f"conv2d_{number}",
        )  # fmt: skip
    x = builder.conv(x, PLACE_FILTERS, 1, batch_norm=True, name="places")
    x = builder.dropout(builder.flat(x), DROPOUT, name="flattened_dropout")
    x = builder.dense(x, DENSE_UNITS, dropout=DROPOUT, name="dense_1")
    outputs = {
        "angle": builder.output(x, 1, name="n_outputs0"),
        "throttle": builder.output(x, 1, name="n_outputs1"),
    }
    return builder.model(image, outputs, name="efficient")
