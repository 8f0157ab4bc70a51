"""What the outputs of a network mean: from named tensors to angle and throttle."""

from collections.abc import Mapping

import numpy as np

from donkeycar.errors import PilotError

# Names of (angle, throttle), newest first: ours, the layers of donkeycar 3 to 5, and what Keras 3
# calls the outputs of a model that was made with a list. Tensors of files without a signature
# come as `output_<position>`.
REGRESSION_NAMES = (("angle", "throttle"), ("n_outputs0", "n_outputs1"), ("output_0", "output_1"))


def regression_head(outputs: Mapping[str, np.ndarray]) -> tuple[float, float]:
    """Read one number for the angle and one for the throttle.

    Args:
        outputs: Arrays of one element each, by name.

    Returns:
        Angle and throttle as the network gave them, neither checked nor clipped.

    Raises:
        PilotError: If no known pair of names is there, or an array has not exactly one element.
    """
    for angle, throttle in REGRESSION_NAMES:
        if angle in outputs and throttle in outputs:
            values = outputs[angle], outputs[throttle]
            if any(value.size != 1 for value in values):
                break
            return float(values[0].flat[0]), float(values[1].flat[0])
    shapes = {name: value.shape for name, value in sorted(outputs.items())}
    raise PilotError(
        "A linear pilot has one value for the angle and one for the throttle. "
        f"Received: outputs={shapes}  Was it trained as another type?"
    )
