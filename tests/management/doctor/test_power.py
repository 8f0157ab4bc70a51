"""The doctor says what a Pi notices of voltage, heat and its supply.

The files are written as the firmware and the kernel write them; where their form is from stands in
`donkeycar.parts.sensor.pi_power`.
"""

import pytest

from donkeycar.management.doctor import power
from donkeycar.management.doctor.doctor import line_of

# Fixed supplies as USB Power Delivery writes them: 5 V 5 A, 9 V 3 A, 12 V 2.25 A and 15 V 1.8 A.
OBJECTS = [0x0A0191F4, 0x0002D12C, 0x0003C0E1, 0x0004B0B4, 0, 0, 0]


def vcgencmd(answer):
    return lambda words: answer if words == ["vcgencmd", "get_throttled"] else None


def told(answer, tmp_path):
    found = power.power(run=vcgencmd(answer), hwmon=tmp_path, device_tree=tmp_path)
    return [(finding.state, finding.found) for finding in found]


@pytest.mark.parametrize(
    ("bit", "name"),
    [
        (0, "under-voltage"), (1, "frequency of the processor capped"),
        (2, "processor throttled"), (3, "soft temperature limit"),
    ],
)  # fmt: skip
def test_each_bit_is_told_by_its_own_words_now_and_in_the_past(tmp_path, bit, name):
    """What used to happen: only under-voltage was told, and the other bits were passed over."""
    ((state, now),) = told(f"throttled={1 << bit | 1 << (bit + 16):#x}", tmp_path)
    assert now.startswith(f"{name}: now")
    assert state == ("missing" if bit == 0 else "warning")
    assert told(f"throttled={1 << (bit + 16):#x}", tmp_path) == [
        ("warning", f"{name}: not now, but since the start")
    ]


def test_several_bits_are_several_findings_each_with_a_step(tmp_path):
    found = list(power.power(run=vcgencmd("throttled=0xe0005"), hwmon=tmp_path))
    assert [finding.found.partition(":")[::2] for finding in found] == [
        ("under-voltage", " now, the Pi has less than 4.63 V and may stop at any moment"),
        ("frequency of the processor capped", " not now, but since the start"),
        ("processor throttled", " now, the loop may be late"),
        ("soft temperature limit", " not now, but since the start"),
    ]
    assert all(finding.step for finding in found)


def test_a_quiet_pi_is_said_to_be_quiet_and_one_that_cannot_see_it_says_so(tmp_path):
    assert told("throttled=0x0", tmp_path) == [
        ("ok", "no under-voltage, no throttling since the start")
    ]
    (tmp_path / "model").write_bytes(b"Raspberry Pi Zero 2 W Rev 1.0\0")
    ((state, found),) = told("throttled=0x0", tmp_path)
    assert (state, "which a Zero cannot see" in found) == ("ok", True)


def test_an_answer_that_is_no_number_is_shown(tmp_path):
    assert told("throttled=?", tmp_path) == [("warning", "vcgencmd says 'throttled=?'")]


def sensor(tmp_path, name, alarm):
    chip = tmp_path / name
    chip.mkdir()
    (chip / "name").write_text("rpi_volt\n" if alarm is not None else "rp1_adc\n")
    (chip / "in0_lcrit_alarm").write_text(f"{0 if alarm is None else alarm}\n")


@pytest.mark.parametrize(
    ("alarm", "state", "found"),
    [
        (0, "ok", "no under-voltage within the last two seconds"),
        (1, "missing", "under-voltage: now"),
        # What used to happen: any sensor with a file of that name was asked.
        (None, "warning", "this computer does not say"),
    ],
)
def test_without_vcgencmd_the_kernel_is_asked_which_knows_two_seconds(
    tmp_path, alarm, state, found
):
    """What used to happen: "no alarm since the start", which that file does not say."""
    sensor(tmp_path, "hwmon1", None)
    if alarm is not None:
        sensor(tmp_path, "hwmon2", alarm)
    for answer in (None, "VCHI initialization failed"):
        ((said, text),) = told(answer, tmp_path)
        assert (said, text.startswith(found)) == (state, True)


