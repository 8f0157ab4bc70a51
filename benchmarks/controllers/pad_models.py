"""Gamepads, wheels and pedals at the moment when the car first sees them, for `pad_rests.py`.

Each row has the kernel's description of a device when it is opened (``EVIOCGABS``), how somebody
holds it at that moment, and the axis that gives throttle. Ranges, fuzz, flat and buttons come from
the source code of the driver that `source` names; without such a driver they are constructed.
Nothing here was measured at a real device.
"""

from typing import NamedTuple

from donkeycar.parts.controller.codes import AbsInfo

SONY, MICROSOFT, LOGITECH, NINTENDO = 0x054C, 0x045E, 0x046D, 0x057E


class Model(NamedTuple):
    """A device at the moment it appears.

    Attributes:
        source: The source of its numbers.
        kind: `CONTROLLER_TYPE`.
        identity: Bus, vendor and product.
        axes: The kernel's description of each axis.
        throttle: The kernel's name of the axis that gives throttle; "" if none does.
        rest: Value of that axis when it is released.
        full: Value of that axis when it is pushed.
        sign: +1 if that is forward, -1 if it is backward.
        buttons: How many consecutive buttons it has from `base`; ``None`` if that is not known.
        bindings: `CONTROLLER_BINDINGS`.
        first: Its first report, if it has sent nothing to the kernel since it was opened.
        pulls: Whether it must be pulled fully and released before it counts as a trigger.
        base: The first of its buttons.
    """

    source: str
    kind: str
    identity: tuple[int, int, int]
    axes: dict[str, AbsInfo]
    throttle: str
    rest: int
    full: int
    sign: int = 1
    buttons: int | None = None
    bindings: dict[str, str] = {}
    first: dict[str, int] | None = None
    pulls: bool = False
    base: str = "BTN_SOUTH"


def byte(value: int = 128, flat: int = 0) -> AbsInfo:
    """An axis of 8 bits."""
    return AbsInfo(value, 0, 255, 0, flat)


def word(value: int = 32768) -> AbsInfo:
    """An axis of 16 bits, without sign, as hid-input sets it up for a gamepad."""
    return AbsInfo(value, 0, 65535, 255, 4095)


def stick(value: int = 0) -> AbsInfo:
    """An axis of 16 bits as xpad sets it up."""
    return AbsInfo(value, -32768, 32767, 16, 128)


def pull(value: int = 0, maximum: int = 1023) -> AbsInfo:
    """A trigger."""
    return AbsInfo(value, 0, maximum)


def many(info: AbsInfo, *names: str) -> dict[str, AbsInfo]:
    """The same axis under several names."""
    return dict.fromkeys((f"ABS_{name}" for name in names), info)


SONY_DRIVER = {**many(byte(), "X", "Y", "RX", "RY"), **many(byte(0), "Z", "RZ")}
SONY_GENERIC = {**many(byte(128, 15), "X", "Y", "Z", "RZ"), **many(byte(0, 15), "RX", "RY")}
XPAD = {**many(stick(), "X", "Y", "RX", "RY"), **many(pull(), "Z", "RZ")}
XBOX_HID = {**many(word(), "X", "Y", "Z", "RZ"), **many(pull(), "GAS", "BRAKE")}
DIRECT = many(byte(128, 15), "X", "Y", "Z", "RZ")
SNES = many(byte(127, 15), "X", "Y")
G29 = {"ABS_X": AbsInfo(32767, 0, 65535), **many(pull(255, 255), "Y", "Z", "RZ")}
ZERO = {name: AbsInfo(0, info.minimum, info.maximum) for name, info in G29.items()}
DS4, DS5 = (5, SONY, 0x09CC), (5, SONY, 0x0CE6)
XBOX_USB, XBOX_BLUETOOTH = (3, MICROSOFT, 0x02EA), (5, MICROSOFT, 0x02FD)

UP = ("ABS_RY", 128, 0)
XUP = ("ABS_RY", 0, -32768)
ZUP = ("ABS_RZ", 128, 0)

