"""VESC protocol: packets of this motor controller on a serial line or USB.

| bytes | 0 | 1      | 2 ...   | two, big-endian     | last |
| ----- | - | ------ | ------- | ------------------- | ---- |
|       | 2 | length | payload | CRC-16 of the payload | 3  |

A payload is a command and its argument. The CRC is CRC-16/XMODEM.

Source: vedderb/bldc 7.01 (b9d287b3), ``comm/packet.c``, ``comm/commands.c``, ``datatypes.h``.
"""

import struct
from binascii import crc_hqx

START, END = 2, 3
# Start, length, CRC, end; a payload of these packets is 1 to 255 bytes.
FRAME_BYTES = 5

# The longest packet that the VESC takes: PACKET_MAX_PL_LEN, and the bytes around the payload.
LONGEST_BYTES = 518

# In older firmware the servo's order was 11, and order 12 overwrote the settings of the motor:
# limits of current, kind of motor. Source: datatypes.h and commands.c of 2.18 (ed61c4d3),
# datatypes.h of 3.7 (5dbc94c5).
OLDEST_FIRMWARE = (3, 7)

FW_VERSION = 0
SET_DUTY = 5
SET_SERVO_POSITION = 12
ALIVE = 30

# Neutral, and every stop. The VESC lowers the voltage as fast as its limits of current allow, then
# shorts the phases of the motor, which brakes. A current of 0 would let the motor roll.
# Source: the same, set_duty_cycle_ll in motor/mcpwm.c, control_duty in motor/mcpwm_foc.c.
BRAKING_DUTY = 0.0

DUTY_SCALE = 100_000
SERVO_SCALE = 1000


def packet(payload: bytes) -> bytes:
    """Wrap a payload of 1 to 255 bytes."""
    crc = crc_hqx(payload, 0).to_bytes(2, "big")
    return bytes([START, len(payload)]) + payload + crc + bytes([END])


def set_duty(duty: float) -> bytes:
    """Packet that turns the motor, -1 to +1 of the battery's voltage; `BRAKING_DUTY` brakes it."""
    return packet(struct.pack(">Bi", SET_DUTY, round(DUTY_SCALE * duty)))


def set_servo(position: float) -> bytes:
    """Packet that moves the servo, 0 to 1."""
    return packet(struct.pack(">Bh", SET_SERVO_POSITION, round(SERVO_SCALE * position)))


class PacketReader:
    r"""Finds packets in a stream of bytes, and skips the bytes between them.

    Attributes:
        num_spoilt: Packets whose CRC or end was wrong.

    Example:
        >>> PacketReader().feed(b"noise" + packet(bytes([ALIVE])))
        [b'\x1e']
    """

    def __init__(self) -> None:
        self._data = b""
        self.num_spoilt = 0

    def feed(self, data: bytes) -> list[bytes]:
        """Take bytes, and return the payloads of the packets that are complete now."""
        self._data += data
        payloads: list[bytes] = []
        while (start := self._data.find(START)) >= 0:
            self._data = self._data[start:]
            if len(self._data) < 2 or len(self._data) < self._data[1] + FRAME_BYTES:
                return payloads
            length = self._data[1]
            payload, tail = self._data[2 : 2 + length], self._data[2 + length : 5 + length]
            if length and tail == crc_hqx(payload, 0).to_bytes(2, "big") + bytes([END]):
                payloads.append(payload)
                self._data = self._data[length + FRAME_BYTES :]
            else:
                self.num_spoilt += 1
                self._data = self._data[1:]
        self._data = b""
        return payloads
