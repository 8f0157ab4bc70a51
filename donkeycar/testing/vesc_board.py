"""A VESC that is not there: it checks every packet, and stops when it hears nothing.

Source: vedderb/bldc 6.02: ``comm/packet.c``, ``comm/commands.c``, ``timeout.c``, ``datatypes.h``.

Not modelled: packets whose length takes two or three bytes, and all commands but duty, servo, sign
of life and version (it obeys neither); ramps, limits of current and the least duty of the motor
(the duty is the ordered one at once); the brake current of its time-out (0 as delivered: the motor
rolls), and that it looks at the time-out every 10 ms; faults of its own; the servo that works only
once VESC Tool has enabled it; the CAN bus. After a time-out a sign of life alone brings the last
duty back here; the real one waits for a new order.
"""

import struct
from pathlib import Path
from typing import NamedTuple

from donkeycar.testing.serial_device import SerialDevice
from donkeycar.timing import Clock, RealClock

# Orders that restart its time-out; one for the servo does not.
_KEEPS_AWAKE = ("duty", "alive")


class Order(NamedTuple):
    """One good packet.

    Attributes:
        time_s: When it came, in seconds.
        what: ``"duty"``, ``"servo"``, ``"alive"`` or ``"version"``.
        value: -1 to +1 for a duty, 0 to 1 for the servo, else 0.
    """

    time_s: float
    what: str
    value: float


class VESCBoard:
    """A VESC on a serial port.

    Args:
        path: Where the port appears.
        timeout_s: Its own time-out, as set with VESC Tool.
        clock: Source of time for it.
        answers: Whether it tells its version when asked.

    Attributes:
        trace: Every good packet, oldest first.
        num_bad: Packets with a wrong CRC, length or end.
        device: The serial line.

    Example:
        >>> import os, tempfile
        >>> folder = tempfile.TemporaryDirectory()
        >>> board = VESCBoard(Path(folder.name) / "ttyACM0")
        >>> port = os.open(board.device.path, os.O_RDWR)
        >>> os.write(port, bytes.fromhex("02 05 05 00004E20 29F6 03"))
        10
        >>> board.device.settle()
        >>> board.duty, board.num_bad
        (0.2, 0)
        >>> os.close(port); board.device.close(); folder.cleanup()
    """

    def __init__(
        self,
        path: Path,
        *,
        timeout_s: float = 1.0,
        clock: Clock | None = None,
        answers: bool = True,
    ) -> None:
        self.trace: list[Order] = []
        self.num_bad = 0
        self.timeout_s = timeout_s
        self._clock: Clock = RealClock() if clock is None else clock
        self._answers = answers
        self._data = bytearray()
        self.device = SerialDevice(path, received=self._take)

    @property
    def duty(self) -> float:
        """Power of the motor now, -1 to +1 of the battery's voltage."""
        awake_s = max((o.time_s for o in self.trace if o.what in _KEEPS_AWAKE), default=0.0)
        if self._clock.monotonic() - awake_s > self.timeout_s:
            return 0.0
        return self._last("duty") or 0.0

    @property
    def servo(self) -> float | None:
        """Position of the servo, 0 to 1; ``None`` before it was told one."""
        return self._last("servo")

    def _last(self, what: str) -> float | None:
        return next((o.value for o in reversed(self.trace) if o.what == what), None)

    def _take(self, data: bytes) -> bytes:
        self._data += data
        answer = b""
        while self._data:
            if self._data[0] != 2:
                del self._data[0]
            elif len(self._data) < 2 or len(self._data) < self._data[1] + 5:
                break
            else:
                answer += self._packet(self._data[1])
        return answer

    def _packet(self, length: int) -> bytes:
        payload = bytes(self._data[2 : 2 + length])
        crc = int.from_bytes(self._data[2 + length : 4 + length], "big")
        if length == 0 or self._data[4 + length] != 3 or crc != crc16(payload):
            self.num_bad += 1
            del self._data[0]
            return b""
        del self._data[: length + 5]
        return self._obey(payload)

    def _obey(self, payload: bytes) -> bytes:
        command, argument = payload[0], payload[1:]
        if command == 5 and len(argument) == 4:
            self._note("duty", struct.unpack(">i", argument)[0] / 1e5)
        elif command == 12 and len(argument) == 2:
            self._note("servo", struct.unpack(">h", argument)[0] / 1e3)
        elif command == 30 and not argument:
            self._note("alive", 0.0)
        elif command == 0 and not argument:
            self._note("version", 0.0)
            body = bytes([0, 6, 2]) + b"emulated\0" + bytes(12)
            tail = crc16(body).to_bytes(2, "big") + b"\3"
            return bytes([2, len(body)]) + body + tail if self._answers else b""
        else:
            self.num_bad += 1
        return b""

    def _note(self, what: str, value: float) -> None:
        self.trace.append(Order(self._clock.monotonic(), what, value))


def crc16(data: bytes) -> int:
    """CRC-16/XMODEM, bit by bit: written for itself, so that it can judge the driver's.

    Example:
        >>> hex(crc16(b"123456789"))
        '0x31c3'
    """
    crc = 0
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc
