import builtins
import os
import subprocess
import sys
from pathlib import Path

import pytest

from donkeycar.errors import ConfigError, DeviceError
from donkeycar.parts.drivetrain.gpio_chip import load_lgpio
from donkeycar.parts.drivetrain.gpio_pin import GpioLevelPin, GpioPulsePin
from donkeycar.testing import FakeClock, GpioHeader

FRAME_US = 16_667
# After an order: until lgpio's thread has woken, come to a frame and sent a whole pulse.
A_WHILE_S = 0.06


@pytest.fixture
def clock():
    return FakeClock(100.0)


@pytest.fixture
def header(clock):
    header = GpioHeader(clock=clock)
    yield header
    header.close()


@pytest.fixture
def pulse_pin(header, clock):
    def make(name, frequency_hz=60, process=None, **options):
        return GpioPulsePin(
            name,
            frequency_hz=frequency_hz,
            lgpio=(process or header.lgpio),
            clock=clock,
            **options,
        )

    return make


@pytest.fixture
def level_pin(header, clock):
    def make(name, process=None):
        return GpioLevelPin(name, lgpio=(process or header.lgpio), clock=clock)

    return make


def test_a_new_pin_is_low(header, pulse_pin, level_pin):
    pins = [
        pulse_pin("BOARD33", 60),
        level_pin("GPIO24"),
    ]
    assert header.trace == [("GPIO13", 0.0), ("GPIO24", 0.0)]
    assert len(pins) == 2


def test_a_pulse_is_a_share_of_the_frame(header, pulse_pin, level_pin):
    pin = pulse_pin("BOARD33", 50)
    pin.set_us(1500)
    assert header.trace[-1] == ("GPIO13", pytest.approx(0.075))
    pin.set_us(1e9)
    assert header.trace[-1] == ("GPIO13", 1.0)
    pin.off()
    assert header.trace[-1] == ("GPIO13", 0.0)


def test_100_widths_come_out_within_a_microsecond_neutral_too(header, pulse_pin, clock):
    # What used to happen: whole per cents of a frame, 167 us each. A servo had five positions, and
    # a neutral of 1497 us was sent as 1333 us, which is brake or reverse.
    pin = pulse_pin("BOARD33")
    for asked_us in [1497, 1469, *(1000 + index * 1000 / 99 for index in range(100))]:
        pin.set_us(asked_us)
        clock.advance(A_WHILE_S)
        assert header.pulse_us("GPIO13") == pytest.approx(asked_us, abs=0.5)


def test_a_new_width_never_shows_as_a_half_or_a_double_pulse(header, pulse_pin, clock):
    pin = pulse_pin("BOARD33")
    for index in range(300):
        pin.set_us(1200 if index % 2 else 1800)
        clock.advance(0.0137)
    edges = [edge for edge in header.edges if edge.name == "GPIO13"][1:]
    widths = {
        round((fall.time_s - rise.time_s) * 1e6)
        for rise, fall in zip(edges[::2], edges[1::2], strict=False)
    }
    assert widths == {1200, 1800}


def test_a_motor_pin_that_is_switched_off_is_low_at_once(header, pulse_pin, clock):
    # What used to happen: it had its power until the end of the frame.
    pin = pulse_pin("GPIO24", stops_at_once=True)
    pin.set_us(0.9 * FRAME_US)
    clock.advance(A_WHILE_S)
    while not header.level("GPIO24"):
        clock.advance(0.0005)
    pin.off()
    assert header.level("GPIO24") == 0
    for _ in range(100):
        clock.advance(0.001)
        assert header.level("GPIO24") == 0


def test_a_servo_gets_its_last_pulse_whole(header, pulse_pin, clock):
    pin = pulse_pin("BOARD33")
    pin.set_us(1500)
    clock.advance(A_WHILE_S)
    while not header.level("GPIO13"):
        clock.advance(0.0005)
    pin.off()
    clock.advance(0.1)
    assert header.pulse_us("GPIO13") == 1500
    assert header.level("GPIO13") == 0


def test_a_pin_is_never_an_input_in_between(header, pulse_pin, clock):
    # What used to happen: gpiozero made an input of it first, and what hangs on it floated.
    dead = header.process()
    dead.gpio_claim_output(dead.gpiochip_open(0), 13, 1)
    dead.die()
    assert header.level("GPIO13") == 1, "it keeps its level"
    pulse_pin("BOARD33")
    assert [edge.level for edge in header.edges] == [1, 0]


