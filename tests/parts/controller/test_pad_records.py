"""Every pad of `benchmarks/pad_records.py`: Stop is where the guide has it, and nothing else is."""

import pytest

from benchmarks.pad_records import RECORDS, faults

# Known to be wrong: Stop is missing, or another button.
WRONG = {
    "8BitDo Pro 2, D, Bluetooth, as a Game Pad",
    "8BitDo Pro 2, D, cable, as a Game Pad",
    "8BitDo SN30 Pro, D, Bluetooth, as a Game Pad",
    "8BitDo SN30 Pro, D, cable, as a Game Pad",
    "8BitDo Ultimate 2C, D, Bluetooth, as a Game Pad",
    "8BitDo Zero 2, cable, as a Game Pad",
    "DragonRise 0006",
    "GameSir G3w, as a Game Pad",
    "Gioteck PS3, as a Game Pad",
    "Gioteck PS3, as a Joystick",
    "Gravis Gamepad Pro, as a Game Pad",
    "Gravis Gamepad Pro, as a Joystick",
    "GreenAsia PS3, as a Game Pad",
    "GreenAsia PS3, as a Joystick",
    "Horipad One",
    "Logitech F310, D, as a Joystick",
    "Logitech F710, D, as a Joystick",
    "Logitech RumblePad 2, as a Joystick",
    "MOGA XP5-X Plus, as a Game Pad",
    "Mad Catz Xbox 360",
    "PDP Afterglow",
    "PowerA Xbox One",
    "ROG Kunai 3, as a Game Pad",
    "Razer Wildcat",
    "SNES copy",
    "Saitek Cyborg V.1, as a Joystick",
    "Saitek P880, as a Game Pad",
    "Saitek P880, as a Joystick",
    "ShanWan, as a Game Pad",
    "ShanWan, as a Joystick",
    "Speedlink SL-6566, as a Game Pad",
    "Speedlink SL-6566, as a Joystick",
    "SteelSeries Stratus Duo, as a Game Pad",
    "Thrustmaster Dual Analog 4, as a Game Pad",
    "Thrustmaster Dual Analog 4, as a Joystick",
    "Twin USB adapter, as a Game Pad",
    "Twin USB adapter, as a Joystick",
    "USB Gamepad 0810, as a Game Pad",
    "USB Gamepad 0810, as a Joystick",
    "Xeox SL-6556, as a Game Pad",
    "Xeox SL-6556, as a Joystick",
    "Xiaomi",
}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.xfail(strict=True)) if name in WRONG else name
        for name in RECORDS
    ],
)
def test_stop_is_where_the_guide_has_it_and_no_other_button_is(name):
    assert faults(name) == []
