"""Options of a model without a sidecar, from the settings of a car."""

from typing import TYPE_CHECKING, Any

from donkeycar.config import Config

if TYPE_CHECKING:
    from donkeycar.pilots.kinds.registry import PilotType

# The default of donkeycar 5.x.
OLD_THROTTLE_RANGE = 0.8


def bare_pilot_options(cfg: Config, kind: "PilotType") -> dict[str, Any]:
    """Options of a model without a sidecar, as far as settings contain them.

    The others follow from the file, or are as in donkeycar 5.x: `donkeycar.pilots.inference.pilot`.

    Args:
        cfg: The settings.
        kind: Its type.
    """
    from donkeycar.pilots.kinds.bins import OLD_TOP

    top = cfg.MODEL_CATEGORICAL_MAX_THROTTLE_RANGE or OLD_THROTTLE_RANGE
    options = {"throttle_range": [0.0, top * OLD_TOP]}
    return {name: value for name, value in options.items() if name in kind.options}
