"""Recorded events in, steering, throttle and actions out."""

import pytest

from donkeycar.parts.controller.axis import level
from donkeycar.parts.controller.codes import AXES, BUTTONS, EV_ABS, EV_KEY, AbsInfo, Identity
from donkeycar.parts.controller.mappings import KINDS, control_named
from donkeycar.parts.controller.pad import MAX_PRESSES, Pad
from donkeycar.parts.controller.rest import CENTRE, HIGH, LOW
from tests.parts.controller.pad_devices import (
    BYTE,
    DUALSHOCK4,
    HAT,
    STICK,
    XBOX_BLUETOOTH,
    XPAD,
    axes,
)


def pad_of(model, kind, **changes):
    identity, infos = model
    own = KINDS[kind]
    return Pad(identity, infos, kind=own, bindings={**own.bindings, **changes})


def play(pad, *events):
    for name, value in events:
        if name in BUTTONS:
            pad.take(EV_KEY, BUTTONS[name], value)
        else:
            pad.take(EV_ABS, AXES[name], value)


def press(pad, name):
    play(pad, (name, 1), (name, 0))
    return pad.actions()


@pytest.mark.parametrize(
    ("value", "info", "rest", "expected"),
    [
        (0, STICK, CENTRE, 0.0),
        (-1, STICK, CENTRE, 0.0),
        (32767, STICK, CENTRE, 1.0),
        (-32768, STICK, CENTRE, -1.0),
        (99999, STICK, CENTRE, 1.0),
        (-99999, STICK, CENTRE, -1.0),
        (128, BYTE, CENTRE, 0.0),
        (0, BYTE, CENTRE, -1.0),
        (0, AbsInfo(0, 0, 1023), LOW, 0.0),
        (1023, AbsInfo(0, 0, 1023), LOW, 1.0),
        (1023, AbsInfo(0, 0, 1023), HIGH, 0.0),
        (0, AbsInfo(0, 0, 1023), HIGH, -1.0),
        (5, AbsInfo(0, 7, 7), CENTRE, 0.0),
        (5, AbsInfo(0, 9, -9), CENTRE, 0.0),
    ],
)
def test_the_range_of_an_axis(value, info, rest, expected):
    assert level(value, info, rest=rest) == expected


def test_movement_begins_at_zero_behind_the_deadzone():
    info = AbsInfo(0, -1000, 1000)
    assert level(99, info, deadzone=0.1) == 0.0
    assert level(101, info, deadzone=0.1) == pytest.approx(0.001, abs=2e-4)
    assert level(1000, info, deadzone=0.1) == 1.0


def test_the_kernels_own_deadzone_counts_if_it_is_larger():
    assert level(100, AbsInfo(0, -1000, 1000, 0, 150), deadzone=0.01) == 0.0


def test_the_sticks_of_an_xbox_pad():
    pad = pad_of(XPAD, "xbox")
    play(pad, ("ABS_X", 32767), ("ABS_RY", -32768))
    assert pad.sticks() == (1.0, 1.0, False)


def test_its_triggers_are_forward_and_reverse():
    pad = pad_of(XPAD, "xbox")
    play(pad, ("ABS_RZ", 1023))
    assert pad.sticks().throttle == 1.0
    play(pad, ("ABS_RZ", 0), ("ABS_Z", 1023))
    assert pad.sticks().throttle == -1.0


def test_the_same_pad_over_bluetooth_is_the_same_pad():
    pad = pad_of(XBOX_BLUETOOTH, "xbox")
    assert pad.sticks() == (0.0, 0.0, False)
    play(pad, ("ABS_X", 65535), ("ABS_RZ", 0))
    assert pad.sticks() == (1.0, 1.0, False)
    play(pad, ("ABS_RZ", 32768), ("ABS_GAS", 1023))
    assert pad.sticks().throttle == 1.0
    play(pad, ("ABS_GAS", 0), ("ABS_BRAKE", 1023))
    assert pad.sticks().throttle == -1.0


def test_swapped_sticks():
    pad = pad_of(XPAD, "xboxswapped")
    play(pad, ("ABS_RX", -32768), ("ABS_Y", 32767))
    assert pad.sticks() == (-1.0, -1.0, False)


