"""The kinds of pilot there are: how each network is built, and what its outputs mean."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from donkeycar.errors import PilotError
from donkeycar.pilots.head import regression_head

# Owners of older cars wrote the runtime in front of the type; here there is one runtime.
OLD_PREFIX = "tflite_"


@dataclass(frozen=True)
class PilotType:
    """One kind of pilot.

    Attributes:
        name: What `--type` says.
        class_name: What donkeycar 5.x calls it in ``models/database.json``.
        network: ``module:function`` that builds the Keras model; imported when it is needed.
        head: Turns the named outputs of the network into ``(angle, throttle)``.
    """

    name: str
    class_name: str
    network: str
    head: Callable[[Mapping[str, np.ndarray]], tuple[float, float]]

    def build(self, input_shape: Sequence[int], **options: Any) -> Any:
        """Build the untrained network, a ``keras.Model`` for `input_shape`."""
        module, _, name = self.network.partition(":")
        return getattr(import_module(module), name)(tuple(input_shape), **options)


PILOT_TYPES = {
    kind.name: kind
    for kind in (
        PilotType("linear", "KerasLinear", "donkeycar.pilots.linear:build", regression_head),
    )
}


def pilot_type(name: str) -> PilotType:
    """Find a type by its name; the ``tflite_`` in front of older names is ignored.

    Raises:
        PilotError: If there is no such type.
    """
    kind = PILOT_TYPES.get(name.removeprefix(OLD_PREFIX))
    if kind is None:
        raise PilotError(f"`type` must be one of {sorted(PILOT_TYPES)}. Received: type={name!r}")
    return kind
