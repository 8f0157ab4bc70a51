"""The `latent` network: an auto-encoder whose short latent vector also drives the car."""

from typing import Any

from donkeycar.pilots.kinds.network_builder import NetworkBuilder
from donkeycar.pilots.kinds.networks.picture import small_sides
from donkeycar.pilots.kinds.networks.trunk import DROPOUT, angle_and_throttle, convolution_trunk

# Size of the latent vector.
LATENT_UNITS = 64
# Channels of the picture in each step of the decoder, and the factor by which it grows.
PAINT_FILTERS = (32, 16)
GROWTH = 2


def build(builder: NetworkBuilder, input_shape: tuple[int, ...]) -> Any:
    """Build the untrained network.

    The decoder reconstructs the frame from the latent vector, which helps if there are few labels.
    The reconstructed picture is a quarter as high and wide as the frame. It is used only in
    training; the network that drives has no decoder.

    Args:
        builder: Makes the layers, with the hyper-parameters and the seed.
        input_shape: Height, width and channels of a frame; each side at least 61 pixels.

    Input shape:
        ``uint8``, ``(batch, height, width, channels)``, RGB, 0 to 255.

    Output shape:
        ``{"angle": (batch, 1), "throttle": (batch, 1)}``, unbounded floats, and ``"img_out"``,
        ``(batch, height // 4, width // 4, channels)``, 0 to 1.

    Returns:
        A ``keras.Model`` with 404 027 weights for a frame of 120 x 160 x 3.

    Raises:
        PilotError: If a side of the frame is too short.
    """
    image, x = builder.image(input_shape)
    seen = convolution_trunk(builder, x, name="latent", stride_of_fourth=2)
    latent = builder.dense(seen, LATENT_UNITS, name="latent")
    x = builder.dense(latent, 50, dropout=DROPOUT, name="dense_1")
    outputs = angle_and_throttle(builder, x)
    outputs["img_out"] = _paint(builder, latent, input_shape)
    return builder.model(image, outputs, name="latent")


def _paint(builder: NetworkBuilder, latent: Any, shape: tuple[int, ...]) -> Any:
    """Decode the small picture."""
    layers = builder.layers
    height, width = small_sides(*shape[:2])
    growth = GROWTH ** len(PAINT_FILTERS)
    rows, columns = -(-height // growth), -(-width // growth)
    x = builder.dense(latent, rows * columns * PAINT_FILTERS[0], name="paint_dense")
    x = layers.Reshape((rows, columns, PAINT_FILTERS[0]), name="paint_first")(x)
    for number, filters in enumerate(PAINT_FILTERS, start=1):
        x = layers.Conv2DTranspose(
            filters, 3, strides=GROWTH, padding="same", activation="relu",
            kernel_initializer=builder.initial(), name=f"paint_{number}",
        )(x)  # fmt: skip
    surplus = ((0, rows * growth - height), (0, columns * growth - width))
    x = layers.Cropping2D(surplus, name="paint_cut")(x)
    return layers.Conv2D(
        shape[2], 3, padding="same", activation="sigmoid", dtype="float32",
        kernel_initializer=builder.initial(), name="img_out",
    )(x)  # fmt: skip
