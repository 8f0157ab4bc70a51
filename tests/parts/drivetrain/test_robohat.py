"""The RoboHAT, judged by one that reads lines as the board's program does, one every 25 ms."""

import random

import pytest

from donkeycar.errors import ConfigError
from donkeycar.guardian.pulse import PulseRange
from donkeycar.parts.drivetrain.robohat import RoboHATOutput
from donkeycar.parts.drivetrain.serial_line import SerialLine
from donkeycar.testing import FakeClock, RoboHATBoard, SerialDevice
from donkeycar.testing.robohat_board import BUFFER_BYTES, LOOP_S

# Of the board's program once it has run for 4.5 to 36 hours: its clock has steps of 7.8 to 31 ms.
# Source: adafruit/Adafruit_CircuitPython_Debouncer, issue 9; adafruit/circuitpython, pull 1290.
SLOW_LOOP_S = 0.03125

STEERING, THROTTLE = PulseRange(2000, 1480, 1000), PulseRange(1100, 1500, 1900)


@pytest.fixture
def clock():
    return FakeClock(100.0)


@pytest.fixture
def board(tmp_path, clock):
    board = RoboHATBoard(tmp_path / "ttyAMA0", clock=clock)
    yield board
    board.device.close()


@pytest.fixture
def line(board, clock):
    line = SerialLine(str(board.device.path), baud_rate=115_200, clock=clock)
    yield line
    line.close()


@pytest.fixture
def hat(board, line, clock):
    hat = RoboHATOutput(line, steering=STEERING, throttle=THROTTLE, clock=clock)
    board.device.settle()
    clock.advance(0.1)
    return hat


@pytest.fixture
def lines(board, clock):
    """Steering and throttle of the lines since the last time this was asked; it takes 0.1 s."""

    def read():
        board.device.settle()
        clock.advance(4 * LOOP_S)
        found = [pulses[1:] for pulses in board.trace]
        board.trace.clear()
        return found

    return read


# The emulated board does what the program of the real one does.


def test_the_board_reads_one_line_every_25_ms(board, line, clock):
    # What the emulated one used to do: obey every line at once, so that no queue was seen.
    line.write(b"1500, 1900\r1500, 1500\r")
    board.device.settle()
    assert board.throttle_us == 1500
    clock.advance(LOOP_S)
    assert board.throttle_us == 1900
    clock.advance(LOOP_S)
    assert board.throttle_us == 1500
    assert [round(pulses.time_s - 100.0, 3) for pulses in board.trace] == [0.025, 0.05]


def test_the_board_has_room_for_64_bytes_and_forgets_the_oldest(board, line, clock):
    for throttle_us in range(1500, 1600, 10):
        line.write(b"1500, %d\r" % throttle_us)
    board.device.settle()
    assert board.num_waiting == BUFFER_BYTES
    clock.advance(20 * LOOP_S)
    assert [pulses.throttle_us for pulses in board.trace] == [1550, 1560, 1570, 1580, 1590]


def test_a_carriage_return_alone_takes_a_whole_turn(board, line, clock):
    line.write(b"\r1500, 1900\r")
    board.device.settle()
    clock.advance(LOOP_S)
    assert board.throttle_us == 1500
    clock.advance(LOOP_S)
    assert board.throttle_us == 1900


@pytest.mark.parametrize(
    ("text", "pulses"),
    [(b"1700, 19x0\r", (1700, 1111)), (b"x700, 1900\r", (1222, 1111)), (b"1700,1900\r", None)],
)
def test_a_line_that_makes_no_sense_leaves_it_to_the_radio(board, line, clock, text, pulses):
    # The emulated one used to keep the last order.
    board.hear_radio(1222, 1111)
    line.write(b"1600, 1650\r" + text)
    board.device.settle()
    clock.advance(2 * LOOP_S)
    assert (board.steering_us, board.throttle_us) == (pulses or (1600, 1650))
    assert board.num_bad == 1


# The driver.


def test_neutral_is_all_it_hears_at_first(board, line, clock, lines):
    RoboHATOutput(line, steering=STEERING, throttle=THROTTLE, clock=clock)
    assert lines() == 2 * [(1480, 1500)]


