"""How a device names its controls, seen from what it reports: its buttons, its axes, their rest.

Drivers number buttons by their own lights, and a pad that comes without its driver has the numbers
of its maker. Where what a device reports contradicts what its maker usually does, the report wins.
"""

from collections.abc import Collection, Mapping

from donkeycar.parts.controller.codes import Identity
from donkeycar.parts.controller.mappings import (
    ANDROID,
    BRAKE_ON_Y,
    CROSS,
    DIRECT_INPUT,
    EXCEPTIONS,
    HAT_TRIGGERS,
    IN_A_ROW,
    RIGHT_STICK_ON_Z,
    RIGHT_STICK_TURNED,
    STICKS_AND_TRIGGERS_SWAPPED,
    SWAPPED,
    WHEELS,
    Kind,
)
from donkeycar.parts.controller.numbering import (
    TURNED,
    has_xbox_names,
    names_of,
    row_of,
)
from donkeycar.parts.controller.rest import CENTRE, HIGH, LOW, end_at, is_near

# The axes that pedals of wheels are on.
PEDALS = ("ABS_Y", "ABS_Z", "ABS_RZ", "ABS_GAS", "ABS_BRAKE", "ABS_THROTTLE")

# So many buttons, numbered in a row without a gap for those that a pad does not have.
_A_FEW = range(6, 12)
_A_DOZEN = range(12, 15)


def renames_for(
    identity: Identity,
    positions: Mapping[str, float],
    kind: Kind,
    buttons: Collection[int] | None = None,
    bindings: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """How the controls of a device are called in our layout.

    Args:
        identity: Which device it is.
        positions: Kernel names of the axes it has, and where each was when it appeared, -1 to +1.
        kind: What its owner says it is.
        buttons: Codes of the buttons it has; ``None`` if that is not known.
        bindings: Control -> what it does, with the changes of its owner; ``None``: as its kind.

    Returns:
        Kernel name -> our name, for those that differ. For a kind without bindings of its own they
        go by the names of axes and the table of models alone: what its owner was taught must mean
        the same for ever, however the device is held when it appears.
    """
    if not kind.bindings:
        return {**CROSS, **_usual(positions), **_exception(identity), **kind.renames}
    row = row_of(buttons or ())
    axes: Mapping[str, str]
    swapped = False
    if are_pedals(identity, positions):
        axes = BRAKE_ON_Y if "ABS_Z" not in positions else {}
    elif swapped := _has_triggers_on_rx(positions, row):
        axes = STICKS_AND_TRIGGERS_SWAPPED
    else:
        axes = _usual(positions)
        if _is_turned(identity, positions):
            axes = RIGHT_STICK_TURNED
    numbers = _numbers(row, positions, swapped=swapped)
    wheel = WHEELS.get((identity.vendor, identity.product), {})  # its pedals, no buttons
    special = {} if wheel else _exception(identity)
    if buttons is not None and ("BTN_C" in special) != bool(numbers):
        special = numbers  # its buttons contradict what the table says of its maker or model
    if not (wheel or special) and has_xbox_names(identity, buttons or (), positions):
        special = SWAPPED
    known: Mapping[str, str] = {}
    if "BTN_TRIGGER" not in special:
        known = names_of(identity, buttons or (), bindings or kind.bindings)
    return {**CROSS, **axes, **wheel, **special, **known, **kind.renames}


def are_pedals(identity: Identity, positions: Mapping[str, float]) -> bool:
    """Whether the axes that are triggers by name are the pedals of a wheel, released at `HIGH`."""
    if (identity.vendor, identity.product) in WHEELS:
        return True
    ends = [end_at(positions[name]) for name in PEDALS if name in positions]
    has_right_stick = {"ABS_RX", "ABS_RY"} <= positions.keys()
    return not has_right_stick and ends.count(HIGH) >= 2 and ends.count(HIGH) > ends.count(LOW)


def _has_triggers_on_rx(positions: Mapping[str, float], row: int) -> bool:
    """Whether its right stick is on ABS_Z and ABS_RZ, and its triggers are where that should be."""
    if not {"ABS_Z", "ABS_RZ", "ABS_RX", "ABS_RY"} <= positions.keys():
        return False
    if row in _A_DOZEN:
        return True
    sticks = all(is_near(positions[name], CENTRE) for name in ("ABS_Z", "ABS_RZ"))
    return sticks and end_at(positions["ABS_RX"]) == end_at(positions["ABS_RY"]) == LOW


def _numbers(row: int, positions: Mapping[str, float], *, swapped: bool) -> Mapping[str, str]:
    has_pedals = {"ABS_GAS", "ABS_BRAKE"} <= positions.keys()
    if row in _A_FEW or (row in _A_DOZEN and has_pedals):
        return IN_A_ROW
    # Fifteen, and all names of the kernel are in use: a PlayStation 5 pad, or one with gaps.
    if row in _A_DOZEN or (swapped and row and not has_pedals):
        return DIRECT_INPUT
    return ANDROID if row >= _A_DOZEN.stop else {}


def _is_turned(identity: Identity, positions: Mapping[str, float]) -> bool:
    """Whether its four axes are two sticks, the right one with its directions exchanged."""
    one_more = {"ABS_Z", "ABS_RZ"} <= positions.keys()
    others = {"ABS_RX", "ABS_RY"} & positions.keys()
    return one_more and not others and (identity.vendor, identity.product) in TURNED


def _usual(positions: Mapping[str, float]) -> Mapping[str, str]:
    """Where the right stick and the triggers are, by the axes that there are."""
    if not {"ABS_RX", "ABS_RY"} <= positions.keys():
        return RIGHT_STICK_ON_Z
    return HAT_TRIGGERS if "ABS_Z" not in positions else {}


def _exception(identity: Identity) -> Mapping[str, str]:
    for (bus, vendor, product), renames in EXCEPTIONS:
        fits = bus in (None, identity.bus) and product in (None, identity.product)
        if fits and vendor == identity.vendor:
            return renames
    return {}
