"""The `3d` network: convolutions over the last few frames, in space and time."""

from typing import Any

from donkeycar.pilots.kinds.network_builder import NetworkBuilder
from donkeycar.pilots.kinds.networks.rnn import halves
from donkeycar.pilots.kinds.networks.trunk import need_sides

FILTERS = (16, 32, 64, 128)
# Stride of the first convolution over the picture; from frame to frame the stride is 1.
FIRST_STRIDE = 3
DENSE_UNITS = (256, 256)
DROPOUT = 0.5
MIN_SIDE_PX = 46


def build(
    builder: NetworkBuilder,
    input_shape: tuple[int, ...],
    *,
    sequence_length: int = 3,
) -> Any:
    """Build the untrained network.

    It pools picture by picture, which equals pooling in three dimensions with a depth of 1; LiteRT
    has only the former.

    Args:
        builder: Makes the layers, with the hyper-parameters and the seed.
        input_shape: Height, width and channels of a frame; each side at least 46 pixels.
        sequence_length: Frames it takes, the newest last.

    Input shape:
        ``uint8``, ``(batch, sequence_length, height, width, channels)``, RGB, 0 to 255.

    Output shape:
        ``{"angle": (batch, 1), "throttle": (batch, 1)}``, unbounded floats: the two halves of the
        layer ``outputs``.

    Returns:
        A ``keras.Model`` with 950 274 weights for three frames of 120 x 160 x 3.

    Raises:
        PilotError: If a side of the frame is too short.
    """
    image, x = builder.image((sequence_length, *input_shape))
    need_sides(x, MIN_SIDE_PX, "3d")
    for number, filters in enumerate(FILTERS, start=1):
        stride = (1, FIRST_STRIDE, FIRST_STRIDE) if number == 1 else 1
        x = builder.conv(
            x, filters, 3, stride=stride, padding="same", rank=3, name=f"conv3d_{number}"
        )
        pooled = builder.apply(
            builder.layers.MaxPooling2D(name=f"pooled_{number}"), builder.apart(x)
        )
        x = builder.in_a_row(pooled, name=f"in_a_row_{number}")
    x = builder.flat(x)
    for number, units in enumerate(DENSE_UNITS, start=1):
        x = builder.dense(x, units, batch_norm=True, dropout=DROPOUT, name=f"dense_{number}")
    answer = builder.output(x, 2, name="outputs")
    return builder.model(image, halves(answer), name="3d")
