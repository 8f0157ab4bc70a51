"""Which button is which, by what a device reports and not by its maker alone; what it lacks."""

import pytest

from donkeycar.parts.controller.codes import AXES, BUTTONS, EV_ABS, EV_KEY, AbsInfo, Identity
from donkeycar.parts.controller.mappings import KINDS
from donkeycar.parts.controller.pad import GUESSED, Pad
from tests.parts.controller.pad_devices import BYTE, HAT, PULL, STICK, XPAD, axes

SOUTH = BUTTONS["BTN_SOUTH"]
SIX = axes(ABS_X=STICK, ABS_Y=STICK, ABS_RX=STICK, ABS_RY=STICK, ABS_Z=PULL, ABS_RZ=PULL)
GAS = axes(ABS_X=BYTE, ABS_Y=BYTE, ABS_Z=BYTE, ABS_RZ=BYTE, ABS_GAS=PULL, ABS_BRAKE=PULL)
SONY = axes(ABS_X=BYTE, ABS_Y=BYTE, ABS_Z=BYTE, ABS_RZ=BYTE, ABS_RX=AbsInfo(0, 0, 255),
            ABS_RY=AbsInfo(0, 0, 255))  # fmt: skip
FOUR = axes(ABS_X=BYTE, ABS_Y=BYTE, ABS_Z=BYTE, ABS_RZ=BYTE)
XBOX, SONY_ID = Identity("x", 5, 0x045E, 0x02E0), Identity("s", 3, 0x054C, 0x09CC)
NAMED = {BUTTONS[f"BTN_{name}"] for name in (
    "SOUTH", "EAST", "NORTH", "WEST", "TL", "TR", "SELECT", "START", "MODE", "THUMBL", "THUMBR",
)}  # fmt: skip


def row(number):
    return set(range(SOUTH, SOUTH + number))


def pressed(identity, infos, kind, buttons, number):
    """What the button with a number, from 0, does."""
    own = KINDS[kind]
    pad = Pad(identity, infos, kind=own, bindings=own.bindings, buttons=buttons)
    pad.take(EV_KEY, SOUTH + number, 1)
    return pad.actions()


@pytest.mark.parametrize("buttons", [10, 11])
@pytest.mark.parametrize("maker", [0x045E, 0x2DC8, 0x1234])
def test_an_xbox_pad_numbered_in_a_row_stops_by_its_y(buttons, maker):
    """It used to erase, whenever Microsoft or 8BitDo had made it."""
    identity = XBOX._replace(vendor=maker, bus=3)
    did = [pressed(identity, SIX, "xbox", row(buttons), number) for number in range(8)]
    assert did == [("mode",), ("record",), ("erase",), ("stop",), ("limit_down",), ("limit_up",),
                   ("resume",), ("constant_throttle",)]  # fmt: skip


def test_one_with_gaps_stops_by_its_y_as_well():
    for infos in (GAS, SIX):
        assert pressed(XBOX, infos, "xbox", row(15), 4) == ("stop",)
        assert pressed(XBOX, infos, "xbox", row(15), 3) == ("erase",)
    assert pressed(XBOX, SIX, "xbox", NAMED, 4) == ("stop",)


@pytest.mark.parametrize(
    ("infos", "buttons"), [(SONY, 14), (SONY, 13), (SONY, 15), (FOUR, 12)], ids=str
)
def test_a_pad_without_its_driver_is_numbered_from_the_square(infos, buttons):
    """Cross, the second, used to record."""
    did = [pressed(SONY_ID, infos, "ps4", row(buttons), number) for number in range(4)]
    assert did == [("resume",), ("stop",), ("record",), ("erase",)]
    assert pressed(SONY_ID, infos, "ps4", row(buttons), 4) == ("limit_up",)


def test_a_model_whose_table_is_contradicted_by_its_buttons_is_as_its_driver_says():
    f310_in_d = Identity("F310", 3, 0x046D, 0xC216)
    assert pressed(f310_in_d, FOUR, "F710", row(12), 1) == ("stop",)
    assert pressed(f310_in_d, FOUR, "F710", NAMED, 0) == ("stop",)


@pytest.mark.parametrize("buttons", [None, row(10), row(14), row(15), NAMED], ids=str)
@pytest.mark.parametrize("vendor", [0x045E, 0x054C, 0x1234])
@pytest.mark.parametrize("infos", [SIX, GAS, SONY, FOUR])
def test_what_an_owner_was_taught_means_the_same_for_ever(vendor, infos, buttons):
    """Whatever is known of layouts by now: the stop stays on the button that was pressed for it."""
    identity = XBOX._replace(vendor=vendor)
    own = KINDS["custom"]
    names = []
    for position in (0, 255, None):
        held = {
            code: info if position is None else info._replace(value=position)
            for code, info in infos.items()
        }
        pad = Pad(identity, held, kind=own, bindings={}, buttons=buttons)
        for number in range(4):
            pad.take(EV_KEY, SOUTH + number, 1)
        names.append([name for name in pad.presses() if name.startswith("BTN")])
    swapped = ["BTN_SOUTH", "BTN_EAST", "BTN_C", "BTN_WEST"]
    kept = ["BTN_SOUTH", "BTN_EAST", "BTN_C", "BTN_NORTH"]
    assert names == [swapped if vendor == 0x045E else kept] * 3


