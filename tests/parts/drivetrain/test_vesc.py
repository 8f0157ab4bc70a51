"""The VESC, judged by one that checks every packet and times out as the real one does."""

import random
import struct

import pytest

from donkeycar.errors import ConfigError, DeviceError
from donkeycar.parts.drivetrain import vesc_protocol
from donkeycar.parts.drivetrain.serial_line import SerialLine
from donkeycar.parts.drivetrain.vesc import VESCOutput
from donkeycar.testing import FakeClock, VESCBoard
from donkeycar.testing.vesc_board import crc16


@pytest.fixture
def clock():
    return FakeClock(100.0)


@pytest.fixture
def board(tmp_path, clock):
    board = VESCBoard(tmp_path / "ttyACM0", clock=clock)
    yield board
    board.device.close()


@pytest.fixture
def line(board):
    line = SerialLine(str(board.device.path), baud_rate=115_200)
    yield line
    line.close()


@pytest.fixture
def vesc(line, clock):
    return VESCOutput(line, answer_s=1.0, clock=clock)


def orders(board):
    """What came since the last time this was asked."""
    board.device.settle()
    found = [(order.what, order.value) for order in board.trace]
    board.trace.clear()
    return found


# Packets.


@pytest.mark.parametrize(
    ("packet", "wire"),
    [
        (vesc_protocol.set_duty(0.2), "02 05 05 00 00 4e 20 29 f6 03"),
        (vesc_protocol.set_duty(0), "02 05 05 00 00 00 00 23 57 03"),
        (vesc_protocol.packet(b"\x1e"), "02 01 1e f3 ff 03"),
    ],
)
def test_a_packet_is_what_the_firmware_expects(packet, wire):
    assert packet.hex(" ") == wire


def test_the_crc_is_the_one_of_the_standard():
    assert crc16(b"123456789") == 0x31C3  # check value of CRC-16/XMODEM
    assert vesc_protocol.packet(b"123456789")[-3:-1] == b"\x31\xc3"


def test_packets_are_found_among_noise_and_in_pieces():
    noise = random.Random(3)
    stream, sent = b"", []
    for _ in range(300):
        payload = noise.randbytes(noise.randint(1, 60))
        # No start byte in the noise: a false start may swallow what follows, as in the firmware.
        stream += noise.randbytes(noise.randint(0, 5)).replace(b"\x02", b"\x07")
        stream += vesc_protocol.packet(payload)
        sent.append(payload)
    reader, found = vesc_protocol.PacketReader(), []
    while stream:
        size = noise.randint(1, 20)
        found += reader.feed(stream[:size])
        stream = stream[size:]
    assert found == sent
    assert reader.num_spoilt == 0


@pytest.mark.parametrize("byte", range(10))
def test_a_packet_with_one_wrong_byte_is_obeyed_by_nobody(board, line, byte):
    spoilt = bytearray(vesc_protocol.set_duty(0.5))
    spoilt[byte] ^= 0x40
    line.write(bytes(spoilt))
    line.write(bytes(80))  # ends whatever the spoilt length waits for
    assert orders(board) == []
    assert vesc_protocol.PacketReader().feed(bytes(spoilt) + bytes(80)) == []


# Driving.


def test_zero_is_the_first_thing_it_hears(board, vesc):
    *stops, question = orders(board)
    assert set(stops) == {("duty", 0.0)}
    assert question == ("version", 0.0)
    assert vesc.firmware == "6.02"


@pytest.mark.parametrize("firmware", [(2, 18), (3, 0), (3, 6)])
def test_an_old_firmware_is_refused_before_it_is_told_to_steer(tmp_path, firmware):
    # What used to happen: in a second of driving the car overwrote the limits of current in such a
    # VESC twenty times, with whatever stood in its memory, and they stayed so for good.
    board = VESCBoard(tmp_path / "ttyACM1", firmware=firmware)
    line = SerialLine(str(board.device.path), baud_rate=115_200)
    with pytest.raises(ConfigError, match=r"firmware 3\.7 or newer.*Update it with VESC Tool"):
        VESCOutput(line, answer_s=1.0).write(1.0, 0.5)
    board.device.settle()
    assert (board.num_configurations, board.duty, board.motor) == (0, 0.0, "brakes")
    line.close()
    board.device.close()


