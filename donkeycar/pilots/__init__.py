"""Networks that drive, the files they live in, and what runs them on a car.

Nothing here needs TensorFlow to drive: a car opens LiteRT files only.
"""

from donkeycar.pilots.bundle import PilotInfo, read_info
from donkeycar.pilots.driving import Drives
from donkeycar.pilots.ensemble import Ensemble
from donkeycar.pilots.load import load_pilot
from donkeycar.pilots.pilot import Pilot
from donkeycar.pilots.registry import PILOT_TYPES, pilot_type

__all__ = [
    "PILOT_TYPES", "Drives", "Ensemble", "Pilot", "PilotInfo", "load_pilot", "pilot_type",
    "read_info",
]  # fmt: skip
