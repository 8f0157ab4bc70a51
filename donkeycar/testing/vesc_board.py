"""Emulated VESC motor controller: it checks every packet, and stops when it receives none.

Source: vedderb/bldc 7.01 (b9d287b3, August 2026): ``comm/packet.c``, ``comm/commands.c`` (what each
order does, and which restart the time-out), ``timeout.c`` (the same in 6.00), ``motor/mcpwm.c`` and
``motor/mcpwm_foc.c`` (what becomes of a duty or a current of 0), ``applications/appconf_default.h``
(1000 ms, 0 A). For old programs: ``datatypes.h`` and ``commands.c`` of 2.18 (ed61c4d3, May 2016),
``datatypes.h`` of 3.7 (5dbc94c5, November 2016), which gave every order from 10 on another number.
Its time-out puts a brake current in the place of the last order, so that a sign of life alone
brings no duty back: the motor waits for a new order.

Not modelled: all orders but duty, current, brake current and servo (here they are bad packets);
ramps, limits of current and the least duty of the motor (the duty is the ordered one at once); how
hard it brakes; faults of its own, after which it takes no order for half a second; its kill switch;
the servo that works only once VESC Tool has enabled it; the CAN bus.
"""

import struct
from pathlib import Path
from typing import NamedTuple

from donkeycar.testing.serial_device import SerialDevice
from donkeycar.timing import Clock, RealClock

# Orders that restart its time-out; an order for the servo or a question does not.
_KEEPS_AWAKE = ("duty", "current", "brake", "alive")
_MOVES = ("duty", "current", "brake")
# Its thread looks at the time-out this often.
_LOOKS_EVERY_US = 10_000
# A smaller current lets the motor roll: cc_min_current, as delivered.
_LEAST_A = 0.05
# Lengths of a payload that may follow each start byte: in one byte or in two.
_LENGTHS = {2: range(1, 256), 3: range(255, 513)}


class VESCOrder(NamedTuple):
    """One good packet.

    Attributes:
        time_s: Time of its arrival, in seconds.
        what: ``"duty"``, ``"current"``, ``"brake"``, ``"servo"``, ``"alive"`` or ``"version"``.
        value: -1 to +1 for a duty, amperes for a current, 0 to 1 for the servo, else 0.
    """

    time_s: float
    what: str
    value: float