@pytest.mark.parametrize("firmware", [(3, 7), (3, 40), (5, 2), (7, 1)])
def test_a_newer_firmware_steers_and_drives(tmp_path, firmware):
    board = VESCBoard(tmp_path / "ttyACM1", firmware=firmware)
    line = SerialLine(str(board.device.path), baud_rate=115_200)
    VESCOutput(line, answer_s=1.0).write(1.0, 0.5)
    board.device.settle()
    assert (board.num_configurations, board.duty, board.servo) == (0, 0.1, 1.0)
    line.close()
    board.device.close()


def test_an_old_firmware_has_other_numbers(tmp_path):
    board = VESCBoard(tmp_path / "ttyACM1", firmware=(2, 18))
    line = SerialLine(str(board.device.path), baud_rate=115_200)
    for payload in (b"\x0b\x01\xf4", b"\x0c\x01\xf4", b"\x1d"):
        line.write(vesc_protocol.packet(payload))
    board.device.settle()
    assert [(order.what, order.value) for order in board.trace] == [("servo", 0.5), ("alive", 0.0)]
    assert board.num_configurations == 1
    line.close()
    board.device.close()


def test_throttle_is_a_share_of_the_voltage_and_the_angle_a_place_of_the_servo(board, vesc):
    orders(board)
    vesc.write(-1.0, 1.0)
    assert orders(board) == [("duty", 0.2), ("servo", 0.0)]
    vesc.write(0.5, -0.5)
    assert orders(board) == [("duty", -0.1), ("servo", 0.75)]


def test_the_servo_never_leaves_its_range(board, line, clock):
    vesc = VESCOutput(line, steering_scale=1.0, steering_offset=0.7, answer_s=1.0, clock=clock)
    vesc.write(1.0, 0.0)
    board.device.settle()
    assert board.servo == 1.0


def test_a_motor_may_turn_the_other_way_round(board, line, clock):
    VESCOutput(line, max_duty=-0.3, answer_s=1.0, clock=clock).write(0.0, 1.0)
    board.device.settle()
    assert board.duty == -0.3


def test_an_order_that_does_not_change_is_repeated_with_signs_of_life_between(board, vesc, clock):
    orders(board)
    for _ in range(101):
        vesc.write(0.0, 0.5)
        clock.advance(0.01)
    heard = orders(board)
    assert 10 <= heard.count(("duty", 0.1)) <= 11
    assert 9 <= heard.count(("alive", 0.0)) <= 11
    assert len(heard) <= 33


def test_without_heartbeat_only_orders_keep_it_awake(board, line, clock):
    vesc = VESCOutput(line, heartbeat=False, answer_s=1.0, clock=clock)
    for _ in range(100):
        vesc.write(0.0, 0.5)
        clock.advance(0.01)
    assert {what for what, _ in orders(board)} == {"duty", "servo", "version"}


@pytest.mark.parametrize("heartbeat", [True, False])
def test_a_vesc_with_a_time_out_of_200_ms_drives_on(board, line, clock, heartbeat):
    board.timeout_s = 0.2
    vesc = VESCOutput(line, heartbeat=heartbeat, answer_s=1.0, clock=clock)
    for _ in range(100):
        vesc.write(0.0, 0.5)
        clock.advance(0.01)
        board.device.settle()
        assert board.duty == 0.1


def test_a_program_that_dies_leaves_a_motor_that_stops_by_itself(board, vesc, line, clock):
    vesc.write(0.0, 1.0)
    board.device.settle()
    line.close()
    clock.advance(1.0)
    assert (board.duty, board.motor) == (0.2, "drives")
    clock.advance(0.01)  # it looks at its time-out every 10 ms
    assert (board.duty, board.motor) == (0.0, "rolls")


# Its time-out: what the firmware does, so that the driver is judged by it.


def test_a_sign_of_life_after_its_time_out_does_not_bring_the_old_duty_back(board, line, clock):
    # What the emulated one used to do: drive on with an order that was a second old.
    line.write(vesc_protocol.set_duty(0.5))
    board.device.settle()
    clock.advance(1.02)
    line.write(vesc_protocol.packet(bytes([vesc_protocol.ALIVE])))
    board.device.settle()
    assert (board.duty, board.motor) == (0.0, "rolls")
    line.write(vesc_protocol.set_duty(0.5))
    board.device.settle()
    assert board.duty == 0.5


@pytest.mark.parametrize(("brake_a", "then"), [(0.0, "rolls"), (0.04, "rolls"), (8.0, "brakes")])
def test_its_time_out_rolls_or_brakes_as_its_set_up_says(board, line, clock, brake_a, then):
    board.timeout_brake_a = brake_a
    line.write(vesc_protocol.set_duty(0.5))
    board.device.settle()
    clock.advance(1.02)
    assert (board.duty, board.motor) == (0.0, then)


