"""Networks that drive, the files they live in, and what runs them on a car.

Nothing here needs TensorFlow to drive: a car opens LiteRT files only. The names below are loaded
when first used, so that a name of a pilot can be judged without what opens pilots.
"""

from typing import TYPE_CHECKING

from donkeycar.lazy import names_of

if TYPE_CHECKING:
    from donkeycar.pilots.bundle import PilotInfo, read_info
    from donkeycar.pilots.ensemble import Ensemble, LoadedPilot
    from donkeycar.pilots.load import load_pilot
    from donkeycar.pilots.pilot import NetworkPilot
    from donkeycar.pilots.protocol import Pilot
    from donkeycar.pilots.registry import PILOT_TYPES, pilot_type

__all__ = [
    "PILOT_TYPES", "Ensemble", "LoadedPilot", "NetworkPilot", "Pilot", "PilotInfo", "load_pilot",
    "pilot_type", "read_info",
]  # fmt: skip

_HOMES = {
    "Ensemble": "ensemble",
    "LoadedPilot": "ensemble",
    "NetworkPilot": "pilot",
    "PILOT_TYPES": "registry",
    "Pilot": "protocol",
    "PilotInfo": "bundle",
    "load_pilot": "load",
    "pilot_type": "registry",
    "read_info": "bundle",
}

__getattr__ = names_of(__name__, _HOMES)
