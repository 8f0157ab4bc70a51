"""The `memory` network: takes a frame and its own last answers."""

from typing import Any

from donkeycar.pilots.kinds.network_builder import NetworkBuilder
from donkeycar.pilots.kinds.networks.trunk import (
    angle_and_throttle,
    convolution_trunk,
    dense_layers,
)

MEMORY_DROPOUT = 0.1
# Standard deviation of the noise that training adds to the past answers. Steering hardly changes
# from one frame to the next, so a network that trusts its memory never learns to look at the road.
MEMORY_NOISE = 0.3


def build(
    builder: NetworkBuilder,
    input_shape: tuple[int, ...],
    *,
    memory_length: int = 3,
    memory_depth: int = 0,
    reverse: bool | None = False,
) -> Any:
    """Build the untrained network.

    Args:
        builder: Makes the layers, with the hyper-parameters and the seed.
        input_shape: Height, width and channels of a frame; each side at least 61 pixels.
        memory_length: Number of past answers that it gets.
        memory_depth: Number of extra dense layers for them (`MEM_DEPTH`).
        reverse: Whether its throttle may be negative.

    Input shape:
        ``img_in``: ``uint8``, ``(batch, height, width, channels)``, RGB, 0 to 255; ``mem_in``:
        ``(batch, 2 * memory_length)``, angle and throttle in turn, the oldest first.

    Output shape:
        ``{"angle": (batch, 1), "throttle": (batch, 1)}``, the angle within -1 to +1 and the
        throttle within 0 to 1, or -1 to +1 if it may `reverse`.

    Returns:
        A ``keras.Model`` with 817 266 weights for a frame of 120 x 160 x 3.

    Raises:
        PilotError: If a side of the frame is too short.
    """
    image, x = builder.image(input_shape)
    memory = builder.vector(2 * memory_length, "mem_in")
    noise = builder.layers.GaussianNoise(MEMORY_NOISE, seed=builder.draw(), name="mem_noise")
    y = noise(memory)
    wide = [4 * memory_length] * memory_depth
    narrow = [2 * (memory_length - number) for number in range(1, memory_length)]
    for number, units in enumerate(wide + narrow, start=1):
        dropout = MEMORY_DROPOUT if number > len(wide) else 0.0
        y = builder.dense(y, units, dropout=dropout, name=f"mem_{number}")
    x = dense_layers(builder, builder.joined(convolution_trunk(builder, x, name="memory"), y))
    throttle = "tanh" if reverse else "sigmoid"
    outputs = angle_and_throttle(builder, x, activations=("tanh", throttle))
    return builder.model({"img_in": image, "mem_in": memory}, outputs, name="memory")