@pytest.mark.parametrize(
    ("text", "state"),
    [("51000\n", "ok"), ("72000", "warning"), ("81000", "missing"), ("warm", "warning")],
)
def test_a_hot_processor_is_noticed(tmp_path, text, state):
    (tmp_path / "temp").write_text(text)
    assert power.temperature(tmp_path / "temp").state == state


@pytest.fixture
def pi5(tmp_path):
    """A Pi 5 whose firmware left these numbers in the device tree, and the findings about it."""
    (tmp_path / "compatible").write_bytes(b"raspberrypi,5-model-b\0brcm,bcm2712\0")
    folder = tmp_path / "chosen" / "power"
    folder.mkdir(parents=True)

    def findings(**properties):
        for name, value in properties.items():
            cells = value if isinstance(value, list) else [value]
            (folder / name).write_bytes(b"".join(cell.to_bytes(4, "big") for cell in cells))
        return list(power.supply(device_tree=tmp_path))

    return findings


def test_a_supply_of_five_amperes_is_well(pi5):
    (found,) = pi5(max_current=5000, usb_max_current_enable=1, usbpd_power_data_objects=OBJECTS)
    assert line_of(found) == ("ok       supply       5 A; the USB ports and the fan share 1600 mA")


def test_a_weaker_supply_is_told_with_what_it_means_for_the_car(pi5):
    """What used to happen: nothing was said, and the advice was a supply of 3 A."""
    objects = [0x0801912C, *OBJECTS[1:]]
    (found,) = pi5(max_current=3000, usb_max_current_enable=0, usbpd_power_data_objects=objects)
    assert (found.state, found.found) == (
        "warning",
        "the supply has promised 3 A, and a Pi 5 wants 5 A; the USB ports and the fan share 600 "
        "mA, so a dongle, a VESC or a lidar there may lose its power",
    )
    assert "5 V and 5 A" in found.step


@pytest.mark.parametrize("objects", [{}, {"usbpd_power_data_objects": [0] * 7}])
def test_a_car_that_is_fed_by_its_pins_has_negotiated_nothing_and_that_is_said(pi5, objects):
    (found,) = pi5(max_current=900, usb_max_current_enable=0, **objects)
    assert found.state == "warning"
    assert found.found.startswith(
        "nothing was negotiated: the Pi has its 5 V from the pins of the header or from a plain "
        "charger, and takes it for 0.9 A; what the source really gives cannot be told; the USB "
        "ports and the fan share 600 mA"
    )
    assert "PSU_MAX_CURRENT=5000" in found.step


def test_whoever_says_that_the_converter_is_strong_is_believed_by_name(pi5):
    (found,) = pi5(max_current=5000, usb_max_current_enable=1)
    assert (found.state, found.found) == (
        "ok",
        "5 A (PSU_MAX_CURRENT, a HAT or PoE says so); the USB ports and the fan share 1600 mA",
    )


def test_ports_that_were_opened_by_hand_are_told(pi5):
    (found,) = pi5(max_current=3000, usb_max_current_enable=1, usbpd_power_data_objects=OBJECTS)
    assert found.state == "warning"
    assert "share 1600 mA, for usb_max_current_enable=1 or a HAT says that they may" in found.found


def test_a_port_that_took_too_much_is_told(pi5):
    _, found = pi5(max_current=5000, usb_max_current_enable=1, usb_over_current_detected=1)
    assert found.found == "a USB port took too much current while the Pi started"


@pytest.mark.parametrize("known", [{}, {"max_current": 3000}, {"max_current": [], "x": 1}])
def test_an_old_bootloader_does_not_tell(pi5, known):
    (found,) = pi5(**known)
    assert (found.state, found.found[:14]) == ("warning", "cannot be told")
    assert "rpi-eeprom-update" in found.step


def test_other_boards_negotiate_nothing(tmp_path):
    assert list(power.supply(device_tree=tmp_path)) == []
    (tmp_path / "compatible").write_bytes(b"raspberrypi,4-model-b\0brcm,bcm2711\0")
    assert list(power.supply(device_tree=tmp_path)) == []
