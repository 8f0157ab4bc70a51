"""The `rnn` network: a recurrent network (LSTM) over the last few frames."""

from typing import Any

from donkeycar.pilots.kinds.network_builder import NetworkBuilder
from donkeycar.pilots.kinds.networks.trunk import need_sides

# Filters, kernel and stride of the convolutions.
CONVOLUTIONS = ((24, 5, 2), (32, 5, 2), (32, 3, 2), (32, 3, 1))
DENSE_UNITS = (128, 64, 10)
LOOK_DROPOUT = 0.3
THINK_DROPOUT = 0.1
MIN_SIDE_PX = 49


def build(
    builder: NetworkBuilder,
    input_shape: tuple[int, ...],
    *,
    sequence_length: int = 3,
) -> Any:
    """Build the untrained network.

    Args:
        builder: Makes the layers, with the hyper-parameters and the seed.
        input_shape: Height, width and channels of a frame; each side at least 49 pixels.
        sequence_length: Frames it takes, the newest last.

    Input shape:
        ``uint8``, ``(batch, sequence_length, height, width, channels)``, RGB, 0 to 255.

    Output shape:
        ``{"angle": (batch, 1), "throttle": (batch, 1)}``, unbounded floats: the two halves of the
        layer ``model_outputs``.

    Returns:
        A ``keras.Model`` with 441 924 weights for frames of 120 x 160 x 3.

    Raises:
        PilotError: If a side of the frame is too short.
    """
    layers = builder.layers
    image, x = builder.image((sequence_length, *input_shape))
    need_sides(x, MIN_SIDE_PX, "rnn")
    x = builder.apart(x)
    for number, (filters, size, stride) in enumerate(CONVOLUTIONS, start=1):
        x = builder.conv(
            x, filters, size,
            stride=stride, dropout=LOOK_DROPOUT, name=f"conv2d_{number}",
        )  # fmt: skip
    x = builder.flat(builder.apply(layers.MaxPooling2D(name="pooled"), x))
    x = builder.dense(x, 100, dropout=LOOK_DROPOUT, name="dense_each")
    x = builder.in_a_row(x, name="in_a_row")
    for name, more in (("LSTM_seq", True), ("LSTM_fin", False)):
        x = layers.LSTM(
            128,
            return_sequences=more,
            kernel_initializer=builder.initial(),
            recurrent_initializer=builder.orthogonal(),
            unroll=True,  # LiteRT has no loops
            name=name,
        )(x)
        x = builder.dropout(x, THINK_DROPOUT, name=f"{name}_dropout")
    for number, units in enumerate(DENSE_UNITS, start=1):
        x = builder.dense(x, units, name=f"dense_{number}")
    answer = builder.output(x, 2, name="model_outputs")
    return builder.model(image, halves(answer), name="rnn")


def halves(answer: Any) -> dict[str, Any]:
    """Split an output of two numbers."""
    return {"angle": answer[:, :1], "throttle": answer[:, 1:]}