def test_one_whose_time_out_is_0_never_stops_by_itself(board, line, clock):
    board.timeout_s = 0.0
    line.write(vesc_protocol.set_duty(0.5))
    board.device.settle()
    clock.advance(3600)
    assert board.motor == "drives"


@pytest.mark.parametrize(
    ("order", "awake"),
    [
        (vesc_protocol.set_servo(0.5), False),
        (vesc_protocol.packet(bytes([vesc_protocol.FW_VERSION])), False),
        (vesc_protocol.packet(bytes([vesc_protocol.ALIVE])), True),
        (vesc_protocol.set_duty(0.5), True),
    ],
    ids=["servo", "version", "alive", "duty"],
)
def test_only_a_sign_of_life_and_what_moves_the_motor_restart_its_time_out(
    board, line, clock, order, awake
):
    line.write(vesc_protocol.set_duty(0.5))
    board.device.settle()
    clock.advance(0.9)
    line.write(order)
    board.device.settle()
    clock.advance(0.5)
    assert (board.motor == "drives") is awake


@pytest.mark.parametrize(
    ("command", "amperes", "motor"),
    [(6, 0.0, "rolls"), (6, 3.0, "drives"), (7, 0.0, "rolls"), (7, 3.0, "brakes")],
)
def test_a_current_of_0_lets_it_roll_and_a_duty_of_0_brakes(board, line, command, amperes, motor):
    line.write(vesc_protocol.packet(struct.pack(">Bi", command, round(1000 * amperes))))
    board.device.settle()
    assert (board.duty, board.motor) == (0.0, motor)
    line.write(vesc_protocol.set_duty(0.0))
    board.device.settle()
    assert board.motor == "brakes"


# Stopping.


def test_neutral_and_off_brake(board, vesc, clock):
    for stop in (lambda: vesc.write(0.3, 0.0), vesc.off):
        vesc.write(0.0, 1.0)
        board.device.settle()
        assert board.motor == "drives"
        stop()
        board.device.settle()
        assert (board.duty, board.motor) == (0.0, "brakes")


def test_neutral_brakes_for_as_long_as_it_is_held(board, vesc, clock):
    board.timeout_s = 0.2
    for _ in range(100):
        vesc.write(0.0, 0.0)
        board.device.settle()
        assert board.motor == "brakes"
        clock.advance(0.01)


def test_after_off_it_brakes_until_its_time_out_and_has_no_power_from_then_on(board, vesc, clock):
    vesc.write(0.0, 1.0)
    vesc.off()
    board.device.settle()
    assert board.motor == "brakes"
    clock.advance(1.02)
    for _ in range(200):
        vesc.off()
        board.device.settle()
        assert (board.duty, board.motor) == (0.0, "rolls")
        clock.advance(0.01)


@pytest.mark.parametrize("room", range(1, 10))
@pytest.mark.parametrize("duty", [0.2, 0.005, -0.0051])
def test_a_stop_after_half_an_order_is_heard(board, line, clock, slow_line, duty, room):
    # What used to happen: half an order looked like the start of a packet of up to 512 bytes, and
    # the stop was taken for its inside until two seconds of orders had come.
    vesc = VESCOutput(line, max_duty=duty, answer_s=1.0, clock=clock)
    vesc.write(0.0, 0.5)
    board.device.settle()
    slow = slow_line()
    slow.room, slow.leaves_before_reset = room, True
    with pytest.raises(BlockingIOError, match="took"):
        vesc.write(0.0, 1.0)
    slow.room = 4096
    vesc.write(0.0, 0.0)
    slow.send(4096)
    board.device.settle()
    assert (board.duty, board.motor) == (0.0, "brakes")
    board.trace.clear()
    vesc.write(0.0, 0.5)
    slow.send(4096)
    assert orders(board)[0] == ("duty", pytest.approx(duty / 2, abs=1e-5))


def test_a_false_start_hides_what_follows_until_its_packet_would_be_over(board, line):
    line.write(b"\x02\xee")
    for _ in range(24):
        line.write(vesc_protocol.set_duty(0.5))
    assert orders(board) == []
    line.write(vesc_protocol.set_duty(0.5))
    assert orders(board) == 25 * [("duty", 0.5)]


