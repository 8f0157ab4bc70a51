"""Every pad of the benchmark `pad_records`: Stop is where the guide has it, and nothing else is."""

import pytest

from benchmarks.controllers.pad_models import DIRECT
from benchmarks.controllers.pad_records import JOYSTICK, RECORDS, STOP_IS, does, faults, row
from donkeycar.parts.controller.actions import STOPS
from donkeycar.parts.controller.codes import AXES, BUTTONS, EV_ABS, EV_KEY, AbsInfo, Identity
from donkeycar.parts.controller.mappings import KINDS, bindings_of, kind_named
from donkeycar.parts.controller.pad import GUESSED, Pad

F310 = Identity("Logitech Dual Action", 3, 0x046D, 0xC216)
NOBODYS = Identity("USB Joystick", 3, 0x1234, 0x5678)


def opened(identity, kind, changes=None, keys=None):
    axes = {AXES[name]: info for name, info in DIRECT.items()}
    bindings = bindings_of(kind, changes or {}) if kind != "custom" else changes
    keys = row(JOYSTICK, 12) if keys is None else keys
    return Pad(identity, axes, kind=kind_named(kind), bindings=bindings, buttons=keys)


def actions(pad, *numbers):
    for number in numbers:
        pad.take(EV_KEY, JOYSTICK + number, 1)
    return pad.actions()


@pytest.mark.parametrize("name", RECORDS)
def test_stop_is_where_the_guide_has_it_and_no_other_button_is(name):
    """On 42 of the first 65 records it used to be missing, or another button."""
    assert faults(name) == []


def test_there_are_forty_pads_at_least_and_each_says_where_it_is_from():
    assert len({record.identity for record in RECORDS.values()}) >= 40
    for record in RECORDS.values():
        assert record.source.startswith(("dump in ", "constructed from "))
        assert record.faces is None or set(record.faces) <= record.keys
    with_four = {kind for kind, own in KINDS.items() if "stop" in own.bindings.values()}
    assert set(STOP_IS) == with_four - {"ps3sixad"}, "a kind was added: where does it stop?"


def test_an_f310_in_d_mode_has_all_its_buttons():
    """It used to have none that worked, the stop included."""
    record = RECORDS["Logitech F310, D, as a Joystick"]
    did = [does(record, "F710", JOYSTICK + number) for number in range(12)]
    assert did[:6] == [("resume",), ("stop",), ("record",), ("erase",), (), ()]
    assert did[6:] == [(), (), ("constant_throttle",), ("mode",), (), ()]
    assert "stops" not in " ".join(opened(F310, "F710").lacks())


def test_an_unknown_joystick_stops_by_each_of_four_buttons_and_says_so():
    for number in range(4):
        assert actions(opened(NOBODYS, "xbox"), number) == ("stop",)
    assert actions(opened(NOBODYS, "xbox"), 4) == ()
    told = opened(NOBODYS, "xbox").lacks()
    assert told[0] == f"{GUESSED}. `donkey gamepad learn` teaches it."
    assert "nothing on it stops" not in " ".join(told)


def test_a_new_8bitdo_pad_in_d_mode_stops_by_each_of_four_buttons():
    keys = row(0x130, 15)
    for code in (0x130, 0x131, 0x133, 0x134):
        pad = opened(Identity("8BitDo", 3, 0x2DC8, 0x7FFF), "xbox", keys=keys)
        pad.take(EV_KEY, code, 1)
        assert pad.actions() == ("stop",)
        assert pad.lacks()[0].startswith(GUESSED)


# Identity, and the numbers from 0 on of south, east, west and north: those of SDL 2.32.10, then
# those of SDL_GameControllerDB of 12 August 2026.
DISPUTED = [
    ((0x05A0, 0x3232), (1, 0, 4, 3), (0, 1, 3, 4)),
    ((0x1235, 0xAB12), (1, 0, 4, 3), (2, 1, 3, 0)),
    ((0x7545, 0x1122), (1, 2, 0, 3), (2, 1, 3, 0)),
]


@pytest.mark.parametrize("first", [0x130, JOYSTICK], ids=["a Game Pad", "a Joystick"])
@pytest.mark.parametrize(("model", "one", "other"), DISPUTED)
@pytest.mark.parametrize("kind", STOP_IS)
def test_a_pad_of_which_the_sources_say_different_things_stops_by_each_main_button(
    model, one, other, kind, first
):
    """One of two sources was believed: by the other its stop recorded, or erased."""
    for number in {*one, *other}:
        pad = opened(Identity("Pad", 3, *model), kind, keys=row(first, 12))
        pad.take(EV_KEY, first + number, 1)
        assert pad.actions() == ("stop",)
        assert pad.lacks()[0].startswith(GUESSED)


@pytest.mark.parametrize("identity", [F310, NOBODYS])
def test_what_an_owner_bound_by_the_kernels_name_keeps_its_meaning(identity):
    changes = {"BTN_TRIGGER": "stop", "BTN_THUMB": "erase", "BTN_THUMB2": "mode"}
    assert actions(opened(identity, "F710", changes), 0, 1, 2) == ("stop", "erase", "mode")
    taught = {"ABS_X": "steering", "ABS_RZ": "throttle", **changes}
    assert actions(opened(identity, "custom", taught), 0, 1, 2) == ("stop", "erase", "mode")


def test_a_remote_control_on_a_cable_keeps_its_switch():
    pad = opened(NOBODYS, "rc3")
    assert actions(pad, 0, 1) == ("erase_or_stop", "mode")
    assert GUESSED not in " ".join(pad.lacks())


def test_a_playstation_3_pad_of_an_old_kernel_is_not_guessed():
    sony = Identity("PLAYSTATION(R)3 Controller", 3, 0x054C, 0x0268)
    pad = opened(sony, "ps3", keys=row(JOYSTICK, 16))
    pad.take(EV_KEY, BUTTONS["BTN_12E"], 1)
    assert pad.actions() == ("stop",)
    assert actions(pad, 0) == ("mode",)


def test_the_wheel_of_a_known_maker_stops_as_well():
    """Its pedals drove, and no button of it stopped."""
    wheel = Identity("G29", 3, 0x046D, 0xC24F)
    for kind in STOP_IS:
        own = kind_named(kind)
        pad = Pad(wheel, {}, kind=own, bindings=own.bindings, buttons=row(JOYSTICK, 16))
        assert actions(pad, 0) == ("stop",)
        assert set(pad.actions()) & set(STOPS) == set()


@pytest.mark.parametrize("count", [12, 16])
def test_a_known_wheel_keeps_its_pedals_however_its_buttons_are_numbered(count):
    """Its throttle used to go to the brake if it called itself a Game Pad."""
    pedal = AbsInfo(255, 0, 255)
    axes = {AXES["ABS_X"]: AbsInfo(128, 0, 255), AXES["ABS_Z"]: pedal, AXES["ABS_RZ"]: pedal}
    own = kind_named("xbox")
    g29 = Identity("G29", 3, 0x046D, 0xC24F)
    pad = Pad(g29, axes, kind=own, bindings=own.bindings, buttons=row(0x130, count))
    pad.take(EV_ABS, AXES["ABS_Z"], 0)
    assert pad.sticks().throttle == 1.0


def test_a_stick_that_is_turned_gives_throttle_up_and_down():
    pad = opened(Identity("Twin USB", 3, 0x0810, 0x0001), "ps4")
    pad.take(EV_ABS, AXES["ABS_RZ"], 255)
    assert pad.sticks().throttle == 0.0
    pad.take(EV_ABS, AXES["ABS_Z"], 0)
    assert pad.sticks().throttle == 1.0