def test_the_line_is_what_donkeycar_5_sent(tmp_path, clock):
    heard = bytearray()
    with SerialDevice(tmp_path / "tty", received=lambda data: heard.extend(data)) as device:
        line = SerialLine(str(device.path), baud_rate=115_200)
        hat = RoboHATOutput(line, steering=STEERING, throttle=THROTTLE, clock=clock)
        clock.advance(0.1)
        hat.write(1.0, 0.5)
        device.settle()
        line.close()
    # The first line twice: the end of whatever the board heard before may spoil one.
    assert heard == b"1480, 1500\r1480, 1500\r1000, 1700\r"


@pytest.mark.parametrize(
    ("steering", "throttle", "pulses"),
    [(-1, 1, (2000, 1900)), (1, -1, (1000, 1100)), (0.5, 0.25, (1240, 1600)), (0, 0, (1480, 1500))],
)
def test_left_is_the_longer_pulse(hat, lines, steering, throttle, pulses):
    hat.write(steering, throttle)
    assert lines()[-1] == pulses


@pytest.mark.parametrize("half", [b"19", b"2", b"1500, 19", b"1500, 190", b"[  1.5] usb 1-1: new"])
def test_half_a_line_from_before_delays_no_stop_and_spoils_the_steering_for_one_turn(
    board, line, clock, half
):
    # What used to happen: the carriage return that ended it cost a turn, 25 ms, of each stop.
    line.write(half)
    board.device.settle()
    RoboHATOutput(line, steering=STEERING, throttle=THROTTLE, clock=clock)
    board.device.settle()
    clock.advance(LOOP_S)
    assert board.throttle_us == 1500
    clock.advance(LOOP_S)
    assert (board.steering_us, board.throttle_us) == (1480, 1500)


def test_lines_do_not_come_faster_than_the_board_reads(board, hat, clock):
    board.device.settle()
    board.trace.clear()
    for step in range(100):
        hat.write(0.0, 0.2 + step / 200)
        board.device.settle()
        clock.advance(0.01)
    assert 20 <= len(board.trace) <= 26


@pytest.mark.parametrize("loop_s", [LOOP_S, SLOW_LOOP_S])
def test_no_more_than_an_order_and_a_stop_ever_wait_for_the_board(tmp_path, clock, loop_s):
    # What used to happen: an order every 30 ms, for a board that reads one every 31: in a minute
    # its memory was full, every order was 150 ms old, and lines were cut.
    board = RoboHATBoard(tmp_path / "ttyAMA1", clock=clock, loop_s=loop_s)
    line = SerialLine(str(board.device.path), baud_rate=115_200, clock=clock)
    hat = RoboHATOutput(line, steering=STEERING, throttle=THROTTLE, clock=clock)
    chance = random.Random(11)
    most = 0
    for _ in range(6000):
        hat.write(chance.uniform(-1, 1), max(chance.uniform(-1, 1), 0.0))
        board.device.settle()
        most = max(most, board.num_waiting)
        clock.advance(0.01)
    assert most <= 2 * len("1500, 1500\r")
    assert board.num_bad == 0
    line.close()
    board.device.close()


def stop_latencies_s(tmp_path, loop_s, *, num_stops, make=RoboHATOutput):
    """Time from each stop, at any moment of a drive with changing orders, to its pulse."""
    clock, chance = FakeClock(100.0), random.Random(7)
    board = RoboHATBoard(tmp_path / "ttyAMA1", clock=clock, loop_s=loop_s)
    line = SerialLine(str(board.device.path), baud_rate=115_200, clock=clock)
    hat = make(line, steering=STEERING, throttle=THROTTLE, clock=clock)
    latencies_s = []
    for _ in range(num_stops):
        clock.advance(chance.uniform(0.1, 0.13))
        for _ in range(chance.randint(20, 30)):
            hat.write(chance.uniform(-1, 1), chance.uniform(0.3, 1))
            board.device.settle()
            clock.advance(0.01)
        clock.advance(chance.uniform(0.0, 0.01))
        stopped_s = clock.monotonic()
        hat.write(0.0, 0.0)
        board.device.settle()
        clock.advance(0.5)
        neutral = [p for p in board.trace if p.time_s >= stopped_s and p.throttle_us == 1500]
        latencies_s.append(neutral[0].time_s - stopped_s)
        driven = [p for p in board.trace if p.time_s > neutral[0].time_s]
        assert all(pulses.throttle_us == 1500 for pulses in driven)
    line.close()
    board.device.close()
    return sorted(latencies_s)


