"""Twelve bytes: what goes in comes out, and nothing else does."""

import struct
from binascii import crc_hqx

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from donkeycar.guardian.motor_frame import FULL, MAGIC, SIZE, MotorFrame, decode, is_newer

UNIT = st.integers(-FULL, FULL).map(lambda n: n / FULL)
FRAMES = st.builds(
    MotorFrame,
    st.integers(0, 65535),
    UNIT,
    UNIT,
    st.integers(0, 65535).map(lambda ms: ms / 1000),
    st.integers(0, 255),
)


def packed(magic=MAGIC, seq=1, steering=0, throttle=0, life_ms=0, flags=0):
    body = struct.pack("<BHhhHB", magic, seq, steering, throttle, life_ms, flags)
    return body + struct.pack("<H", crc_hqx(body, 0))


def test_layout_is_as_written_down():
    packet = MotorFrame(0x0201, -1.0, 0.5, 0.25, 0x81).encode()
    assert packet[:10].hex() == "d60102018000" + "40fa0081"
    assert packet[10:] == struct.pack("<H", crc_hqx(packet[:10], 0))
    assert len(packet) == SIZE == 12


@settings(deadline=None)
@given(FRAMES)
def test_what_goes_in_comes_out(frame):
    # A millisecond may be lost to the floor of a binary fraction.
    decoded = decode(frame.encode())
    assert decoded is not None
    assert decoded.life_s == pytest.approx(frame.life_s, abs=0.0011)
    assert decoded._replace(life_s=frame.life_s) == frame


@pytest.mark.parametrize(
    ("life_s", "ms"),
    [(-1, 0), (0, 0), (0.0009, 0), (0.001, 1), (65.535, 65535), (66, 65535), (float("inf"), 65535),
     (float("nan"), 0)],
)  # fmt: skip
def test_life_is_cut_to_whole_milliseconds_in_range(life_s, ms):
    assert decode(MotorFrame(0, 0.0, 0.0, life_s, 0).encode()).life_s == ms / 1000


@pytest.mark.parametrize("bad", [1.0001, -1.0001, float("nan"), float("inf")])
@pytest.mark.parametrize("field", ["steering", "throttle"])
def test_an_impossible_value_cannot_be_sent(field, bad):
    with pytest.raises((ValueError, OverflowError, struct.error)):
        MotorFrame(0, 0.0, 0.0, 0.0, 0)._replace(**{field: bad}).encode()


@settings(deadline=None)
@given(FRAMES, st.integers(0, 8 * SIZE - 1))
def test_a_flipped_bit_is_noticed(frame, bit):
    packet = bytearray(frame.encode())
    packet[bit // 8] ^= 1 << bit % 8
    assert decode(bytes(packet)) is None


@pytest.mark.parametrize("length", [0, 1, 6, 11, 13, 24])
def test_a_packet_of_another_length_is_refused(length):
    assert decode((packed() * 2)[:length]) is None


@pytest.mark.parametrize(
    "fields",
    [{"magic": MAGIC - 1}, {"magic": MAGIC + 1}, {"steering": -32768}, {"throttle": -32768}],
)
def test_a_value_out_of_range_is_refused_though_its_checksum_is_right(fields):
    assert decode(packed(**fields)) is None


@pytest.mark.parametrize("fields", [{"steering": -32767}, {"throttle": -32767}])
def test_the_ends_of_the_range_are_in_it(fields):
    assert min(decode(packed(**fields))[1:3]) == -1.0


@pytest.mark.parametrize(
    ("seq", "than", "newer"),
    [
        (1, 0, True), (0, 0, False), (0, 1, False), (0, 65535, True), (65535, 0, False),
        (32767, 0, True), (32768, 0, False), (100, 60000, True), (0, 32769, True),
    ],
)  # fmt: skip
def test_numbers_wrap(seq, than, newer):
    assert is_newer(seq, than) is newer
