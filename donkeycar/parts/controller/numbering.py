"""Numbered buttons: which number is which button, by maker and model of the pad.

The kernel's `hid-input.c` gives button n of a device the code ``BTN_SOUTH + n - 1`` if the device
calls itself a Game Pad, and ``BTN_TRIGGER + n - 1`` if it calls itself a Joystick; after sixteen
both continue at ``BTN_TRIGGER_HAPPY1``. The names of these codes then mean nothing, because every
maker has its own order. Identities and orders are those of the gamepad mappings for Linux of SDL
2.32.10 and of SDL_GameControllerDB of 12 August 2026 (commit 42f28e22); where the two differ on the
four main buttons, a model is in `_DISPUTED`.
"""

from collections.abc import Collection, Mapping

from donkeycar.parts.controller.codes import BUTTON_NAMES, BUTTONS, Identity

# Buttons in the order of their numbers, from 1 on; named by their position.
_END = "SELECT START THUMBL THUMBR MODE"
FROM_SQUARE = f"WEST SOUTH EAST NORTH TL TR TL2 TR2 {_END}"
FROM_TRIANGLE = f"NORTH EAST SOUTH WEST TL TR TL2 TR2 {_END}"
_TRIGGERS_FIRST = f"NORTH EAST SOUTH WEST TL2 TR2 TL TR {_END}"
_START_FIRST = "NORTH EAST SOUTH WEST TL2 TR2 TL TR START SELECT THUMBL THUMBR"
FROM_A = f"SOUTH EAST WEST NORTH TL TR TL2 TR2 {_END}"
_SIDE_BY_SIDE = "SOUTH EAST WEST NORTH TL TL2 TR TR2 SELECT START THUMBL THUMBR"
_CLOCKWISE = f"WEST NORTH SOUTH EAST TL TL2 TR TR2 {_END}"
_SAITEK = "WEST NORTH SOUTH EAST TL TR TL2 TR2 THUMBL THUMBR MODE SELECT"
_THRUSTMASTER = "SOUTH WEST EAST NORTH TL TL2 TR TR2 SELECT START THUMBL THUMBR"
# Pads for Android leave out C and Z. Letters are as on Xbox, X on the left, or Nintendo, X on top.
_GAPS = "TL TR TL2 TR2 SELECT START MODE THUMBL THUMBR"
XBOX_LETTERS = f"SOUTH EAST C WEST NORTH Z {_GAPS}"
NINTENDO_LETTERS = f"EAST SOUTH C NORTH WEST Z {_GAPS}"
# Xbox pads with old firmware over Bluetooth, and others whose triggers are axes only.
WITHOUT_TRIGGERS = "SOUTH EAST WEST NORTH TL TR SELECT START THUMBL THUMBR MODE"

_8BITDO = 0x2DC8
# The drivers of Sony and Nintendo name buttons by their position.
_BY_PLACE = (0x054C, 0x057E)

_MODELS = {
    FROM_SQUARE: (  # Logitech F310 and F710 in D mode first
        "046d:c216 046d:c219 046d:c218 046d:cad1 044f:b323 044f:d008 044f:d009 0428:4001 6469:6469 "
        "0079:1830 06a3:f622 06a3:f623 06a3:f518 0738:3250 0738:8818 0738:8838 0e6f:0109 0e6f:0130 "
        "0e6f:0214 0e6f:011e 0f0d:0010 0f0d:0022 0f0d:006e 1345:3008 1a34:0836 20d6:a711 20d6:a713 "
        "25f0:83c1"
    ),
    FROM_TRIANGLE: (
        "0e8f:0003 0e8f:0008 0f0d:00aa 11ff:3331 20e8:5860 22ba:1020 2563:0523 2563:0575 25f0:c121"
    ),
    _TRIGGERS_FIRST: "0078:0006 054c:0cda 0810:0001 0810:0003 11ff:3341",
    _START_FIRST: "0925:0005 0925:8866 6666:8804",
    FROM_A: "0c45:4320 11c9:55f0 146b:0c01 1a34:0809 5347:6d61",
    _SIDE_BY_SIDE: "0e8f:0012",
    _CLOCKWISE: "07b5:0315 0f30:0110",
    _SAITEK: "06a3:0109 06a3:ff0c",
    _THRUSTMASTER: "044f:b315 044f:b320",
    XBOX_LETTERS: (
        "2dc8:2101 2dc8:3011 2dc8:3012 2dc8:3013 2dc8:3015 2dc8:3016 2dc8:3017 2dc8:301b 2dc8:301d "
        "2dc8:6012"
    ),
    NINTENDO_LETTERS: (
        "1235:ab20 2002:9000 2810:0009 2820:0009 3820:0009 2dc8:2830 2dc8:2862 "
        "2dc8:2865 2dc8:3010 2dc8:3101 2dc8:3102 2dc8:3103 2dc8:3104 2dc8:3230 2dc8:3810 2dc8:3820 "
        "2dc8:5103 2dc8:5111 2dc8:5112 2dc8:6000 2dc8:6001 2dc8:6002 2dc8:6006 2dc8:6007 2dc8:6009 "
        "2dc8:6100 2dc8:6101 2dc8:6102 2dc8:9000 2dc8:9001 2dc8:9012 2dc8:9015 2dc8:9018 2dc8:9020"
    ),
}
_ORDERS = {
    (int(model[:4], 16), int(model[5:], 16)): order
    for order, models in _MODELS.items()
    for model in models.split()
}

