"""What can be known of a model that comes without a sidecar."""

from typing import Any

from donkeycar.pilots.inference.interpreter import LiteRTInterpreter
from donkeycar.pilots.kinds.options import Options
from donkeycar.pilots.kinds.registry import PilotType


def bare_options(kind: PilotType, network: LiteRTInterpreter, given: Options) -> dict[str, Any]:
    """Options of a bare model: what its owner says, what it shows, else as in donkeycar 5.x.

    Args:
        kind: Its type, as its owner says.
        network: The opened model.
        given: Options that its owner knows, such as the throttle range.

    Raises:
        PilotError: If an option is not possible.
    """
    size = next((one.shape[1] for one in network.vectors.values()), 0)
    shown = {
        "memory_length": max(1, size // 2),
        "behaviors": [f"behavior {number}" for number in range(max(2, size))],
        "sequence_length": network.sequence_length or 1,
    }
    visible = {name: value for name, value in shown.items() if name in kind.options}
    return kind.settled({**kind.old_options, **visible, **given})
