"""Kernel descriptions of real gamepads, and the positions of their four main buttons.

A record is a bus, a maker, a model, the codes of its buttons, its axes with their ranges, and the
codes of the buttons at the bottom, on the right, on the left and on top. `source` says where the
record comes from. "Dump" is output that the owner showed (`evtest`, `evemu-describe`) in a public
report; the positions of the buttons then come from SDL, or from the driver. "Constructed" means
that no dump was found, and the record combines the source code of a driver and an entry of SDL's
gamepad mappings. It is tried as a Game Pad and as a Joystick if SDL, which counts buttons, does not
distinguish the two. Nothing here was measured at a real device.
"""

import sys
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from benchmarks.cases import no_arguments
from benchmarks.controllers.pad_models import (
    DIRECT,
    SNES,
    SONY_DRIVER,
    SONY_GENERIC,
    XBOX_HID,
    XPAD,
    byte,
    many,
    pull,
    stick,
)
from donkeycar.parts.controller.codes import AXES, EV_KEY, AbsInfo, Identity
from donkeycar.parts.controller.mappings import KINDS
from donkeycar.parts.controller.pad import Pad

Faces = tuple[int, int, int, int]
GAMEPAD, JOYSTICK = 0x130, 0x120

# The position of Stop in docs/controllers.md, for kinds with the four main buttons.
STOP_IS = {
    "xbox": "north", "xboxswapped": "north", "ps3": "south", "ps4": "south", "pygame": "south",
    "F710": "south", "nimbus": "south", "wiiu": "east",
}  # fmt: skip
PLACES = ("south", "east", "west", "north")


class Record(NamedTuple):
    """A real pad.

    Attributes:
        source: The source of its numbers.
        identity: Bus, vendor and product.
        keys: Codes of its buttons.
        axes: The kernel's description of each axis.
        faces: Codes of the buttons south, east, west and north; ``None`` if no source says it.
    """

    source: str
    identity: tuple[int, int, int]
    keys: frozenset[int]
    axes: dict[str, AbsInfo]
    faces: Faces | None


def row(first: int, count: int) -> frozenset[int]:
    """Codes of `count` buttons, numbered from `first` on."""
    return frozenset(range(first, first + count))


def places(first: int, order: str) -> Faces:
    """Codes of the four main buttons, by the letters of their positions in the order of numbers."""
    south, east, west, north = (first + order.index(letter) for letter in "SEWN")
    return south, east, west, north


NAMED = frozenset((0x130, 0x131, 0x133, 0x134, 0x136, 0x137, 0x13A, 0x13B, 0x13C, 0x13D, 0x13E))
TRIGGERS = NAMED | {0x138, 0x139}
BY_PLACE: Faces = (0x130, 0x131, 0x134, 0x133)
BY_LETTER: Faces = (0x130, 0x131, 0x133, 0x134)
ANDROID_AXES = {**DIRECT, **many(byte(0, 15), "GAS", "BRAKE")}
SMALL = {**many(stick(), "X", "Y", "RX", "RY"), **many(pull(0, 255), "Z", "RZ")}
HORI = many(byte(128, 15), "X", "Y", "Z", "RZ")
NINTENDO = many(AbsInfo(0, -32767, 32767, 250, 500), "X", "Y", "RX", "RY")
WII_U = many(AbsInfo(0, -1024, 1024, 4, 100), "X", "Y", "RX", "RY")
DUMP_0006 = many(byte(127, 15), "X", "Y", "Z", "RX", "RZ")