# What is printed on the button -> the code that the pad's driver sends.
XBOX_LETTERS = {
    "A": "BTN_SOUTH", "B": "BTN_EAST", "X": "BTN_NORTH", "Y": "BTN_WEST", "RB": "BTN_TR",
    "LB": "BTN_TL", "menu": "BTN_START", "view": "BTN_SELECT",
}  # fmt: skip


@pytest.mark.parametrize(
    ("model", "kind", "buttons"),
    [
        (XPAD, "xbox", {
            "BTN_SOUTH": "mode", "BTN_EAST": "record", XBOX_LETTERS["X"]: "erase",
            XBOX_LETTERS["Y"]: "stop", "BTN_TR": "limit_up", "BTN_TL": "limit_down",
            "BTN_START": "constant_throttle", "BTN_SELECT": "resume",
        }),
        (XBOX_BLUETOOTH, "xbox", {XBOX_LETTERS["X"]: "erase", XBOX_LETTERS["Y"]: "stop"}),
        (DUALSHOCK4, "ps4", {
            "BTN_SELECT": "mode", "BTN_EAST": "record", "BTN_NORTH": "erase",
            "BTN_SOUTH": "stop", "BTN_TL": "limit_up", "BTN_TR": "limit_down",
            "BTN_START": "constant_throttle", "BTN_WEST": "resume",
        }),
        (DUALSHOCK4, "pygame", {"BTN_SELECT": "mode", "BTN_SOUTH": "stop"}),
        ((Identity("PLAYSTATION(R)3", 3, 0x054C, 0x0268), DUALSHOCK4[1]), "ps3", {
            "BTN_SELECT": "mode", "BTN_EAST": "record", "BTN_NORTH": "erase",
            "BTN_SOUTH": "stop", "BTN_DPAD_UP": "limit_up", "BTN_DPAD_DOWN": "limit_down",
            "BTN_START": "constant_throttle",
        }),
        # The same pad as an old kernel numbers it.
        ((Identity("PLAYSTATION(R)3", 3, 0x054C, 0x0268), DUALSHOCK4[1]), "ps3", {
            "BTN_TRIGGER": "mode", "BTN_12D": "record", "BTN_12C": "erase", "BTN_12E": "stop",
            "BTN_TOP2": "limit_up", "BTN_BASE": "limit_down", "BTN_TOP": "constant_throttle",
        }),
        ((Identity("sixad"), axes(ABS_X=BYTE, ABS_Y=BYTE, ABS_Z=BYTE, ABS_RX=BYTE)), "ps3sixad", {
            "BTN_TRIGGER": "mode", "BTN_12D": "record", "BTN_12C": "erase", "BTN_12E": "stop",
        }),
        # Switch at X, then at D.
        ((Identity("Logitech F710", 3, 0x046D, 0xC21F), XPAD[1]), "F710", {
            "BTN_START": "mode", "BTN_EAST": "record", "BTN_WEST": "erase", "BTN_SOUTH": "stop",
            "BTN_SELECT": "constant_throttle",
        }),
        ((Identity("Logitech F710", 3, 0x046D, 0xC219), XBOX_BLUETOOTH[1]), "F710", {
            "BTN_TR2": "mode", "BTN_C": "record", "BTN_NORTH": "erase", "BTN_EAST": "stop",
            "BTN_TL2": "constant_throttle",
        }),
        ((Identity("Nimbus", 5, 0x0111, 0x1420), XBOX_BLUETOOTH[1]), "nimbus", {
            "BTN_NORTH": "erase", "BTN_EAST": "mode", "BTN_SOUTH": "stop", "BTN_C": "resume",
        }),
        ((Identity("Wii U Pro", 5, 0x057E, 0x0330), DUALSHOCK4[1]), "wiiu", {
            "BTN_WEST": "erase", "BTN_SOUTH": "mode", "BTN_EAST": "stop",
        }),
        ((Identity("RC"), axes(ABS_X=BYTE, ABS_Y=BYTE)), "rc3", {
            "BTN_THUMB": "mode", "BTN_TRIGGER": "erase_or_stop",
        }),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_the_buttons_of_each_kind_do_what_they_always_did(model, kind, buttons):
    pad = pad_of(model, kind)
    assert {name: press(pad, name) for name in buttons} == {
        name: (action,) for name, action in buttons.items()
    }


def test_the_sticks_of_a_sixad_pad():
    pad = pad_of((Identity("sixad"), axes(ABS_X=BYTE, ABS_Y=BYTE, ABS_Z=BYTE, ABS_RX=BYTE)),
                 "ps3sixad")  # fmt: skip
    play(pad, ("ABS_Z", 255), ("ABS_Y", 0))
    assert pad.sticks() == (1.0, 1.0, False)


def test_the_cross_is_four_buttons():
    pad = pad_of((Identity("F710"), XPAD[1]), "F710")
    play(pad, ("ABS_HAT0Y", -1), ("ABS_HAT0Y", 0), ("ABS_HAT0Y", 1), ("ABS_HAT0Y", 0))
    assert pad.actions() == ("limit_up", "limit_down")


def test_chaos_pushes_the_steering_while_it_is_held():
    pad = pad_of((Identity("F710"), XPAD[1]), "F710")
    play(pad, ("ABS_X", 32767), ("BTN_TL", 1))
    assert pad.sticks() == (-0.2, 0.0, True)
    play(pad, ("BTN_TL", 0), ("BTN_TR", 1))
    assert pad.sticks() == (0.2, 0.0, True)
    play(pad, ("BTN_TR", 0))
    assert pad.sticks() == (1.0, 0.0, False)
    assert pad.actions() == ()


def test_any_axis_is_a_button_and_counts_once_until_it_is_let_go():
    pad = pad_of(XPAD, "ps4", **{"ABS_Z": "stop", "ABS_Y-": "w3"})
    play(pad, ("ABS_Z", 600), ("ABS_Z", 400), ("ABS_Z", 700), ("ABS_Z", 0), ("ABS_Z", 1023))
    play(pad, ("ABS_Y", -32768))
    assert pad.actions() == ("stop", "stop", "w3")


def test_a_key_of_a_keyboard_is_a_button():
    assert press(pad_of(XPAD, "xbox", KEY_SPACE="stop"), "KEY_SPACE") == ("stop",)


def test_a_button_that_repeats_is_pressed_once():
    pad = pad_of(XPAD, "xbox")
    play(pad, ("BTN_SOUTH", 1), ("BTN_SOUTH", 2), ("BTN_SOUTH", 2), ("BTN_SOUTH", 1))
    assert pad.actions() == ("mode",)


def test_what_is_held_at_the_start_does_nothing():
    identity, infos = XPAD
    kind = KINDS["xbox"]
    pad = Pad(identity, infos, kind=kind, bindings=kind.bindings, held={BUTTONS["BTN_SOUTH"]})
    assert pad.actions() == ()
    assert press(pad, "BTN_SOUTH") == ()
    assert press(pad, "BTN_SOUTH") == ("mode",)


def test_a_flood_of_presses_is_bounded():
    pad = pad_of(XPAD, "xbox")
    for _ in range(500):
        play(pad, ("BTN_SOUTH", 1), ("BTN_SOUTH", 0))
    assert len(pad.presses()) == MAX_PRESSES


def test_after_lost_events_the_pad_is_where_the_kernel_says():
    pad = pad_of(XPAD, "xbox")
    play(pad, ("BTN_TR", 1), ("ABS_X", 32767))
    pad.presses()
    infos = {**XPAD[1], AXES["ABS_X"]: STICK._replace(value=-32768)}
    pad.catch_up(infos, {BUTTONS["BTN_WEST"]})
    assert pad.sticks().angle == -1.0
    assert pad.held == {"BTN_NORTH", "ABS_X-"}
    assert pad.actions() == ("stop",), "a stop that went down in the gap is a stop"


@pytest.mark.parametrize(
    ("old", "new"), [("R2", "BTN_TR2"), ("cross", "BTN_SOUTH"), ("BTN_TL", "BTN_TL")]
)
def test_buttons_by_their_old_names(old, new):
    assert control_named(old) == new


def test_a_pad_with_triggers_as_the_kernel_recommends():
    infos = axes(ABS_X=STICK, ABS_Y=STICK, ABS_RX=STICK, ABS_RY=STICK, ABS_HAT2X=AbsInfo(0, 0, 255),
                 ABS_HAT2Y=AbsInfo(0, 0, 255), ABS_HAT0X=HAT)  # fmt: skip
    pad = pad_of((Identity("x"), infos), "xbox")
    play(pad, ("ABS_HAT2X", 255))
    assert pad.sticks().throttle == 1.0
