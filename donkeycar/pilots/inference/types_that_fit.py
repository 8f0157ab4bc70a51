"""Which types of pilot a network could be, found by trying all of them."""

from contextlib import suppress

from donkeycar.errors import PilotError
from donkeycar.pilots.inference.interpreter import LiteRTInterpreter
from donkeycar.pilots.inference.pilot import NetworkPilot
from donkeycar.pilots.kinds.registry import PILOT_TYPES


def types_that_fit(network: LiteRTInterpreter) -> list[str]:
    """Names of the types whose inputs and outputs a network has; it has run when this returns."""
    names = []
    for name, kind in PILOT_TYPES.items():
        with suppress(PilotError):
            NetworkPilot(network, kind)
            names.append(name)
    return names


def advice(network: LiteRTInterpreter) -> str:
    """Say which ``--type`` could be meant."""
    names = types_that_fit(network)
    if not names:
        return "Its inputs and outputs are those of no type of pilot: train another one."
    return f"Its inputs and outputs are those of --type {' or '.join(names)}."