RECORDS: dict[str, Record] = {
    # Dumps that owners showed.
    "Xbox One S, cable": Record(
        "dump in RPCS3 issue 3179; xpad.c", (3, 0x045E, 0x02EA), NAMED, XPAD, BY_LETTER
    ),
    "Xbox One S, Bluetooth, first firmware": Record(
        "dump in paroj/xpad issue 79; axes of hid-input.c", (5, 0x045E, 0x02FD),
        row(GAMEPAD, 15) | {158, 172}, XBOX_HID, BY_LETTER,
    ),
    "Xbox One S, Bluetooth, xpadneo": Record(
        "dump in xpadneo issue 77", (5, 0x045E, 0x02FD), NAMED,
        {**many(AbsInfo(0, -32768, 32767, 255, 4095), "X", "Y", "RX", "RY"),
         **many(AbsInfo(0, 0, 1023, 3, 63), "Z", "RZ")}, BY_LETTER,
    ),
    "Xbox Elite 2, cable": Record(
        "dump in SDL issue 7814; axes of xpad.c", (3, 0x045E, 0x0B00),
        NAMED | {0x2C4, 0x2C5, 0x2C6, 0x2C7}, XPAD, BY_LETTER,
    ),
    "DualShock 4, generic driver": Record(
        "dump in moonlight-embedded issue 116; SDL 054c:05c4", (3, 0x054C, 0x05C4),
        row(GAMEPAD, 14), SONY_GENERIC, places(GAMEPAD, "WSEN"),
    ),
    "Daija arcade stick": Record(
        "dump in steam-devices pull request 34; ranges constructed as a DualShock 4's; places of "
        "SDL for 146b:0d01", (3, 0x146B, 0x0D09), row(GAMEPAD, 14), SONY_GENERIC,
        places(GAMEPAD, "WSEN"),
    ),
    "Thrustmaster Dual Trigger": Record(
        "dump in xboxdrv issue 164; SDL 044f:b323", (3, 0x044F, 0xB323), row(GAMEPAD, 12), DIRECT,
        places(GAMEPAD, "WSEN"),
    ),
    "Xiaomi": Record(
        "dump in xboxdrv issue 143; SDL 2717:3144", (5, 0x2717, 0x3144),
        row(GAMEPAD, 15) | {103, 105, 106, 108, 158, 172},
        {**many(byte(128, 15), "X", "Y", "Z", "RZ"), **many(byte(0, 15), "RX", "RY", "GAS",
         "BRAKE")}, places(GAMEPAD, "SE-WN"),
    ),
    "DragonRise 0006": Record(
        "dump in batocera pull request 2967; SDL leaves the places open", (3, 0x0079, 0x0006),
        row(JOYSTICK, 12), DUMP_0006, None,
    ),
    "SNES copy": Record(
        "dump in sc-controller issue 610; two mappings of SDL contradict each other",
        (3, 0x0079, 0x0011), row(JOYSTICK, 10), SNES, None,
    ),
    "Logitech F710, X": Record(
        "dump in a public note on the F710; xpad.c", (3, 0x046D, 0xC21F), NAMED, SMALL, BY_LETTER
    ),
    # Gamepads with a driver of their own.
    "Xbox 360": Record("constructed from xpad.c", (3, 0x045E, 0x028E), NAMED, SMALL, BY_LETTER),
    "Xbox Series": Record("constructed from xpad.c", (3, 0x045E, 0x0B12), NAMED, XPAD, BY_LETTER),
    "Logitech F310, X": Record(
        "constructed from xpad.c", (3, 0x046D, 0xC21D), NAMED, SMALL, BY_LETTER
    ),
    "8BitDo Ultimate, X": Record(
        "constructed from xpad.c", (3, 0x2DC8, 0x3106), NAMED, SMALL, BY_LETTER
    ),
    "PowerA Xbox One": Record(
        "constructed from xpad.c; SDL 24c6:543a", (3, 0x24C6, 0x543A), NAMED, XPAD, BY_LETTER
    ),
    "Razer Wildcat": Record(
        "constructed from xpad.c; SDL 1532:0a03", (3, 0x1532, 0x0A03), NAMED, XPAD, BY_LETTER
    ),
    "PDP Afterglow": Record(
        "constructed from xpad.c; SDL 0e6f:0139", (3, 0x0E6F, 0x0139), NAMED, XPAD, BY_LETTER
    ),
    "Horipad One": Record(
        "constructed from xpad.c; SDL 0f0d:0067", (3, 0x0F0D, 0x0067), NAMED, XPAD, BY_LETTER
    ),
    "Mad Catz Xbox 360": Record(
        "constructed from xpad.c; SDL 1bad:f016", (3, 0x1BAD, 0xF016), NAMED, SMALL, BY_LETTER
    ),
    "DualShock 3": Record(
        "constructed from hid-sony.c; SDL 054c:0268", (3, 0x054C, 0x0268), TRIGGERS, SONY_DRIVER,
        BY_PLACE,
    ),
    "DualShock 4": Record(
        "constructed from hid-playstation.c; SDL 054c:09cc", (5, 0x054C, 0x09CC), TRIGGERS,
        SONY_DRIVER, BY_PLACE,
    ),
    "DualSense": Record(
        "constructed from hid-playstation.c; SDL 054c:0ce6", (5, 0x054C, 0x0CE6), TRIGGERS,
        SONY_DRIVER, BY_PLACE,
    ),
    "DualSense, generic driver": Record(
        "constructed from hid-input.c; places of SDL for 054c:0df2", (5, 0x054C, 0x0CE6),
        row(GAMEPAD, 15), SONY_GENERIC, places(GAMEPAD, "WSEN"),
    ),
    "Switch Pro": Record(
        "constructed from hid-nintendo.c; SDL 057e:2009", (5, 0x057E, 0x2009),
        TRIGGERS | {0x135}, NINTENDO, BY_PLACE,
    ),
    "Wii U Pro": Record(
        "constructed from hid-wiimote-modules.c; SDL 057e:0330", (5, 0x057E, 0x0330), TRIGGERS,
        WII_U, BY_PLACE,
    ),
}  # fmt: skip

