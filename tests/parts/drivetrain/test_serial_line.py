import errno
import os
import sys
import termios

import pytest

from donkeycar.errors import DeviceError
from donkeycar.parts.drivetrain.serial_line import SerialLine
from donkeycar.testing import FakeClock, SerialDevice


@pytest.fixture
def heard():
    return bytearray()


@pytest.fixture
def device(tmp_path, heard):
    def note(data):
        heard.extend(data)
        return b""

    with SerialDevice(tmp_path / "ttyACM0", received=note) as device:
        yield device


@pytest.fixture
def line(device):
    line = SerialLine(str(device.path), baud_rate=115_200)
    yield line
    line.close()


def test_what_is_written_arrives_unchanged(device, line, heard):
    line.write(bytes(range(256)))
    device.settle()
    assert heard == bytes(range(256))


def test_the_speed_is_set(device, line):
    assert device.baud_rate_code == termios.B115200


def test_a_device_that_was_unplugged_is_an_error_and_comes_back_with_the_plug(device, line, heard):
    device.unplug()
    for _ in range(3):
        with pytest.raises(OSError, match=r"is gone|does not open"):
            line.write(b"lost")
    device.plug()
    line.write(b"back")
    device.settle()
    assert heard == b"back"


def test_a_device_that_takes_nothing_is_an_error_and_nobody_waits(device, line):
    device.deafen()
    with pytest.raises(BlockingIOError):
        for _ in range(100_000):
            line.write(bytes(64))


def test_old_orders_do_not_reach_a_device_that_listens_again(device, line, heard):
    device.deafen()
    with pytest.raises(BlockingIOError):
        for _ in range(100_000):
            line.write(b"old." * 16)
    line.write(b"new!")
    device.hear()
    device.settle()
    assert heard.endswith(b"new!")


def test_what_waits_for_longer_than_100_ms_is_an_error(device, monkeypatch):
    import serial

    # A pseudo terminal takes everything at once; a slow USB device does not.
    monkeypatch.setattr(serial.Serial, "out_waiting", 64)
    clock = FakeClock()
    slow = SerialLine(str(device.path), baud_rate=115_200, clock=clock)
    for _ in range(10):
        slow.write(b"order")
        clock.advance(0.01)
    clock.advance(0.01)
    with pytest.raises(BlockingIOError, match="does not take its orders"):
        slow.write(b"order")
    slow.write(b"the old ones are thrown away now")
    slow.close()


def test_without_the_library_it_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "serial", None)
    with pytest.raises(DeviceError, match=r"needs pyserial. Install it: .* pip install"):
        SerialLine(str(tmp_path / "ttyUSB0"), baud_rate=115_200)


def test_reading_opens_the_line_again_too(device, line):
    line.close()
    assert line.read(0.0) == b""


def test_reading_does_not_wait_longer_than_it_may(line):
    assert line.read(0.01) == b""


def test_two_programs_cannot_have_the_same_line(device, line):
    # What used to happen: the advice to join a group, whatever was wrong.
    with pytest.raises(DeviceError, match="does not open: .*Another program has it"):
        SerialLine(str(device.path), baud_rate=115_200)


def test_a_port_that_is_not_there_says_what_to_do(tmp_path):
    with pytest.raises(DeviceError, match="ttyUSB9 does not open: .*Check the plug, and which"):
        SerialLine(str(tmp_path / "ttyUSB9"), baud_rate=115_200)


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.EACCES, "sudo usermod -aG dialout"),
        (errno.EBUSY, "Another program has it"),
        (errno.EIO, "Check the plug"),
    ],
)
def test_each_cause_has_its_own_advice(device, monkeypatch, number, advice):
    really = os.open

    def refuse(path, *args):
        if path == str(device.path):
            raise OSError(number, os.strerror(number), path)
        return really(path, *args)

    monkeypatch.setattr("serial.serialposix.os.open", refuse)
    with pytest.raises(DeviceError, match=f"{os.strerror(number)}.*{advice}"):
        SerialLine(str(device.path), baud_rate=115_200)


def test_closing_twice_is_fine_and_the_next_write_opens_again(device, line, heard):
    line.close()
    line.close()
    line.write(b"again")
    device.settle()
    assert heard == b"again"


def test_a_device_answers(tmp_path):
    with SerialDevice(tmp_path / "echo", received=bytes.upper) as echo:
        line = SerialLine(str(echo.path), baud_rate=9600)
        line.write(b"hello")
        assert line.read(1.0) == b"HELLO"
        line.close()