@pytest.mark.parametrize("heartbeat", [True, False])
def test_a_second_program_that_opens_a_vesc_stops_it(board, vesc, line, clock, heartbeat):
    # What the watchdog, the vehicle and the last key do once the guardian is dead.
    vesc.write(0.0, 1.0)
    board.device.settle()
    line.close()
    clock.advance(0.01)
    second = SerialLine(str(board.device.path), baud_rate=115_200)
    VESCOutput(second, heartbeat=heartbeat, answer_s=1.0, clock=clock)
    board.device.settle()
    assert (board.duty, board.motor) == (0.0, "brakes")
    second.close()
    for _ in range(300):
        clock.advance(0.01)
        assert board.duty == 0.0


@pytest.mark.parametrize("half", [b"\x02\xff", b"\x03\x02\x00", b"\x02\x05\x05\x00"])
def test_a_program_that_opens_a_vesc_is_heard_after_half_an_order_of_another(
    board, line, clock, half
):
    # What used to happen: the guardian died within a packet, and what the watchdog sent was taken
    # for the inside of a longer one. The motor ran until the time-out of the VESC.
    line.write(vesc_protocol.set_duty(1.0))
    line.write(half)
    line.close()
    second = SerialLine(str(board.device.path), baud_rate=115_200)
    VESCOutput(second, answer_s=1.0, clock=clock)
    board.device.settle()
    assert (board.duty, board.motor) == (0.0, "brakes")
    second.close()


def test_a_driver_that_was_late_orders_anew_and_does_not_count_on_signs_of_life(board, vesc, clock):
    board.timeout_s = 0.2
    vesc.write(0.0, 1.0)
    board.device.settle()
    clock.advance(0.3)
    assert board.motor == "rolls"
    board.trace.clear()
    vesc.write(0.0, 1.0)
    assert ("duty", 0.2) in orders(board)
    assert board.motor == "drives"


def test_off_is_zero_and_then_silence(board, vesc, clock):
    vesc.write(0.0, 1.0)
    orders(board)
    for _ in range(100):
        vesc.off()
        clock.advance(0.01)
    assert orders(board) == [("duty", 0.0)]


def test_off_that_did_not_get_through_is_tried_again(board, vesc):
    vesc.write(0.0, 1.0)
    board.device.unplug()
    for _ in range(2):
        with pytest.raises(OSError, match=r"is gone|does not open"):
            vesc.off()
    board.device.plug()
    vesc.off()
    board.device.settle()
    assert board.duty == 0.0
    assert board.trace[-1].what == "duty"


def test_after_off_it_drives_again(board, vesc, clock):
    vesc.write(0.0, 1.0)
    vesc.off()
    vesc.write(0.0, 1.0)
    board.device.settle()
    assert board.duty == 0.2


# What is refused.


def test_a_device_that_is_no_vesc_is_refused_but_was_told_zero(tmp_path, clock):
    board = VESCBoard(tmp_path / "ttyACM1", clock=clock, answers=False)
    line = SerialLine(str(board.device.path), baud_rate=115_200)
    with pytest.raises(DeviceError, match="No VESC answers within 0.01 s"):
        VESCOutput(line, answer_s=0.01, clock=clock)
    heard = orders(board)
    assert heard[-3:] == 3 * [("version", 0.0)]
    assert set(heard[:-3]) == {("duty", 0.0)}
    line.close()
    board.device.close()


def test_a_device_that_talks_without_end_is_no_vesc(tmp_path, clock):
    from donkeycar.testing import SerialDevice

    with SerialDevice(tmp_path / "gps", received=lambda data: b"$GPGGA,1*00\r\n" * 200) as gps:
        line = SerialLine(str(gps.path), baud_rate=115_200)
        with pytest.raises(DeviceError, match="No VESC answers"):
            VESCOutput(line, answer_s=0.01, clock=clock)
        line.close()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"max_duty": 0}, "`max_duty` must be -1 to 1, not 0"),
        ({"max_duty": 1.2}, "`max_duty` must be"),
        ({"max_duty": float("nan")}, "`max_duty` must be"),
        ({"steering_offset": -0.1}, "`steering_offset` must be 0 to 1"),
    ],
)
def test_an_impossible_share_is_refused_before_anything_is_sent(board, line, arguments, message):
    with pytest.raises(ConfigError, match=message):
        VESCOutput(line, **arguments)
    assert orders(board) == []


def test_garbage_on_the_line_does_not_turn_the_emulated_motor(board, line):
    chance = random.Random(5)
    for _ in range(50):
        line.write(chance.randbytes(64))
    assert all(what == "version" for what, _ in orders(board))
