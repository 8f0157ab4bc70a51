"""Motor frame: the message of twelve bytes between vehicle and guardian, in both directions.

| bytes | 0     | 1-2 | 3-4      | 5-6      | 7-8     | 9     | 10-11  |
| ----- | ----- | --- | -------- | -------- | ------- | ----- | ------ |
|       | magic | seq | steering | throttle | life ms | flags | CRC-16 |

Little-endian. Steering and throttle are -32767 to +32767. One frame is one packet, so the two sides
cannot lose their place in a stream.
"""

import struct
from binascii import crc_hqx
from typing import NamedTuple

SIZE = 12
MAGIC = 0xD6
FULL = 32767
MAX_LIFE_S = 65.535

# Flags of a frame to the guardian; its answer has state and reason in this byte.
ARM = 1
STOP = 2

_BODY = struct.Struct("<BHhhHB")
_CRC = struct.Struct("<H")


class MotorFrame(NamedTuple):
    """One order to the guardian, or its answer.

    Attributes:
        seq: Number of the frame, 0 to 65535; it must advance, and may wrap. The number of a stop
            does not matter.
        steering: -1 (full left) to +1 (full right).
        throttle: -1 (full reverse) to +1 (full forward).
        life_s: For how much longer the driver's order is valid, 0 to `MAX_LIFE_S`; more is cut.
        flags: `ARM`, `STOP`, both or none. 0 to 255.
    """

    seq: int
    steering: float
    throttle: float
    life_s: float
    flags: int

    def encode(self) -> bytes:
        """The frame as `SIZE` bytes.

        Raises:
            ValueError: If steering or throttle is not a number.
            struct.error: If a value is out of range.
        """
        life_ms = int(1000 * min(max(0.0, self.life_s), MAX_LIFE_S))
        steering, throttle = round(FULL * self.steering), round(FULL * self.throttle)
        body = _BODY.pack(MAGIC, self.seq, steering, throttle, life_ms, self.flags)
        return body + _CRC.pack(crc_hqx(body, 0))


def decode(packet: bytes) -> MotorFrame | None:
    """Read a packet; ``None`` if it is not a complete, undamaged frame with values in range."""
    if len(packet) != SIZE or _CRC.unpack(packet[-2:])[0] != crc_hqx(packet[:-2], 0):
        return None
    magic, seq, steering, throttle, life_ms, flags = _BODY.unpack(packet[:-2])
    if magic != MAGIC or steering < -FULL or throttle < -FULL:
        return None
    return MotorFrame(seq, steering / FULL, throttle / FULL, life_ms / 1000, flags)


def is_newer(seq: int, than: int) -> bool:
    """Whether `seq` comes after `than`, in numbers that wrap at 65536."""
    return 0 < (seq - than) % 65536 < 32768