@pytest.mark.parametrize("vendor", [0x045E, 0x054C, 0x1234])
@pytest.mark.parametrize("infos", [SIX, GAS, SONY, FOUR])
def test_evdev_means_the_names_of_the_kernel_whatever_the_device_is(vendor, infos):
    """A my_joystick.py of donkeycar 5 has the kernel's numbers: an Xbox pad's X is BTN_NORTH."""
    bindings = {"ABS_X": "steering", "BTN_NORTH": "stop"}
    pad = Pad(XBOX._replace(vendor=vendor), infos, kind=KINDS["evdev"], bindings=bindings)
    pad.take(EV_KEY, BUTTONS["BTN_NORTH"], 1)
    assert pad.actions() == ("stop",)


def test_evdev_knows_from_its_use_where_an_axis_rests():
    """A pad whose right stick is on ABS_Z and ABS_RZ, which are triggers elsewhere."""
    bindings = {"ABS_Z": "steering", "ABS_RZ": "throttle", "ABS_GAS": "limit_up"}
    infos = axes(ABS_X=BYTE, ABS_Y=BYTE, ABS_Z=BYTE, ABS_RZ=BYTE, ABS_GAS=BYTE._replace(value=0))
    pad = Pad(XBOX, infos, kind=KINDS["evdev"], bindings=bindings)
    assert (pad.sticks(), pad.actions()) == ((0.0, 0.0, False), ())
    pad.take(EV_ABS, AXES["ABS_Z"], 0)
    assert pad.sticks().angle == -1.0
    six = axes(ABS_X=BYTE, ABS_Y=BYTE, ABS_Z=BYTE, ABS_RX=BYTE, ABS_RY=BYTE, ABS_RZ=BYTE)
    pad = Pad(XBOX, six, kind=KINDS["evdev"], bindings=bindings)
    assert pad.sticks().angle == 0.0, "with six axes ABS_Z looks like a trigger"


def lacks(identity, infos, kind, buttons, **bindings):
    own = KINDS[kind]
    bound = {**own.bindings, **bindings}
    return Pad(identity, infos, kind=own, bindings=bound, buttons=buttons).lacks()


def test_a_pad_that_has_everything_lacks_nothing():
    everything = {**SIX, **axes(ABS_HAT0X=HAT, ABS_HAT0Y=HAT)}
    for kind in ("xbox", "xboxswapped", "ps4", "pygame", "F710", "nimbus", "wiiu"):
        assert lacks(Identity(), everything, kind, NAMED) == []
    assert lacks(*XPAD, "xbox", None) == [], "its buttons are not known"


def test_a_pad_with_two_axes_is_told_of_what_it_cannot_do():
    """It used to steer and never drive, and nothing was said."""
    snes = Identity("USB Gamepad", 3, 0x0079, 0x0011)
    joystick = set(range(BUTTONS["BTN_TRIGGER"], BUTTONS["BTN_BASE4"] + 1))
    guessed, throttle, others = lacks(snes, axes(ABS_X=BYTE, ABS_Y=BYTE), "ps4", joystick)
    learn = "`donkey gamepad learn` teaches it."
    assert guessed == f"{GUESSED}. {learn}"
    assert throttle == f"This gamepad has no ABS_RY: nothing gives throttle. {learn}"
    assert others.startswith("This gamepad has no BTN_SELECT, BTN_EAST")
    assert others.endswith(f"limit_up, limit_down, constant_throttle, resume. {learn}")


def test_a_launch_on_a_button_that_an_xbox_pad_does_not_have():
    assert lacks(*XPAD, "xbox", NAMED, BTN_TR2="ai_launch") == [
        "This gamepad has no BTN_TR2: nothing does ai_launch. `donkey gamepad learn` teaches it."
    ]
    assert lacks(*XPAD, "xbox", NAMED, RC3="w1") == [], "that is for a remote control"


def test_a_cross_of_four_buttons_is_a_cross():
    four = NAMED | {BUTTONS["BTN_DPAD_UP"], BUTTONS["BTN_DPAD_DOWN"]}
    assert lacks(SONY_ID, SIX, "F710", four) == []


def test_wheels_have_pedals_for_every_kind():
    info = AbsInfo(255, 0, 255)
    wheel = axes(ABS_X=STICK, ABS_Y=info, ABS_Z=info, ABS_RZ=info)
    for kind in ("xbox", "ps4", "F710", "wiiu"):
        own = KINDS[kind]
        pad = Pad(Identity(), wheel, kind=own, bindings=own.bindings)
        assert pad.sticks().throttle == 0.0
        pad.take(3, AXES["ABS_RZ"], 0)
        assert pad.sticks().throttle == 1.0
