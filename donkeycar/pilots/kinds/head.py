"""The head of a network: converts its named outputs to angle and throttle.

Networks of donkeycar 3 to 5 have the same outputs under other names, or without names, in a fixed
order. Each head knows all of these.
"""

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np

from donkeycar.errors import PilotError
from donkeycar.pilots.kinds.options import Options

OutputArrays: TypeAlias = Mapping[str, np.ndarray]

# Names of (angle, throttle), newest first: ours, then the layers of donkeycar 3 to 5.
NUMBER_NAMES = (("angle", "throttle"), ("n_outputs0", "n_outputs1"), ("out_0", "out_1"))
# Names of a single output with both values.
PAIR_NAMES = ("model_outputs", "outputs")
PLACE_NAMES = ("loc", "zloc")
# The names that Keras 3 gives to the outputs of a model made with a list, and that `interpreter`
# gives to those of a file without names.
BY_PLACE = "output_"


def regression_head(outputs: OutputArrays, options: Options) -> tuple[float, float]:
    """Read one number for the angle and one for the throttle.

    Args:
        outputs: Arrays with a batch of one, by name.
        options: Not used.

    Returns:
        Angle and throttle as the network gave them, neither checked nor clipped.

    Raises:
        PilotError: If they are missing.
    """
    for angle, throttle in NUMBER_NAMES:
        if angle in outputs and throttle in outputs:
            values = outputs[angle], outputs[throttle]
            if any(value.size != 1 for value in values):
                break
            return float(values[0].flat[0]), float(values[1].flat[0])
    lists = list(outputs.values())
    pairs = [outputs[name] for name in PAIR_NAMES if name in outputs] or lists
    if len(pairs) == 1 and pairs[0].size == 2:
        return float(pairs[0].flat[0]), float(pairs[0].flat[1])
    # The place of a localizer comes after them, the picture of an auto-encoder before them.
    numbers = [value for value in in_order(outputs) if value.size == 1]
    if len(numbers) == 2:
        return float(numbers[0].flat[0]), float(numbers[1].flat[0])
    raise unlike(outputs, "one value for the angle and one for the throttle")


def inferred_head(outputs: OutputArrays, options: Options) -> tuple[float, float]:
    """Read the angle, and slow down in bends, in the same way on both sides.

    donkeycar 5.x gives 1.0 at full left, 0.754 straight ahead and 0.557 at full right. Here the
    throttle falls linearly from `throttle_straight` to `throttle_bend` on both sides.

    Args:
        outputs: The outputs, by name, with the angle.
        options: `throttle_straight` and `throttle_bend`.

    Raises:
        PilotError: If the angle is missing.
    """
    named = [outputs[name] for name in ("angle", "n_outputs0") if name in outputs]
    values = named or in_order(outputs)
    if len(values) != 1 or values[0].size != 1:
        raise unlike(outputs, "one value for the angle")
    angle = float(values[0].flat[0])
    straight, bend = options["throttle_straight"], options["throttle_bend"]
    share = min(abs(angle), 1.0)
    return angle, straight + (bend - straight) * share


def locate(outputs: OutputArrays, options: Options) -> int:
    """Read the place of the car: the number of the likeliest place, from 0.

    Raises:
        PilotError: If it is missing.
    """
    named = [outputs[name] for name in PLACE_NAMES if name in outputs]
    values = named or [value for value in in_order(outputs) if value.size > 1]
    if len(values) != 1 or values[0].size < 2:
        raise unlike(outputs, "a likelihood for each place")
    return int(np.argmax(values[0]))


def in_order(outputs: OutputArrays) -> list[np.ndarray]:
    """Outputs without names, in their order."""
    places = {
        int(name.removeprefix(BY_PLACE)): value
        for name, value in outputs.items()
        if name.startswith(BY_PLACE) and name.removeprefix(BY_PLACE).isdecimal()
    }
    return [value for _, value in sorted(places.items())]


def unlike(outputs: OutputArrays, wanted: str) -> PilotError:
    """Say what is wrong with outputs."""
    shapes = {name: value.shape for name, value in sorted(outputs.items())}
    return PilotError(
        f"The outputs of this type of pilot have {wanted}. "
        f"Received: outputs={shapes}  Was it trained as another type?"
    )