def test_a_level_goes_up_and_down(header, pulse_pin, level_pin):
    pin = level_pin("BOARD18")
    pin.set(True)
    pin.set(False)
    assert [value for _, value in header.trace] == [0.0, 1.0, 0.0]


def test_a_pin_that_is_closed_is_low(header, pulse_pin, level_pin):
    pin = pulse_pin("BOARD33", 60)
    pin.set_us(1500)
    pin.close()
    pin.close()
    assert header.values["GPIO13"] == 0.0


def test_closing_one_pin_leaves_the_others_their_pulses(header, pulse_pin, clock):
    # What used to happen: its pulses were stopped, which ends lgpio's thread about once in fifty
    # times. The pulses of the other pins stood still then, a motor at full power if it was high.
    steering, motor = pulse_pin("BOARD33"), pulse_pin("GPIO18", stops_at_once=True)
    steering.set_us(1500)
    motor.set_us(0.9 * FRAME_US)
    clock.advance(A_WHILE_S)
    steering.close()
    clock.advance(A_WHILE_S)
    motor.set_us(0.25 * FRAME_US)
    clock.advance(A_WHILE_S)
    assert header.pulse_us("GPIO18") == pytest.approx(0.25 * FRAME_US, abs=1)
    assert header.level("GPIO13") == 0


def test_a_pin_that_was_closed_is_claimed_again(header, pulse_pin, level_pin, clock):
    steering, motor = pulse_pin("BOARD33"), pulse_pin("GPIO18")
    for pin in (steering, motor):
        pin.set_us(1500)
    clock.advance(A_WHILE_S)
    steering.close()
    again = pulse_pin("GPIO13")
    clock.advance(A_WHILE_S)
    assert header.level("GPIO13") == 0
    again.set_us(1250)
    clock.advance(A_WHILE_S)
    assert (header.pulse_us("GPIO13"), header.pulse_us("GPIO18")) == (1250, 1500)
    again.close()
    lamp = level_pin("GPIO13")
    lamp.set(True)
    clock.advance(A_WHILE_S)
    assert header.level("GPIO13") == 1, "no pulse of length 0 ends it"
    lamp.close()
    motor.close()
    other = header.process()
    chip = other.gpiochip_open(0)
    for number in (13, 18):
        assert other.gpio_claim_output(chip, number) == 0, "the kernel has it back"


def test_a_pin_that_fails_is_an_os_error(header, pulse_pin, level_pin):
    pin = level_pin("BOARD18")
    header.fails = True
    with pytest.raises(OSError, match="cannot be written"):
        pin.set(True)
    header.fails = False
    pin.set(True)
    assert header.trace[-1] == ("GPIO24", 1.0)


def test_a_pin_is_taken_once(header, pulse_pin, level_pin):
    first = level_pin("BOARD33")
    with pytest.raises(ConfigError, match="Pin GPIO13 cannot be an output"):
        level_pin("GPIO13")
    first.close()


@pytest.mark.parametrize("name", ["BOARD1", "BOARD6", "BOARD77", "GPIO99"])
def test_a_pin_that_cannot_be_an_output_is_refused(level_pin, name):
    with pytest.raises(ConfigError, match=f"Pin {name} cannot be an output"):
        level_pin(name)


@pytest.mark.parametrize("frequency_hz", [0, 1, 24.9, 20_000, float("nan")])
def test_an_impossible_frequency_touches_nothing(header, pulse_pin, frequency_hz):
    with pytest.raises(ConfigError, match="must be 25 to 10000: a stop may .*Received: .*Take 60"):
        pulse_pin("GPIO13", frequency_hz)
    assert header.trace == []