# 8BitDo Zero and SFC30 of the first series, SZMY Power: two sources disagree on the bottom button.
# It may be any of the first five buttons.
_DISPUTED = {(0x05A0, 0x3232), (0x1235, 0xAB12), (0x7545, 0x1122)}
_DISPUTED_BUTTONS = 5

# Their right stick reports left and right on ABS_RZ, up and down on ABS_Z.
TURNED = {(0x0810, 0x0001), (0x0810, 0x0003), (0x22BA, 0x1020), (0x0F30, 0x0110),
          (0x07B5, 0x0315), (0x06A3, 0x0109), (0x06A3, 0xFF0C), (0x0E8F, 0x0012)}  # fmt: skip

# With fewer in a row, the pad cannot be told from one whose buttons have names.
_ROW = 10
# Many in a row mean D mode: X mode, with its driver, has no C and Z, and with old firmware ten.
_8BITDO_ROW = 12
_FOUR = ("BTN_TRIGGER", "BTN_THUMB", "BTN_THUMB2", "BTN_TOP")
_MAIN = ("BTN_SOUTH", "BTN_EAST", "BTN_NORTH", "BTN_WEST")


def named(order: str, first: str = "BTN_SOUTH") -> dict[str, str]:
    """Kernel name -> name by place, for buttons that are numbered in `order` from `first` on."""
    return {
        BUTTON_NAMES[BUTTONS[first] + number]: f"BTN_{place}"
        for number, place in enumerate(order.split())
    }


def row_of(buttons: Collection[int]) -> int:
    """How many buttons are numbered from A on without a gap; 0 if there are gaps as in `codes`."""
    first = BUTTONS["BTN_SOUTH"]
    if not {BUTTONS["BTN_C"], BUTTONS["BTN_Z"]} <= set(buttons):
        return 0
    return next(count for count in range(len(buttons) + 1) if first + count not in buttons)


def is_joystick(buttons: Collection[int]) -> bool:
    """Whether its buttons are those of a Joystick: at least four, and none of a gamepad."""
    four = {BUTTONS[name] for name in _FOUR}
    return four <= set(buttons) and BUTTONS["BTN_SOUTH"] not in buttons


def has_xbox_names(identity: Identity, buttons: Collection[int], axes: Collection[str]) -> bool:
    """Whether its names are those of `xpad.c`, in which X, on the left, has the kernel name north.

    This driver has no buttons for the triggers, which are axes only, and none called C and Z.
    """
    wanted = {BUTTONS[name] for name in _MAIN}
    others = {BUTTONS[name] for name in ("BTN_C", "BTN_Z", "BTN_TL2", "BTN_TR2")}
    sticks = {"ABS_RX", "ABS_RY", "ABS_Z", "ABS_RZ"}
    right = wanted <= set(buttons) and not others & set(buttons) and sticks <= set(axes)
    return right and identity.vendor not in _BY_PLACE


def names_of(
    identity: Identity, buttons: Collection[int], bindings: Mapping[str, str]
) -> dict[str, str]:
    """Kernel name -> name by place, for a device that numbers its buttons.

    If its order is not known, every button that may be one of the four main ones stops the car. A
    binding of the owner by the kernel's name for a Joystick's button stays as it is.

    Args:
        identity: Identity of the device.
        buttons: Codes of its buttons.
        bindings: Control -> action.

    Returns:
        Empty if its buttons have names, or the usual order for this number of buttons.
    """
    joystick = is_joystick(buttons)
    order = _ORDERS.get((identity.vendor, identity.product), "")
    names: Mapping[str, str] = {}
    if is_guessed(identity, buttons):
        stop = [name for name, did in bindings.items() if did == "stop" and name in BUTTONS]
        names = dict.fromkeys(_maybe_main(identity, joystick=joystick), stop[0]) if stop else {}
    elif joystick:
        names = named(order, _FOUR[0])
    elif order and row_of(buttons) >= _ROW:
        names = named(order)
    return {name: place for name, place in names.items() if not joystick or name not in bindings}


def is_guessed(identity: Identity, buttons: Collection[int]) -> bool:
    """Whether the order of the buttons is not known.

    This applies to a Joystick, to a new 8BitDo pad, and to pads on which sources disagree.
    """
    model = (identity.vendor, identity.product)
    if model in _DISPUTED and row_of(buttons):
        return True
    if model in _ORDERS:
        return False
    # Some pads of this maker have the letters of Xbox, some those of Nintendo.
    mixed = identity.vendor == _8BITDO and row_of(buttons) >= _8BITDO_ROW
    return mixed or is_joystick(buttons)


def _maybe_main(identity: Identity, *, joystick: bool) -> Collection[str]:
    """Kernel names of the buttons that may be one of the four main ones."""
    if (identity.vendor, identity.product) not in _DISPUTED:
        return _FOUR if joystick else _MAIN
    first = BUTTONS[_FOUR[0] if joystick else _MAIN[0]]
    return [BUTTON_NAMES[first + number] for number in range(_DISPUTED_BUTTONS)]