# Numbered by hid-input.c in the order of SDL's entry, or of SDL_GameControllerDB's if marked.
_BY_SDL: dict[str, tuple[int, str, str, int, dict[str, AbsInfo]]] = {
    "Logitech F310, D": (3, "046d:c216", "WSEN", 12, DIRECT),
    "Logitech F710, D": (3, "046d:c219", "WSEN", 12, DIRECT),
    "Logitech RumblePad 2": (3, "046d:c218", "WSEN", 12, DIRECT),
    "Gravis Gamepad Pro": (3, "0428:4001", "WSEN", 10, SNES),
    "Saitek Cyborg V.1": (3, "06a3:f623", "WSEN", 13, DIRECT),
    "ShanWan": (3, "2563:0523", "NESW", 12, DIRECT),
    "Gioteck PS3": (3, "25f0:c121", "NESW", 12, DIRECT),
    "GreenAsia PS3": (3, "0e8f:0003", "NESW", 12, DIRECT),
    "Twin USB adapter": (3, "0810:0001", "NESW", 12, DIRECT),
    "USB Gamepad 0810": (3, "0810:0003", "NESW", 12, DIRECT),
    "Speedlink SL-6566": (3, "1a34:0809", "SEWN", 12, DIRECT),
    "Xeox SL-6556": (3, "0c45:4320", "SEWN", 12, DIRECT),
    "Thrustmaster Dual Analog 4": (3, "044f:b315", "SWEN", 12, DIRECT),
    "Saitek P880": (3, "06a3:0109", "WNSE", 12, DIRECT),
    "8BitDo SN30 Pro, D, cable": (3, "2dc8:6001", "ES-NW", 15, ANDROID_AXES),
    "8BitDo SN30 Pro, D, Bluetooth*": (5, "2dc8:6101", "ES-NW", 15, ANDROID_AXES),
    "8BitDo Pro 2, D, cable": (3, "2dc8:6006", "ES-NW", 15, ANDROID_AXES),
    "8BitDo Pro 2, D, Bluetooth": (5, "2dc8:6006", "ES-NW", 15, ANDROID_AXES),
    "8BitDo Zero 2, cable": (3, "2dc8:9018", "ES-NW", 15, SNES),
    "8BitDo Ultimate, D, cable": (3, "2dc8:3011", "SE-WN", 16, ANDROID_AXES),
    "8BitDo Ultimate 2C, D, Bluetooth": (5, "2dc8:301b", "SE-WN", 16, ANDROID_AXES),
    "GameSir G3w": (3, "20bc:5500", "SE-WN", 15, ANDROID_AXES),
    "SteelSeries Stratus Duo": (5, "0111:1431", "SE-WN", 15, ANDROID_AXES),
    "MOGA XP5-X Plus": (5, "24c6:891a", "SE-WN", 15, ANDROID_AXES),
    "ROG Kunai 3": (3, "0b05:7905", "SE-WN", 15, ANDROID_AXES),
}


def _constructed() -> Iterator[tuple[str, Record]]:
    for name, (bus, model, order, count, axes) in _BY_SDL.items():
        database = "SDL_GameControllerDB" if name.endswith("*") else "SDL"
        identity = (bus, int(model[:4], 16), int(model[5:], 16))
        bases = (GAMEPAD,) if "-" in order else (JOYSTICK, GAMEPAD)
        for first in bases:
            as_a = "Joystick" if first == JOYSTICK else "Game Pad"
            source = f"constructed from hid-input.c as a {as_a}; order of {database} for {model}"
            keys = row(first, count)
            yield (
                f"{name.rstrip('*')}, as a {as_a}",
                Record(source, identity, keys, axes, places(first, order)),
            )


RECORDS |= dict(_constructed())


def does(record: Record, kind: str, code: int) -> tuple[str, ...]:
    """The actions of a button of a gamepad."""
    own = KINDS[kind]
    pad = Pad(
        Identity("", *record.identity), {AXES[n]: info for n, info in record.axes.items()},
        kind=own, bindings=own.bindings, buttons=record.keys,
    )  # fmt: skip
    pad.take(EV_KEY, code, 1)
    return pad.actions()


def faults(name: str) -> list[str]:
    """The faults of the stop of a gamepad, for each kind; empty if there are none.

    The button that the guide calls Stop must stop and do nothing else, and none of the other three
    may stop. If no source says which button is which, each of the four must stop.
    """
    record = RECORDS[name]
    first = next(code for code in (JOYSTICK, GAMEPAD) if code in record.keys)
    found = []
    for kind, place in STOP_IS.items():
        faces = record.faces or (first, first + 1, first + 2, first + 3)
        done = {where: does(record, kind, code) for where, code in zip(PLACES, faces, strict=True)}
        stops = set(PLACES) if record.faces is None else {place}
        if any((did == ("stop",)) != (where in stops) for where, did in done.items()):
            found.append(f"{name}, {kind}: Stop should be {' '.join(sorted(stops))}, but {done}")
    return found


def wrong_stops(cases: int, seed: int) -> int:
    """Check this many gamepads, print each one without a right stop, and return their number."""
    names = list(RECORDS)
    failed = 0
    for case in range(seed, seed + cases):
        if found := faults(names[case % len(names)]):
            failed += 1
            print("\n".join(found), file=sys.stderr)
    return failed


def main(argv: Sequence[str] | None = None) -> int:
    """Check every gamepad; return 1 if any has no right stop."""
    no_arguments("pad_records", __doc__, argv)
    failed = wrong_stops(len(RECORDS), 0)
    pads = len({record.identity for record in RECORDS.values()})
    print(f"{len(RECORDS)} records of {pads} pads, {len(STOP_IS)} kinds each: {failed} wrong")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
