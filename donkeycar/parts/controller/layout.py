"""Layout of a device: how it names its controls, judged by its buttons, its axes and their rest.

Drivers number buttons in different ways, and a pad without its driver has the numbers of its maker.
If the report of a device contradicts the usual order of its maker, the report wins.
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

# The axes of the pedals of steering wheels.
PEDALS = ("ABS_Y", "ABS_Z", "ABS_RZ", "ABS_GAS", "ABS_BRAKE", "ABS_THROTTLE")

# Numbers of buttons that are numbered in a row, without gaps for buttons that a pad does not have.
_A_FEW = range(6, 12)
_A_DOZEN = range(12, 15)


def renames_for(
    identity: Identity,
    positions: Mapping[str, float],
    kind: Kind,
    buttons: Collection[int] | None = None,
    bindings: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Names of the controls of a device in our layout.

    Args:
        identity: Identity of the device.
        positions: Kernel names of its axes, and their positions when it appeared, -1 to +1.
        kind: Its kind, as the owner set it.
        buttons: Codes of its buttons; ``None`` if they are not known.
        bindings: Control -> action, with the owner's changes; ``None`` takes those of the kind.

    Returns:
        Kernel name -> our name, for names that differ. For a kind without bindings of its own, they
        follow only from the names of axes and the table of models: bindings that the owner taught
        must always mean the same, however the device is held when it appears.
    """
    if kind.by_kernel_name:
        return {}
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
    wheel = WHEELS.get((identity.vendor, identity.product), {})  # its pedals, not buttons
    special = {} if wheel else _exception(identity)
    if buttons is not None and ("BTN_C" in special) != bool(numbers):
        special = numbers  # its buttons contradict the table of makers and models
    if not (wheel or special) and has_xbox_names(identity, buttons or (), positions):
        special = SWAPPED
    known: Mapping[str, str] = {}
    if "BTN_TRIGGER" not in special:
        known = names_of(identity, buttons or (), bindings or kind.bindings)
    return {**CROSS, **axes, **wheel, **special, **known, **kind.renames}


def are_pedals(identity: Identity, positions: Mapping[str, float]) -> bool:
    """Whether the axes with the names of triggers are pedals of a wheel, released at `HIGH`."""
    if (identity.vendor, identity.product) in WHEELS:
        return True
    ends = [end_at(positions[name]) for name in PEDALS if name in positions]
    has_right_stick = {"ABS_RX", "ABS_RY"} <= positions.keys()
    return not has_right_stick and ends.count(HIGH) >= 2 and ends.count(HIGH) > ends.count(LOW)


def _has_triggers_on_rx(positions: Mapping[str, float], row: int) -> bool:
    """Whether its right stick is on ABS_Z and ABS_RZ, and its triggers on the stick's axes."""
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
    # Fifteen buttons, with all names of the kernel: a PlayStation 5 pad, or a pad with gaps.
    if row in _A_DOZEN or (swapped and row and not has_pedals):
        return DIRECT_INPUT
    return ANDROID if row >= _A_DOZEN.stop else {}


def _is_turned(identity: Identity, positions: Mapping[str, float]) -> bool:
    """Whether its four axes are two sticks, the right one with its directions exchanged."""
    one_more = {"ABS_Z", "ABS_RZ"} <= positions.keys()
    others = {"ABS_RX", "ABS_RY"} & positions.keys()
    return one_more and not others and (identity.vendor, identity.product) in TURNED


def _usual(positions: Mapping[str, float]) -> Mapping[str, str]:
    """The axes of the right stick and the triggers, found from the axes that the device has."""
    if not {"ABS_RX", "ABS_RY"} <= positions.keys():
        return RIGHT_STICK_ON_Z
    return HAT_TRIGGERS if "ABS_Z" not in positions else {}


def _exception(identity: Identity) -> Mapping[str, str]:
    for (bus, vendor, product), renames in EXCEPTIONS:
        fits = bus in (None, identity.bus) and product in (None, identity.product)
        if fits and vendor == identity.vendor:
            return renames
    return {}