class VESCBoard:
    """A VESC on a serial port.

    Args:
        path: Path of the serial port.
        timeout_s: Its own time-out, as set with VESC Tool; 0 means no time-out.
        timeout_brake_a: Brake current after the time-out, in amperes; 0 lets the motor roll.
        clock: Source of time for the VESC.
        answers: Whether it answers a question for its version.
        firmware: Version of its firmware, major and minor.

    Attributes:
        trace: Every good packet, oldest first.
        num_bad: Packets with a wrong CRC, length or end.
        num_configurations: How often its settings of the motor, limits of current included, were
            overwritten. Only orders of a wrong number do that, with whatever its memory held.
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
        >>> board.motor
        'drives'
        >>> os.close(port); board.device.close(); folder.cleanup()
    """

    def __init__(
        self,
        path: Path,
        *,
        timeout_s: float = 1.0,
        timeout_brake_a: float = 0.0,
        clock: Clock | None = None,
        answers: bool = True,
        firmware: tuple[int, int] = (6, 2),
    ) -> None:
        self.trace: list[VESCOrder] = []
        self.num_bad = 0
        self.num_configurations = 0
        self._firmware = firmware
        self.timeout_s = timeout_s
        self.timeout_brake_a = timeout_brake_a
        self._clock: Clock = RealClock() if clock is None else clock
        self._answers = answers
        self._data = bytearray()
        # The order that moves the motor, and the time of the last sign of life.
        self._moved_by = VESCOrder(0.0, "brake", 0.0)
        self._awake_s = 0.0
        self.device = SerialDevice(path, received=self._take)

    @property
    def duty(self) -> float:
        """Power of the motor now, -1 to +1 of the battery's voltage; 0 unless a duty is obeyed."""
        order = self._obeyed()
        return order.value if order.what == "duty" else 0.0

    @property
    def motor(self) -> str:
        """What the motor does now: ``"drives"``, ``"brakes"`` or ``"rolls"``.

        A duty of 0 shorts its phases, which brakes; a current of 0 lets it roll.
        """
        order = self._obeyed()
        if order.what == "duty":
            return "drives" if order.value else "brakes"
        if abs(order.value) < _LEAST_A:
            return "rolls"
        return "drives" if order.what == "current" else "brakes"

    @property
    def servo(self) -> float | None:
        """Position of the servo, 0 to 1; ``None`` before the first order."""
        return self._last("servo")

    def _obeyed(self) -> VESCOrder:
        """The order that moves the motor, after the time-out is applied."""
        now_us, silent_us = (round(1e6 * s) for s in (self._clock.monotonic(), self.timeout_s))
        ends_us = round(1e6 * self._awake_s) + silent_us
        # The VESC checks the time-out at fixed intervals: the first check after it counts.
        if silent_us and now_us >= (ends_us // _LOOKS_EVERY_US + 1) * _LOOKS_EVERY_US:
            self._moved_by = VESCOrder(now_us / 1e6, "brake", self.timeout_brake_a)
        return self._moved_by

    def _last(self, what: str) -> float | None:
        return next((o.value for o in reversed(self.trace) if o.what == what), None)

    def _take(self, data: bytes) -> bytes:
        """Look for packets from the first byte that may start one; a false start waits for its end.

        The start is also the number of bytes before the payload: 2, or 3 for a long one.
        """
        self._data += data
        answer = b""
        while self._data:
            start = self._data[0]
            length = int.from_bytes(self._data[1:start], "big")
            if start not in _LENGTHS or (
                len(self._data) >= start and length not in _LENGTHS[start]
            ):
                del self._data[0]
            elif len(self._data) < max(start, start + length + 3):
                break
            else:
                answer += self._packet(start, length)
        return answer

    def _packet(self, start: int, length: int) -> bytes:
        payload = bytes(self._data[start : start + length])
        tail = self._data[start + length : start + length + 3]
        if tail != crc16(payload).to_bytes(2, "big") + b"\3":
            self.num_bad += 1
            del self._data[0]
            return b""
        del self._data[: start + length + 3]
        return self._obey(payload)

    def _obey(self, payload: bytes) -> bytes:
        command, argument = payload[0], payload[1:]
        if self._firmware < (3, 7) and command >= 10:
            if command == 12:
                self.num_configurations += 1
                return b""
            command += 1
        if command == 5 and len(argument) == 4:
            self._note("duty", struct.unpack(">i", argument)[0] / 1e5)
        elif command in (6, 7) and len(argument) == 4:
            name = "current" if command == 6 else "brake"
            self._note(name, struct.unpack(">i", argument)[0] / 1e3)
        elif command == 12 and len(argument) == 2:
            self._note("servo", struct.unpack(">h", argument)[0] / 1e3)
        elif command == 30 and not argument:
            self._note("alive", 0.0)
        elif command == 0 and not argument:
            self._note("version", 0.0)
            body = bytes([0, *self._firmware])
            if self._firmware >= (3, 7):
                body += b"emulated\0" + bytes(12)
            tail = crc16(body).to_bytes(2, "big") + b"\3"
            return bytes([2, len(body)]) + body + tail if self._answers else b""
        else:
            self.num_bad += 1
        return b""

    def _note(self, what: str, value: float) -> None:
        order = VESCOrder(self._clock.monotonic(), what, value)
        self.trace.append(order)
        self._obeyed()
        if what in _KEEPS_AWAKE:
            self._awake_s = order.time_s
        if what in _MOVES:
            self._moved_by = order


def crc16(data: bytes) -> int:
    """CRC-16/XMODEM, bit by bit: written independently, to check the driver's.

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
