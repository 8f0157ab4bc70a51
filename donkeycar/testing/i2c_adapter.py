"""Emulated I2C adapter of the kernel, `/dev/i2c-N`, for smbus2, which calls ioctl(2) on it.

Transfers take as long as on wires, and a stuck bus blocks its caller until the time-out of the
adapter, which is a second unless it was changed.

Sources, of Linux 6.1 to 6.12: Documentation/i2c/dev-interface.rst and include/uapi/linux/i2c-dev.h
(`I2C_TIMEOUT` in units of 10 ms, `I2C_RETRIES`, `I2C_RDWR`); drivers/i2c/i2c-core-base.c (a second
by default; both belong to the adapter, for all its users; callers take turns; only lost
arbitration is tried again); drivers/i2c/busses/i2c-bcm2835.c (the time-out is that of all messages
of a transfer together, ends it with ETIMEDOUT, and what came of it is lost; ERR is EREMOTEIO; one
read, the last message; SDA that is held low is an acknowledge and a 0 in every bit);
i2c-designware-master.c of a Pi 5 (the same errors; `I2C_AQ_NO_ZERO_LEN`). NXP, UM10204 rev. 7,
3.1.1 and 3.1.6: 100 kHz, nine clocks a byte.

Not modelled: more than one chip on the wires, messages of one transfer that go to different
addresses or write after they have read, 10-bit addresses, SMBus calls, lost arbitration, noise on
the wires, a device that holds the clock for 35 ms (Raspberry Pi's kernel ends that with EIO on
BCM2835: `clk_tout_ms`; here a shorter time-out comes first), and the 20 ms that a Pi 5 waits for
SDA to rise before it says ETIMEDOUT.
"""

import ctypes
import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from donkeycar.testing.pca9685_chip import PCA9685Chip
from donkeycar.timing import Clock, RealClock

I2C_RETRIES, I2C_TIMEOUT, I2C_FUNCS, I2C_RDWR = 0x0701, 0x0702, 0x0705, 0x0707
I2C_M_RD = 0x0001
DEFAULT_TIMEOUT_S = 1.0
TIMEOUT_UNIT_S = 0.01
RATE_HZ = 100_000
BITS_OF_A_BYTE = 9


class I2CAdapter:
    """An I2C adapter of the computer, and the chip that is wired to it.

    Args:
        chip: The chip on the bus.
        number: The number in ``/dev/i2c-<number>``.
        rate_hz: Clocks a second on the wire.
        clock: The clock on which transfers take time.
        is_bcm2835: Whether it is the adapter of models up to the Pi 4, which accepts a write of no
            bytes, and one read as the last message; else it is that of a Pi 5, RP1.
        turns: A file with which several processes take turns, as they do in the kernel; ``None`` if
            only one uses it.

    Attributes:
        timeout_s: Time after which the adapter gives up a transfer.
        retries: How often it repeats a transfer after a lost arbitration.
        held_s: How long another device holds the clock low in the next transfer.
        num_transfers: Number of requested transfers.
    """

    def __init__(
        self,
        chip: PCA9685Chip,
        *,
        number: int = 1,
        rate_hz: float = RATE_HZ,
        clock: Clock | None = None,
        is_bcm2835: bool = False,
        turns: Path | None = None,
    ) -> None:
        self.chip = chip
        self.path = f"/dev/i2c-{number}"
        self.timeout_s = DEFAULT_TIMEOUT_S
        self.retries = 3
        self.held_s = 0.0
        self.num_transfers = 0
        self._rate_hz = rate_hz
        self._is_bcm2835 = is_bcm2835
        self._clock: Clock = RealClock() if clock is None else clock
        self._turns = None if turns is None else os.open(turns, os.O_RDWR | os.O_CREAT)
        self._opened: set[int] = set()

    @contextmanager
    def installed(self) -> Iterator["I2CAdapter"]:
        """Make this the only adapter of the process until the end of the block."""

        class Os:
            O_RDWR = os.O_RDWR
            open = self.open
            close = self.close

        with (
            patch("smbus2.smbus2.os", Os),
            patch("smbus2.smbus2.ioctl", self.ioctl),
            patch("fcntl.ioctl", self.ioctl),
        ):
            yield self

    def open(self, path: str, flags: int) -> int:
        """Open the path of this adapter; another path does not exist."""
        if path != self.path:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        fd = os.open(os.devnull, flags)
        self._opened.add(fd)
        return fd

    def close(self, fd: int) -> None:
        """Close a file. The adapter keeps its settings."""
        self._opened.discard(fd)
        os.close(fd)

    def ioctl(self, fd: int, request: int, argument: Any = 0) -> int:
        """Carry out a request to the kernel."""
        if fd not in self._opened:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        if request == I2C_FUNCS:
            argument.value = 1
        elif request == I2C_TIMEOUT:
            self.timeout_s = TIMEOUT_UNIT_S * argument
        elif request == I2C_RETRIES:
            self.retries = argument
        elif request == I2C_RDWR:
            with self._turn():
                self._transfer([argument.msgs[n] for n in range(argument.nmsgs)])
        else:
            raise OSError(errno.ENOTTY, os.strerror(errno.ENOTTY))
        return 0

    def _transfer(self, messages: list[Any]) -> None:
        self.num_transfers += 1
        data = b"".join(bytes(each) for each in messages if not each.flags & I2C_M_RD)
        reads = [each for each in messages if each.flags & I2C_M_RD]
        if self._is_bcm2835:
            refused = any(each.flags & I2C_M_RD for each in messages[:-1])
        else:
            refused = any(not each.len for each in messages)
        if refused:
            raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP))
        num_read = sum(each.len for each in reads)
        wire_s = BITS_OF_A_BYTE * (len(messages) + len(data) + num_read) / self._rate_hz
        held_s, self.held_s = self.held_s, 0.0
        if held_s + wire_s > self.timeout_s:
            self._give_up()
        try:
            answer = self.chip.transfer(messages[0].addr, data, num_read)
        except OSError as error:
            if error.errno == errno.ETIMEDOUT:
                # The interrupt does not come, even if the bus is free again before the time-out.
                self._give_up()
            self._clock.sleep(held_s + BITS_OF_A_BYTE / self._rate_hz)
            raise
        self._clock.sleep(held_s + wire_s)
        for message in reads:
            ctypes.memmove(message.buf, answer, message.len)
            answer = answer[message.len :]

    def _give_up(self) -> None:
        self._clock.sleep(self.timeout_s)
        raise OSError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if self._turns is None:
            yield
            return
        import fcntl  # not on Windows

        # The process opens the file itself: a forked process shares the lock of an inherited file.
        mine = os.open(f"/proc/self/fd/{self._turns}", os.O_RDWR)
        try:
            fcntl.flock(mine, fcntl.LOCK_EX)
            yield
        finally:
            os.close(mine)
