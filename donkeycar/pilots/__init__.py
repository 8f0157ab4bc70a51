"""Pilots: networks that drive (`kinds`), their files (`files`), and inference on a car.

Driving needs no TensorFlow: a car opens LiteRT files only. The names below are loaded when first
used, so that checking the name of a pilot does not load the code that opens pilots.
"""

from typing import TYPE_CHECKING

from donkeycar.lazy import names_of

if TYPE_CHECKING:
    from donkeycar.pilots.files.bundle import PilotInfo, read_info
    from donkeycar.pilots.inference.ensemble import Ensemble, LoadedPilot
    from donkeycar.pilots.inference.load import load_pilot
    from donkeycar.pilots.inference.pilot import NetworkPilot
    from donkeycar.pilots.kinds.registry import PILOT_TYPES, pilot_type
    from donkeycar.pilots.protocol import Pilot

__all__ = [
    "PILOT_TYPES", "Ensemble", "LoadedPilot", "NetworkPilot", "Pilot", "PilotInfo", "load_pilot",
    "pilot_type", "read_info",
]  # fmt: skip

_HOMES = {
    "Ensemble": "inference.ensemble",
    "LoadedPilot": "inference.ensemble",
    "NetworkPilot": "inference.pilot",
    "PILOT_TYPES": "kinds.registry",
    "Pilot": "protocol",
    "PilotInfo": "files.bundle",
    "load_pilot": "inference.load",
    "pilot_type": "kinds.registry",
    "read_info": "files.bundle",
}

__getattr__ = names_of(__name__, _HOMES)
