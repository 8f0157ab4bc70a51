"""The RoboHAT, judged by one that reads lines as the board's program does."""

import pytest

from donkeycar.errors import ConfigError
from donkeycar.parts.drivetrain.robohat import RoboHATOutput
from donkeycar.parts.drivetrain.serial_line import SerialLine
from donkeycar.safety.pulse import PulseRange
from donkeycar.testing import FakeClock, RoboHATBoard, SerialDevice

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
def line(board):
    line = SerialLine(str(board.device.path), baud_rate=115_200)
    yield line
    line.close()


@pytest.fixture
def hat(line, clock):
    hat = RoboHATOutput(line, steering=STEERING, throttle=THROTTLE, clock=clock)
    clock.advance(0.05)
    return hat


def lines(board):
    """Steering and throttle of the lines since the last time this was asked."""
    board.device.settle()
    found = [pulses[1:] for pulses in board.trace]
    board.trace.clear()
    return found


def test_neutral_is_the_first_thing_it_hears(board, hat):
    assert lines(board) == [(1480, 1500)]


def test_the_line_is_what_donkeycar_5_sent(tmp_path, clock):
    heard = bytearray()
    with SerialDevice(tmp_path / "tty", received=lambda data: heard.extend(data)) as device:
        line = SerialLine(str(device.path), baud_rate=115_200)
        hat = RoboHATOutput(line, steering=STEERING, throttle=THROTTLE, clock=clock)
        clock.advance(0.05)
        hat.write(1.0, 0.5)
        device.settle()
        line.close()
    assert heard == b"\r1480, 1500\r1000, 1700\r"


@pytest.mark.parametrize(
    ("steering", "throttle", "pulses"),
    [(-1, 1, (2000, 1900)), (1, -1, (1000, 1100)), (0.5, 0.25, (1240, 1600)), (0, 0, (1480, 1500))],
)
def test_left_is_the_longer_pulse(board, hat, steering, throttle, pulses):
    hat.write(steering, throttle)
    assert lines(board)[-1] == pulses


def test_half_a_line_from_before_is_ended_first(board, line, clock):
    line.write(b"19")
    RoboHATOutput(line, steering=STEERING, throttle=THROTTLE, clock=clock)
    assert lines(board) == [(1480, 1500)]
    assert board.num_bad == 1


def test_lines_do_not_come_faster_than_the_board_reads(board, hat, clock):
    lines(board)
    for step in range(100):
        hat.write(0.0, 0.2 + step / 200)
        clock.advance(0.01)
    times_s = [pulses.time_s for pulses in board.trace] if board.device.settle() is None else []
    assert 25 <= len(times_s) <= 34


def test_a_stop_does_not_wait_its_turn(board, hat, clock):
    hat.write(0.0, 0.5)
    lines(board)
    clock.advance(0.001)
    hat.write(0.0, 0.0)
    assert lines(board) == [(1480, 1500)]


def test_off_keeps_the_radio_from_taking_over(board, hat, clock):
    for _ in range(1200):
        hat.off()
        clock.advance(0.01)
    board.device.settle()
    assert not board.radio_drives
    assert len(board.trace) <= 1 + 10 * 12 + 1
    clock.advance(10)
    assert board.radio_drives


def test_a_line_that_was_torn_does_not_spoil_the_next(board, line, hat):
    lines(board)
    line.write(b"1500, 19")
    hat.write(0.0, 0.25)
    assert lines(board) == [(1500, 1600)]


def test_at_another_speed_the_board_hears_only_noise(board, clock):
    line = SerialLine(str(board.device.path), baud_rate=9600)
    RoboHATOutput(line, steering=STEERING, throttle=THROTTLE, clock=clock)
    assert lines(board) == []
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
def test_pulses_the_board_would_not_make_are_refused(board, line, steering, throttle, name):
    with pytest.raises(ConfigError, match=f"The pulses of the {name} must be"):
        RoboHATOutput(line, steering=steering, throttle=throttle)
    assert lines(board) == []
