"""The convolution trunk and the dense layers that most networks share (PilotNet)."""

from typing import Any

from donkeycar.errors import PilotError
from donkeycar.pilots.kinds.network_builder import NetworkBuilder

# Filters, kernel and stride of the convolutions; the stride of the fourth is an argument.
CONVOLUTIONS = ((24, 5, 2), (32, 5, 2), (64, 5, 2), (64, 3, None), (64, 3, 1))
DROPOUT = 0.2
DENSE_UNITS = (100, 50)
# Smallest side of a frame, by the stride of the fourth: the last convolution needs some pixels.
MIN_SIDE_PX = {1: 61, 2: 77}


def convolution_trunk(
    builder: NetworkBuilder, x: Any, *, name: str, stride_of_fourth: int = 1
) -> Any:
    """Add five convolutions to a scaled image, and flatten the result.

    Args:
        builder: Makes the layers.
        x: The image, ``(batch, height, width, channels)``.
        name: Name of the type, for the error.
        stride_of_fourth: 1, or 2 for a smaller result.

    Returns:
        ``(batch, 6656)`` for 120 x 160 pixels, 1152 with a stride of 2.

    Raises:
        PilotError: If the image is too small.

    Source:
        Bojarski et al., "End to End Learning for Self-Driving Cars", arXiv:1604.07316.
    """
    need_sides(x, MIN_SIDE_PX[stride_of_fourth], name)
    for number, (filters, size, stride) in enumerate(CONVOLUTIONS, start=1):
        x = builder.conv(
            x, filters, size,
            stride=stride or stride_of_fourth, dropout=DROPOUT, name=f"conv2d_{number}",
        )  # fmt: skip
    return builder.flat(x, name="flattened")


def dense_layers(builder: NetworkBuilder, x: Any) -> Any:
    """Add the two dense layers that come after the trunk in most networks."""
    for number, units in enumerate(DENSE_UNITS, start=1):
        x = builder.dense(x, units, dropout=DROPOUT, name=f"dense_{number}")
    return x


def angle_and_throttle(
    builder: NetworkBuilder,
    x: Any,
    *,
    names: tuple[str, str] = ("n_outputs0", "n_outputs1"),
    activations: tuple[str | None, str | None] = (None, None),
) -> dict[str, Any]:
    """Add the two outputs of a regression.

    Args:
        builder: Makes the layers.
        x: Their input, ``(batch, units)``.
        names: Names of their layers, as in donkeycar 5.x.
        activations: Activation that bounds each; ``None`` is unbounded.
    """
    means = zip(("angle", "throttle"), names, activations, strict=True)
    return {
        mean: builder.output(x, 1, name=name, activation=activation)
        for mean, name, activation in means
    }


def need_sides(x: Any, min_side_px: int, name: str) -> None:
    """Refuse an image, or a sequence of images, with a side shorter than `min_side_px`."""
    height, width = x.shape[-3:-1]
    if min(height, width) < min_side_px:
        raise PilotError(
            f"Frames for a pilot of type {name} must be at least {min_side_px} pixels high and "
            f"wide. Received: {height} high, {width} wide. Use larger frames, or another --type"
        )