def test_without_the_library_it_says_what_to_install(monkeypatch):
    really = builtins.__import__

    def no_lgpio(name, *args, **kwargs):
        if "lgpio" in name:
            raise ImportError("No module named 'lgpio'")
        return really(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", no_lgpio)
    with pytest.raises(DeviceError, match="sudo apt install python3-lgpio"):
        GpioLevelPin("GPIO13")


def test_a_pin_that_somebody_else_holds_says_how_to_find_out_who(header, level_pin):
    # What used to happen: the advice to join a group. 1-Wire, SPI and fans hold pins as well.
    other = header.process()
    other.gpio_claim_output(other.gpiochip_open(0), 18)
    with pytest.raises(DeviceError) as refusal:
        level_pin("GPIO18")
    assert str(refusal.value).startswith(
        "Pin GPIO18 is in use by another program or by a device tree overlay: gpioinfo shows by "
        "which"
    )


def test_pins_that_are_closed_to_you_name_the_group(tmp_path, monkeypatch):
    monkeypatch.setattr("donkeycar.parts.drivetrain.gpio_chip.DEVICES", tmp_path)
    monkeypatch.setattr("os.access", lambda path, mode: False)
    (tmp_path / "gpiochip0").touch()
    with pytest.raises(DeviceError, match="You may not use the pins.*usermod -aG gpio"):
        GpioLevelPin("GPIO18", lgpio=GpioHeader(labels=()).lgpio)


@pytest.mark.parametrize("labels", [(), ("gpio-brcmstb@107d508500", "ftdi-cbus")])
def test_a_computer_without_chips_of_pins_is_no_question_of_groups(tmp_path, monkeypatch, labels):
    monkeypatch.setattr("donkeycar.parts.drivetrain.gpio_chip.DEVICES", tmp_path)
    with pytest.raises(DeviceError, match="do not open.*Is it a Raspberry Pi"):
        GpioLevelPin("GPIO18", lgpio=GpioHeader(labels=labels).lgpio)


@pytest.mark.parametrize(
    "labels",
    [
        ("pinctrl-bcm2835",),
        ("pinctrl-bcm2711", "raspberrypi-exp-gpio"),
        ("pinctrl-rp1", "gpio-brcmstb@107d508500"),
        (*["gpio-brcmstb@107d508500"] * 4, "pinctrl-rp1"),
        ("gpio-brcmstb@107d508500", "ftdi-cbus", "pinctrl-rp1"),
    ],
    ids=["Zero 2 W", "Pi 4", "Pi 5", "Pi 5 of 2023", "with a serial adapter"],
)
def test_the_header_is_found_on_every_board_whatever_its_number(labels):
    header = GpioHeader(labels=labels)
    GpioLevelPin("GPIO18", lgpio=header.lgpio).set(True)
    assert header.level("GPIO18") == 1


def test_the_header_is_found_beyond_the_numbers_that_kernels_use(tmp_path, monkeypatch):
    # What used to happen: kernel 6.12.96 of Raspberry Pi counts the chips of a Pi 5 from 11 to 15.
    # With one more, of an expander, the header was 16: "none of its chips is that of a header".
    monkeypatch.setattr("donkeycar.parts.drivetrain.gpio_chip.DEVICES", tmp_path)
    for name in ("gpiochip11", "gpiochip600", "gpiochip-x", "gpiochip", "gpiomem"):
        (tmp_path / name).touch()
    header = GpioHeader(labels=("gpio-brcmstb",) * 600 + ("pinctrl-rp1",))
    GpioLevelPin("GPIO18", lgpio=header.lgpio).set(True)
    assert header.values == {"GPIO18": 1.0}


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="lgpio is not for this version of Python")
@pytest.mark.skipif(sys.platform != "linux", reason="lgpio is for Linux")
def test_lgpio_loads_where_it_cannot_make_its_pipe():
    # What used to happen: in a folder that cannot be written, such as / for a service, the module
    # did not load, and whoever had the emergency off could not turn it.
    code = "from donkeycar.parts.drivetrain.gpio_chip import load_lgpio as f; print(f().TX_PWM)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd="/proc", capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("0\n", "")


@pytest.mark.skipif(sys.platform != "linux", reason="lgpio is for Linux")
def test_looking_for_a_folder_leaves_no_file_even_if_it_is_killed(tmp_path, monkeypatch):
    # What used to happen: one with a random name stayed in the car's folder.
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "lgpio", GpioHeader().lgpio)
    os.utime(tmp_path, ns=(0, 0))
    load_lgpio()
    assert tmp_path.stat().st_mtime_ns == 0, "a file with a name was in it"


@pytest.mark.skipif(Path("/proc/device-tree/model").exists(), reason="this is a board with pins")
@pytest.mark.skipif(sys.version_info >= (3, 13), reason="lgpio is not for this version of Python")
@pytest.mark.skipif(sys.platform != "linux", reason="lgpio is for Linux")
def test_a_computer_without_pins_says_so():
    with pytest.raises(DeviceError, match="pins of this computer do not open"):
        GpioLevelPin("GPIO13")
