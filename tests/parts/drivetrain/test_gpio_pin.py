import builtins
import sys
from pathlib import Path

import pytest

from donkeycar.errors import ConfigError, DeviceError
from donkeycar.parts.drivetrain.gpio_pin import GpioLevelPin, GpioPulsePin
from donkeycar.testing import FakeClock, GpioHeader


@pytest.fixture
def clock():
    return FakeClock(100.0)


@pytest.fixture(params=["c04170", "c03114", "902120"], ids=["Pi 5", "Pi 4", "Zero 2 W"])
def header(request):
    header = GpioHeader(request.param)
    yield header
    header.close()


def test_a_new_pin_is_low(header, clock):
    pins = [
        GpioPulsePin("BOARD33", frequency_hz=60, factory=header.factory, clock=clock),
        GpioLevelPin("GPIO24", factory=header.factory, clock=clock),
    ]
    assert header.trace == [("GPIO13", 0.0), ("GPIO24", 0.0)]
    assert len(pins) == 2


def test_a_pulse_is_a_share_of_the_frame(header, clock):
    pin = GpioPulsePin("BOARD33", frequency_hz=50, factory=header.factory, clock=clock)
    pin.set_us(1500)
    assert header.trace[-1] == ("GPIO13", pytest.approx(0.075))
    pin.set_us(1e9)
    assert header.trace[-1] == ("GPIO13", 1.0)
    pin.off()
    assert header.trace[-1] == ("GPIO13", 0.0)


def test_a_level_goes_up_and_down(header, clock):
    pin = GpioLevelPin("BOARD18", factory=header.factory, clock=clock)
    pin.set(True)
    pin.set(False)
    assert [value for _, value in header.trace] == [0.0, 1.0, 0.0]


def test_a_pin_that_is_closed_is_low(header, clock):
    pin = GpioPulsePin("BOARD33", frequency_hz=60, factory=header.factory, clock=clock)
    pin.set_us(1500)
    pin.close()
    pin.close()
    assert header.values["GPIO13"] == 0.0


def test_a_pin_that_fails_is_an_os_error(header, clock):
    pin = GpioLevelPin("BOARD18", factory=header.factory, clock=clock)
    header.fails = True
    with pytest.raises(OSError, match="cannot be written"):
        pin.set(True)
    header.fails = False
    pin.set(True)
    assert header.trace[-1] == ("GPIO24", 1.0)


def test_a_pin_is_taken_once(header, clock):
    first = GpioLevelPin("BOARD33", factory=header.factory, clock=clock)
    with pytest.raises(ConfigError, match="Pin GPIO13 cannot be an output"):
        GpioLevelPin("GPIO13", factory=header.factory, clock=clock)
    first.close()


@pytest.mark.parametrize("name", ["BOARD1", "BOARD6", "BOARD77", "GPIO99"])
def test_a_pin_that_cannot_be_an_output_is_refused(header, clock, name):
    with pytest.raises(ConfigError, match=f"Pin {name} cannot be an output"):
        GpioLevelPin(name, factory=header.factory, clock=clock)


@pytest.mark.parametrize("frequency_hz", [0, 20_000, float("nan")])
def test_an_impossible_frequency_touches_nothing(header, clock, frequency_hz):
    with pytest.raises(ConfigError, match="must be 0.1 to 10000"):
        GpioPulsePin("GPIO13", frequency_hz=frequency_hz, factory=header.factory, clock=clock)
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


class Refusing:
    """A pin factory whose library refuses, with an error of its own kind."""

    def __init__(self, text):
        self.text = text

    def reserve_pins(self, *args):
        try:
            from lgpio import error
        except ImportError:  # not for this version of Python
            error = OSError
        raise error(self.text)

    def __getattr__(self, name):
        return lambda *args, **options: self.reserve_pins()


def test_a_pin_that_somebody_else_holds_says_how_to_find_out_who():
    # What used to happen: the advice to join a group. 1-Wire, SPI and fans hold pins as well.
    with pytest.raises(DeviceError) as refusal:
        GpioLevelPin("GPIO18", factory=Refusing("GPIO busy"))
    assert str(refusal.value).startswith(
        "Pin GPIO18 is in use by another program or by a device tree overlay: gpioinfo shows by "
        "which"
    )


def test_pins_that_are_closed_to_you_name_the_group(tmp_path, monkeypatch):
    monkeypatch.setattr("donkeycar.parts.drivetrain.gpio_pin.DEVICES", tmp_path)
    monkeypatch.setattr("os.access", lambda path, mode: False)
    (tmp_path / "gpiochip0").touch()
    with pytest.raises(DeviceError, match="are closed to you.*usermod -aG gpio"):
        GpioLevelPin("GPIO18", factory=Refusing("can not open gpiochip"))


def test_a_computer_without_chips_of_pins_is_no_question_of_groups(tmp_path, monkeypatch):
    monkeypatch.setattr("donkeycar.parts.drivetrain.gpio_pin.DEVICES", tmp_path)
    with pytest.raises(DeviceError, match="do not open.*Is it a Raspberry Pi"):
        GpioLevelPin("GPIO18", factory=Refusing("can not open gpiochip"))


@pytest.mark.skipif(Path("/proc/device-tree/model").exists(), reason="this is a board with pins")
@pytest.mark.skipif(sys.version_info >= (3, 13), reason="lgpio is not for this version of Python")
@pytest.mark.skipif(sys.platform != "linux", reason="lgpio is for Linux")
def test_a_computer_without_pins_says_so():
    with pytest.raises(DeviceError, match="pins of this computer do not open"):
        GpioLevelPin("GPIO13")
