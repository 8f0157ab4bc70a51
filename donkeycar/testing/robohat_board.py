"""A RoboHAT MM1 that is not there: it reads lines as the board's program does.

Source: the board's program, ``contrib/robohat/code-robocarstore.py`` of donkeycar 5 (its date and
CircuitPython were not noted): a line counts from ten characters on, its first and last four are the
pulses, a line that makes no sense changes nothing, and after 10 s of silence the radio drives.

Not modelled: that it looks for one line every 25 ms and has room for 64 bytes (here every line is
obeyed as it comes, so a queue that grows is not seen), the time of a byte at 115,200 baud, the
pulses that it makes and their frames, its own start, what it drives while the radio does, encoders,
lights, and its USB port.
"""

import termios
from pathlib import Path
from typing import NamedTuple

from donkeycar.testing.serial_device import SerialDevice
from donkeycar.timing import Clock, RealClock

RADIO_AFTER_S = 10.0
LINE_LENGTH = 10


class Pulses(NamedTuple):
    """What a line ordered.

    Attributes:
        time_s: When it came, in seconds.
        steering_us: Pulse of the servo.
        throttle_us: Pulse of the speed controller.
    """

    time_s: float
    steering_us: int
    throttle_us: int


class RoboHATBoard:
    r"""A RoboHAT on a serial port.

    Args:
        path: Where the port appears.
        clock: Source of time for it.

    Attributes:
        trace: Every line it obeyed, oldest first.
        num_bad: Lines it could not read.
        device: The serial line.

    Example:
        >>> import os, tempfile
        >>> folder = tempfile.TemporaryDirectory()
        >>> board = RoboHATBoard(Path(folder.name) / "ttyAMA0")
        >>> from serial import Serial
        >>> port = Serial(str(board.device.path), 115200)
        >>> port.write(b"1500, 1600\r")
        11
        >>> board.device.settle()
        >>> board.trace[0].throttle_us
        1600
        >>> port.close(); board.device.close(); folder.cleanup()
    """

    def __init__(self, path: Path, *, clock: Clock | None = None) -> None:
        self.trace: list[Pulses] = []
        self.num_bad = 0
        self._clock: Clock = RealClock() if clock is None else clock
        self._data = b""
        self.device = SerialDevice(path, received=self._take)

    @property
    def radio_drives(self) -> bool:
        """Whether it heard nothing for so long that it obeys the radio."""
        last_s = self.trace[-1].time_s if self.trace else -RADIO_AFTER_S
        return self._clock.monotonic() - last_s >= RADIO_AFTER_S

    def hear_radio(self, steering_us: int, throttle_us: int) -> None:
        """Report a frame of the remote control on the same line, as the board does."""
        self.device.send(b"%d, %d\r\n" % (steering_us, throttle_us))

    def _take(self, data: bytes) -> bytes:
        if self.device.baud_rate_code != termios.B115200:
            self.num_bad += 1
            return b""
        *lines, self._data = (self._data + data).split(b"\r")
        for line in lines:
            self._obey(line.decode("latin-1").strip())
        return b""

    def _obey(self, line: str) -> None:
        if not line:
            return
        try:
            if len(line) < LINE_LENGTH:
                raise ValueError(line)
            steering_us, throttle_us = int(line[:4]), int(line[-4:])
        except ValueError:
            self.num_bad += 1
        else:
            self.trace.append(Pulses(self._clock.monotonic(), steering_us, throttle_us))
