"""Emulated device on a serial line; the driver opens a real port of the kernel.

Source: none was copied. The port is a pseudo terminal of the kernel under the tests (pty(7)), so
opening, reading, writing and settings of the line are real; all else was written without a source
at hand.

Not modelled: the time of a byte (all come at once, at any speed), parity, noise and lost bytes,
lines of the modem, a port that is closed to this user, the errors of a USB adapter that is pulled
(here they are those of a pseudo terminal), a device that comes back under another number.
"""

import os
import pty
import select
import termios
import threading
import tty
from collections.abc import Callable
from pathlib import Path
from typing import Self

# A mark that is sent on the same line behind all other bytes; neither protocol here uses it.
_MARK = b"\xfe\xffsettle\xff\xfe"
POLL_S = 0.05


class SerialDevice:
    """A pseudo terminal with a device at its far end.

    Args:
        path: Path of the port, which is a link.
        received: Called with the bytes that arrive, in the thread of the device; the bytes that it
            returns are sent back.

    Example:
        >>> import tempfile
        >>> folder = tempfile.TemporaryDirectory()
        >>> echo = SerialDevice(Path(folder.name) / "ttyACM0", received=bytes.upper)
        >>> port = os.open(echo.path, os.O_RDWR)
        >>> os.write(port, b"hello")
        5
        >>> os.read(port, 5)
        b'HELLO'
        >>> os.close(port); echo.close(); folder.cleanup()
    """

    def __init__(self, path: Path, *, received: Callable[[bytes], bytes]) -> None:
        self.path = path
        self._received = received
        self._settled = threading.Event()
        self._listening = threading.Event()
        self._listening.set()
        self._closing = False
        self.plug()

    def plug(self) -> None:
        """Plug the device in: the port appears."""
        self._near, self._far = pty.openpty()[::-1]
        tty.setraw(self._near)
        self._waker, self._wake = os.pipe()
        self._closing = False
        self.path.symlink_to(os.ttyname(self._near))
        self._thread = threading.Thread(target=self._listen, name="serial device", daemon=True)
        self._thread.start()

    def unplug(self) -> None:
        """Unplug the device; a program with the open port gets an error from now on."""
        if self._closing:
            return
        self._closing = True
        self.path.unlink()
        os.write(self._wake, b"x")
        self._thread.join()
        for fd in (self._near, self._far, self._waker, self._wake):
            os.close(fd)

    close = unplug

    def deafen(self) -> None:
        """Stop reading: written bytes pile up."""
        self._listening.clear()
        os.write(self._wake, b"x")

    def hear(self) -> None:
        """Read everything again."""
        self._listening.set()
        os.write(self._wake, b"x")

    def send(self, data: bytes) -> None:
        """Send bytes without a question, to the program that reads the port."""
        os.write(self._far, data)

    @property
    def baud_rate_code(self) -> int:
        """Speed that the driver has set, e.g. ``termios.B115200``."""
        return int(termios.tcgetattr(self._near)[5])

    def settle(self) -> None:
        """Wait until the device has read all written bytes; an unplugged device reads nothing.

        Raises:
            TimeoutError: If that takes more than 5 s.
        """
        if self._closing:
            return
        self._settled.clear()
        os.write(self._near, _MARK)
        if not self._settled.wait(5.0):
            raise TimeoutError("the device did not hear what was written")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *ended: object) -> None:
        self.close()

    def _listen(self) -> None:
        waiting = b""
        while not self._closing:
            heard = [self._far] if self._listening.is_set() else []
            ready = select.select([*heard, self._waker], [], [])[0]
            if self._waker in ready:
                os.read(self._waker, 16)
            if self._far in ready and not self._closing:
                waiting = self._hand_over(waiting + os.read(self._far, 4096))

    def _hand_over(self, data: bytes) -> bytes:
        """Give the device all bytes except marks; return bytes that may begin a mark."""
        while _MARK in data:
            before, _, data = data.partition(_MARK)
            self._answer(before)
            self._settled.set()
        cut = max((n for n in range(len(_MARK)) if data.endswith(_MARK[:n])), default=0)
        self._answer(data[: len(data) - cut])
        return data[len(data) - cut :]

    def _answer(self, data: bytes) -> None:
        if data and (answer := self._received(data)):
            os.write(self._far, answer)
