"""The emulated adapter against what the kernel documents, asked as smbus2 asks it."""

import errno
import fcntl
import os

import pytest
from smbus2 import SMBus, i2c_msg

from donkeycar.testing import FakeClock, I2CAdapter, PCA9685Chip
from donkeycar.testing.i2c_adapter import I2C_RETRIES, I2C_TIMEOUT


@pytest.fixture
def chip():
    return PCA9685Chip()


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def adapter(chip, clock):
    with I2CAdapter(chip, clock=clock).installed() as adapter:
        yield adapter


@pytest.fixture
def bus(adapter):
    with SMBus(1) as bus:
        yield bus


def takes(clock, work):
    """Seconds, and the number of the error."""
    before_s, number = clock.now_s, 0
    try:
        work()
    except OSError as error:
        number = error.errno
    return pytest.approx(clock.now_s - before_s), number


def test_a_pulse_takes_half_a_millisecond_at_100_khz(bus, clock):
    message = i2c_msg.write(0x40, bytes([0x06, 0, 0, 114, 1]))
    assert takes(clock, lambda: bus.i2c_rdwr(message)) == (0.00054, 0)


def test_to_ask_and_be_answered_takes_an_address_each(bus, clock):
    messages = i2c_msg.write(0x40, b"\0"), i2c_msg.read(0x40, 1)
    assert takes(clock, lambda: bus.i2c_rdwr(*messages)) == (0.00036, 0)
    assert bytes(messages[1]) == b"\x11"


def test_several_reads_have_their_own_part_of_the_answer(bus):
    messages = i2c_msg.write(0x40, b"\0"), i2c_msg.read(0x40, 1), i2c_msg.read(0x40, 1)
    bus.i2c_rdwr(*messages)
    assert bytes(messages[1]) + bytes(messages[2]) == b"\x11\x11"  # no auto-increment yet


def test_up_to_the_pi_4_a_write_of_nothing_asks_for_the_address_and_one_read_comes_last(
    chip, clock
):
    # What used to happen: every adapter refused the write, and took any number of reads.
    with I2CAdapter(chip, clock=clock, is_bcm2835=True).installed(), SMBus(1) as bus:
        assert takes(clock, lambda: bus.i2c_rdwr(i2c_msg.write(0x40, b""))) == (0.00009, 0)
        nobody = i2c_msg.write(0x41, b"")
        assert takes(clock, lambda: bus.i2c_rdwr(nobody)) == (0.00009, errno.EREMOTEIO)
        messages = i2c_msg.write(0x40, b"\0"), i2c_msg.read(0x40, 1), i2c_msg.read(0x40, 1)
        assert takes(clock, lambda: bus.i2c_rdwr(*messages)) == (0.0, errno.EOPNOTSUPP)


def test_a_pi_5_refuses_messages_without_bytes(bus, clock):
    for message in (i2c_msg.write(0x40, b""), i2c_msg.read(0x40, 0)):
        assert takes(clock, lambda sent=message: bus.i2c_rdwr(sent)) == (0.0, errno.EOPNOTSUPP)


def test_nobody_at_an_address_is_known_after_nine_clocks(bus, clock):
    message = i2c_msg.write(0x41, b"\0\0\0")
    assert takes(clock, lambda: bus.i2c_rdwr(message)) == (0.00009, errno.EREMOTEIO)


def test_a_stuck_bus_blocks_for_a_second_unless_told_otherwise(bus, chip, clock):
    chip.fail("stuck")
    message = i2c_msg.write(0x40, b"\0")
    assert takes(clock, lambda: bus.i2c_rdwr(message)) == (1.0, errno.ETIMEDOUT)
    fcntl.ioctl(bus.fd, I2C_TIMEOUT, 3)
    assert takes(clock, lambda: bus.i2c_rdwr(message)) == (0.03, errno.ETIMEDOUT)


def test_what_is_set_belongs_to_the_adapter_and_outlasts_its_file(bus, adapter):
    fcntl.ioctl(bus.fd, I2C_TIMEOUT, 3)
    fcntl.ioctl(bus.fd, I2C_RETRIES, 0)
    bus.close()
    bus.open(1)
    assert (adapter.timeout_s, adapter.retries) == (0.03, 0)


@pytest.mark.parametrize(("held_s", "number"), [(0.5, 0), (1.5, errno.ETIMEDOUT)])
def test_another_device_holds_the_clock(bus, adapter, clock, held_s, number):
    adapter.held_s = held_s
    message = i2c_msg.write(0x40, b"\0")
    assert takes(clock, lambda: bus.i2c_rdwr(message)) == (
        0.50018 if held_s == 0.5 else 1.0, number,
    )  # fmt: skip
    assert adapter.held_s == 0.0


@pytest.mark.parametrize(("fault", "value"), [("low", 0x00), ("high", 0xFF)])
def test_a_held_line_looks_like_an_answer(bus, chip, fault, value):
    chip.fail(fault)
    messages = i2c_msg.write(0x40, b"\0\x21"), i2c_msg.read(0x40, 2)
    bus.i2c_rdwr(*messages)
    assert bytes(messages[1]) == bytes([value, value])
    assert chip[0x00] == 0x11


def test_what_the_kernel_does_not_know(bus, adapter):
    with pytest.raises(OSError, match=os.strerror(errno.ENOTTY)):
        fcntl.ioctl(bus.fd, 0x0799)
    with pytest.raises(OSError, match=os.strerror(errno.EBADF)):
        adapter.ioctl(0, I2C_TIMEOUT, 2)
    with pytest.raises(FileNotFoundError):
        SMBus(2)


def test_processes_take_turns(chip, clock, tmp_path):
    turns = tmp_path / "turns"
    adapter = I2CAdapter(chip, clock=clock, turns=turns)
    with adapter.installed(), SMBus(1) as bus:
        other = os.open(turns, os.O_RDWR)
        seen = []

        def transfer(*_):
            with pytest.raises(BlockingIOError):
                fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
            seen.append(True)
            return b""

        chip.transfer = transfer
        bus.i2c_rdwr(i2c_msg.write(0x40, b"\0"))
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(other)
    assert seen