@pytest.mark.parametrize("loop_s", [LOOP_S, SLOW_LOOP_S])
def test_a_stop_is_obeyed_within_two_turns_of_the_board(tmp_path, loop_s):
    latencies_s = stop_latencies_s(tmp_path, loop_s, num_stops=150)
    assert latencies_s[-1] <= 2 * loop_s + 1e-6
    assert latencies_s[len(latencies_s) // 2] <= 1.5 * loop_s


def test_a_stop_does_not_wait_its_turn(board, hat, clock, lines):
    hat.write(0.0, 0.5)
    board.device.settle()
    clock.advance(0.001)
    hat.write(0.0, 0.0)
    assert lines()[-2:] == [(1480, 1700), (1480, 1500)]


def test_off_keeps_the_radio_from_taking_over(board, hat, clock):
    for _ in range(1200):
        hat.off()
        board.device.settle()
        clock.advance(0.01)
    assert not board.radio_drives
    assert len(board.trace) <= 1 + 10 * 12 + 2
    clock.advance(10.1)
    assert board.radio_drives


@pytest.mark.parametrize("num_gone", range(11))
def test_a_stop_takes_the_place_of_what_has_not_left_yet(
    board, hat, clock, lines, slow_line, num_gone
):
    # What used to happen: a stop stood in the kernel's queue behind older orders.
    lines()
    slow = slow_line()
    hat.write(0.5, 0.5)
    slow.send(num_gone)
    hat.write(0.0, 0.0)
    assert len(slow.queue) <= 2 * len("1500, 1500\r")
    slow.send(100)
    board.device.settle()
    clock.advance(2 * LOOP_S)
    assert board.throttle_us == 1500
    clock.advance(LOOP_S)
    assert (board.steering_us, board.throttle_us) == (1480, 1500)


def test_orders_that_do_not_leave_do_not_pile_up(hat, clock, lines, slow_line):
    # What used to happen: a tenth of a second of orders, each older than the next.
    lines()
    slow = slow_line()
    for step in range(9):
        hat.write(0.0, 0.3 + step / 20)
        assert len(slow.queue) <= 2 * len("1500, 1500\r")
        clock.advance(0.01)


def test_a_line_that_takes_nothing_is_an_error_though_each_order_takes_the_place_of_the_last(
    hat, clock, lines, slow_line
):
    lines()
    slow_line()
    with pytest.raises(BlockingIOError, match="does not take its orders"):
        for step in range(100):
            hat.write(0.0, 0.3 + step / 200)
            clock.advance(0.01)


@pytest.mark.parametrize("room", range(1, 11))
def test_an_order_of_which_a_part_got_through_does_not_spoil_the_next(
    board, hat, clock, lines, slow_line, room
):
    lines()
    slow = slow_line()
    slow.room = room
    slow.leaves_before_reset = True
    with pytest.raises(BlockingIOError, match="took"):
        hat.write(-1.0, 0.5)
    slow.room = 4096
    clock.advance(0.01)
    hat.write(1.0, 0.25)
    slow.send(99)
    board.device.settle()
    clock.advance(2 * LOOP_S)
    assert (board.steering_us, board.throttle_us) == (1000, 1600)


def test_at_another_speed_the_board_hears_only_noise(board, clock, lines):
    line = SerialLine(str(board.device.path), baud_rate=9600)
    RoboHATOutput(line, steering=STEERING, throttle=THROTTLE, clock=clock)
    assert lines() == []
    assert board.num_bad > 0
    line.close()


@pytest.mark.parametrize(
    ("steering", "throttle", "name"),
    [
        (PulseRange(2001, 1500, 1000), THROTTLE, "steering"),
        (STEERING, PulseRange(999, 1500, 2000), "throttle"),
        (STEERING, PulseRange(1500, 1400, 2000), "throttle"),
    ],
)
def test_pulses_the_board_would_not_make_are_refused(line, lines, steering, throttle, name):
    with pytest.raises(ConfigError, match=f"The pulses of the {name} must be"):
        RoboHATOutput(line, steering=steering, throttle=throttle)
    assert lines() == []