MODELS: dict[str, Model] = {
    "DualShock 4": Model("hid-playstation.c, dualshock4", "ps4", DS4, SONY_DRIVER, *UP),
    "DualShock 4, pushed back": Model(
        "hid-playstation.c, dualshock4", "ps4", DS4, SONY_DRIVER, "ABS_RY", 128, 255, -1
    ),
    "DualShock 4, generic driver": Model("hid-input.c", "ps4", DS4, SONY_GENERIC, *ZUP, buttons=14),
    "DualShock 4, generic driver, buttons not known": Model(
        "hid-input.c", "ps4", DS4, SONY_GENERIC, *ZUP
    ),
    "DualShock 4, generic driver, not heard of yet": Model(
        "hid-input.c", "ps4", DS4, dict.fromkeys(SONY_GENERIC, byte(0, 15)), *ZUP, buttons=14,
        first={name: info.value for name, info in SONY_GENERIC.items()},
    ),
    "DualSense": Model("hid-playstation.c, dualsense", "ps4", DS5, SONY_DRIVER, *UP),
    "DualSense, generic driver": Model("hid-input.c", "ps4", DS5, SONY_GENERIC, *ZUP, buttons=15),
    "DualShock 3": Model("hid-sony.c, sixaxis", "ps3", (3, SONY, 0x0268), SONY_DRIVER, *UP),
    "Xbox 360, cable": Model(
        "xpad.c, XTYPE_XBOX360", "xbox", (3, MICROSOFT, 0x028E),
        {**many(stick(), "X", "Y", "RX", "RY"), **many(pull(0, 255), "Z", "RZ")}, *XUP,
    ),
    "Xbox One, cable": Model("xpad.c, XTYPE_XBOXONE", "xbox", XBOX_USB, XPAD, *XUP),
    "Xbox One, cable, by its trigger": Model(
        "xpad.c, XTYPE_XBOXONE", "xbox", XBOX_USB, XPAD, "ABS_RZ", 0, 1023
    ),
    "Xbox One, cable, sticks swapped": Model(
        "xpad.c, XTYPE_XBOXONE", "xboxswapped", XBOX_USB, XPAD, "ABS_Y", 0, 32767, -1
    ),
    "Xbox One, xpadneo": Model("xpadneo, hid-xpadneo.c", "xbox", XBOX_BLUETOOTH, XPAD, *XUP),
    "Xbox One, Bluetooth": Model(
        "hid-microsoft.c over hid-input.c; SDL 050000005e040000fd02", "xbox", XBOX_BLUETOOTH,
        XBOX_HID, "ABS_RZ", 32768, 0, buttons=15,
    ),
    "Xbox One, Bluetooth, numbered in a row": Model(
        "hid-input.c; SDL 050000005e040000e002", "xbox", (5, MICROSOFT, 0x02E0),
        {**many(word(), "X", "Y", "RX", "RY"), **many(pull(), "Z", "RZ")}, "ABS_RY", 32768, 0,
        buttons=10,
    ),
    "Switch Pro": Model(
        "hid-nintendo.c, JC_MAX_STICK_MAG, fuzz 250, flat 500", "wiiu", (5, NINTENDO, 0x2009),
        many(AbsInfo(0, -32767, 32767, 250, 500), "X", "Y", "RX", "RY"), "ABS_RY", 0, -32767,
    ),
    "Wii U Pro": Model(
        "hid-wiimote-modules.c, pro: -0x400 to 0x400, fuzz 4, flat 100", "wiiu",
        (5, NINTENDO, 0x0330), many(AbsInfo(3, -1024, 1024, 4, 100), "X", "Y", "RX", "RY"),
        "ABS_RY", 3, -1024,
    ),
    "8BitDo, D mode": Model(
        "hid-input.c", "xbox", (5, 0x2DC8, 0x6101),
        {**DIRECT, **many(byte(0, 15), "GAS", "BRAKE")}, *ZUP, buttons=15,
    ),
    "8BitDo, X mode": Model("xpad.c", "xbox", (3, 0x2DC8, 0x3106), XPAD, *XUP),
    "Logitech F310, X": Model("xpad.c", "F710", (3, LOGITECH, 0xC21D), XPAD, *XUP),
    "Logitech F310, D": Model(
        "hid-input.c", "F710", (3, LOGITECH, 0xC216), DIRECT, *ZUP, buttons=12,
        base="BTN_TRIGGER",
    ),
    "Logitech F710, D, one off the middle": Model(
        "hid-input.c", "F710", (3, LOGITECH, 0xC219), {**DIRECT, "ABS_RZ": byte(127, 15)},
        "ABS_RZ", 127, 255, -1, buttons=12,
    ),
    "SteelSeries Nimbus": Model(
        "", "nimbus", (5, 0x0111, 0x1420), many(AbsInfo(0, -128, 127, 0, 15), "X", "Y", "Z", "RZ"),
        "ABS_RZ", 0, -128, buttons=8,
    ),
    "SNES copy": Model("hid-input.c", "xbox", (3, 0x0079, 0x0011), SNES, "", 0, 0),
    "SNES copy, taught": Model(
        "hid-input.c", "custom", (3, 0x0079, 0x0011), SNES, "ABS_Y", 127, 0,
        bindings={"ABS_X": "steering", "ABS_Y": "throttle", "BTN_TRIGGER": "stop"},
    ),
    "remote control on a cable": Model(
        "", "rc3", (3, 0x0001, 0x0001), many(byte(), "X", "Y"), "ABS_Y", 128, 255
    ),
    "Logitech G29": Model("hid-lg4ff.c", "xbox", (3, LOGITECH, 0xC24F), G29, "ABS_Z", 255, 0),
    "Logitech G29, brake": Model(
        "hid-lg4ff.c", "xbox", (3, LOGITECH, 0xC24F), G29, "ABS_RZ", 255, 0, -1
    ),
    "Logitech G29 as a pad without triggers": Model(
        "hid-lg4ff.c", "ps4", (3, LOGITECH, 0xC24F), G29, "ABS_Z", 255, 0
    ),
    "Logitech G29, not heard of yet": Model(
        "hid-lg4ff.c", "xbox", (3, LOGITECH, 0xC24F), ZERO, "ABS_Z", 255, 0,
        first={name: info.value for name, info in G29.items()},
    ),
    "Logitech G920": Model(
        "hid-logitech-hidpp.c", "xbox", (3, LOGITECH, 0xC262), G29, "ABS_Y", 255, 0
    ),
    "Thrustmaster T150": Model(
        "", "xbox", (3, 0x044F, 0xB677),
        {"ABS_X": AbsInfo(32768, 0, 65535), **many(pull(1023), "Y", "RZ")}, "ABS_RZ", 1023, 0,
    ),
    "a wheel nobody knows": Model(
        "", "xbox", (3, 0x1234, 0x0001),
        {"ABS_X": AbsInfo(512, 0, 1023), **many(pull(250, 255), "Z", "RZ")}, "ABS_RZ", 250, 0,
    ),
    "triggers that rest at their greatest value": Model(
        "", "xbox", (3, 0x1234, 0x0002),
        {**many(byte(), "X", "Y", "RX", "RY"), **many(byte(255), "Z", "RZ")}, "ABS_RZ", 255, 0,
        pulls=True,
    ),
    "a pedal that was taught": Model(
        "", "custom", (3, 0x1234, 0x0003), {"ABS_X": byte(), "ABS_Z": byte(255)}, "ABS_Z", 255, 0,
        bindings={"ABS_X": "steering", "ABS_RX-": "throttle_forward", "BTN_SOUTH": "stop"},
    ),
    "a trigger by the name of a stick, taught": Model(
        "", "custom", (3, 0x1234, 0x0004), {"ABS_X": byte(), "ABS_RX": byte(0)}, "ABS_RX", 0, 255,
        bindings={"ABS_X": "steering", "ABS_RX": "throttle_forward", "BTN_SOUTH": "stop"},
    ),
    "a trigger by the name of a stick": Model(
        "", "ps4", (3, 0x1234, 0x0005), {**SONY_DRIVER, "ABS_RY": byte(0)}, "ABS_RY", 0, 255,
        pulls=True,
    ),
    "a worn stick": Model(
        "hid-playstation.c", "ps4", DS4, {**SONY_DRIVER, "ABS_RY": byte(140)}, "ABS_RY", 140, 0
    ),
    "a stick worn further": Model(
        "xpad.c", "xbox", XBOX_USB, {**XPAD, "ABS_RY": stick(-4600)}, "ABS_RY", -4600, -32768
    ),
    "a trigger that sticks": Model(
        "xpad.c", "xbox", XBOX_USB, {**XPAD, "ABS_RZ": pull(50)}, "ABS_RZ", 50, 1023
    ),
    "a stick held forward": Model(
        "hid-playstation.c", "ps4", DS4, {**SONY_DRIVER, "ABS_RY": byte(0)}, *UP
    ),
    "a stick held half back": Model(
        "hid-playstation.c", "ps4", DS4, {**SONY_DRIVER, "ABS_RY": byte(200)}, *UP
    ),
    "a stick held before the kernel heard of the pad": Model(
        "xpad.c: it listens once it is opened", "xbox", XBOX_USB, XPAD, *XUP,
        first={"ABS_RY": -32768},
    ),
    "a stick held while the car starts anew": Model(
        "input.c: the values of the last time it was open", "ps4", DS4, SONY_DRIVER, *UP,
        first={"ABS_RY": 10},
    ),
    "a trigger held while the car starts anew": Model(
        "input.c: the values of the last time it was open", "xbox", XBOX_USB,
        {**XPAD, "ABS_X": stick(-300)}, "ABS_RZ", 0, 1023, first={"ABS_RZ": 1023},
    ),
    "a trigger held": Model(
        "xpad.c", "xbox", XBOX_USB, {**XPAD, "ABS_RZ": pull(1023)}, "ABS_RZ", 0, 1023
    ),
    "a trigger held half": Model(
        "xpad.c", "xbox", XBOX_USB, {**XPAD, "ABS_RZ": pull(400)}, "ABS_RZ", 0, 1023
    ),
    "a pedal held": Model(
        "hid-lg4ff.c", "xbox", (3, LOGITECH, 0xC24F), {**G29, "ABS_Z": pull(0, 255)},
        "ABS_Z", 255, 0,
    ),
}  # fmt: skip
