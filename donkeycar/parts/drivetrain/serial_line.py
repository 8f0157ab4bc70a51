"""Serial port that never blocks, and opens again after its plug was out."""

import errno
import os
import select
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from donkeycar.commands import install_extra
from donkeycar.errors import DeviceError
from donkeycar.parts.drivetrain.header_uart import uart_step
from donkeycar.parts.drivetrain.way_on import way_on
from donkeycar.timing import Clock, RealClock

# How long the output buffer may stay non-empty. After that, the device does not read; the orders in
# the buffer would be old by the time it does.
MAX_BUSY_S = 0.1


_PLUG = "Check the plug, and which port it is: ls /dev/serial/by-id /dev/tty[AU]*"
_TAKEN = (
    "Another program has it, or the console of the Pi: `donkey doctor` says which, or `sudo fuser "
    "-v` with its name; "
    "sudo raspi-config nonint do_serial_cons 1 ends that console"
)
STEPS = {
    errno.EACCES: "Join its group: sudo usermod -aG dialout $USER, then log in again",
    errno.ENOENT: _PLUG,
    errno.ENXIO: _PLUG,
    errno.EBUSY: _TAKEN,
    errno.EAGAIN: _TAKEN,
    0: _PLUG,
}


class SerialLine:
    """A line to a motor controller.

    Args:
        port: Device file, such as ``/dev/ttyACM0``.
        baud_rate: Bits a second.
        clock: Source of time.

    Raises:
        DeviceError: If pyserial is missing or the port does not open.
    """

    def __init__(self, port: str, *, baud_rate: int, clock: Clock | None = None) -> None:
        self._name = port
        self._baud_rate = baud_rate
        self._clock: Clock = RealClock() if clock is None else clock
        self._port: Any = None
        self._idle_s = 0.0
        self._open()

    @property
    def is_busy(self) -> bool:
        """Whether bytes still wait to be sent. A line that was lost is not busy.

        Raises:
            OSError: If the device is gone.
        """
        if self._port is None:
            return False
        with self._gone_if_it_fails():
            return bool(self._port.out_waiting)

    def write(self, data: bytes, *, instead: bool = False) -> None:
        """Send all of `data` or fail; a line that was lost is opened again first.

        Args:
            data: One order, or several.
            instead: Whether to drop unsent bytes first, so that this order replaces them. The
                device may have received a part of them.

        Raises:
            OSError: If the device is gone or does not read. Unsent bytes are dropped then.
        """
        if self._port is None:
            self._open()
        with self._gone_if_it_fails():
            try:
                self._send(data, instead)
            except BlockingIOError:
                self._port.reset_output_buffer()
                self._idle_s = self._clock.monotonic()
                raise

    def read(self, timeout_s: float) -> bytes:
        """Return the received bytes; wait up to `timeout_s` for the first. Empty if none came.

        Raises:
            OSError: If the device is gone.
        """
        if self._port is None:
            self._open()
        if not select.select([self._port.fileno()], [], [], timeout_s)[0]:
            return b""
        return os.read(self._port.fileno(), 4096)

    def close(self) -> None:
        """Close the port. Safe to call twice; the next `write` opens it again."""
        if self._port is not None:
            self._port.close()
            self._port = None

    def _send(self, data: bytes, instead: bool) -> None:
        now_s = self._clock.monotonic()
        if not self._port.out_waiting:
            self._idle_s = now_s
        elif now_s - self._idle_s > MAX_BUSY_S:
            raise BlockingIOError(errno.EAGAIN, f"{self._name} does not take its orders")
        elif instead:
            self._port.reset_output_buffer()
        sent = os.write(self._port.fileno(), data)
        if sent < len(data):
            raise BlockingIOError(errno.EAGAIN, f"{self._name} took {sent} of {len(data)} B")

    @contextmanager
    def _gone_if_it_fails(self) -> Iterator[None]:
        try:
            yield
        except BlockingIOError:
            raise
        except (OSError, termios.error) as error:
            self.close()
            raise DeviceError(f"{self._name} is gone: {error}. Check the plug") from error

    def _open(self) -> None:
        try:
            import serial
        except ImportError as error:
            raise DeviceError(
                f"A serial line needs pyserial. Install it: {install_extra('pi')}"
            ) from error
        try:
            self._port = serial.Serial(self._name, self._baud_rate, timeout=0, exclusive=True)
            self._idle_s = self._clock.monotonic()
        except (OSError, termios.error) as error:
            lacking = uart_step(self._name)
            steps = {**STEPS, errno.ENOENT: lacking} if lacking else STEPS
            raise DeviceError(
                f"{self._name} does not open: {error}. {way_on(error, steps)}"
            ) from error
