"""I2C bus of Linux, by its number, in the form that CircuitPython drivers expect.

It needs no table of boards and pins: `/dev/i2c-1` is bus 1 on any computer.

The adapter gives up on a stuck bus after `TIMEOUT_S`; the kernel's own time-out is a second. The
time-out is set for the adapter: it holds for all programs that use it, until the computer restarts.
One transfer may have up to 220 bytes at 100 kHz. Source: Linux,
Documentation/i2c/dev-interface.rst.
"""

import errno
import threading
from functools import cache
from pathlib import Path
from typing import Any, Protocol, cast

from donkeycar.commands import install_extra
from donkeycar.errors import DeviceError
from donkeycar.parts.drivetrain.way_on import way_on

_SWITCH_ON = "Switch it on: sudo raspi-config nonint do_i2c 0, then start the Pi again"
# From <linux/i2c-dev.h>; the time-out is counted in units of 10 ms.
I2C_RETRIES, I2C_TIMEOUT = 0x0701, 0x0702
UNITS = 2
# Writing a pulse takes 0.54 ms, and the process that waits for it is the one that stops the motor.
TIMEOUT_S = 0.01 * UNITS
# Errors of the kernel for a bus whose adapter was unplugged: the open file never works again.
GONE = (errno.ENODEV, errno.EBADF)
HEADER_BUS = 1
STEPS = {
    errno.EACCES: "Join its group: sudo usermod -aG i2c $USER, then log in again",
    errno.EBUSY: "Another program or a driver of the kernel has it: sudo fuser -v /dev/i2c-*",
    0: _SWITCH_ON,
}


def missing_bus_step(number: int, devices: Path = Path("/dev")) -> str:
    """Say what to do if the computer has no bus of that number.

    Args:
        number: 1 is the bus on the header of a Raspberry Pi.
        devices: Folder of the device files.
    """
    names = [path.name.removeprefix("i2c-") for path in devices.glob("i2c-*")]
    there = sorted(int(name) for name in names if name.isdecimal())
    if number == HEADER_BUS or not there:
        return _SWITCH_ON
    buses = ", ".join(map(str, there))
    step = f"This computer has bus {buses}; pins 3 and 5 of the header are bus {HEADER_BUS}"
    if HEADER_BUS not in there:
        return f"{step}. {_SWITCH_ON}"
    return f"{step}: write that one if the wires are there, as in 'PCA9685.{HEADER_BUS}:40.0'"


class I2CBus(Protocol):
    """The part of ``busio.I2C`` that drivers use; each call is one transfer, START to STOP."""

    def try_lock(self) -> bool:
        """Take the bus; False if another thread has it."""

    def unlock(self) -> None:
        """Give the bus back."""

    def writeto(
        self, address: int, buffer: bytes, *, start: int = 0, end: int | None = None
    ) -> None:
        """Write a part of `buffer`."""

    def readfrom_into(
        self, address: int, buffer: bytearray, *, start: int = 0, end: int | None = None
    ) -> None:
        """Fill a part of `buffer`."""

    def writeto_then_readfrom(
        self,
        address: int,
        out_buffer: bytes,
        in_buffer: bytearray,
        *,
        out_start: int = 0,
        out_end: int | None = None,
        in_start: int = 0,
        in_end: int | None = None,
    ) -> None:
        """Write a part of one buffer, then fill a part of the other, with a repeated START."""


class LinuxI2C:
    """One bus of the computer.

    Args:
        number: 1 is ``/dev/i2c-1``, the bus on the pins of a Raspberry Pi.

    Raises:
        DeviceError: If smbus2 is missing or the bus cannot be opened.
    """

    def __init__(self, number: int) -> None:
        try:
            import smbus2
        except ImportError as error:
            raise DeviceError(f"I2C needs smbus2. Install it: {install_extra('pi')}") from error
        self._message = smbus2.i2c_msg
        self._number = number
        self._bus = smbus2.SMBus()
        self._lock = threading.Lock()
        self._open()

    def try_lock(self) -> bool:
        """Take the bus; False if another thread has it."""
        return self._lock.acquire(blocking=False)

    def unlock(self) -> None:
        """Give the bus back."""
        self._lock.release()

    def deinit(self) -> None:
        """Close the bus. Safe to call twice."""
        self._bus.close()

    def writeto(
        self, address: int, buffer: bytes, *, start: int = 0, end: int | None = None
    ) -> None:
        """Write ``buffer[start:end]`` in one transfer.

        Raises:
            OSError: If nothing answers, or the bus is stuck.
        """
        self._transfer(self._message.write(address, bytes(buffer[start:end])))

    def readfrom_into(
        self, address: int, buffer: bytearray, *, start: int = 0, end: int | None = None
    ) -> None:
        """Fill ``buffer[start:end]`` in one transfer.

        Raises:
            OSError: If nothing answers, or the bus is stuck.
        """
        message = self._message.read(address, len(buffer[start:end]))
        self._transfer(message)
        buffer[start : start + len(message)] = bytes(message)

    def writeto_then_readfrom(
        self,
        address: int,
        out_buffer: bytes,
        in_buffer: bytearray,
        *,
        out_start: int = 0,
        out_end: int | None = None,
        in_start: int = 0,
        in_end: int | None = None,
    ) -> None:
        """Write ``out_buffer[out_start:out_end]``, then fill ``in_buffer[in_start:in_end]``.

        Raises:
            OSError: If nothing answers, or the bus is stuck.
        """
        answer = self._message.read(address, len(in_buffer[in_start:in_end]))
        question = self._message.write(address, bytes(out_buffer[out_start:out_end]))
        self._transfer(question, answer)
        in_buffer[in_start : in_start + len(answer)] = bytes(answer)

    def _open(self) -> None:
        from fcntl import ioctl  # not on Windows

        try:
            self._bus.open(self._number)
            fd = cast(int, self._bus.fd)
            ioctl(fd, I2C_TIMEOUT, UNITS)
            # The caller tries again when there is something newer to write.
            ioctl(fd, I2C_RETRIES, 0)
        except OSError as error:
            self._bus.close()
            steps = {**STEPS, errno.ENOENT: missing_bus_step(self._number)}
            raise DeviceError(
                f"I2C bus {self._number} does not open: {error}. {way_on(error, steps)}"
            ) from error

    def _transfer(self, *messages: Any) -> None:
        """Do one transfer; first reopen a USB adapter that was unplugged."""
        if self._bus.fd is None:
            self._open()
        try:
            self._bus.i2c_rdwr(*messages)
        except OSError as error:
            if error.errno in GONE:
                self._bus.close()
            raise


@cache
def open_bus(number: int) -> LinuxI2C:
    """The bus of that number; all callers in this process get the same object."""
    return LinuxI2C(number)
