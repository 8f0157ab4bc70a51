"""Fake I2C bus with emulated chips, for drivers that expect a ``busio.I2C``.

Source: Adafruit Blinka 10.0.0 (PyPI), busio.py, class I2C: names and arguments of the methods. If
no chip answers, a transfer fails with the error of a Pi's kernel: Linux 6.1,
drivers/i2c/busses/i2c-bcm2835.c.

Not modelled: the time of a transfer and a bus that blocks (`I2CAdapter` has both), callers that
wait for the lock (transfers do not check it, and it does not hold between threads), `scan`, two
chips that answer a read at once (here the last one wins; on wires a 0 wins), other devices on the
bus.
"""

import errno
import os

from donkeycar.testing.pca9685_chip import PCA9685Chip


class FakeI2C:
    """A bus with chips on it, for drivers that expect a ``busio.I2C``.

    Args:
        chips: The chips on the bus.
    """

    def __init__(self, *chips: PCA9685Chip) -> None:
        self.chips = chips
        self.num_transfers = 0
        self._locked = False

    def try_lock(self) -> bool:
        """Take the bus; False if it is in use."""
        taken = not self._locked
        self._locked = True
        return taken

    def unlock(self) -> None:
        """Give the bus back."""
        self._locked = False

    def deinit(self) -> None:
        """Do nothing: there is nothing to close."""

    def writeto(
        self, address: int, buffer: bytes, *, start: int = 0, end: int | None = None
    ) -> None:
        """Write a part of `buffer` in one transfer."""
        self._transfer(address, bytes(buffer[start:end]), 0)

    def readfrom_into(
        self, address: int, buffer: bytearray, *, start: int = 0, end: int | None = None
    ) -> None:
        """Fill a part of `buffer` in one transfer."""
        length = len(buffer[start:end])
        buffer[start : start + length] = self._transfer(address, b"", length)

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
        """Write a part of one buffer and fill a part of the other, in one transfer."""
        length = len(in_buffer[in_start:in_end])
        data = bytes(out_buffer[out_start:out_end])
        in_buffer[in_start : in_start + length] = self._transfer(address, data, length)

    def _transfer(self, address: int, data: bytes, num_read: int) -> bytes:
        self.num_transfers += 1
        answer = None
        for chip in self.chips:
            if chip.answers(address, data):
                answer = chip.transfer(address, data, num_read)
        if answer is None:
            raise OSError(errno.EREMOTEIO, os.strerror(errno.EREMOTEIO))
        return answer
