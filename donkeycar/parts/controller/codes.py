"""Names that the Linux kernel gives to buttons, keys and axes, and the records it sends.

Source:
    Linux, ``include/uapi/linux/input.h`` and ``input-event-codes.h``;
    ``Documentation/input/gamepad.rst`` for what a gamepad should call its controls.
"""

import struct
from typing import NamedTuple

# struct input_event: seconds, microseconds, type, code, value; 24 bytes on a 64-bit system.
EVENT = struct.Struct("llHHi")

EV_SYN = 0
EV_KEY = 1
EV_ABS = 3
SYN_REPORT = 0
SYN_DROPPED = 3

_BUTTONS = {
    **{f"BTN_{number}": 0x100 + number for number in range(10)},
    **{f"BTN_{code:X}": code for code in range(0x10A, 0x110)},  # the kernel has no names for them
    "BTN_TRIGGER": 0x120, "BTN_THUMB": 0x121, "BTN_THUMB2": 0x122, "BTN_TOP": 0x123,
    "BTN_TOP2": 0x124, "BTN_PINKIE": 0x125, "BTN_BASE": 0x126, "BTN_BASE2": 0x127,
    "BTN_BASE3": 0x128, "BTN_BASE4": 0x129, "BTN_BASE5": 0x12A, "BTN_BASE6": 0x12B,
    "BTN_12C": 0x12C, "BTN_12D": 0x12D, "BTN_12E": 0x12E, "BTN_DEAD": 0x12F,
    "BTN_SOUTH": 0x130, "BTN_EAST": 0x131, "BTN_C": 0x132, "BTN_NORTH": 0x133,
    "BTN_WEST": 0x134, "BTN_Z": 0x135, "BTN_TL": 0x136, "BTN_TR": 0x137, "BTN_TL2": 0x138,
    "BTN_TR2": 0x139, "BTN_SELECT": 0x13A, "BTN_START": 0x13B, "BTN_MODE": 0x13C,
    "BTN_THUMBL": 0x13D, "BTN_THUMBR": 0x13E,
    "BTN_DPAD_UP": 0x220, "BTN_DPAD_DOWN": 0x221, "BTN_DPAD_LEFT": 0x222,
    "BTN_DPAD_RIGHT": 0x223,
    **{f"BTN_TRIGGER_HAPPY{number}": 0x2C0 + number - 1 for number in range(1, 41)},
}  # fmt: skip

_KEYS = {
    "KEY_ESC": 1, "KEY_MINUS": 12, "KEY_EQUAL": 13, "KEY_BACKSPACE": 14, "KEY_TAB": 15,
    "KEY_ENTER": 28, "KEY_LEFTCTRL": 29, "KEY_LEFTSHIFT": 42, "KEY_COMMA": 51, "KEY_DOT": 52,
    "KEY_SLASH": 53, "KEY_RIGHTSHIFT": 54, "KEY_LEFTALT": 56, "KEY_SPACE": 57, "KEY_F11": 87,
    "KEY_F12": 88, "KEY_HOME": 102, "KEY_UP": 103, "KEY_PAGEUP": 104, "KEY_LEFT": 105,
    "KEY_RIGHT": 106, "KEY_END": 107, "KEY_DOWN": 108, "KEY_PAGEDOWN": 109, "KEY_INSERT": 110,
    "KEY_DELETE": 111, "KEY_VOLUMEDOWN": 114, "KEY_VOLUMEUP": 115, "KEY_POWER": 116,
    "KEY_BACK": 158, "KEY_PLAYPAUSE": 164, "KEY_RECORD": 167,
    **{f"KEY_{digit}": 2 + place for place, digit in enumerate("1234567890")},
    **{f"KEY_{letter}": 16 + place for place, letter in enumerate("QWERTYUIOP")},
    **{f"KEY_{letter}": 30 + place for place, letter in enumerate("ASDFGHJKL")},
    **{f"KEY_{letter}": 44 + place for place, letter in enumerate("ZXCVBNM")},
    **{f"KEY_F{number}": 58 + number for number in range(1, 11)},
}  # fmt: skip

_AXES = {
    "ABS_X": 0x00, "ABS_Y": 0x01, "ABS_Z": 0x02, "ABS_RX": 0x03, "ABS_RY": 0x04, "ABS_RZ": 0x05,
    "ABS_THROTTLE": 0x06, "ABS_RUDDER": 0x07, "ABS_WHEEL": 0x08, "ABS_GAS": 0x09,
    "ABS_BRAKE": 0x0A, "ABS_HAT0X": 0x10, "ABS_HAT0Y": 0x11, "ABS_HAT1X": 0x12,
    "ABS_HAT1Y": 0x13, "ABS_HAT2X": 0x14, "ABS_HAT2Y": 0x15, "ABS_HAT3X": 0x16,
    "ABS_HAT3Y": 0x17,
}  # fmt: skip

BUTTONS: dict[str, int] = _BUTTONS | _KEYS
AXES: dict[str, int] = _AXES
BUTTON_NAMES: dict[int, str] = {code: name for name, code in BUTTONS.items()}
AXIS_NAMES: dict[int, str] = {code: name for name, code in AXES.items()}


class Identity(NamedTuple):
    """The identity of a device.

    Attributes:
        name: The name that its maker gave it.
        bus: 3 is USB, 5 Bluetooth.
        vendor: Number of its maker.
        product: Number of the model.
        uniq: Address of a Bluetooth device, often empty for others.
    """

    name: str = ""
    bus: int = 0
    vendor: int = 0
    product: int = 0
    uniq: str = ""


class AbsInfo(NamedTuple):
    """The kernel's data of an axis, in its own units.

    Attributes:
        value: Its position.
        minimum: Smallest value.
        maximum: Greatest value.
        fuzz: Noise that the kernel filters.
        flat: Values this close to the centre count as the centre.
        resolution: Values per millimetre or radian; 0 if unknown.
    """

    value: int = 0
    minimum: int = -32768
    maximum: int = 32767
    fuzz: int = 0
    flat: int = 0
    resolution: int = 0
