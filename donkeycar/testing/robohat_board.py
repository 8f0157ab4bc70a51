"""Emulated RoboHAT MM1: it reads lines as the board's program does, one at a time.

Source: the board's program, ``donkeycar/contrib/robohat/code.py`` of autorope/donkeycar (1613039,
for CircuitPython 5.3) and ``examples/code.py`` of robotics-masters/mm1-hat-cpy-native (9611520),
which are the same; ``code-robocarstore.py`` reads the same way. Every 25 ms it takes what has come
up to the next carriage return. Ten characters and more are a line: the first four and the last four
are the pulses, whatever stands between. A line that makes no sense leaves the throttle, or both, to
the radio's pulses. After 10 s without a byte the radio drives. Its UART has room for 64 bytes, and
forgets the oldest: CircuitPython, ``shared-bindings/busio/UART.c`` (receiver_buffer_size) and
ASF4's ``utils_ringbuffer.c`` (ringbuffer_put).

Not modelled: the time of a byte at 115,200 baud (a line takes 1 ms more), the time that its program
takes beside the 25 ms, and its clock, which gets coarser the longer it runs (`loop_s` lets it be
slower); the frames of its pulses (60 Hz: the servo sees them up to 17 ms later); a smoothed radio;
that it sends a line every time by itself (here when told to: `report`), also when no radio is heard
any more: the last pulses over and over; its own start, encoders, lights, and its USB port; what
noise it hears at another speed.
"""

import termios
import threading
from pathlib import Path
from typing import NamedTuple

from donkeycar.testing.serial_device import SerialDevice
from donkeycar.timing import Clock, RealClock

LOOP_S = 0.025
BUFFER_BYTES = 64
RADIO_AFTER_S = 10.0
LINE_LENGTH = 10
# Pulses of the radio's channels before one was received.
NEUTRAL_US = 1500


class Pulses(NamedTuple):
    """The pulses that a line ordered.

    Attributes:
        time_s: Time at which the board obeyed the line, in seconds.
        steering_us: Pulse of the servo.
        throttle_us: Pulse of the speed controller.
    """

    time_s: float
    steering_us: int
    throttle_us: int


class RoboHATBoard:
    r"""A RoboHAT on a serial port.

    Args:
        path: Path of the serial port.
        clock: Source of time for the board.
        loop_s: Time between two readings of a line, in seconds.

    Attributes:
        device: The serial line.

    Example:
        >>> import os, tempfile
        >>> from donkeycar.testing import FakeClock
        >>> folder, clock = tempfile.TemporaryDirectory(), FakeClock()
        >>> board = RoboHATBoard(Path(folder.name) / "ttyAMA0", clock=clock)
        >>> from serial import Serial
        >>> port = Serial(str(board.device.path), 115200)
        >>> port.write(b"1500, 1600\r1500, 1700\r")
        22
        >>> board.device.settle()
        >>> clock.advance(0.025)
        >>> board.throttle_us
        1600
        >>> clock.advance(0.025)
        >>> board.throttle_us
        1700
        >>> port.close(); board.device.close(); folder.cleanup()
    """

    def __init__(self, path: Path, *, clock: Clock | None = None, loop_s: float = LOOP_S) -> None:
        self._clock: Clock = RealClock() if clock is None else clock
        self._loop_s = loop_s
        self._start_s = self._heard_s = self._clock.monotonic()
        self._num_loops = 0
        self._buffer = bytearray()  # of its UART
        self._data = self._text = ""  # of its program
        self._trace: list[Pulses] = []
        self._num_bad = 0
        self._radio = self._ordered = (NEUTRAL_US, NEUTRAL_US)
        self._lock = threading.Lock()
        self.device = SerialDevice(path, received=self._take)

    @property
    def trace(self) -> list[Pulses]:
        """Every line that the board has obeyed up to now, oldest first."""
        self._run()
        return self._trace

    @property
    def num_bad(self) -> int:
        """Number of lines that were too short, invalid, or sent at another speed."""
        self._run()
        return self._num_bad

    @property
    def num_waiting(self) -> int:
        """Number of received bytes that the board has not read yet."""
        self._run()
        return len(self._buffer)

    @property
    def steering_us(self) -> int:
        """Pulse that the servo gets now."""
        return self._pulses[0]

    @property
    def throttle_us(self) -> int:
        """Pulse that the speed controller gets now."""
        return self._pulses[1]

    @property
    def radio_drives(self) -> bool:
        """Whether the board obeys the radio, because it has received no byte for too long."""
        self._run()
        return self._clock.monotonic() - self._heard_s >= RADIO_AFTER_S

    def hear_radio(self, steering_us: int, throttle_us: int) -> None:
        """Report a frame of the remote control on the same line, as the board does."""
        self._radio = steering_us, throttle_us
        self.report()

    def report(self) -> None:
        """Send the line of one turn of its program: the radio's last pulses, however old."""
        self.device.send(b"%d, %d\r\n" % self._radio)

    @property
    def _pulses(self) -> tuple[int, int]:
        return self._radio if self.radio_drives else self._ordered

    def _take(self, data: bytes) -> bytes:
        self._run()
        with self._lock:
            if self.device.baud_rate_code == termios.B115200:
                self._buffer += data
                del self._buffer[:-BUFFER_BYTES]
            else:
                self._num_bad += 1
        return b""

    def _run(self) -> None:
        """Run the board's program up to now."""
        with self._lock:
            due = int((self._clock.monotonic() - self._start_s) / self._loop_s + 1e-6)
            while self._num_loops < due and self._buffer:
                self._num_loops += 1
                self._loop(self._start_s + self._num_loops * self._loop_s)
            self._num_loops = max(self._num_loops, due)

    def _loop(self, now_s: float) -> None:
        self._heard_s = now_s
        line, ended, rest = self._buffer.partition(b"\r")
        self._buffer = rest
        if line:
            self._data += line.decode("latin-1")
            self._text = self._data.strip()
        self._data = "" if ended else self._data
        if len(self._text) >= LINE_LENGTH:
            self._obey(self._text, now_s)
            self._data = self._text = ""
        elif ended and line:
            self._num_bad += 1

    def _obey(self, line: str, now_s: float) -> None:
        steering_us, throttle_us = self._radio
        try:
            steering_us = _number(line[:4])
            throttle_us = _number(line[-4:])
        except ValueError:
            self._num_bad += 1
        else:
            self._trace.append(Pulses(now_s, steering_us, throttle_us))
        self._ordered = steering_us, throttle_us


def _number(text: str) -> int:
    if "_" in text:  # MicroPython does not accept such numbers
        raise ValueError(text)
    return int(text)
