"""Kinds of gamepads: the actions of their controls, and the devices that name controls differently.

All tables use one layout, that of the kernel's ``gamepad.rst``: sticks are ``ABS_X``/``ABS_Y`` and
``ABS_RX``/``ABS_RY``, triggers ``ABS_Z`` and ``ABS_RZ``, the cross ``ABS_HAT0X``/``ABS_HAT0Y``, and
buttons are named by their position. `EXCEPTIONS` converts other devices to this layout.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from donkeycar.errors import ConfigError
from donkeycar.parts.controller.actions import merged
from donkeycar.parts.controller.numbering import (
    FROM_SQUARE,
    WITHOUT_TRIGGERS,
    XBOX_LETTERS,
    named,
)

USB = 0x03
BLUETOOTH = 0x05

# The cross as four buttons.
CROSS = {
    "BTN_DPAD_UP": "ABS_HAT0Y-", "BTN_DPAD_DOWN": "ABS_HAT0Y",
    "BTN_DPAD_LEFT": "ABS_HAT0X-", "BTN_DPAD_RIGHT": "ABS_HAT0X",
}  # fmt: skip

# A pad without ABS_RX and ABS_RY has its right stick and its triggers on other axes.
RIGHT_STICK_ON_Z = {
    "ABS_Z": "ABS_RX", "ABS_RZ": "ABS_RY", "ABS_BRAKE": "ABS_Z", "ABS_GAS": "ABS_RZ",
}  # fmt: skip

# Triggers as in gamepad.rst; few drivers follow it.
HAT_TRIGGERS = {"ABS_HAT2Y": "ABS_Z", "ABS_HAT2X": "ABS_RZ"}

# Pads whose letters X and Y are not where the kernel's names of these letters are.
SWAPPED = {"BTN_NORTH": "BTN_WEST", "BTN_WEST": "BTN_NORTH"}

# Twelve or more buttons, numbered in a row from square, cross, circle, triangle: PlayStation pads
# without their driver, and similar pads.
DIRECT_INPUT = named(FROM_SQUARE)

# Ten or eleven buttons, numbered in a row from A, B, X, Y.
IN_A_ROW = named(WITHOUT_TRIGGERS)

# Fifteen or more buttons, without a gap for C and Z in their numbers: pads for Android.
ANDROID = named(XBOX_LETTERS)

# A right stick that reports left and right where others report up and down.
RIGHT_STICK_TURNED = {"ABS_Z": "ABS_RY", "ABS_RZ": "ABS_RX"}

# Both sticks of a PlayStation pad without its driver, and its triggers.
STICKS_AND_TRIGGERS_SWAPPED = {
    "ABS_Z": "ABS_RX", "ABS_RZ": "ABS_RY", "ABS_RX": "ABS_Z", "ABS_RY": "ABS_RZ",
}  # fmt: skip

# Wheels with two pedals, the throttle on ABS_RZ and the brake on ABS_Y: those of Thrustmaster.
BRAKE_ON_Y = {"ABS_Y": "ABS_Z"}
# Wheels of Logitech with three: throttle on ABS_Z, brake on ABS_RZ, clutch on ABS_Y; the G920 and
# G923 for Xbox: throttle on ABS_Y, brake on ABS_Z, clutch on ABS_RZ. Source: reports of owners.
_LOGITECH_PEDALS = {"ABS_Z": "ABS_RZ", "ABS_RZ": "ABS_Z"}
_G920_PEDALS = {"ABS_Y": "ABS_RZ", "ABS_RZ": "ABS_Y"}

# PlayStation 3 pads as kernels before 4.12, and the program sixad, number their buttons.
_SIXAXIS = {
    "BTN_TRIGGER": "BTN_SELECT", "BTN_TOP": "BTN_START", "BTN_THUMB": "BTN_THUMBL",
    "BTN_THUMB2": "BTN_THUMBR", "BTN_TOP2": "ABS_HAT0Y-", "BTN_PINKIE": "ABS_HAT0X",
    "BTN_BASE": "ABS_HAT0Y", "BTN_BASE2": "ABS_HAT0X-", "BTN_BASE3": "BTN_TL2",
    "BTN_BASE4": "BTN_TR2", "BTN_BASE5": "BTN_TL", "BTN_BASE6": "BTN_TR",
    "BTN_12C": "BTN_NORTH", "BTN_12D": "BTN_EAST", "BTN_12E": "BTN_SOUTH", "BTN_DEAD": "BTN_WEST",
}  # fmt: skip

_NIMBUS = {"BTN_C": "BTN_WEST", "BTN_WEST": "BTN_TL", "BTN_Z": "BTN_TR", "BTN_TL": "BTN_TL2",
           "BTN_TR": "BTN_TR2"}  # fmt: skip

# Racing wheels, by maker and model: their pedals rest at the greatest value.
WHEELS: dict[tuple[int, int], Mapping[str, str]] = {
    (0x046D, 0xC24F): _LOGITECH_PEDALS,  # G29, switch at PS3
    (0x046D, 0xC260): _LOGITECH_PEDALS,  # G29, switch at PS4
    (0x046D, 0xC266): _LOGITECH_PEDALS,  # G923 for PlayStation
    (0x046D, 0xC299): _LOGITECH_PEDALS,  # G25
    (0x046D, 0xC29A): _LOGITECH_PEDALS,  # Driving Force GT
    (0x046D, 0xC29B): _LOGITECH_PEDALS,  # G27
    (0x046D, 0xC261): _G920_PEDALS,  # G920, before its driver woke it
    (0x046D, 0xC262): _G920_PEDALS,  # G920
    (0x046D, 0xC26E): _G920_PEDALS,  # G923 for Xbox
}

# (bus, vendor, product) -> kernel name -> name in our layout. `None` is any; the first that fits.
EXCEPTIONS: tuple[tuple[tuple[int | None, int, int | None], Mapping[str, str]], ...] = (
    ((None, 0x045E, None), SWAPPED),  # Microsoft: Xbox 360, One, Series, by cable or Bluetooth
    ((None, 0x046D, 0xC219), DIRECT_INPUT),  # Logitech F710, switch at D
    ((None, 0x046D, 0xC216), DIRECT_INPUT),  # Logitech F310, switch at D
    ((USB, 0x046D, None), SWAPPED),  # Logitech F310, F510, F710, switch at X
    ((USB, 0x2DC8, None), SWAPPED),  # 8BitDo in X mode
    ((None, 0x0111, 0x1420), _NIMBUS),  # SteelSeries Nimbus
    ((None, 0x054C, 0x0268), _SIXAXIS),  # Sony DualShock 3 on an old kernel; new codes differ
)


class Kind(NamedTuple):
    """One value of `CONTROLLER_TYPE`.

    Attributes:
        bindings: Control -> action.
        renames: Kernel name -> name in our layout, if that depends on the kind and not on the
            device.
        by_kernel_name: Whether controls keep the kernel's names, whatever the device is.
    """

    bindings: Mapping[str, str]
    renames: Mapping[str, str] = {}
    by_kernel_name: bool = False


_STICKS = {"ABS_X": "steering", "ABS_RY": "throttle"}
_TRIGGERS = {"ABS_RZ": "throttle_forward", "ABS_Z": "throttle_reverse"}
_CROSS_LIMIT = {"ABS_HAT0Y-": "limit_up", "ABS_HAT0Y": "limit_down"}

_XBOX = {
    **_TRIGGERS,
    "BTN_SOUTH": "mode", "BTN_EAST": "record", "BTN_WEST": "erase", "BTN_NORTH": "stop",
    "BTN_TR": "limit_up", "BTN_TL": "limit_down", "BTN_START": "constant_throttle",
    "BTN_SELECT": "resume",
}  # fmt: skip
_PS3 = {
    **_CROSS_LIMIT,
    "BTN_SELECT": "mode", "BTN_EAST": "record", "BTN_NORTH": "erase", "BTN_SOUTH": "stop",
    "BTN_START": "constant_throttle", "BTN_TR": "chaos_right", "BTN_TL": "chaos_left",
    "BTN_WEST": "resume",
}  # fmt: skip
_PS4 = {
    "BTN_SELECT": "mode", "BTN_EAST": "record", "BTN_NORTH": "erase", "BTN_SOUTH": "stop",
    "BTN_TL": "limit_up", "BTN_TR": "limit_down", "BTN_START": "constant_throttle",
    "BTN_WEST": "resume",
}  # fmt: skip

KINDS: dict[str, Kind] = {
    "xbox": Kind({**_STICKS, **_XBOX}),
    "xboxswapped": Kind({"ABS_RX": "steering", "ABS_Y": "throttle", **_XBOX}),
    "ps3": Kind({**_STICKS, **_PS3}),
    "ps3sixad": Kind(
        {"ABS_RX": "steering", "ABS_Y": "throttle", **_PS3},
        {**_SIXAXIS, "BTN_SOUTH": "BTN_MODE", "ABS_Z": "ABS_RX", "ABS_RX": "ABS_RY"},
    ),
    "ps4": Kind({**_STICKS, **_PS4}),
    "pygame": Kind({**_STICKS, **_PS4}),
    "F710": Kind({
        **_STICKS, **_CROSS_LIMIT,
        "BTN_START": "mode", "BTN_EAST": "record", "BTN_NORTH": "erase", "BTN_SOUTH": "stop",
        "BTN_SELECT": "constant_throttle", "BTN_TR": "chaos_right", "BTN_TL": "chaos_left",
        "BTN_WEST": "resume",
    }),
    "nimbus": Kind({
        **_STICKS,
        "BTN_NORTH": "erase", "BTN_EAST": "mode", "BTN_SOUTH": "stop", "BTN_WEST": "resume",
    }),
    # Its A is on the right, its B at the bottom.
    "wiiu": Kind({
        **_STICKS,
        "BTN_WEST": "erase", "BTN_SOUTH": "mode", "BTN_EAST": "stop", "BTN_NORTH": "resume",
    }),
    # A remote control of three channels on a cable that makes it a joystick.
    "rc3": Kind({
        "ABS_X-": "steering", "ABS_Y-": "throttle",
        "BTN_THUMB": "mode", "BTN_TRIGGER": "erase_or_stop",
    }),
    "custom": Kind({}),
    # Controls as `evtest` and the my_joystick.py of earlier versions number them.
    "evdev": Kind({}, by_kernel_name=True),
}  # fmt: skip

# Channels of receivers; the third is a switch between driver and pilot.
RECEIVERS: dict[str, Mapping[str, str]] = {
    "MM1": {"RC1": "steering", "RC2": "throttle"},
    "pigpio_rc": {
        "RC1": "steering", "RC2": "throttle", "RC3": "mode_local", "RC3-": "mode_user",
    },
}  # fmt: skip


def kind_named(name: str) -> Kind:
    """The kind of gamepad that `CONTROLLER_TYPE` names.

    Raises:
        ConfigError: If there is none.
    """
    if name not in KINDS:
        raise ConfigError(f"`kind` must be one of {', '.join(KINDS)}. Received: kind={name!r}")
    return KINDS[name]


def bindings_of(name: str, changes: Mapping[Any, Any]) -> dict[str, str]:
    """Return the actions of the controls of a gamepad.

    Args:
        name: Its kind (`CONTROLLER_TYPE`).
        changes: The owner's changes (`CONTROLLER_BINDINGS`).

    Raises:
        ConfigError: If a name is unknown, if no control steers, or if no control stops the car.
    """
    bindings = merged(kind_named(name).bindings, changes, kind=name)
    if "steering" not in bindings.values():
        raise ConfigError(
            "`CONTROLLER_BINDINGS` must bind an axis to 'steering' for CONTROLLER_TYPE "
            f"{name!r}: run `donkey gamepad learn`. Received: {dict(changes)!r}"
        )
    return bindings


# Names of buttons in donkeycar 5, on PlayStation pads and on Xbox-like ones.
_OLD_NAMES = {
    "cross": "BTN_SOUTH", "circle": "BTN_EAST", "square": "BTN_WEST", "triangle": "BTN_NORTH",
    "a_button": "BTN_SOUTH", "b_button": "BTN_EAST", "x_button": "BTN_WEST",
    "y_button": "BTN_NORTH", "A": "BTN_SOUTH", "B": "BTN_EAST", "X": "BTN_WEST", "Y": "BTN_NORTH",
    "L1": "BTN_TL", "R1": "BTN_TR", "L2": "BTN_TL2", "R2": "BTN_TR2", "L3": "BTN_THUMBL",
    "R3": "BTN_THUMBR", "left_shoulder": "BTN_TL", "right_shoulder": "BTN_TR",
    "left_stick_press": "BTN_THUMBL", "right_stick_press": "BTN_THUMBR",
    "select": "BTN_SELECT", "share": "BTN_SELECT", "back": "BTN_SELECT", "start": "BTN_START",
    "options": "BTN_START", "option": "BTN_START", "PS": "BTN_MODE", "Logitech": "BTN_MODE",
    "dpad_up": "ABS_HAT0Y-", "dpad_down": "ABS_HAT0Y", "dpad_left": "ABS_HAT0X-",
    "dpad_right": "ABS_HAT0X", "Switch-up": "BTN_TRIGGER", "Switch-down": "BTN_THUMB",
}  # fmt: skip


def control_named(button: str) -> str:
    """The present name of a button of donkeycar 5, e.g. ``R2``; other names stay unchanged."""
    return _OLD_NAMES.get(button, button)
