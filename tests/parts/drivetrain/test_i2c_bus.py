"""The computer's own bus: real smbus2, with the kernel's side of it played by the emulated chip."""

import ctypes
import errno
import os
import sys

import pytest

from donkeycar.errors import DeviceError
from donkeycar.parts.drivetrain.i2c_bus import LinuxI2C, open_bus
from donkeycar.parts.drivetrain.pca9685 import PCA9685
from donkeycar.testing import PCA9685Chip

I2C_FUNCS, I2C_RDWR, I2C_M_RD = 0x0705, 0x0707, 0x0001


@pytest.fixture
def emulated():
    return PCA9685Chip()


@pytest.fixture
def kernel(emulated, monkeypatch):
    """``/dev/i2c-7``: what the driver of the kernel does with one combined transfer."""
    opened = []

    def ioctl(fd, request, argument):
        assert fd == opened[-1]
        if request == I2C_FUNCS:
            argument.value = 1
            return 0
        assert request == I2C_RDWR
        messages = [argument.msgs[n] for n in range(argument.nmsgs)]
        data = b"".join(bytes(m) for m in messages if not m.flags & I2C_M_RD)
        reads = [m for m in messages if m.flags & I2C_M_RD]
        if not data and not reads:
            raise OSError(errno.EOPNOTSUPP, "empty transfers are not supported")  # as on a Pi
        answer = emulated.transfer(messages[0].addr, data, sum(m.len for m in reads))
        for message in reads:
            ctypes.memmove(message.buf, answer, message.len)
        return 0

    def open_device(path, flags):
        if path != "/dev/i2c-7":
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        opened.append(os.open(os.devnull, os.O_RDWR))
        return opened[-1]

    class Os:
        O_RDWR = os.O_RDWR
        open = staticmethod(open_device)
        close = staticmethod(os.close)

    monkeypatch.setattr("smbus2.smbus2.ioctl", ioctl)
    monkeypatch.setattr("smbus2.smbus2.os", Os)


@pytest.fixture
def bus(kernel):
    bus = LinuxI2C(7)
    yield bus
    bus.deinit()
    bus.deinit()


def test_writes_a_part_of_a_buffer(bus, emulated):
    bus.writeto(0x40, b"?\x00\x21?", start=1, end=3)
    assert emulated[0x00] == 0x21


def test_reads_into_a_part_of_a_buffer(bus):
    buffer = bytearray(b"????")
    bus.readfrom_into(0x40, buffer, start=1, end=3)
    assert buffer == b"?\0\0?"


def test_writes_and_reads_in_one_transfer(bus):
    bus.writeto(0x40, b"\x00\x21")
    buffer = bytearray(b"????")
    bus.writeto_then_readfrom(0x40, b"?\x00?", buffer, out_start=1, out_end=2, in_start=1, in_end=3)
    assert buffer == b"?\x21\x04?"


def test_carries_the_driver(bus, emulated):
    PCA9685(bus).pin(0).set_us(1509.6)
    assert emulated.ticks(0) == 370


def test_a_fault_on_the_wire_is_an_os_error(bus, emulated):
    emulated.fail("stuck")
    with pytest.raises(OSError, match="timed out"):
        bus.writeto(0x40, b"\x00\x21")


def test_is_taken_by_one_thread_at_a_time(bus):
    assert bus.try_lock()
    assert not bus.try_lock()
    bus.unlock()
    assert bus.try_lock()


def test_a_bus_that_is_not_there(kernel):
    with pytest.raises(DeviceError, match="I2C bus 3 does not open.*raspi-config"):
        LinuxI2C(3)


def test_a_bus_that_is_closed_to_you(kernel, monkeypatch):
    # What used to happen: the advice to switch it on, though it was.
    def refuse(path, flags):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)

    monkeypatch.setattr("smbus2.smbus2.os.open", refuse)
    with pytest.raises(DeviceError, match="I2C bus 7 does not open.*sudo usermod -aG i2c"):
        LinuxI2C(7)


def test_an_adapter_that_was_unplugged_is_opened_again(bus, emulated, monkeypatch):
    # What used to happen: the file of an adapter on a USB plug never worked again, so that nobody
    # in this process could switch the motor off.
    transfer, gone = emulated.transfer, [True, True]

    def unplugged(*args):
        if gone:
            gone.pop()
            raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))
        return transfer(*args)

    emulated.transfer = unplugged
    for _ in range(2):
        with pytest.raises(OSError, match="No such device"):
            bus.writeto(0x40, b"\x00\x21")
    bus.writeto(0x40, b"\x00\x21")
    assert emulated[0x00] == 0x21


def test_one_bus_for_everybody(kernel):
    open_bus.cache_clear()
    assert open_bus(7) is open_bus(7)
    open_bus(7).deinit()
    open_bus.cache_clear()


def test_a_missing_library_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "smbus2", None)
    with pytest.raises(DeviceError, match=r"-m pip install '/.*\[pi\]'"):
        LinuxI2C(1)
